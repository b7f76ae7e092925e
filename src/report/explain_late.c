#include "report/explain_late.h"

#include <stdlib.h>

#include "base/alloc.h"

void explain_late_release(struct explain_late *late)
{
  for (size_t i = 0; i < late->n; i++) {
    free(late->items[i].heads[0]);
    free(late->items[i].heads[1]);
  }
  free(late->items);
  arena_release(&late->arena);
  *late = (struct explain_late) { 0 };
}

static bool is_file(char type)
{
  return type == TAR_REGULAR || type == TAR_CONTIGUOUS || type == TAR_GNU_SPARSE;
}

bool explain_late_wants(const struct explain_late *late, const struct event *event,
                        const struct cause_query *query)
{
  if (late->n == EXPLAIN_LATE_MAX)
    return false;
  for (int side = 0; side < 2; side++)
    if (query->content[side].ptr || !is_file(query->types[side]) || !event->inputs[side].layer)
      return false;
  return cause_wants_content(query);
}

void explain_late_add(struct explain_late *late, const struct event *event,
                      const struct cause_query *query, struct explanation others, size_t record)
{
  struct late *item;

  late->items = xgrow(late->items, late->n, &late->cap, sizeof(*late->items));
  item = &late->items[late->n++];
  *item = (struct late) { .query = *query, .record = record, .others = others };
  item->query.path = arena_str(&late->arena, query->path);
  item->query.field.name = arena_str(&late->arena, query->field.name);
  for (int side = 0; side < 2; side++) {
    item->layers[side] = event->inputs[side].layer;
    item->positions[side] = event->inputs[side].entry->index;
  }
}

/* ---- the second pass ---- */

/* A file of one side that is to be read. */
struct wanted {
  const struct descriptor *layer;
  uint64_t position;
  struct late *item;
};

struct pass {
  struct content_visitor visitor; /* the first member */
  int side;
  const struct wanted *next, *end; /* of the layer that is being read */
};

static int by_place(const void *a, const void *b)
{
  const struct wanted *wanted_a = a;
  const struct wanted *wanted_b = b;

  if (wanted_a->layer != wanted_b->layer)
    return (uintptr_t)wanted_a->layer < (uintptr_t)wanted_b->layer ? -1 : 1;
  return (wanted_a->position > wanted_b->position) - (wanted_a->position < wanted_b->position);
}

/* The beginning of the current entry's content, and the digest of the rest; NULL if it cannot be
 * read. */
static char *read_head(struct tar_reader *reader, size_t *len, struct digest *rest,
                       struct error *err)
{
  AUTO_FREE char *head = xmalloc(CAUSE_CONTENT_BYTES);
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  struct tar_chunk chunk;
  int got;

  *len = 0;
  while ((got = tar_read(reader, &chunk, err)) > 0) {
    size_t n = MIN_OF(chunk.len, CAUSE_CONTENT_BYTES - *len);

    memcpy(head + *len, chunk.bytes, n);
    *len += n;
    hasher_add(hasher, chunk.bytes + n, chunk.len - n);
  }
  *rest = hasher_finish(hasher);
  return got < 0 ? NULL : xstrndup(head, *len);
}

static int visit(struct content_visitor *visitor, const struct tar_entry *entry,
                 struct tar_reader *reader, struct error *err)
{
  struct pass *pass = (struct pass *)visitor;
  size_t len = 0;
  struct digest rest;
  AUTO_FREE char *head = read_head(reader, &len, &rest, err);

  if (!head)
    return -1;
  for (; pass->next < pass->end && pass->next->position == entry->index; pass->next++) {
    struct late *item = pass->next->item;

    if (item->heads[pass->side])
      continue;
    item->heads[pass->side] = xstrndup(head, len);
    item->rests[pass->side] = rest;
    item->query.content[pass->side] = (struct str) { item->heads[pass->side], len };
  }
  return 0;
}

/* Reads what is wanted of one layer. An error leaves the rest unknown. */
static void read_layer(struct pass *pass, const struct diff_options *options)
{
  const size_t n = (size_t)(pass->end - pass->next);
  AUTO_FREE uint64_t *positions = xcalloc(n, sizeof(*positions));
  const struct descriptor *layer = pass->next->layer;
  size_t n_positions = 0;
  struct error err;

  for (size_t i = 0; i < n; i++)
    if (!n_positions || positions[n_positions - 1] != pass->next[i].position)
      positions[n_positions++] = pass->next[i].position;
  (void)!diff_visit_layer(options->sources[pass->side], layer, positions, n_positions,
                          options->limits, &pass->visitor, &err);
}

static void read_side(struct explain_late *late, int side, const struct diff_options *options)
{
  AUTO_FREE struct wanted *list = xcalloc(late->n, sizeof(*list));
  size_t at = 0;

  for (size_t i = 0; i < late->n; i++)
    list[i] = (struct wanted) { late->items[i].layers[side], late->items[i].positions[side],
                                &late->items[i] };
  qsort(list, late->n, sizeof(*list), by_place);
  while (at < late->n) {
    struct pass pass = { .visitor = { visit }, .side = side, .next = &list[at] };

    while (at < late->n && list[at].layer == pass.next->layer)
      at++;
    pass.end = &list[at];
    read_layer(&pass, options);
  }
}

static struct explanation explain_item(struct explain_late *late, struct late *item)
{
  AUTO_DRAFT draft = DRAFT_INIT;
  enum cause_evidence evidence;
  const struct cause *cause = cause_find(&item->query, &evidence);

  if (cause)
    draft_add(&draft, cause, evidence, cause_strength_of(evidence), NULL);
  else
    draft_leave(&draft, "content");
  if (draft.n)
    draft_add_all(&draft, &item->others);
  return draft_finish(&draft, &late->arena);
}

void explain_late_look(struct explain_late *late, const struct diff_options *options,
                       void (*set)(void *context, size_t record, struct explanation found),
                       void *context)
{
  if (!late->n || options->sources[0]->fetches_again || options->sources[1]->fetches_again)
    return;
  for (int side = 0; side < 2; side++)
    read_side(late, side, options);
  for (size_t i = 0; i < late->n; i++) {
    struct late *item = &late->items[i];

    item->query.same_rest = digest_equal(&item->rests[0], &item->rests[1]);
    if (item->query.content[0].ptr && item->query.content[1].ptr)
      set(context, item->record, explain_item(late, item));
  }
}
