#include "report/text/rows.h"

#include <stdlib.h>

#include "base/alloc.h"

void rows_release(struct rows *rows)
{
  arena_release(&rows->arena);
  map_release(&rows->contexts);
  free(rows->items);
  buf_release(&rows->scratch);
  *rows = ROWS_INIT;
}

uint32_t contexts_put(struct map *contexts, struct arena *arena, uint32_t last, struct str context)
{
  struct map_entry *entry;

  if (last < contexts->n && str_equal(contexts->entries[last].key, context))
    return last;
  entry = map_put(contexts, context);
  if (entry->key.ptr == context.ptr)
    entry->key = arena_str(arena, context);
  return (uint32_t)(entry - contexts->entries);
}

static int compare_contexts(const void *a, const void *b, void *user)
{
  const struct map *contexts = user;

  return str_compare_natural(contexts->entries[*(const uint32_t *)a].key,
                             contexts->entries[*(const uint32_t *)b].key);
}

uint32_t *contexts_ranks(const struct map *contexts)
{
  AUTO_FREE uint32_t *order = xcalloc(contexts->n, sizeof(*order));
  uint32_t *ranks = xcalloc(contexts->n, sizeof(*ranks));

  for (size_t i = 0; i < contexts->n; i++)
    order[i] = (uint32_t)i;
  qsort_r(order, contexts->n, sizeof(*order), compare_contexts, (void *)contexts);
  for (size_t i = 0; i < contexts->n; i++)
    ranks[order[i]] = (uint32_t)i;
  return ranks;
}

void rows_add(struct rows *rows, const struct event *event, const struct str parts[ROW_PARTS])
{
  struct row *row;

  buf_clear(&rows->scratch);
  for (size_t i = 0; i < ROW_PARTS; i++) {
    if (parts[i].len + ROW_PARTS < ROW_MAX_TEXT - rows->scratch.len)
      buf_add_str(&rows->scratch, parts[i]);
    buf_putc(&rows->scratch, '\0');
  }
  rows->last_context =
      contexts_put(&rows->contexts, &rows->arena, rows->last_context, str_of(event->context));
  rows->items = xgrow(rows->items, rows->n, &rows->cap, sizeof(*rows->items));
  row = &rows->items[rows->n++];
  row->context = rows->last_context;
  row->type = (unsigned)event->type & 0xf;
  row->explanation = event->explanation & 0xfffffff;
  row->text = arena_str(&rows->arena, buf_str(&rows->scratch)).ptr;
}

void row_parts(const struct row *row, struct str parts[ROW_PARTS])
{
  const char *at = row->text;

  for (size_t i = 0; i < ROW_PARTS; i++) {
    parts[i] = str_of(at);
    at += parts[i].len + 1;
  }
}

static int compare_rows(const void *a, const void *b)
{
  const struct row *row_a = a;
  const struct row *row_b = b;
  const char *text_a = row_a->text;
  const char *text_b = row_b->text;

  if (row_a->context != row_b->context)
    return row_a->context < row_b->context ? -1 : 1;
  for (size_t i = 0; i < ROW_PARTS; i++) {
    int order = strcmp(text_a, text_b);

    if (order)
      return order;
    text_a += strlen(text_a) + 1;
    text_b += strlen(text_b) + 1;
  }
  return (int)row_a->type - (int)row_b->type;
}

void rows_sort(struct rows *rows)
{
  AUTO_FREE uint32_t *ranks = contexts_ranks(&rows->contexts);

  for (size_t i = 0; i < rows->n; i++)
    rows->items[i].context = ranks[rows->items[i].context];
  if (rows->n > 0)
    qsort(rows->items, rows->n, sizeof(*rows->items), compare_rows);
}
