/* Rows of text that come in any order and are printed in one: by context, then by their parts. Made
 * for millions of them: beyond the memory budget they are in a temporary file. */
#ifndef DIFFOCI_REPORT_TEXT_ROWS_H
#define DIFFOCI_REPORT_TEXT_ROWS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/sorter.h"
#include "diff/event.h"

enum { ROW_PARTS = 3 };

struct row {
  enum event_type type;
  unsigned explanation, patch; /* the event's numbers */
  struct str parts[ROW_PARTS]; /* valid until the next row; a NUL behind each */
};

struct rows {
  struct arena arena;
  struct map contexts;
  uint32_t last_context; /* most rows have the context of the one before */
  struct buf scratch;
  struct sorter *sorter;
};

enum { ROW_MAX_TEXT = INT32_MAX };

/* memory: what is taken for them; NULL: no limit. Borrowed, lives longer. The rows stay where they
 * are until they are released. */
void rows_init(struct rows *rows, struct budget *memory);
void rows_release(struct rows *rows);
/* Copies what counts of the event: its type, context and numbers. The parts hold no NUL (they
 * are escaped for a terminal). Where they are longer than ROW_MAX_TEXT together, only the first
 * ones that fit are kept. What fails is told by rows_begin. */
void rows_add(struct rows *rows, const struct event *event, const struct str parts[ROW_PARTS]);
uint64_t rows_count(const struct rows *rows);
/* After the last rows_add, as often as wanted: goes before the first one. They come by context
 * (numbers as numbers), then by the parts in their order, then by type. As sorter_begin and
 * sorter_next. */
MUST_CHECK int rows_begin(struct rows *rows, struct error *err);
MUST_CHECK int rows_next(struct rows *rows, struct row *row, struct error *err);

/* The position of a context in the map, put there (copied to the arena) if it is new. last: the
 * position that was last returned. */
uint32_t contexts_put(struct map *contexts, struct arena *arena, uint32_t last, struct str context);
/* The natural order of two contexts, by their positions. */
int contexts_compare(const struct map *contexts, uint32_t a, uint32_t b);

#endif
