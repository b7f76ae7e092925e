/* RPM's databases. Private to packages/. */
#ifndef DIFFOCI_PACKAGES_RPM_H
#define DIFFOCI_PACKAGES_RPM_H

#include "packages/list.h"

/* rpmdb.sqlite: the headers are blobs of the table Packages. Without SQLite's library it says
 * nothing. */
void rpm_read_sqlite(struct package_list *list, struct str path, struct str bytes);
/* Packages.db of the backend ndb (rpm, lib/backend/ndb/rpmpkg.c). */
void rpm_read_ndb(struct package_list *list, struct str path, struct str bytes);

#endif
