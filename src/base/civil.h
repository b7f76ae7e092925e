/* Dates of the proleptic Gregorian calendar (ISO 8601), in UTC, for years of any size: the C
 * library's functions end where its int does, and know the zone of the machine. */
#ifndef DIFFOCI_BASE_CIVIL_H
#define DIFFOCI_BASE_CIVIL_H

#include <stdint.h>

enum { CIVIL_DAY_SECONDS = 86400, CIVIL_TEXT_MAX = 48 };

struct civil {
  int64_t year;             /* 0 is the year before 1 */
  int month, day;           /* from 1 */
  int hour, minute, second; /* from 0 */
};

/* The time that many seconds after 1970-01-01T00:00:00Z, leap seconds not counted, as POSIX has it.
 */
struct civil civil_of_seconds(int64_t seconds);
/* Days from 1970-01-01 to that day. A month or day beyond its range (a zip may hold one) counts on
 * from the first of the year or month: every pair of numbers below 100 gives a result, and
 * different days of one month different ones. The year is at most 10^12 either way. */
int64_t civil_days(int64_t year, int month, int day);
/* How many days the month (1 to 12) has. */
int civil_month_days(int64_t year, int month);
/* "2026-11-28T14:15:05Z", as RFC 3339, section 5.6, has it; years before 0 or over 9999 have a sign
 * or more digits. Returns text. */
const char *civil_rfc3339(int64_t seconds, char text[CIVIL_TEXT_MAX]);

#endif
