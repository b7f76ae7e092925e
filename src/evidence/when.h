/* Whether a date, an epoch number or a UUID is one that a build wrote: of any number of ten digits
 * somebody may have meant something else. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_WHEN_H
#define DIFFOCI_EVIDENCE_WHEN_H

#include "evidence/content.h"
#include "evidence/token.h"

/* What a value is said to be by the words before it. */
enum when_said {
  WHEN_UNSAID,
  WHEN_TIME,  /* a time, but not which: "timestamp", "ts" */
  WHEN_MADE,  /* when, or by what run, something was made: "built_at", "Generated on" */
  WHEN_OTHER, /* a time to come, or one that rules something: "expires", "valid until", "timeout" */
};

/* before: what stands before the value in its line, or the file's name. */
enum when_said when_said(struct str before);
/* Whether the printable text that ends at a value, and begins at start or later, says WHEN_OTHER.
 * Both lie in one content. */
bool when_is_ruled(const char *start, const char *value);
/* Whether the token, a date or an epoch number, is a time from three days before to one day after
 * one at which that side's file, or the archive around it, was last changed; or a time of day that
 * was in some zone up to five minutes before: not one of a whole minute, as people set them. Never
 * a date without a year. */
bool when_near(const struct token *token, const struct content_file *file, int side);
/* The same of a number of seconds since 1970. */
bool when_seconds_near(int64_t seconds, const struct content_file *file, int side);
/* Whether the token is a time of day without a date. */
bool when_is_clock(const struct token *token);

#endif
