#include "diff/inside/inside_python.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/path.h"
#include "formats/pyc.h"
#include "image/manifest.h"
#include "layer/layer.h"
#include "layer/overlay/overlay.h"

enum { DEPTH_MAX = 64 }; /* directories of a compiled file, in each of which its source may be */

enum file_state { FILE_ABSENT, FILE_THERE, FILE_ODD /* a link, or it is not known */ };

/* A path that somebody asks for. */
struct python_file {
  enum file_state state;
  bool linked; /* it has several names */
  int64_t mtime, size;
};

/* What an image holds at the paths that are asked for. */
struct python_tree {
  int side;
  const struct descriptor *manifest; /* NULL: the root's */
  struct map files;                  /* by path: struct python_file */
  bool is_read;                      /* with all that is noted; where that failed all is odd */
  bool odd_links; /* a hard link has another time than its target, and engines give it to both */
};

struct inside_python {
  const struct diff_options *options;
  struct python_tree **trees; /* owned */
  size_t n, cap;
  struct arena arena, scratch;
};

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
    map_release(&python->trees[i]->files);
    free(python->trees[i]);
  }
  free((void *)python->trees);
  arena_release(&python->arena);
  arena_release(&python->scratch);
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

  for (size_t i = 0; i < python->n; i++)
    if (python->trees[i]->side == side && python->trees[i]->manifest == manifest)
      return python->trees[i];
  tree = xcalloc(1, sizeof(*tree));
  *tree = (struct python_tree) { .side = side, .manifest = manifest, .files = MAP_INIT };
  python->trees = (struct python_tree **)xgrow((void *)python->trees, python->n, &python->cap,
                                               sizeof(struct python_tree *));
  python->trees[python->n++] = tree;
  return tree;
}

/* What a source may be called, one after the other. */
struct candidates {
  struct str directory; /* of the next one */
  struct str name, whole_name;
  bool in_cache;
  unsigned depth;
};

/* "DIR/__pycache__/m.cpython-311.pyc" is made from "DIR/m.py" (PEP 3147). "DIR/m.pyc" is Python 2's
 * of "DIR/m.py"; and "CACHE/DIR/m.cpython-311.pyc" that of "/DIR/m.py" if somebody sets
 * $PYTHONPYCACHEPREFIX to CACHE. False: it is none of these, or its name is written in an odd way.
 */
static bool candidates_of(struct str name, struct candidates *out)
{
  struct str path;
  struct str base;
  const char *dot;
  struct str directory;

  if (!path_plain(name, &path))
    return false;
  base = path_name(path);
  directory = path_directory(path);
  dot = base.len ? memchr(base.ptr, '.', base.len) : NULL;
  if (!dot || !str_has_suffix(base, STR(".pyc")))
    return false;
  *out = (struct candidates) {
    .directory = directory,
    .name = { base.ptr, (size_t)(dot - base.ptr) },
    .whole_name = { base.ptr, base.len - 4 },
    .in_cache = str_equal(path_name(directory), STR("__pycache__")),
  };
  for (size_t i = 0; i < directory.len; i++)
    out->depth += directory.ptr[i] == '/';
  return out->depth < DEPTH_MAX;
}

static struct str candidate(struct arena *arena, struct str directory, struct str name)
{
  return str_of(arena_printf(arena, "%.*s%s%.*s.py", STR_ARGS(directory), directory.len ? "/" : "",
                             STR_ARGS(name)));
}

/* The paths in the arena; at most DEPTH_MAX + 2, *n of them. */
static void list_sources(const struct candidates *of, struct arena *arena,
                         struct str out[DEPTH_MAX + 2], size_t *n)
{
  struct str rest = of->directory;
  struct str component;

  *n = 0;
  if (of->in_cache) {
    out[(*n)++] = candidate(arena, path_directory(of->directory), of->name);
    return;
  }
  out[(*n)++] = candidate(arena, of->directory, of->whole_name);
  if (of->name.len == of->whole_name.len)
    return;
  do {
    rest = str_skip(rest, str_has_prefix(rest, STR("/")));
    out[(*n)++] = candidate(arena, rest, of->name);
  } while (path_next(&rest, &component) && *n < DEPTH_MAX + 2);
}

static struct python_file *want(struct python_tree *tree, struct arena *arena, struct str path)
{
  struct map_entry *entry = map_put(&tree->files, path);

  if (!entry->value) {
    entry->key = arena_str(arena, path);
    entry->value = arena_alloc(arena, sizeof(struct python_file));
    *(struct python_file *)entry->value = (struct python_file) { FILE_ODD, false, 0, 0 };
    tree->is_read = false;
  }
  return entry->value;
}

void inside_python_note(struct inside_python *python, const struct event *event)
{
  for (int side = 0; side < 2; side++) {
    struct python_tree *tree;
    struct candidates of;
    struct str sources[DEPTH_MAX + 2];
    struct str path;
    size_t n;

    if (!event->inputs[side].entry || !candidates_of(event->inputs[side].entry->name, &of) ||
        !path_plain(event->inputs[side].entry->name, &path))
      return;
    tree = python_tree_of(python, event, side);
    want(tree, &python->arena, path);
    arena_reset(&python->scratch);
    list_sources(&of, &python->scratch, sources, &n);
    for (size_t i = 0; i < n; i++)
      want(tree, &python->arena, sources[i]);
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
  *(struct python_file *)entry->value =
      object && object->type == TAR_REGULAR
          ? (struct python_file) { FILE_THERE, item->links > 1, object->mtime.seconds,
                                   object->size }
          : (struct python_file) { FILE_ODD, false, 0, 0 };
}

static void look_up(struct python_tree *tree, struct overlay *overlay)
{
  struct overlay_walk *walk = overlay_walk_new(overlay);
  struct overlay_item item;

  for (size_t i = 0; i < tree->files.n; i++)
    *(struct python_file *)tree->files.entries[i].value =
        (struct python_file) { FILE_ABSENT, false, 0, 0 };
  tree->odd_links = false;
  while (overlay_walk_next(walk, &item))
    note_item(tree, &item);
  overlay_walk_free(walk);
  for (size_t i = 0; i < tree->files.n && tree->odd_links; i++) {
    struct python_file *file = tree->files.entries[i].value;

    file->state = file->linked ? FILE_ODD : file->state;
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
  struct budget *memory = python->options->limits ? python->options->limits->memory : NULL;
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
  const struct descriptor *manifest = tree->manifest;
  int status;

  if (!manifest && source_resolve(source, &root, err))
    return -1;
  status =
      source_read(source, manifest ? manifest : &root, options->limits->json_bytes, &text, err) ||
              manifest_parse(out, buf_str(&text), options->limits, err)
          ? -1
          : 0;
  if (!manifest)
    descriptor_release(&root);
  return status;
}

static bool has_all(const struct python_tree *tree)
{
  for (size_t i = 0; i < tree->files.n; i++)
    if (((const struct python_file *)tree->files.entries[i].value)->state != FILE_THERE)
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

  while (n_read < 2 && read_manifest(python, trees[n_read], &manifests[n_read], &err) == 0)
    n_read++;
  for (size_t i = 0; i < 2 && n_read == 2; i++) {
    const size_t below = shared_layers(manifests);

    if ((below && read_layers(python, trees[i], &manifests[i], below, &err) == 0 &&
         has_all(trees[i])) ||
        read_layers(python, trees[i], &manifests[i], 0, &err) == 0)
      continue;
    for (size_t k = 0; k < trees[i]->files.n; k++)
      *(struct python_file *)trees[i]->files.entries[k].value =
          (struct python_file) { FILE_ODD, false, 0, 0 };
  }
  while (n_read > 0)
    manifest_release(&manifests[--n_read]);
  trees[0]->is_read = trees[1]->is_read = true;
}

/* ---- what Python does ---- */

enum python_does { PYTHON_HAS_NO_SOURCE, PYTHON_RUNS_IT, PYTHON_RUNS_THE_SOURCE, PYTHON_UNKNOWN };

static const char *const does_text[] = {
  [PYTHON_HAS_NO_SOURCE] = "equal inside, but there is no source for Python to hold its time "
                           "against",
  [PYTHON_RUNS_IT] = "equal inside, but its time is that of its source, so Python runs it",
  [PYTHON_RUNS_THE_SOURCE] = "equal inside, but its time is not that of its source, which Python "
                             "then runs instead",
  [PYTHON_UNKNOWN] = "equal inside, but whether its time is that of its source, so that Python "
                     "runs it, is not known",
};

static enum python_does does_with(const struct python_file *source, const struct pyc_stamp *stamp)
{
  if (source->state != FILE_THERE)
    return source->state == FILE_ABSENT ? PYTHON_HAS_NO_SOURCE : PYTHON_UNKNOWN;
  return (uint32_t)source->mtime == stamp->time &&
                 (!stamp->has_size || (uint32_t)source->size == stamp->size)
             ? PYTHON_RUNS_IT
             : PYTHON_RUNS_THE_SOURCE;
}

bool inside_python_has_times(const struct str content[2])
{
  struct pyc_stamp stamps[2];

  return pyc_stamp(content[0], &stamps[0]) && pyc_stamp(content[1], &stamps[1]) &&
         stamps[0].time != stamps[1].time;
}

/* What Python does with the n-th source of each side. */
static bool same_of(struct python_tree *const trees[2], const struct str sources[2],
                    const struct pyc_stamp stamps[2], char reasons[2][INSIDE_REASON_MAX])
{
  enum python_does does[2];

  for (int side = 0; side < 2; side++) {
    const struct map_entry *entry = map_find(&trees[side]->files, sources[side]);

    does[side] = entry ? does_with(entry->value, &stamps[side]) : PYTHON_UNKNOWN;
    snprintf(reasons[side], INSIDE_REASON_MAX, "%s", does_text[does[side]]);
  }
  return does[0] == does[1] && does[0] != PYTHON_UNKNOWN;
}

static bool is_there(const struct python_tree *tree, struct str name)
{
  struct str path;
  const struct map_entry *entry;

  (void)path_plain(name, &path);
  entry = map_find(&tree->files, path);
  return entry && ((const struct python_file *)entry->value)->state != FILE_ABSENT;
}

bool inside_python_same(struct inside_python *python, const struct event *event,
                        const struct str content[2], char reasons[2][INSIDE_REASON_MAX])
{
  struct python_tree *trees[2];
  struct pyc_stamp stamps[2];
  struct str sources[2][DEPTH_MAX + 2];
  size_t n[2];
  bool known = pyc_stamp(content[0], &stamps[0]) && pyc_stamp(content[1], &stamps[1]);

  arena_reset(&python->scratch);
  for (int side = 0; side < 2; side++) {
    struct candidates of;

    trees[side] = python_tree_of(python, event, side);
    snprintf(reasons[side], INSIDE_REASON_MAX, "%s", does_text[PYTHON_UNKNOWN]);
    known = known && candidates_of(event->inputs[side].entry->name, &of);
    if (known)
      list_sources(&of, &python->scratch, sources[side], &n[side]);
  }
  if (!known || n[0] != n[1])
    return false;
  if (!trees[0]->is_read || !trees[1]->is_read)
    read_trees(python, trees);
  for (int side = 0; side < 2; side++)
    if (!is_there(trees[side], event->inputs[side].entry->name))
      return false;
  for (size_t i = 0; i < n[0]; i++)
    if (!same_of(trees, (const struct str[2]) { sources[0][i], sources[1][i] }, stamps, reasons))
      return false;
  return true;
}
