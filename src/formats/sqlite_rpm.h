/* RPM's database as SQLite has it (lib/backend/sqlite.c): what rpm notes of each installation is
 * taken out of records before they are held against others, since readers of its tags tell it
 * (evidence/rpm_database.h). Private to formats/sqlite*.c. */
#ifndef DIFFOCI_FORMATS_SQLITE_RPM_H
#define DIFFOCI_FORMATS_SQLITE_RPM_H

#include "formats/format.h"

enum sqlite_rpm_table {
  SQLITE_RPM_NONE,
  SQLITE_RPM_PACKAGES, /* hnum INTEGER PRIMARY KEY, blob BLOB: headers of packages */
  SQLITE_RPM_TIDS,     /* key BLOB, hnum INTEGER, idx INTEGER: when each was installed */
};

/* The numbers of packages, and when they were installed. */
struct sqlite_rpm {
  struct sqlite_rpm_item {
    uint64_t number;
    uint32_t tid;
  } * items; /* owned */
  size_t n, cap;
  bool computes; /* the schema has a view, a trigger or a virtual table, which may ask for them */
};

void sqlite_rpm_release(struct sqlite_rpm *rpm);

/* Which table an object of the schema is, by the SQL that makes it, which has to be RPM's own to
 * the letter (lib/backend/sqlite.c, dbiSqliteOpen). Called for all of the schema, before any record
 * is masked: notes whether it holds anything but tables and indexes. */
enum sqlite_rpm_table sqlite_rpm_table(struct sqlite_rpm *rpm, struct str sql);

/* Makes zero, in a record of the table (file format, 2.1), the values of INSTALLTIME and INSTALLTID
 * of a header, where they lie outside of what the header's own digests are about and no other tag
 * has their bytes; or a key that is the INSTALLTID of the package that it is of. Packages come
 * first. Leaves other records as they are. number: the row's. */
void sqlite_rpm_mask(struct sqlite_rpm *rpm, enum sqlite_rpm_table table, uint64_t number,
                     unsigned char *record, size_t len);

#endif
