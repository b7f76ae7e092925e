#include "diff/inside/inside_python.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "diff/inside/python_source.h"
#include "image/manifest.h"
#include "layer/layer.h"
#include "layer/overlay/overlay.h"

/* A path that somebody asks for. */
struct python_file {
  enum python_source_state state;
  bool linked;      /* it has several names */
  bool behind_link; /* a directory on the way to it is a symbolic link */
  int64_t mtime, size;
};

/* What an image holds at the paths that are asked for. */
struct python_tree {
  int side;
  bool has_manifest;          /* else it is the root's */
  struct descriptor manifest; /* a copy */
  struct map files;           /* by path: struct python_file */
  bool is_read;               /* with all that is noted; where that failed all is odd */
  bool odd_links; /* a hard link has another time than its target, and engines give it to both */
};

struct inside_python {
  const struct diff_options *options;
  struct python_tree **trees; /* owned */
  size_t n, cap;
  struct arena arena, scratch;
  uint64_t taken; /* of the memory budget */
};

static struct budget *python_memory(const struct inside_python *python)
{
  return python->options->limits ? python->options->limits->memory : NULL;
}

struct inside_python *inside_python_new(const struct diff_options *options)
{
  struct inside_python *python = xcalloc(1, sizeof(*python));

  python->options = options;
  return python;
}

void inside_python_free(struct inside_python *python)
{
  if (!python)
    return;
  for (size_t i = 0; i < python->n; i++) {
    if (python->trees[i]->has_manifest)
      descriptor_release(&python->trees[i]->manifest);
    map_release(&python->trees[i]->files);
    free(python->trees[i]);
  }
  free((void *)python->trees);
  arena_release(&python->arena);
  arena_release(&python->scratch);
  budget_give(python_memory(python), python->taken);
  free(python);
}

/* ---- where sources are ---- */

static const struct descriptor *python_manifest(const struct event *event, int side)
{
  for (const struct event_node *node = event->parent; node; node = node->parent) {
    const struct descriptor *descriptor = node->inputs[side].descriptor;

    if (descriptor && descriptor->kind == MEDIA_MANIFEST)
      return descriptor;
  }
  return NULL;
}

static struct python_tree *python_tree_of(struct inside_python *python, const struct event *event,
                                          int side)
{
  const struct descriptor *manifest = python_manifest(event, side);
  struct python_tree *tree;

  for (size_t i = 0; i < python->n; i++) {
    tree = python->trees[i];
    if (tree->side == side && tree->has_manifest == (manifest != NULL) &&
        (!manifest || digest_equal(&tree->manifest.digest, &manifest->digest)))
      return tree;
  }
  tree = xcalloc(1, sizeof(*tree));
  *tree = (struct python_tree) { .side = side, .has_manifest = manifest, .files = MAP_INIT };
  if (manifest)
    tree->manifest = descriptor_copy(manifest);
  python->trees = (struct python_tree **)xgrow((void *)python->trees, python->n, &python->cap,
                                               sizeof(struct python_tree *));
  python->trees[python->n++] = tree;
  return tree;
}

/* A compiled file may have its source in many places, and names are long: of what has no room
 * nothing is known. */
static void want(struct inside_python *python, struct python_tree *tree, struct str path)
{
  enum { TABLES = 4 * (sizeof(struct map_entry) + sizeof(struct map_slot)) };
  const uint64_t bytes = path.len + sizeof(struct python_file) + TABLES;
  struct map_entry *entry;

  if (map_find(&tree->files, path) || !budget_take_spare(python_memory(python), bytes))
    return;
  python->taken += bytes;
  entry = map_put(&tree->files, path);
  entry->key = arena_str(&python->arena, path);
  entry->value = arena_alloc(&python->arena, sizeof(struct python_file));
  *(struct python_file *)entry->value = (struct python_file) { .state = PYTHON_SOURCE_ODD };
  tree->is_read = false;
}

void inside_python_note(struct inside_python *python, const struct event *event)
{
  for (int side = 0; side < 2; side++) {
    struct python_tree *tree;
    struct python_sources sources;
    struct str path;

    arena_reset(&python->scratch);
    if (!event->inputs[side].entry || !path_plain(event->inputs[side].entry->name, &path) ||
        !python_sources_of(path, &python->scratch, &sources))
      return;
    tree = python_tree_of(python, event, side);
    want(python, tree, path);
    for (size_t i = 0; i < sources.n; i++)
      want(python, tree, sources.paths[i]);
  }
}

/* ---- what the layers make ---- */

static void note_item(struct python_tree *tree, const struct overlay_item *item)
{
  struct map_entry *entry = map_find(&tree->files, item->path);
  const struct tar_entry *object = item->object;

  if (object && item->links > 1 && item->entry->mtime.seconds != object->mtime.seconds)
    tree->odd_links = true;
  if (!entry)
    return;
  *(struct python_file *)entry->value = object && object->type == TAR_REGULAR
                                            ? (struct python_file) { .state = PYTHON_SOURCE_THERE,
                                                                     .linked = item->links > 1,
                                                                     .mtime = object->mtime.seconds,
                                                                     .size = object->size }
                                            : (struct python_file) { .state = PYTHON_SOURCE_ODD };
}

static void set_all(const struct python_tree *tree, enum python_source_state state)
{
  for (size_t i = 0; i < tree->files.n; i++)
    *(struct python_file *)tree->files.entries[i].value = (struct python_file) { .state = state };
}

static int by_path(const void *a, const void *b)
{
  return str_compare((*(const struct map_entry *const *)a)->key,
                     (*(const struct map_entry *const *)b)->key);
}

/* Negative: the path sorts before all that is below the link; 0: it is below it. */
static int compare_below(struct str path, struct str link)
{
  const struct str head = { path.ptr, MIN_OF(path.len, link.len) };
  const int order = str_compare(head, link);

  if (order)
    return order;
  return path.len == link.len ? -1 : (unsigned char)path.ptr[link.len] - '/';
}

/* What is asked for behind a link may be where the link leads. */
static void note_link(struct map_entry *const *order, size_t n, struct str link)
{
  size_t from = 0;

  for (size_t to = n; from < to;) {
    const size_t middle = from + (to - from) / 2;

    if (compare_below(order[middle]->key, link) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  for (; from < n && compare_below(order[from]->key, link) == 0; from++)
    ((struct python_file *)order[from]->value)->behind_link = true;
}

static void look_up(struct python_tree *tree, struct overlay *overlay)
{
  struct overlay_walk *walk = overlay_walk_new(overlay);
  AUTO_FREE struct map_entry **order = xcalloc(tree->files.n, sizeof(struct map_entry *));
  struct overlay_item item;

  for (size_t i = 0; i < tree->files.n; i++)
    order[i] = &tree->files.entries[i];
  qsort((void *)order, tree->files.n, sizeof(struct map_entry *), by_path);
  set_all(tree, PYTHON_SOURCE_ABSENT);
  tree->odd_links = false;
  while (overlay_walk_next(walk, &item)) {
    note_item(tree, &item);
    if (item.object && item.object->type == TAR_SYMLINK)
      note_link(order, tree->files.n, item.path);
  }
  overlay_walk_free(walk);
  for (size_t i = 0; i < tree->files.n; i++) {
    struct python_file *file = tree->files.entries[i].value;

    if ((tree->odd_links && file->linked) || file->behind_link)
      file->state = PYTHON_SOURCE_ODD;
  }
}

static int add_layer(const struct inside_python *python, int side, const struct descriptor *layer,
                     struct overlay *overlay, struct error *err)
{
  struct source *source = python->options->sources[side];
  struct stream *blob;
  struct layer opened;
  struct tar_entry entry;
  int got;

  if (!source_at_hand(source, layer))
    return error_set(err, ERROR_UNSUPPORTED, "it would have to be fetched");
  blob = source_blob(source, layer, err);
  if (!blob)
    return -1;
  layer_open(&opened, blob, NULL, python->options->limits);
  overlay_begin_layer(overlay);
  while ((got = tar_next(opened.tar, &entry, err)) > 0)
    if (overlay_add_token(overlay, &entry, tar_entry_has_content(&entry) ? 1 : 0, err)) {
      got = -1;
      break;
    }
  layer_close(&opened);
  return got;
}

/* From the layer `below` on. */
static int read_layers(const struct inside_python *python, struct python_tree *tree,
                       const struct manifest *manifest, size_t below, struct error *err)
{
  struct budget *memory = python_memory(python);
  struct overlay *overlay =
      below ? overlay_new_upper(memory, (uint32_t)below) : overlay_new(memory);
  int status = 0;

  for (size_t i = below; i < manifest->n_layers && status == 0; i++)
    status = add_layer(python, tree->side, &manifest->layers[i], overlay, err);
  if (status == 0)
    status = overlay_end(overlay, err);
  if (status == 0 && overlay_in_doubt(overlay))
    status = error_set(err, ERROR_UNSUPPORTED, "engines make other trees of it");
  if (status == 0)
    look_up(tree, overlay);
  overlay_free(overlay);
  return status;
}

static int read_manifest(const struct inside_python *python, const struct python_tree *tree,
                         struct manifest *out, struct error *err)
{
  const struct diff_options *options = python->options;
  struct source *source = options->sources[tree->side];
  AUTO_BUF text = BUF_INIT(options->limits->json_bytes);
  struct descriptor root = { 0 };
  int status;

  if (!tree->has_manifest && source_resolve(source, &root, err))
    return -1;
  status = source_read(source, tree->has_manifest ? &tree->manifest : &root,
                       options->limits->json_bytes, &text, err) ||
                   manifest_parse(out, buf_str(&text), options->limits, err)
               ? -1
               : 0;
  if (!tree->has_manifest)
    descriptor_release(&root);
  return status;
}

static bool has_all(const struct python_tree *tree)
{
  for (size_t i = 0; i < tree->files.n; i++)
    if (((const struct python_file *)tree->files.entries[i].value)->state != PYTHON_SOURCE_THERE)
      return false;
  return true;
}

/* How many layers both images begin with. */
static size_t shared_layers(const struct manifest manifests[2])
{
  size_t n = 0;

  while (n < manifests[0].n_layers && n < manifests[1].n_layers &&
         digest_equal(&manifests[0].layers[n].digest, &manifests[1].layers[n].digest))
    n++;
  return n;
}

static void read_trees(const struct inside_python *python, struct python_tree *const trees[2])
{
  struct manifest manifests[2];
  struct error err;
  size_t n_read = 0;

  set_all(trees[0], PYTHON_SOURCE_ODD);
  set_all(trees[1], PYTHON_SOURCE_ODD);
  while (n_read < 2 && read_manifest(python, trees[n_read], &manifests[n_read], &err) == 0)
    n_read++;
  for (size_t i = 0; i < 2 && n_read == 2; i++) {
    const size_t below = shared_layers(manifests);

    if ((below && read_layers(python, trees[i], &manifests[i], below, &err) == 0 &&
         has_all(trees[i])) ||
        read_layers(python, trees[i], &manifests[i], 0, &err) == 0)
      continue;
    set_all(trees[i], PYTHON_SOURCE_ODD);
  }
  while (n_read > 0)
    manifest_release(&manifests[--n_read]);
  trees[0]->is_read = trees[1]->is_read = true;
}

/* ---- what Python does ---- */

static struct python_source source_at(const struct python_tree *tree, struct str path)
{
  const struct map_entry *entry = map_find(&tree->files, path);
  const struct python_file *file = entry ? entry->value : NULL;

  return file ? (struct python_source) { file->state, file->mtime, file->size }
              : (struct python_source) { PYTHON_SOURCE_ODD, 0, 0 };
}

static bool is_there(const struct python_tree *tree, struct str path)
{
  return source_at(tree, path).state != PYTHON_SOURCE_ABSENT;
}

bool inside_python_same(struct inside_python *python, const struct event *event,
                        const struct str content[2], char reasons[2][INSIDE_REASON_MAX])
{
  struct python_tree *trees[2];
  struct python_sources sources[2];
  struct python_source found[2] = { { PYTHON_SOURCE_ODD, 0, 0 }, { PYTHON_SOURCE_ODD, 0, 0 } };
  struct str paths[2];
  bool known = true;

  arena_reset(&python->scratch);
  for (int side = 0; side < 2; side++) {
    trees[side] = python_tree_of(python, event, side);
    known = known && path_plain(event->inputs[side].entry->name, &paths[side]) &&
            python_sources_of(paths[side], &python->scratch, &sources[side]);
  }
  if (known && (!trees[0]->is_read || !trees[1]->is_read))
    read_trees(python, trees);
  known = known && sources[0].n == sources[1].n && is_there(trees[0], paths[0]) &&
          is_there(trees[1], paths[1]);
  for (size_t i = 0; known && i < sources[0].n; i++) {
    for (int side = 0; side < 2; side++)
      found[side] = source_at(trees[side], sources[side].paths[i]);
    if (!python_does_same(content, found, reasons))
      return false;
  }
  return known || python_does_same(content, found, reasons);
}
