/* Whether a time in a file is that at which the file was made: how close the two lie. A day proves
 * nothing, since whoever changes a file writes the day's date into it by hand, too, as one from
 * which something is to be done. What proves it is a second: nobody types that of a moment ago.
 * Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_CLOCK_H
#define DIFFOCI_EVIDENCE_CLOCK_H

#include "evidence/content.h"
#include "evidence/token.h"

/* How close a time lies to one at which its side's file, or the archive around it, was last
 * changed. */
enum clock_fit {
  CLOCK_FAR, /* or it is not known */
  /* From three days before to one day after; or it is a time of day alone, to the second, that was
   * in some zone up to five minutes before. */
  CLOCK_DAY,
  /* To the second, and up to five minutes before; where no zone is told, in UTC, or up to one
   * minute before in another zone. */
  CLOCK_SECOND,
};

/* Of a date, an epoch number, or a time of day. A date without a year is far. */
enum clock_fit clock_fits(const struct token *token, const struct content_file *file, int side);
/* Whether a number of seconds since 1970 is no further than CLOCK_DAY. */
bool clock_seconds_near(int64_t seconds, const struct content_file *file, int side);
/* Whether the token is a time of day without a date. */
bool clock_is_time_of_day(const struct token *token);

#endif
