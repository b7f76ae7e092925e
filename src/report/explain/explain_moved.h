/* Entries on one side only that have a counterpart on the other: under another directory, or under
 * a name of which a hash or a date is part. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_MOVED_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_MOVED_H

#include "base/digest.h"
#include "report/explain/explain_late.h"

enum { MOVED_MAX = 1 << 18 }; /* entries that are looked at */

struct moved_entry {
  size_t record;
  int side;
  struct str path;        /* without slashes around it */
  const char *context;    /* the event's */
  struct tar_entry entry; /* what the comparison needs of it; name and link name in the arena */
  bool has_content;
  bool has_xattrs; /* whose values are not kept */
  struct digest content;
  const struct descriptor *layer;
  struct explanation known; /* by name */
  bool paired;
};

struct explain_moved {
  struct moved_entry *items; /* owned */
  size_t n, cap;
  struct arena arena;
};

void explain_moved_release(struct explain_moved *moved);
/* Whether it is an entry on one side only that may have a counterpart. */
bool explain_moved_wants(const struct explain_moved *moved, const struct event *event);
/* known: what the name explains; lives as long as the records. */
void explain_moved_add(struct explain_moved *moved, const struct event *event, size_t record,
                       struct explanation known);
/* Finds counterparts; those whose contents differ go to late. */
void explain_moved_resolve(struct explain_moved *moved, struct explain_late *late,
                           void (*set)(void *context, size_t record, struct explanation found),
                           void *context);

#endif
