#include "report/text/rows.h"

/* What stands before the parts, each of which has a NUL behind it. */
struct row_head {
  uint32_t context;          /* position among the contexts */
  uint32_t type : 4;         /* enum event_type */
  uint32_t explanation : 28; /* the event's */
  uint32_t patch;            /* the event's */
};

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

int contexts_compare(const struct map *contexts, uint32_t a, uint32_t b)
{
  return a == b ? 0 : str_compare_natural(contexts->entries[a].key, contexts->entries[b].key);
}

static int rows_compare(struct str a, struct str b, const void *user)
{
  const struct rows *rows = user;
  const char *text_a = a.ptr + sizeof(struct row_head);
  const char *text_b = b.ptr + sizeof(struct row_head);
  struct row_head head_a, head_b;
  int order;

  memcpy(&head_a, a.ptr, sizeof(head_a));
  memcpy(&head_b, b.ptr, sizeof(head_b));
  order = contexts_compare(&rows->contexts, head_a.context, head_b.context);
  for (size_t i = 0; i < ROW_PARTS && !order; i++) {
    order = strcmp(text_a, text_b);
    text_a += strlen(text_a) + 1;
    text_b += strlen(text_b) + 1;
  }
  return order ? order : (int)head_a.type - (int)head_b.type;
}

void rows_init(struct rows *rows, struct budget *memory)
{
  *rows = (struct rows) { .scratch = BUF_INIT(ROW_MAX_TEXT) };
  rows->sorter = sorter_new(memory, rows_compare, rows);
}

void rows_release(struct rows *rows)
{
  sorter_free(rows->sorter);
  arena_release(&rows->arena);
  map_release(&rows->contexts);
  buf_release(&rows->scratch);
  *rows = (struct rows) { 0 };
}

void rows_add(struct rows *rows, const struct event *event, const struct str parts[ROW_PARTS])
{
  struct row_head head = {
    .type = (unsigned)event->type & 0xf,
    .explanation = event->explanation & 0xfffffff,
    .patch = event->patch_number,
  };

  rows->last_context =
      contexts_put(&rows->contexts, &rows->arena, rows->last_context, str_of(event->context));
  head.context = rows->last_context;
  buf_clear(&rows->scratch);
  buf_add(&rows->scratch, &head, sizeof(head));
  for (size_t i = 0; i < ROW_PARTS; i++) {
    if (parts[i].len + ROW_PARTS < ROW_MAX_TEXT - rows->scratch.len)
      buf_add_str(&rows->scratch, parts[i]);
    buf_putc(&rows->scratch, '\0');
  }
  sorter_add(rows->sorter, buf_str(&rows->scratch));
}

uint64_t rows_count(const struct rows *rows)
{
  return sorter_count(rows->sorter);
}

int rows_begin(struct rows *rows, struct error *err)
{
  return sorter_begin(rows->sorter, err);
}

int rows_next(struct rows *rows, struct row *row, struct error *err)
{
  struct str record;
  struct row_head head;
  const char *at;
  int result = sorter_next(rows->sorter, &record, err);

  if (result <= 0)
    return result;
  memcpy(&head, record.ptr, sizeof(head));
  row->type = (enum event_type)head.type;
  row->explanation = head.explanation;
  row->patch = head.patch;
  at = record.ptr + sizeof(head);
  for (size_t i = 0; i < ROW_PARTS; i++) {
    row->parts[i] = str_of(at);
    at += row->parts[i].len + 1;
  }
  return 1;
}
