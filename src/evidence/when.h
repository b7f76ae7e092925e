/* What a date, an epoch number or a UUID is said to be. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_WHEN_H
#define DIFFOCI_EVIDENCE_WHEN_H

#include <stdbool.h>

#include "base/str.h"

/* What a value is said to be by the words before it. */
enum when_said {
  WHEN_UNSAID,
  WHEN_TIME,  /* a time, but not which: "timestamp", "ts", "date" */
  WHEN_MADE,  /* when, or by what run, something was made: "built_at", "Generated on" */
  WHEN_OTHER, /* a time to come, or one that rules something: "expires", "valid until", "timeout" */
};

/* before: what stands before the value in its line, or the file's name, of which the last bytes are
 * read. WHEN_OTHER, too, where the value lies deeper in brackets than is looked. */
enum when_said when_said(struct str before);
/* Whether the printable text that ends at a value, and begins at start or later, says WHEN_OTHER.
 * Both lie in one content. */
bool when_is_ruled(const char *start, const char *value);

#endif
