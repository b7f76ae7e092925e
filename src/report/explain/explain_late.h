/* Contents that were not at hand whole when their events came: a second pass over their layers
 * fetches them. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_LATE_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_LATE_H

#include "base/arena.h"
#include "diff/later.h"
#include "report/explain/explain_draft.h"

struct late {
  struct cause_query query; /* what it points to is in the arena, but for the contents */
  size_t record;
  size_t twin;               /* the record of the same thing's other name */
  bool is_pair;              /* two names; then: */
  const struct cause *named; /* why they are one thing */
  const struct values *values;
  struct explanation others; /* of what else differs */
};

struct explain_late {
  struct later_taker taker;
  struct later *later; /* borrowed; NULL: nothing is read a second time */
  struct late *items;  /* owned */
  size_t n, cap;
  struct arena arena;
  /* Called with what a record's contents tell. */
  void (*set)(void *context, size_t record, struct explanation found);
  void *context;
};

void explain_late_init(struct explain_late *late, struct later *later,
                       void (*set)(void *context, size_t record, struct explanation found),
                       void *context);
void explain_late_release(struct explain_late *late);
/* Whether contents would help that are not known whole. */
bool explain_late_wants(const struct explain_late *late, const struct event *event,
                        const struct cause_query *query);
/* Takes note of the event, whose explanation until then is in the record. others: that of all that
 * differs but the content. */
void explain_late_add(struct explain_late *late, const struct event *event,
                      const struct cause_query *query, struct explanation others, size_t record);
/* One of two entries of different names that are one thing. */
struct late_side {
  struct str path;
  char type;
  bool executable;
  struct later_place place; /* without a layer: it cannot be read */
  size_t record;
  struct explanation known; /* by its name */
};

/* Two entries with contents that differ: cause and values say why they are one thing, with what
 * the contents hold besides. */
void explain_late_add_pair(struct explain_late *late, const struct late_side sides[2],
                           const struct cause *cause, const struct values *values);

/* How sure it is that two entries of different names are one thing for this cause. accounted: all
 * else that differs is, or nothing does. A part of a name that builds make anew says nothing more;
 * where a file lies may decide what becomes of it, as below "sites-enabled". */
enum cause_strength explain_late_strength(const struct cause *named, bool accounted);

#endif
