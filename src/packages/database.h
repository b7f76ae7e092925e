/* The files in which package managers note what is installed, known by their paths. */
#ifndef DIFFOCI_PACKAGES_DATABASE_H
#define DIFFOCI_PACKAGES_DATABASE_H

#include "packages/list.h"

enum { PACKAGE_DATABASE_MAX = 64 * 1024 * 1024 }; /* bytes; a larger file is not read */

/* Whether the file at this path of an image says something of packages. */
bool package_database_is(struct str path);
/* The type of the packages of which the file is the list, and belongs to no single one; NULL: it is
 * no such file. */
const char *package_database_lists(struct str path);
/* Reads such a file into the list. Strangers' bytes: what cannot be understood is passed over, and
 * says nothing. Takes time in proportion to its size. */
void package_database_read(struct package_list *list, struct str path, struct str bytes);

#endif
