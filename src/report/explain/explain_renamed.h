/* Names on one side only, in pairs: what explain_moved.c and explain_renamed.c share. Private to
 * these. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_RENAMED_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_RENAMED_H

#include "base/map.h"
#include "report/explain/explain_moved.h"

struct moved_search {
  struct explain_moved *moved;
  struct explain_late *late;
  void (*set)(void *context, size_t record, struct explanation found);
  void *context;
  struct map paths[2]; /* of each side -> item */
};

/* Entries of one key. */
struct moved_seen {
  struct moved_entry *items[2]; /* the only one of each side */
  bool many;
};

/* One pair of values, without a name, in the memory of the search. */
struct values *moved_values(struct moved_search *search, struct str a, struct str b);

/* Says of two entries that they are one thing, by the cause of this id, and has their contents
 * looked into where these differ. */
void moved_join(struct moved_search *search, struct moved_entry *a, struct moved_entry *b,
                const char *id, const struct values *values);

/* Pairs what has another name each time: names with hashes or dates in them. Of names of one
 * pattern, those that are alone on each side are one file; of several it is only known that such
 * names change. Skips what is paired. */
void explain_renamed(struct moved_search *search);

#endif
