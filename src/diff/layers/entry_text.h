/* What the fields of a tar entry are called. Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_ENTRY_TEXT_H
#define DIFFOCI_DIFF_LAYERS_ENTRY_TEXT_H

#include "tar/entry.h"

enum { ENTRY_TIME_MAX = 80, ENTRY_FORMAT_MAX = 32 }; /* with the NUL */

/* As Go's time.Time.String in UTC: "2023-08-01 11:24:33.5 +0000 UTC"; a time that is not set is the
 * first second of the year 1. Returns text. */
const char *entry_time_text(const struct tar_time *time, char text[ENTRY_TIME_MAX]);
/* "USTAR (2)": the name and the number in Go's archive/tar. Returns text. */
const char *entry_format_text(enum tar_format format, char text[ENTRY_FORMAT_MAX]);
/* "regular file"; "unknown type". */
const char *entry_type_name(char type);

#endif
