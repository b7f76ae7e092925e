/* dpkg's files. Private to packages/. */
#ifndef DIFFOCI_PACKAGES_DPKG_H
#define DIFFOCI_PACKAGES_DPKG_H

#include "packages/list.h"

/* The status file (dpkg(1), FILES; deb822(5)): packages that are installed, and their conffiles. A
 * file in status.d, as distroless images have them, is a stanza without a status. */
void dpkg_read_status(struct package_list *list, struct str path, struct str bytes);
/* info/NAME[:ARCH].list, a path a line, and .md5sums (deb-md5sums(5)). */
void dpkg_read_files(struct package_list *list, struct str path, struct str bytes);

#endif
