/* What the package managers of Python and Node.js note. Private to packages/. */
#ifndef DIFFOCI_PACKAGES_LANGUAGE_H
#define DIFFOCI_PACKAGES_LANGUAGE_H

#include "packages/list.h"

/* METADATA of a .dist-info, PKG-INFO of an .egg-info (Core metadata specifications, PyPA). */
void python_read_metadata(struct package_list *list, struct str path, struct str bytes);
/* RECORD (Recording installed projects, PyPA): CSV whose first column is a path beside the
 * .dist-info. */
void python_read_record(struct package_list *list, struct str path, struct str bytes);

/* Whether the path is that of an installed package's package.json: below node_modules/NAME/ or
 * node_modules/@SCOPE/NAME/. */
bool npm_is_installed(struct str path);
/* The name of the package in whose directory below node_modules the file lies; empty: none. */
struct str npm_name_of(struct str path);
/* package.json (docs.npmjs.com, package.json). */
void npm_read_package(struct package_list *list, struct str path, struct str bytes);

#endif
