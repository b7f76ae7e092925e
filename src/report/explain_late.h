/* Events whose contents were not at hand together: a second pass over their layers fetches the
 * beginnings. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_LATE_H
#define DIFFOCI_REPORT_EXPLAIN_LATE_H

#include "base/arena.h"
#include "report/explain_draft.h"

struct late {
  struct cause_query query; /* what it points to is in the arena, but for the contents */
  size_t record;
  const struct descriptor *layers[2];
  uint64_t positions[2];
  char *heads[2];            /* owned; NULL where not read */
  struct digest rests[2];    /* of what follows */
  struct explanation others; /* of what else differs */
};

enum { EXPLAIN_LATE_MAX = 512 }; /* files: their beginnings are in memory at the same time */

struct explain_late {
  struct late *items; /* owned */
  size_t n, cap;
  struct arena arena;
};

void explain_late_release(struct explain_late *late);
/* Whether contents would help that are not known. */
bool explain_late_wants(const struct explain_late *late, const struct event *event,
                        const struct cause_query *query);
/* Takes note of the event, whose explanation until then is in the record. others: that of all that
 * differs but the content. */
void explain_late_add(struct explain_late *late, const struct event *event,
                      const struct cause_query *query, struct explanation others, size_t record);
void explain_late_look(struct explain_late *late, const struct diff_options *options,
                       void (*set)(void *context, size_t record, struct explanation found),
                       void *context);

#endif
