/* Rows from inside a file, as events below a node for the file. Private to the files inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_ROWS_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_ROWS_H

#include "diff/inside/inside_compare.h"

struct policy;

struct inside_rows {
  struct inside_sink sink; /* first */
  const struct event *file;
  struct event_sink *next;
  const struct policy *policy;
  struct arena *arena; /* of the nodes */
  struct event_node *node;
  const char *context;
  bool uncounted; /* what the policy leaves out was counted before */
  uint64_t seen;  /* rows */
  bool hidden;    /* the policy left out something of one of them */
};

/* file: the event of the two files; lives as long as the rows, and what it refers to as long as the
 * arena. */
void inside_rows_init(struct inside_rows *rows, const struct event *file, struct event_sink *next,
                      const struct policy *policy, struct arena *arena);
/* Sends one event that says that so many more rows are not shown. */
void inside_rows_cut(struct inside_rows *rows, uint64_t left);

#endif
