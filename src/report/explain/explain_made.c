#include "report/explain/explain_made.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "image/config.h"
#include "image/manifest.h"
#include "report/explain/explain_pattern.h"

void explain_made_release(struct explain_made *made)
{
  free(made->items);
  arena_release(&made->arena);
  *made = (struct explain_made) { 0 };
}

static const struct tar_entry *directory_of(const struct event *event)
{
  const struct tar_entry *a = event->inputs[0].entry;
  const struct tar_entry *b = event->inputs[1].entry;
  const struct tar_entry *entry = a ? a : b;

  return event->type == EVENT_LAYER && entry && !(a && b) && entry->type == TAR_DIR ? entry : NULL;
}

static struct str explain_made_trimmed(struct str path)
{
  while (str_has_prefix(path, STR("/")) || str_has_prefix(path, STR("./")))
    path = str_skip(path, *path.ptr == '/' ? 1 : 2);
  while (path.len && path.ptr[path.len - 1] == '/')
    path.len--;
  return path;
}

/* As an engine makes it, which gives it no attributes: nothing but times may stand in extended
 * headers. */
static bool is_plain(const struct tar_entry *entry)
{
  static const char *const times[] = { "mtime", "atime", "ctime" };

  for (size_t i = 0; i < entry->n_records; i++) {
    bool is_time = false;

    for (size_t j = 0; j < ARRAY_LEN(times); j++)
      is_time = is_time || str_equal(entry->records[i].key, str_of(times[j]));
    if (!is_time)
      return false;
  }
  return (entry->mode & 07777) == 0755 && entry->uid == 0 && entry->gid == 0;
}

bool explain_made_buildah(const struct event *event, struct draft *draft)
{
  const struct tar_entry *entry = directory_of(event);
  struct str path;

  if (!entry)
    return false;
  path = explain_made_trimmed(entry->name);
  if (!str_equal(path, STR("run")) && !str_equal(path, STR("run/secrets")))
    return false;
  draft_add(draft, cause_named(STR("buildah-run")), CAUSE_BY_NAME,
            is_plain(entry) ? CAUSE_PROVEN : CAUSE_LIKELY, NULL);
  return true;
}

/* A part of the file's own name, not of its directories', is a hash. */
static bool is_named_by_hash(struct str path)
{
  struct arena arena = ARENA_INIT;
  unsigned parts = 0;

  explain_pattern(path_name(path), &arena, &parts);
  arena_release(&arena);
  return parts & PATTERN_HASH;
}

bool explain_made_link(const struct event *event, struct draft *draft)
{
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;
  struct cause_query query = { .has_field = true, .field = { FIELD_CONTENT, { NULL, 0 } } };
  AUTO_BUF target = BUF_INIT(MADE_PATH_MAX);
  const struct cause *cause;
  const char *slash;

  if (!entry || entry->type != TAR_SYMLINK || !entry->link_name.len ||
      !is_named_by_hash(entry->name) || memmem(entry->link_name.ptr, entry->link_name.len, "..", 2))
    return false;
  slash = entry->link_name.ptr[0] == '/' ? NULL : memrchr(entry->name.ptr, '/', entry->name.len);
  if (slash)
    buf_add(&target, entry->name.ptr, (size_t)(slash - entry->name.ptr) + 1);
  buf_add_str(&target, entry->link_name);
  query.path = buf_str(&target);
  query.types[0] = query.types[1] = TAR_REGULAR;
  cause = target.overflow ? NULL : cause_find(&query, NULL);
  if (!cause || !cause_has_paths(cause))
    return false;
  draft_add(draft, cause, CAUSE_BY_NAME, CAUSE_LIKELY, NULL);
  return true;
}

bool explain_made_wants(const struct explain_made *made, const struct event *event)
{
  return made->n < MADE_MAX && directory_of(event);
}

/* The manifest of the platform that is compared, in an index. */
static const struct descriptor *manifest_above(const struct event *event, int side)
{
  for (const struct event_node *node = event->parent; node; node = node->parent) {
    const struct descriptor *descriptor = node->inputs[side].descriptor;

    if (descriptor && descriptor->kind == MEDIA_MANIFEST)
      return descriptor;
  }
  return NULL;
}

void explain_made_add(struct explain_made *made, const struct event *event, size_t record)
{
  const struct tar_entry *entry = directory_of(event);
  struct made_item *item;

  made->items = xgrow(made->items, made->n, &made->cap, sizeof(*made->items));
  item = &made->items[made->n++];
  *item = (struct made_item) { .record = record,
                               .path = arena_str(&made->arena, explain_made_trimmed(entry->name)),
                               .plain = is_plain(entry) };
  for (int side = 0; side < 2; side++)
    item->manifests[side] = manifest_above(event, side);
}

/* ---- configs ---- */

static json_t *read_json(struct source *source, const struct descriptor *blob,
                         const struct diff_options *options)
{
  AUTO_BUF text = BUF_INIT(options->limits->json_bytes);
  struct error err;

  if (source_read(source, blob, options->limits->json_bytes, &text, &err))
    return NULL;
  return json_decode(buf_str(&text), &document_config, &err);
}

/* The path in the config's WorkingDir, in the arena; empty if there is none. */
static struct str working_directory(struct source *source, const struct descriptor *manifest,
                                    const struct diff_options *options, struct arena *arena)
{
  AUTO_BUF text = BUF_INIT(options->limits->json_bytes);
  AUTO_JSON config = NULL;
  struct manifest parsed;
  const char *path;
  struct error err;

  if (manifest->kind != MEDIA_MANIFEST ||
      source_read(source, manifest, options->limits->json_bytes, &text, &err) ||
      manifest_parse(&parsed, buf_str(&text), options->limits, &err))
    return STR("");
  config = read_json(source, &parsed.config, options);
  manifest_release(&parsed);
  path = json_string_value(json_object_get(json_object_get(config, "config"), "WorkingDir"));
  return path ? arena_str(arena, explain_made_trimmed(str_of(path))) : STR("");
}

/* What the manifests of an item come to; asked for once as long as they stay the same. */
struct directories {
  const struct descriptor *of[2];
  struct str paths[2];
  bool known;
};

static void look_up(struct directories *found, const struct made_item *item,
                    const struct diff_options *options, struct arena *arena)
{
  if (found->known && found->of[0] == item->manifests[0] && found->of[1] == item->manifests[1])
    return;
  found->known = true;
  for (int side = 0; side < 2; side++) {
    struct source *source = options->sources[side];
    struct descriptor root = { 0 };
    struct error err;

    found->of[side] = item->manifests[side];
    found->paths[side] = STR("");
    if (item->manifests[side]) {
      found->paths[side] = working_directory(source, item->manifests[side], options, arena);
    } else if (source_resolve(source, &root, &err) == 0) {
      found->paths[side] = working_directory(source, &root, options, arena);
      descriptor_release(&root);
    }
  }
}

void explain_made_resolve(struct explain_made *made, const struct diff_options *options,
                          void (*set)(void *context, size_t record, struct explanation found),
                          void *context)
{
  struct directories found = { .known = false };

  for (size_t i = 0; i < made->n; i++) {
    const struct made_item *item = &made->items[i];
    AUTO_DRAFT draft = DRAFT_INIT;

    look_up(&found, item, options, &made->arena);
    if (!item->path.len ||
        (!str_equal(item->path, found.paths[0]) && !str_equal(item->path, found.paths[1])))
      continue;
    draft_add(&draft, cause_named(STR("workdir")), CAUSE_BY_FIELD,
              item->plain ? CAUSE_PROVEN : CAUSE_LIKELY, NULL);
    set(context, item->record, draft_finish(&draft, &made->arena));
  }
}
