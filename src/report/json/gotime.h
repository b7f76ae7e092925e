/* Times as Go's encoding/json writes them. */
#ifndef DIFFOCI_REPORT_JSON_GOTIME_H
#define DIFFOCI_REPORT_JSON_GOTIME_H

#include "tar/entry.h"

enum { GOTIME_MAX_TEXT = 48 };

/* RFC 3339 in UTC with up to nine digits of a second's fraction, trailing zeros left out:
 * "2023-08-01T11:24:33.5Z"; "0001-01-01T00:00:00Z" where it is not set. Years before 0 and after
 * 9999 are written with a sign or more digits. Returns text. */
const char *gotime_rfc3339(const struct tar_time *time, char text[GOTIME_MAX_TEXT]);

#endif
