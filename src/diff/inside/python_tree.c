#include "diff/inside/python_tree.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "image/manifest.h"
#include "layer/layer.h"
#include "layer/overlay/overlay.h"

/* A path that somebody asks for. */
struct python_file {
  enum python_source_state state;
  bool behind_link; /* a directory on the way to it is a symbolic link */
  int64_t mtime, size;
  uint32_t layer, links; /* of the object, and how many names it has; 0: it is no regular file */
  uint64_t index;        /* of the object in its layer */
  bool is_source;        /* one may be there: so the shared layers have to be read if it is not */
};

/* What an image holds at the paths that are asked for. */
struct python_tree {
  const struct diff_options *options;
  int side;
  bool has_manifest;          /* else it is the root's */
  struct descriptor manifest; /* a copy */
  struct map files;           /* by path: struct python_file */
  struct arena arena;
  uint64_t taken;  /* of the memory budget */
  bool is_read;    /* with all that is noted; where that failed all is odd */
  bool odd_caches; /* a symbolic link may lead to a compiled file */
  bool odd_links;  /* a hard link has another time than its target, and engines give it to both */
};

static struct budget *tree_memory(const struct python_tree *tree)
{
  return tree->options->limits ? tree->options->limits->memory : NULL;
}

struct python_tree *python_tree_new(const struct diff_options *options, int side,
                                    const struct descriptor *manifest)
{
  struct python_tree *tree = xcalloc(1, sizeof(*tree));

  *tree = (struct python_tree) {
    .options = options, .side = side, .has_manifest = manifest, .files = MAP_INIT
  };
  if (manifest)
    tree->manifest = descriptor_copy(manifest);
  return tree;
}

void python_tree_free(struct python_tree *tree)
{
  if (!tree)
    return;
  if (tree->has_manifest)
    descriptor_release(&tree->manifest);
  map_release(&tree->files);
  arena_release(&tree->arena);
  budget_give(tree_memory(tree), tree->taken);
  free(tree);
}

bool python_tree_is_of(const struct python_tree *tree, int side, const struct descriptor *manifest)
{
  return tree->side == side && tree->has_manifest == (manifest != NULL) &&
         (!manifest || digest_equal(&tree->manifest.digest, &manifest->digest));
}

void python_tree_want(struct python_tree *tree, struct str path, bool is_source)
{
  enum { TABLES = 4 * (sizeof(struct map_entry) + sizeof(struct map_slot)) };
  const uint64_t bytes = path.len + sizeof(struct python_file) + TABLES;
  struct map_entry *entry = map_find(&tree->files, path);

  if (!entry && !budget_take_spare(tree_memory(tree), bytes))
    return;
  if (!entry) {
    tree->taken += bytes;
    entry = map_put(&tree->files, path);
    entry->key = arena_str(&tree->arena, path);
    entry->value = arena_alloc(&tree->arena, sizeof(struct python_file));
    *(struct python_file *)entry->value = (struct python_file) { .state = PYTHON_SOURCE_ODD };
    tree->is_read = false;
  }
  if (is_source)
    ((struct python_file *)entry->value)->is_source = true;
}

/* ---- what the layers make ---- */

/* Python takes the time as a double, and of that the whole seconds (SourceLoader.path_stats). */
static bool is_rounded_up(const struct tar_time *time)
{
  return time->nanoseconds >= 999999000;
}

static void note_item(struct python_tree *tree, const struct overlay_item *item)
{
  struct map_entry *entry = map_find(&tree->files, item->path);
  const struct tar_entry *object = item->object;
  struct python_file *file;

  if (object && item->links > 1 && item->entry->mtime.seconds != object->mtime.seconds)
    tree->odd_links = true;
  if (!entry)
    return;
  file = entry->value;
  file->state = PYTHON_SOURCE_ODD;
  if (!object || object->type != TAR_REGULAR)
    return;
  file->links = item->links;
  file->layer = item->object_layer;
  file->index = object->index;
  file->mtime = object->mtime.seconds;
  file->size = object->size;
  if (!is_rounded_up(&object->mtime))
    file->state = PYTHON_SOURCE_THERE;
}

static void set_all(const struct python_tree *tree, enum python_source_state state)
{
  for (size_t i = 0; i < tree->files.n; i++) {
    struct python_file *file = tree->files.entries[i].value;

    *file = (struct python_file) { .state = state, .is_source = file->is_source };
  }
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

/* Whether Python finds compiled files by it: then one that lies elsewhere may be found by it. */
static bool is_cache(struct str link)
{
  const struct str name = path_name(link);

  return str_equal(name, STR("__pycache__")) || str_has_suffix(name, STR(".pyc")) ||
         str_has_suffix(name, STR(".pyo"));
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
  tree->odd_links = tree->odd_caches = false;
  while (overlay_walk_next(walk, &item)) {
    note_item(tree, &item);
    if (!item.object || item.object->type != TAR_SYMLINK)
      continue;
    note_link(order, tree->files.n, item.path);
    tree->odd_caches = tree->odd_caches || is_cache(item.path);
  }
  overlay_walk_free(walk);
  for (size_t i = 0; i < tree->files.n; i++) {
    struct python_file *file = tree->files.entries[i].value;

    if (tree->odd_caches || (tree->odd_links && file->links > 1) || file->behind_link)
      file->state = PYTHON_SOURCE_ODD;
  }
}

/* To each of so many overlays. */
static int add_layer(const struct python_tree *tree, const struct descriptor *layer,
                     struct overlay *const *overlays, size_t n, struct error *err)
{
  struct source *source = tree->options->sources[tree->side];
  struct stream *blob;
  struct layer opened;
  struct tar_entry entry;
  int got;

  if (!source_at_hand(source, layer))
    return error_set(err, ERROR_UNSUPPORTED, "it would have to be fetched");
  blob = source_blob(source, layer, err);
  if (!blob)
    return -1;
  layer_open(&opened, blob, NULL, tree->options->limits);
  for (size_t i = 0; i < n; i++)
    overlay_begin_layer(overlays[i]);
  while ((got = tar_next(opened.tar, &entry, err)) > 0)
    for (size_t i = 0; i < n && got > 0; i++)
      if (overlay_add_token(overlays[i], &entry, tar_entry_has_content(&entry) ? 1 : 0, err))
        got = -1;
  layer_close(&opened);
  return got;
}

/* The layers from `below` on, which come upon those that are in the overlay; what they make then.
 */
static int add_own_layers(struct python_tree *tree, const struct manifest *manifest, size_t below,
                          struct overlay *overlay, struct error *err)
{
  int status = 0;

  for (size_t i = below; i < manifest->n_layers && status == 0; i++)
    status = add_layer(tree, &manifest->layers[i], &overlay, 1, err);
  if (status == 0)
    status = overlay_end(overlay, err);
  if (status == 0 && overlay_in_doubt(overlay))
    status = error_set(err, ERROR_UNSUPPORTED, "engines make other trees of it");
  if (status == 0)
    look_up(tree, overlay);
  return status;
}

/* Only the layers that the other image does not begin with. */
static int read_own_layers(struct python_tree *const trees[2], const struct manifest manifests[2],
                           size_t below, struct error *err)
{
  int status = 0;

  for (size_t i = 0; i < 2 && status == 0; i++) {
    struct overlay *overlay = overlay_new_upper(tree_memory(trees[i]), (uint32_t)below);

    status = add_own_layers(trees[i], &manifests[i], below, overlay, err);
    overlay_free(overlay);
  }
  return status;
}

/* All layers; those that both images begin with are read once. */
static int read_all_layers(struct python_tree *const trees[2], const struct manifest manifests[2],
                           size_t below, struct error *err)
{
  struct overlay *overlays[2] = { overlay_new(tree_memory(trees[0])),
                                  overlay_new(tree_memory(trees[1])) };
  int status = 0;

  for (size_t i = 0; i < below && status == 0; i++)
    status = add_layer(trees[0], &manifests[0].layers[i], overlays, 2, err);
  for (size_t i = 0; i < 2; i++) {
    if (status == 0)
      status = add_own_layers(trees[i], &manifests[i], below, overlays[i], err);
    overlay_free(overlays[i]);
  }
  return status;
}

static int read_manifest(const struct python_tree *tree, struct manifest *out, struct error *err)
{
  const struct diff_options *options = tree->options;
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
  for (size_t i = 0; i < tree->files.n; i++) {
    const struct python_file *file = tree->files.entries[i].value;

    if (file->is_source && file->state != PYTHON_SOURCE_THERE)
      return false;
  }
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

static void read_trees(struct python_tree *const trees[2], const struct manifest manifests[2])
{
  const size_t below = shared_layers(manifests);
  struct error err;

  if (below && read_own_layers(trees, manifests, below, &err) == 0 && has_all(trees[0]) &&
      has_all(trees[1]))
    return;
  if (read_all_layers(trees, manifests, below, &err)) {
    set_all(trees[0], PYTHON_SOURCE_ODD);
    set_all(trees[1], PYTHON_SOURCE_ODD);
  }
}

void python_trees_read(struct python_tree *const trees[2])
{
  struct manifest manifests[2];
  struct error err;
  size_t n_read = 0;

  if (trees[0]->is_read && trees[1]->is_read)
    return;
  set_all(trees[0], PYTHON_SOURCE_ODD);
  set_all(trees[1], PYTHON_SOURCE_ODD);
  while (n_read < 2 && read_manifest(trees[n_read], &manifests[n_read], &err) == 0)
    n_read++;
  if (n_read == 2)
    read_trees(trees, manifests);
  while (n_read > 0)
    manifest_release(&manifests[--n_read]);
  trees[0]->is_read = trees[1]->is_read = true;
}

/* ---- what is where ---- */

static const struct python_file *file_at(const struct python_tree *tree, struct str path)
{
  const struct map_entry *entry = map_find(&tree->files, path);

  return entry ? entry->value : NULL;
}

struct python_source python_tree_source(const struct python_tree *tree, struct str path)
{
  const struct python_file *file = file_at(tree, path);

  return file ? (struct python_source) { file->state, file->mtime, file->size }
              : (struct python_source) { PYTHON_SOURCE_ODD, 0, 0 };
}

bool python_tree_has_no_other(const struct python_tree *tree, struct str path,
                              const struct str *others, size_t n)
{
  const struct python_file *file = file_at(tree, path);
  uint32_t found = 1;

  if (!file || !file->links || file->state == PYTHON_SOURCE_ODD)
    return false;
  for (size_t i = 0; i < n; i++) {
    const struct python_file *other = file_at(tree, others[i]);

    found += other && other != file && other->links && other->layer == file->layer &&
             other->index == file->index;
  }
  return found == file->links;
}
