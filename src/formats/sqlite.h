/* SQLite databases: tables and their rows. */
#ifndef DIFFOCI_FORMATS_SQLITE_H
#define DIFFOCI_FORMATS_SQLITE_H

#include "formats/format.h"

extern const struct format format_sqlite;

#endif
