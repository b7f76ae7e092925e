#include "layer/overlay/overlay.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "layer/overlay/overlay_node.h"

enum { PACKED_MAX = 8 * LIMIT_PAX_BYTES };

struct overlay *overlay_new(struct budget *memory)
{
  struct overlay *overlay = xcalloc(1, sizeof(*overlay));

  overlay->memory = memory;
  overlay->paged = paged_new(memory);
  overlay->arena = ARENA_INIT_PAGED(overlay->paged);
  overlay->nodes = MAP_INIT_PAGED(overlay->paged);
  overlay->names = overlay->gone = overlay->aufs_links = overlay->nodes;
  overlay->scratch = BUF_INIT(PACKED_MAX);
  overlay->last_directory = BUF_INIT(LIMIT_PATH_BYTES);
  overlay_unpacked_init(&overlay->target);
  return overlay;
}

struct overlay *overlay_new_upper(struct budget *memory, uint32_t lower)
{
  struct overlay *overlay = overlay_new(memory);

  overlay->is_upper = true;
  overlay->n_layers = lower;
  return overlay;
}

void overlay_free(struct overlay *overlay)
{
  if (!overlay)
    return;
  map_release(&overlay->nodes);
  map_release(&overlay->names);
  map_release(&overlay->gone);
  map_release(&overlay->aufs_links);
  free(overlay->roots);
  overlay_unpacked_release(&overlay->target);
  buf_release(&overlay->scratch);
  buf_release(&overlay->last_directory);
  arena_release(&overlay->arena);
  paged_free(overlay->paged);
  free(overlay);
}

void overlay_begin_layer(struct overlay *overlay)
{
  overlay_end_layer(overlay);
  overlay->n_layers++;
  overlay->last_parent = NULL;
  overlay->cleared = NULL;
  overlay->n_implied_below = overlay->n_implied;
  map_release(&overlay->names);
  map_release(&overlay->gone);
  map_release(&overlay->aufs_links);
  if (overlay->engine == OVERLAY_PODMAN_VFS && overlay->n_roots)
    return;
  overlay->roots =
      xgrow(overlay->roots, overlay->n_roots, &overlay->cap_roots, sizeof(struct overlay_node *));
  overlay->roots[overlay->n_roots++] = overlay_root_new(overlay);
}

uint64_t overlay_count(struct overlay *overlay)
{
  overlay_unite(overlay);
  return overlay->n_paths;
}

struct overlay_record *overlay_record_new(struct overlay *overlay,
                                          const struct overlay_addition *added,
                                          const struct overlay_node *node, struct str path)
{
  struct overlay_record *record;

  buf_clear(&overlay->scratch);
  overlay_pack(&overlay->scratch, added->entry, path, added->content, added->token);
  record = arena_alloc(&overlay->arena, sizeof(*record) + overlay->scratch.len);
  record->node = node;
  record->layer = overlay->n_layers - 1;
  memcpy(record->packed, overlay->scratch.ptr, overlay->scratch.len);
  return record;
}

void overlay_record_unpack(struct overlay_unpacked *out, struct buf *path,
                           const struct overlay_record *record)
{
  overlay_unpack(out, record->packed,
                 record->node ? overlay_node_path(record->node, path) : STR(""));
}

void overlay_add_record(struct overlay *overlay, struct overlay_addition *added,
                        const struct overlay_node *node, struct str path)
{
  struct overlay_record *record;

  if (added->record)
    return;
  record = overlay_record_new(overlay, added, node, path);
  if (overlay->last)
    overlay->last->next = record;
  else
    overlay->first = record;
  overlay->last = record;
  if (!overlay->layer_first)
    overlay->layer_first = record;
  added->record = record;
}

static int check_work(const struct overlay *overlay, struct error *err)
{
  if (!overlay->too_much_work)
    return 0;
  return error_set(err, ERROR_LIMIT,
                   "to find out where its entries go takes more steps than an image may make: "
                   "its symbolic links are too long and too many, or its opaque directories");
}

int overlay_end(struct overlay *overlay, struct error *err)
{
  overlay_end_layer(overlay);
  if (check_work(overlay, err))
    return error_wrap(err, "the merged layers");
  return 0;
}

static int add(struct overlay *overlay, struct overlay_addition *added, struct error *err)
{
  struct overlay_path path;
  enum overlay_mark mark;
  struct str hidden;

  if (overlay_path_clean(&path, added->entry->name, err) < 0 ||
      overlay_path_mark(&path, &mark, &hidden, err) < 0)
    return -1;
  paged_step(overlay->paged);
  if (paged_check(overlay->paged, err))
    return error_wrap(err, "the merged layers");
  overlay_apply(overlay, added, &path);
  overlay_add_record(overlay, added, NULL, STR(""));
  return check_work(overlay, err);
}

int overlay_add(struct overlay *overlay, const struct tar_entry *entry,
                const struct digest *content, struct error *err)
{
  return add(overlay, &(struct overlay_addition) { .entry = entry, .content = content }, err);
}

int overlay_add_token(struct overlay *overlay, const struct tar_entry *entry, uint64_t token,
                      struct error *err)
{
  return add(overlay, &(struct overlay_addition) { .entry = entry, .token = token }, err);
}
