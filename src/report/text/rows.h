/* Rows of text that come in any order and are printed in one: by context, then by their parts. Made
 * for a million of them: 16 bytes each beyond their text. */
#ifndef DIFFOCI_REPORT_TEXT_ROWS_H
#define DIFFOCI_REPORT_TEXT_ROWS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "diff/event.h"

enum { ROW_PARTS = 3 };

struct row {
  uint32_t context;          /* position among the contexts; their order after rows_sort */
  uint32_t type : 4;         /* enum event_type */
  uint32_t explanation : 28; /* the event's */
  const char *text;          /* the parts, each with a NUL behind it */
};

struct rows {
  struct arena arena;
  struct map contexts;
  uint32_t last_context; /* most rows have the context of the one before */
  struct buf scratch;
  struct row *items;
  size_t n, cap;
};

enum { ROW_MAX_TEXT = INT32_MAX };
#define ROWS_INIT ((struct rows) { .scratch = BUF_INIT(ROW_MAX_TEXT) })

void rows_release(struct rows *rows);
/* Copies what counts of the event: its type, context and explanation. The parts hold no NUL (they
 * are escaped for a terminal). Where they are longer than ROW_MAX_TEXT together, only the first
 * ones that fit are kept. */
void rows_add(struct rows *rows, const struct event *event, const struct str parts[ROW_PARTS]);
/* Sorts by context (numbers as numbers), then by the parts in their order, then by type. */
void rows_sort(struct rows *rows);
void row_parts(const struct row *row, struct str parts[ROW_PARTS]);

/* The position of a context in the map, put there (copied to the arena) if it is new. last: the
 * position that was last returned. */
uint32_t contexts_put(struct map *contexts, struct arena *arena, uint32_t last, struct str context);
/* The rank of each context in natural order; to be freed. */
uint32_t *contexts_ranks(const struct map *contexts);

#endif
