/* Two tables of RPM's SQLite database: what differs in the headers of packages, tag by tag. Private
 * to evidence/. */
#ifndef DIFFOCI_EVIDENCE_RPM_DATABASE_H
#define DIFFOCI_EVIDENCE_RPM_DATABASE_H

#include "evidence/content.h"

/* content: the rows of a table as the reader of SQLite writes them (docs/formats.md). Finds the
 * cause rpm-database for times and numbers of installations, and leaves each other tag, and each
 * package that only one has, by name. False, with nothing added, if it is none of the tables
 * Packages and Installtid, or its rows are none of RPM's. */
bool rpm_database_look(struct str table, const struct str content[2], struct arena *arena,
                       struct content_evidence *out);

#endif
