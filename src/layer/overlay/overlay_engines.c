/* What other engines make of the layers that one overlay was made of. */
#include <stdlib.h>

#include "layer/overlay/overlay_node.h"

const char *overlay_engine_name(enum overlay_engine engine)
{
  static const char *const names[] = { "containerd", "podman's vfs", "podman's overlay",
                                       "docker's overlay2" };

  return names[engine];
}

bool overlay_in_doubt(const struct overlay *overlay)
{
  return overlay->in_doubt;
}

const struct overlay_refusal *overlay_refused(const struct overlay *overlay)
{
  return overlay->is_refused ? &overlay->refusal : NULL;
}

bool overlay_refused_above(const struct overlay *overlay)
{
  return overlay->is_refused_above;
}

const struct overlay_refusal *overlay_may_refuse(const struct overlay *overlay)
{
  return overlay->may_refuse ? &overlay->reason : NULL;
}

const struct overlay_refusal *overlay_unfollowed(const struct overlay *overlay)
{
  return overlay->is_unfollowed ? &overlay->unfollowed : NULL;
}

static void replay_record(struct overlay *overlay, const struct overlay_record *record,
                          struct overlay_unpacked *unpacked, struct buf *name)
{
  struct overlay_addition added = { .entry = &unpacked->entry, .record = record };
  struct overlay_path path;
  struct error err;

  overlay_record_unpack(unpacked, name, record);
  /* It was taken before, so that it cannot fail. */
  if (overlay_path_clean(&path, unpacked->entry.name, &err) == 0)
    overlay_apply(overlay, &added, &path);
}

static int check_pages(const struct overlay *overlay, struct error *err)
{
  return paged_check(overlay->paged, err) ? error_wrap(err, "the merged layers") : 0;
}

struct overlay *overlay_replay(const struct overlay *origin, enum overlay_engine engine,
                               struct error *err)
{
  struct overlay *overlay = overlay_new(origin->memory);
  struct overlay_unpacked unpacked;
  struct buf name = BUF_INIT(LIMIT_PATH_BYTES + 1);

  overlay->engine = engine;
  overlay->origin = origin;
  overlay_unpacked_init(&unpacked);
  for (const struct overlay_record *record = origin->first; record && !overlay->too_much_work;
       record = record->next) {
    while (overlay->n_layers <= record->layer)
      overlay_begin_layer(overlay);
    if (!overlay->layer_first)
      overlay->layer_first = record;
    replay_record(overlay, record, &unpacked, &name);
    paged_step(origin->paged);
    paged_step(overlay->paged);
  }
  while (overlay->n_layers < origin->n_layers)
    overlay_begin_layer(overlay);
  buf_release(&name);
  overlay_unpacked_release(&unpacked);
  if (overlay_end(overlay, err) || check_pages(overlay, err)) {
    overlay_free(overlay);
    return NULL;
  }
  return overlay;
}

/* ---- the same layers ---- */

static bool same_xattrs(const struct tar_entry *a, const struct tar_entry *b)
{
  size_t i = 0;
  size_t j = 0;
  struct str name;

  for (;;) {
    while (i < a->n_records && !tar_record_xattr(&a->records[i], &name))
      i++;
    while (j < b->n_records && !tar_record_xattr(&b->records[j], &name))
      j++;
    if (i == a->n_records || j == b->n_records)
      return i == a->n_records && j == b->n_records;
    if (!str_equal(a->records[i].key, b->records[j].key) ||
        !str_equal(a->records[i].value, b->records[j].value))
      return false;
    i++;
    j++;
  }
}

static bool same_content(const struct overlay_unpacked *a, const struct overlay_unpacked *b)
{
  if (a->token || b->token)
    return a->token == b->token;
  return a->content.algorithm == b->content.algorithm &&
         (a->content.algorithm == DIGEST_NONE || digest_equal(&a->content, &b->content));
}

/* Whether two names that lead to one path are the same to tar-split, too. */
static bool same_spelling(struct str a, struct str b)
{
  struct overlay_path paths[2];

  return str_has_prefix(a, STR("/")) == str_has_prefix(b, STR("/")) &&
         overlay_path_lexical(&paths[0], a) && overlay_path_lexical(&paths[1], b) &&
         str_equal(overlay_path_str(&paths[0]), overlay_path_str(&paths[1]));
}

/* What decides where an entry goes. */
static bool same_place(const struct tar_entry *a, const struct tar_entry *b)
{
  struct overlay_path paths[2];
  struct error err;

  return a->type == b->type && str_equal(a->link_name, b->link_name) &&
         a->device_major == b->device_major && a->device_minor == b->device_minor &&
         overlay_path_clean(&paths[0], a->name, &err) == 0 &&
         overlay_path_clean(&paths[1], b->name, &err) == 0 &&
         str_equal(overlay_path_str(&paths[0]), overlay_path_str(&paths[1])) &&
         same_spelling(a->name, b->name);
}

static bool same_record(const struct overlay_unpacked *a, const struct overlay_unpacked *b)
{
  return (a->entry.mode & 07777) == (b->entry.mode & 07777) && a->entry.uid == b->entry.uid &&
         a->entry.gid == b->entry.gid && same_xattrs(&a->entry, &b->entry) && same_content(a, b);
}

enum overlay_likeness overlay_compare_layers(const struct overlay *a, const struct overlay *b)
{
  const struct overlay_record *records[2] = { a->first, b->first };
  struct overlay_unpacked unpacked[2];
  struct buf names[2] = { BUF_INIT(LIMIT_PATH_BYTES + 1), BUF_INIT(LIMIT_PATH_BYTES + 1) };
  enum overlay_likeness likeness = OVERLAY_SAME_ENTRIES;

  overlay_unpacked_init(&unpacked[0]);
  overlay_unpacked_init(&unpacked[1]);
  while (records[0] && records[1] && likeness != OVERLAY_OTHER_ENTRIES) {
    for (int side = 0; side < 2; side++)
      overlay_record_unpack(&unpacked[side], &names[side], records[side]);
    if (records[0]->layer != records[1]->layer ||
        !same_place(&unpacked[0].entry, &unpacked[1].entry))
      likeness = OVERLAY_OTHER_ENTRIES;
    else if (!same_record(&unpacked[0], &unpacked[1]))
      likeness = OVERLAY_SAME_PLACES;
    records[0] = records[0]->next;
    records[1] = records[1]->next;
    paged_step(a->paged);
    paged_step(b->paged);
  }
  if (records[0] || records[1] || a->n_layers != b->n_layers)
    likeness = OVERLAY_OTHER_ENTRIES;
  for (int side = 0; side < 2; side++) {
    overlay_unpacked_release(&unpacked[side]);
    buf_release(&names[side]);
  }
  return likeness;
}

/* ---- the same tree ---- */

/* Asked once for all names of a file. */
static bool same_links(struct overlay_file *a, const struct overlay_file *b)
{
  const struct overlay_link *links[2] = { a ? a->last_link : NULL, b ? b->last_link : NULL };

  if (a && b && a->same == b)
    return true;

  for (; links[0] && links[1]; links[0] = links[0]->before, links[1] = links[1]->before)
    if (links[0]->own != links[1]->own || links[0]->keeps_mode != links[1]->keeps_mode)
      return false;
  if (links[0] || links[1] || (a && b && a->content != b->content))
    return false;
  if (a && b)
    a->same = b;
  return true;
}

/* What a container sees of two directories. */
static bool same_directory(const struct overlay_item *a, const struct overlay_item *b)
{
  static const struct tar_entry implied = { .type = TAR_DIR, .mode = 0755 };
  const struct tar_entry *x = a->entry ? a->object : &implied;
  const struct tar_entry *y = b->entry ? b->object : &implied;

  return (x->mode & 07777) == (y->mode & 07777) && x->uid == y->uid && x->gid == y->gid &&
         same_xattrs(x, y);
}

static bool same_node(const struct overlay_node *const nodes[2], const struct overlay_item items[2])
{
  if (nodes[0]->is_directory != nodes[1]->is_directory)
    return false;
  if (nodes[0]->is_directory)
    return same_directory(&items[0], &items[1]);
  return nodes[0]->own == nodes[1]->own && same_links(nodes[0]->file, nodes[1]->file) &&
         (items[0].object == items[1].object || (items[0].object->mode == items[1].object->mode &&
                                                 same_xattrs(items[0].object, items[1].object)));
}

bool overlay_first_difference(struct overlay *a, struct overlay *b, struct buf *path)
{
  struct overlay_walk *walks[2] = { overlay_walk_new(a), overlay_walk_new(b) };
  struct overlay_item items[2];
  bool have[2] = { true, true };
  bool differ = a->is_refused != b->is_refused;

  buf_clear(path);
  while (!differ && have[0] && have[1]) {
    int order = 0;

    for (int side = 0; side < 2; side++)
      have[side] = overlay_walk_next(walks[side], &items[side]);
    if (!have[0] && !have[1])
      break;
    order = !have[0] ? 1 : !have[1] ? -1 : overlay_compare_paths(items[0].path, items[1].path);
    differ =
        order || !same_node((const struct overlay_node *const[2]) { overlay_walk_node(walks[0]),
                                                                    overlay_walk_node(walks[1]) },
                            items);
    if (differ)
      buf_add_str(path, items[order > 0].path);
  }
  overlay_walk_free(walks[0]);
  overlay_walk_free(walks[1]);
  return differ;
}

const char *overlay_kind_at(struct overlay *overlay, struct str path, unsigned *mode)
{
  struct overlay_walk *walk = overlay_walk_new(overlay);
  const char *kind = NULL;
  struct overlay_item item;

  *mode = 0755;
  while (overlay_walk_next(walk, &item))
    if (str_equal(item.path, path)) {
      const char type = (char)(item.entry ? item.object->type : TAR_DIR);

      kind = type == TAR_DIR       ? "a directory"
             : type == TAR_SYMLINK ? "a symbolic link"
             : type == TAR_LINK    ? "a hard link"
                                   : "a file";
      if (item.entry)
        *mode = (unsigned)(item.object->mode & 07777);
      break;
    }
  overlay_walk_free(walk);
  return kind;
}
