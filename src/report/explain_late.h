/* Events whose contents were not at hand together: a second pass over their layers fetches the
 * beginnings. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_LATE_H
#define DIFFOCI_REPORT_EXPLAIN_LATE_H

#include "base/arena.h"
#include "report/explain.h"

enum { EXPLAIN_LATE_MAX = 512 }; /* files: their beginnings are in memory at the same time */

struct late {
  struct cause_query query; /* what it points to is in the arena, but for the contents */
  const struct descriptor *layers[2];
  uint64_t positions[2];
  char *heads[2];         /* owned; NULL where not read */
  struct digest rests[2]; /* of what follows */
  struct explanation explanation;
};

struct explain_late {
  struct late *items; /* owned */
  size_t n, cap;
  struct arena arena;
};

void explain_late_release(struct explain_late *late);
/* Takes note of the event if contents would help and are not known: then *number is its number
 * here. until_then: its explanation without them. */
bool explain_late_add(struct explain_late *late, const struct event *event,
                      const struct cause_query *query, struct explanation until_then,
                      unsigned *number);
void explain_late_look(struct explain_late *late, const struct diff_options *options);
struct explanation explain_late_get(const struct explain_late *late, size_t number);

#endif
