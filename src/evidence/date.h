/* Dates and times in the spellings that programs write. */
#ifndef DIFFOCI_EVIDENCE_DATE_H
#define DIFFOCI_EVIDENCE_DATE_H

#include "base/str.h"

/* The length of a date, a time of day or both at the start of the text, with day of the week and
 * time zone; 0 if there is none. No digit and no letter that would make it part of a longer word
 * stands behind it. That none stands before it is for the caller to see. ISO 8601 and its likes
 * (2026-11-28, 2026/11/28, 2026.11.28, 20261128, 20261128141505, 2026-11-28T14:15:05.123Z), day
 * first (28.11.2026, 28 Nov 2026, 28-NOV-26), month first (Nov 28 2026, November 28, 2026,
 * 11/28/2026), ctime's and date(1)'s. */
size_t date_length(struct str text);

#endif
