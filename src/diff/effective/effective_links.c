#include "diff/effective/effective_links.h"

#include <string.h>

struct linked_file {
  struct str first; /* of its names */
  bool met;         /* it belongs to a file of the other side */
};

/* A file is the entry that it was made by. */
struct file_key {
  uint64_t index;
  uint64_t layer;
};

void effective_links_init(struct effective_links *links, struct budget *memory)
{
  struct paged *paged = paged_new(memory);
  const struct map map = MAP_INIT_PAGED(paged);

  *links = (struct effective_links) { { map, map }, map, ARENA_INIT_PAGED(paged), paged };
}

int effective_links_check(const struct effective_links *links, struct error *err)
{
  return paged_check(links->paged, err) ? error_wrap(err, "files that have several names") : 0;
}

void effective_links_release(struct effective_links *links)
{
  map_release(&links->files[0]);
  map_release(&links->files[1]);
  map_release(&links->pairs);
  arena_release(&links->arena);
  paged_free(links->paged);
  links->paged = NULL;
}

/* NULL for what has one name only. */
static struct linked_file *find_file(struct effective_links *links, int side,
                                     const struct overlay_item *item, struct file_key *key)
{
  struct str bytes = { (const char *)key, sizeof(*key) };
  struct map_entry *entry;
  struct linked_file *file;

  if (item->links < 2)
    return NULL;
  paged_step(links->paged);
  *key = (struct file_key) { item->object->index, item->object_layer };
  entry = map_put(&links->files[side], bytes);
  if (entry->value)
    return entry->value;
  file = arena_alloc(&links->arena, sizeof(*file));
  file->first = arena_str(&links->arena, item->path);
  entry->key = arena_str(&links->arena, bytes);
  entry->value = file;
  return file;
}

static bool is_new_pair(struct effective_links *links, const struct file_key keys[2])
{
  struct str bytes = { (const char *)keys, 2 * sizeof(*keys) };
  struct map_entry *entry = map_put(&links->pairs, bytes);

  if (entry->key.ptr != bytes.ptr)
    return false;
  entry->key = arena_str(&links->arena, bytes);
  return true;
}

enum links_meeting effective_links_meet(struct effective_links *links,
                                        const struct overlay_item *const items[2],
                                        struct str names[2])
{
  struct file_key keys[2];
  struct linked_file *files[2];
  bool split = false;

  for (int side = 0; side < 2; side++)
    files[side] = find_file(links, side, items[side], &keys[side]);
  if (files[0] && files[1] && !is_new_pair(links, keys))
    return LINKS_KNOWN;
  for (int side = 0; side < 2; side++) {
    struct linked_file *file = files[side];
    bool is_first = !file || str_equal(file->first, items[side]->path);

    names[side] = is_first ? (struct str) { NULL, 0 } : file->first;
    split = split || (file && file->met);
    if (file)
      file->met = true;
  }
  return split ? LINKS_SPLIT : LINKS_NEW;
}

void effective_links_lone(struct effective_links *links, int side, const struct overlay_item *item)
{
  struct file_key key;

  find_file(links, side, item, &key);
}
