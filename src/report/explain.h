/* Why things differ: the cause of each event, of those that are known (policy/causes.h), and how
 * many differences each explains. */
#ifndef DIFFOCI_REPORT_EXPLAIN_H
#define DIFFOCI_REPORT_EXPLAIN_H

#include "diff/diff.h"
#include "policy/causes.h"

struct explain;

struct explanation {
  const struct cause *cause; /* NULL: none is known */
  enum cause_evidence evidence;
};

struct explain *explain_new(void);
void explain_free(struct explain *explain); /* NULL allowed */

/* Finds the cause of an event and counts it. Returns what goes to event->explanation: 0 where no
 * cause is known, else less than 65536. Called by one thread at a time. An event is taken for
 * explained if all of a document's fields are, or the most telling field of an entry is. */
unsigned explain_event(struct explain *explain, const struct event *event);

/* When all events have come: looks into contents that would tell more and were not at hand when
 * their events were sent, since they did not stand at the same place on both sides. Reads their
 * layers once more, where that fetches nothing from a registry; of a limited number of files. What
 * cannot be read stays as it was. */
void explain_look_again(struct explain *explain, const struct diff_options *options);

/* What the number of an event stands for; after explain_look_again. */
struct explanation explain_get(const struct explain *explain, unsigned number);

/* A cause and how many differences it explains. */
struct explain_count {
  const struct cause *cause;
  uint64_t differences;
};

/* The causes found, those of most differences first; at most causes_count(). Returns how many.
 * *unexplained: differences without a known cause. */
size_t explain_counts(const struct explain *explain, struct explain_count *out,
                      uint64_t *unexplained);

/* "name", "first difference" or "content". */
const char *explain_evidence_name(enum cause_evidence evidence);

#endif
