#include "show/contents_files.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "layer/layer.h"
#include "layer/overlay/overlay.h"
#include "layer/totals.h"
#include "show/contents_packages.h"
#include "show/directories.h"

/* The content of one entry. Its token in the overlay is one more than its number. */
struct content {
  uint64_t bytes;
  const char *path; /* NULL: too small to be listed */
  uint32_t layer;
  bool shown; /* some path of the image has it */
};

struct files {
  struct contents *out;
  struct source *source;
  const struct contents_options *options;
  struct overlay *overlay;
  struct content *contents;
  size_t n, cap;
  uint64_t taken; /* of the memory budget */
  struct directories directories;
  struct contents_databases databases;
  bool failed; /* reading what was kept of package managers */
  struct error err;
  size_t cap_privileged, cap_hidden;
};

/* ---- layers ---- */

static int take_memory(struct files *files, uint64_t bytes, struct error *err)
{
  if (!budget_take(files->options->limits->memory, bytes))
    return budget_error(files->options->limits->memory, "the files of the image", err);
  files->taken += bytes;
  return 0;
}

static int add_content(struct files *files, struct tar_reader *reader,
                       const struct tar_entry *entry, uint32_t layer, struct error *err)
{
  const uint64_t bytes = entry->size > 0 ? (uint64_t)entry->size : 0;
  const bool listed = bytes >= CONTENTS_HIDDEN_LEAST;

  if (take_memory(files, sizeof(struct content) + (listed ? entry->name.len + 1 : 0), err))
    return -1;
  files->contents = xgrow(files->contents, files->n, &files->cap, sizeof(*files->contents));
  files->contents[files->n++] = (struct content) {
    .bytes = bytes,
    .path = listed ? arena_str(&files->out->arena, entry->name).ptr : NULL,
    .layer = layer,
  };
  files->out->layers[layer].bytes += bytes;
  if (overlay_add_token(files->overlay, entry, files->n, err))
    return -1;
  return contents_databases_keep(&files->databases, reader, entry, files->n,
                                 files->options->limits->memory, err);
}

static int add_entry(struct files *files, struct tar_reader *reader, const struct tar_entry *entry,
                     uint32_t layer, struct error *err)
{
  int status;

  if (totals_add_entry(files->options->limits->totals, err))
    return -1;
  files->out->layers[layer].entries++;
  status = tar_entry_has_content(entry) ? add_content(files, reader, entry, layer, err)
                                        : overlay_add(files->overlay, entry, NULL, err);
  return status ? error_wrap(err, "\"%.*s\"", STR_ARGS(entry->name)) : 0;
}

static int contents_files_read_layer(struct files *files, uint32_t number, struct error *err)
{
  const struct descriptor *descriptor = files->out->layers[number].descriptor;
  char digest[DIGEST_MAX_TEXT];
  struct stream *blob = NULL;
  struct tar_entry entry;
  struct layer layer;
  int got = -1;

  if (descriptor->kind != MEDIA_LAYER)
    error_set(err, ERROR_UNSUPPORTED,
              "media type \"%.100s\": expected a layer's (--no-files shows the image without "
              "reading its layers)",
              descriptor->media_type);
  else
    blob = source_blob(files->source, descriptor, err);
  if (blob) {
    overlay_begin_layer(files->overlay);
    layer_open(&layer, blob, NULL, files->options->limits);
    while ((got = tar_next(layer.tar, &entry, err)) > 0)
      if (add_entry(files, layer.tar, &entry, number, err)) {
        got = -1;
        break;
      }
    layer_close(&layer);
  }
  if (got == 0)
    return 0;
  error_wrap(err, "layer %s", digest_format(&descriptor->digest, digest));
  return source_wrap(files->source, NULL, err);
}

/* ---- the merged tree ---- */

static bool has_capabilities(const struct tar_entry *entry)
{
  struct str name;

  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &name) && str_equal(name, STR("security.capability")))
      return true;
  return false;
}

static void note_privileged(struct files *files, const struct overlay_item *item, uint64_t bytes)
{
  enum { PRIVILEGES = 06000, PERMISSIONS = 07777 };
  const struct tar_entry *object = item->object;
  struct contents *out = files->out;
  const bool capabilities = has_capabilities(object);

  if (!(object->mode & PRIVILEGES) && !capabilities)
    return;
  out->privileged =
      xgrow(out->privileged, out->n_privileged, &files->cap_privileged, sizeof(*out->privileged));
  out->privileged[out->n_privileged++] = (struct contents_privileged) {
    .path = arena_str(&out->arena, item->path),
    .mode = (unsigned)(object->mode & PERMISSIONS),
    .uid = object->uid,
    .gid = object->gid,
    .capabilities = capabilities,
    .bytes = bytes,
    .layer = item->object_layer,
  };
}

static void contents_files_add_file(struct files *files, const struct overlay_item *item)
{
  struct content *content = item->token ? &files->contents[item->token - 1] : NULL;
  const bool first = content && !content->shown;
  const uint64_t bytes = content ? content->bytes : 0;

  files->out->files++;
  if (first) {
    content->shown = true;
    files->out->bytes += bytes;
    directories_add(&files->directories, item->path, bytes);
  }
  note_privileged(files, item, bytes);
  if (content && !files->failed)
    files->failed = contents_databases_read(&files->databases, item->token, item->path,
                                            &files->out->packages, &files->err) != 0;
}

static void contents_files_add_item(struct files *files, const struct overlay_item *item)
{
  struct contents *out = files->out;

  if (item->path.len == 0)
    return; /* the root itself */
  if (!item->object || item->object->type == TAR_DIR)
    out->directories++;
  else if (item->object->type == TAR_SYMLINK)
    out->links++;
  else if (tar_entry_has_content(item->object))
    contents_files_add_file(files, item);
  else
    out->others++;
}

static int compare_hidden(const void *a, const void *b)
{
  const struct contents_hidden *x = a;
  const struct contents_hidden *y = b;

  if (x->bytes != y->bytes)
    return x->bytes < y->bytes ? 1 : -1;
  if (x->layer != y->layer)
    return x->layer < y->layer ? -1 : 1;
  return str_compare(x->path, y->path);
}

static void find_hidden(struct files *files)
{
  struct contents *out = files->out;

  for (size_t i = 0; i < files->n; i++) {
    const struct content *content = &files->contents[i];

    if (content->shown || content->bytes == 0)
      continue;
    out->hidden_files++;
    out->hidden_bytes += content->bytes;
    out->layers[content->layer].hidden_bytes += content->bytes;
    if (!content->path)
      continue;
    out->hidden = xgrow(out->hidden, out->n_hidden, &files->cap_hidden, sizeof(*out->hidden));
    out->hidden[out->n_hidden++] =
        (struct contents_hidden) { str_of(content->path), content->bytes, content->layer };
  }
  if (out->n_hidden)
    qsort(out->hidden, out->n_hidden, sizeof(*out->hidden), compare_hidden);
}

static void look_at_tree(struct files *files)
{
  const struct overlay_refusal *refusal = overlay_refused(files->overlay);
  struct overlay_walk *walk = overlay_walk_new(files->overlay);
  struct contents *out = files->out;
  struct overlay_item item;

  while (overlay_walk_next(walk, &item))
    contents_files_add_item(files, &item);
  overlay_walk_free(walk);
  find_hidden(files);
  out->largest = directories_largest(&files->directories, out->bytes, &out->n_largest, &out->arena);
  if (refusal)
    out->refused = arena_printf(&out->arena, "layer %u, \"%.*s\": %s", refusal->layer,
                                STR_ARGS(refusal->name), refusal->why);
  package_list_sort(&out->packages);
  out->has_files = true;
}

int contents_read_files(struct contents *out, struct source *source,
                        const struct contents_options *options, struct error *err)
{
  struct files files = {
    .out = out,
    .source = source,
    .options = options,
    .overlay = overlay_new(options->limits->memory),
  };
  int status = 0;

  for (size_t i = 0; i < out->manifest.n_layers && status == 0; i++)
    status = contents_files_read_layer(&files, (uint32_t)i, err);
  if (status == 0)
    status = overlay_end(files.overlay, err);
  if (status == 0)
    look_at_tree(&files);
  if (files.failed) {
    *err = files.err;
    status = -1;
  }
  directories_release(&files.directories);
  contents_databases_release(&files.databases);
  overlay_free(files.overlay);
  free(files.contents);
  budget_give(options->limits->memory, files.taken);
  return status;
}
