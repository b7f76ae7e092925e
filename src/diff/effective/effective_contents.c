#include "diff/effective/effective_contents.h"

#include <stdlib.h>

#include "base/alloc.h"

struct place {
  uint64_t layer;
  uint64_t index;
};

struct wanted_content {
  struct place place;
  bool fetched;
  struct digest digest;
};

void effective_contents_init(struct effective_contents *contents, struct budget *memory)
{
  struct paged *paged = paged_new(memory);

  *contents = (struct effective_contents) {
    memory, paged, { MAP_INIT_PAGED(paged), MAP_INIT_PAGED(paged) }, ARENA_INIT_PAGED(paged)
  };
}

void effective_contents_release(struct effective_contents *contents)
{
  map_release(&contents->wanted[0]);
  map_release(&contents->wanted[1]);
  arena_release(&contents->arena);
  paged_free(contents->paged);
  contents->paged = NULL;
}

static struct place place_of(const struct overlay_item *item)
{
  return (struct place) { item->object_layer, item->object->index };
}

void effective_contents_want(struct effective_contents *contents, int side,
                             const struct overlay_item *item)
{
  struct place place = place_of(item);
  struct map_entry *entry =
      map_put(&contents->wanted[side], (struct str) { (const char *)&place, sizeof(place) });
  struct wanted_content *wanted;

  paged_step(contents->paged);
  if (entry->value)
    return;
  wanted = arena_alloc(&contents->arena, sizeof(*wanted));
  wanted->place = place;
  entry->key.ptr = (const char *)&wanted->place;
  entry->value = wanted;
}

bool effective_contents_wanted(const struct effective_contents *contents)
{
  return contents->wanted[0].n || contents->wanted[1].n;
}

const struct digest *effective_contents_of(const struct effective_contents *contents, int side,
                                           const struct overlay_item *item)
{
  struct place place;
  struct map_entry *entry;
  const struct wanted_content *wanted;

  if (item->content.algorithm != DIGEST_NONE)
    return &item->content;
  if (!item->token)
    return NULL;
  place = place_of(item);
  entry = map_find(&contents->wanted[side], (struct str) { (const char *)&place, sizeof(place) });
  wanted = entry ? entry->value : NULL;
  return wanted && wanted->fetched ? &wanted->digest : NULL;
}

/* ---- the second pass ---- */

struct fetch {
  struct content_visitor visitor;     /* the first member */
  struct wanted_content *const *next; /* of the layer being read, in its order */
  struct hasher *hasher;
};

static int hash_entry(struct content_visitor *visitor, const struct tar_entry *entry,
                      struct tar_reader *reader, struct error *err)
{
  struct fetch *fetch = (struct fetch *)visitor;
  struct wanted_content *wanted = *fetch->next++;
  struct tar_chunk chunk;
  int got;

  while ((got = tar_read(reader, &chunk, err)) > 0)
    hasher_add(fetch->hasher, chunk.bytes, chunk.len);
  if (got < 0)
    return error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name));
  wanted->digest = hasher_finish(fetch->hasher);
  wanted->fetched = true;
  return 0;
}

static int compare_places(const void *a, const void *b)
{
  const struct place *x = &(*(struct wanted_content *const *)a)->place;
  const struct place *y = &(*(struct wanted_content *const *)b)->place;

  if (x->layer != y->layer)
    return x->layer < y->layer ? -1 : 1;
  return (x->index > y->index) - (x->index < y->index);
}

static int fetch_layer(struct wanted_content *const *items, size_t n, struct diff *diff, int side,
                       const struct descriptor *layer, struct error *err)
{
  const struct diff_options *options = diff->options;
  AUTO_FREE uint64_t *positions = xcalloc(n, sizeof(*positions));
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  struct fetch fetch = { { hash_entry }, items, hasher };
  char digest[DIGEST_MAX_TEXT];

  for (size_t i = 0; i < n; i++)
    positions[i] = items[i]->place.index;
  if (diff_visit_layer(options->sources[side], layer, positions, n, options->limits, &fetch.visitor,
                       err)) {
    error_wrap(err, "layer %s", digest_format(&layer->digest, digest));
    return diff_wrap_input(diff, side, err);
  }
  return 0;
}

static int fetch_listed(const struct map *wanted, struct diff *diff, int side,
                        const struct manifest *manifest, struct error *err)
{
  AUTO_FREE struct wanted_content **items = xcalloc(wanted->n + 1, sizeof(*items));
  size_t from = 0;

  for (size_t i = 0; i < wanted->n; i++)
    items[i] = wanted->entries[i].value;
  qsort(items, wanted->n, sizeof(*items), compare_places);
  while (from < wanted->n) {
    uint64_t layer = items[from]->place.layer;
    size_t to = from + 1;

    while (to < wanted->n && items[to]->place.layer == layer)
      to++;
    if (fetch_layer(items + from, to - from, diff, side, &manifest->layers[layer], err))
      return -1;
    from = to;
  }
  return 0;
}

static int fetch_side(const struct effective_contents *contents, struct diff *diff, int side,
                      const struct manifest *manifest, struct error *err)
{
  const struct map *wanted = &contents->wanted[side];
  /* The list, and the positions of one layer. */
  const uint64_t bytes = wanted->n * (sizeof(struct wanted_content *) + sizeof(uint64_t));
  int status;

  if (paged_check(contents->paged, err))
    return error_wrap(err, "what is to be read once more");
  if (!budget_take(contents->memory, bytes))
    return budget_error(contents->memory, "the contents that are to be read once more", err);
  status = fetch_listed(wanted, diff, side, manifest, err);
  budget_give(contents->memory, bytes);
  return status;
}

int effective_contents_fetch(struct effective_contents *contents, struct diff *diff,
                             const struct effective_image images[2], struct error *err)
{
  for (int side = 0; side < 2; side++)
    if (contents->wanted[side].n && fetch_side(contents, diff, side, images[side].manifest, err))
      return -1;
  return 0;
}
