/* Directories that moved are found by the files in them: two files of the same name and content on
 * either side vote for what stands before the end that their paths have in common. */
#include "report/explain/explain_moved.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "report/explain/explain_renamed.h"

void explain_moved_release(struct explain_moved *moved)
{
  free(moved->items);
  arena_release(&moved->arena);
  *moved = (struct explain_moved) { 0 };
}

static struct str without_slashes(struct str path)
{
  while (str_has_prefix(path, STR("/")) || str_has_prefix(path, STR("./")))
    path = str_skip(path, *path.ptr == '/' ? 1 : 2);
  while (path.len && path.ptr[path.len - 1] == '/')
    path.len--;
  return path;
}

bool explain_moved_wants(const struct explain_moved *moved, const struct event *event)
{
  return moved->n < MOVED_MAX && event->type == EVENT_LAYER &&
         !event->inputs[0].entry != !event->inputs[1].entry;
}

void explain_moved_add(struct explain_moved *moved, const struct event *event, size_t record,
                       struct explanation known)
{
  const int side = event->inputs[0].entry ? 0 : 1;
  const struct event_input *input = &event->inputs[side];
  struct moved_entry *item;

  moved->items = xgrow(moved->items, moved->n, &moved->cap, sizeof(*moved->items));
  item = &moved->items[moved->n++];
  *item = (struct moved_entry) {
    .record = record,
    .side = side,
    .path = arena_str(&moved->arena, without_slashes(input->entry->name)),
    .context = event->context,
    .entry = { .type = input->entry->type,
               .name = arena_str(&moved->arena, input->entry->name),
               .link_name = arena_str(&moved->arena, input->entry->link_name),
               .mode = input->entry->mode,
               .uid = input->entry->uid,
               .gid = input->entry->gid,
               .device_major = input->entry->device_major,
               .device_minor = input->entry->device_minor,
               .size = input->entry->size,
               .index = input->entry->index },
    .has_content = input->content && input->entry->type == TAR_REGULAR,
    .has_xattrs = tar_entry_has_xattrs(input->entry),
    .layer = input->layer,
    .known = known,
  };
  if (item->has_content)
    item->content = *input->content;
}

/* ---- pairs ---- */

static int by_path(const void *a, const void *b)
{
  const struct moved_entry *x = a;
  const struct moved_entry *y = b;
  int order = str_compare(x->path, y->path);

  order = order ? order : x->side - y->side;
  return order ? order : strcmp(x->context, y->context);
}

static bool same_attributes(const struct moved_entry *a, const struct moved_entry *b)
{
  return a->entry.type == b->entry.type && a->entry.mode == b->entry.mode &&
         a->entry.uid == b->entry.uid && a->entry.gid == b->entry.gid &&
         a->entry.device_major == b->entry.device_major &&
         a->entry.device_minor == b->entry.device_minor && !a->has_xattrs && !b->has_xattrs;
}

struct values *moved_values(struct moved_search *search, struct str a, struct str b)
{
  struct values *values = arena_alloc(&search->moved->arena, sizeof(*values));

  *values = (struct values) { .n = 0 };
  values_add(values, &search->moved->arena, "", a, b);
  return values;
}

static struct later_place moved_place(const struct moved_entry *item)
{
  return later_place_of(&(const struct event_input) {
      .entry = &item->entry, .layer = item->layer, .content = &item->content });
}

void moved_join(struct moved_search *search, struct moved_entry *a, struct moved_entry *b,
                const char *id, const struct values *values)
{
  const bool same = same_attributes(a, b) && str_equal(a->entry.link_name, b->entry.link_name) &&
                    (a->entry.type != TAR_REGULAR ||
                     (a->has_content && b->has_content && digest_equal(&a->content, &b->content)));
  struct moved_entry *const both[2] = { a, b };

  for (int i = 0; i < 2; i++) {
    AUTO_DRAFT draft = DRAFT_INIT;

    draft_add(&draft, cause_named(str_of(id)), same ? CAUSE_BY_CONTENT : CAUSE_BY_NAME,
              explain_late_strength(cause_named(str_of(id)), same), values);
    if (both[i]->known.n)
      draft_add_all(&draft, &both[i]->known);
    search->set(search->context, both[i]->record, draft_finish(&draft, &search->moved->arena));
    both[i]->paired = true;
  }
  if (!same && a->has_content && b->has_content && same_attributes(a, b))
    explain_late_add_pair(search->late,
                          (const struct late_side[]) {
                              { a->path, a->entry.type, (a->entry.mode & 0111) != 0, moved_place(a),
                                a->record, a->known },
                              { b->path, b->entry.type, (b->entry.mode & 0111) != 0, moved_place(b),
                                b->record, b->known },
                          },
                          cause_named(str_of(id)), values);
}

static struct moved_entry *find(struct moved_search *search, int side, struct str path)
{
  const struct map_entry *entry = map_find(&search->paths[side], path);

  return entry ? entry->value : NULL;
}

/* ---- what moved ---- */

/* Two directories of which one became the other. */
struct move {
  struct str from, to;
  uint64_t votes;
};

/* Cuts the components that both paths end in alike. */
static void moved_cut_tails(struct str *a, struct str *b)
{
  size_t same = 0;
  size_t cut = 0;

  while (same < a->len && same < b->len && a->ptr[a->len - 1 - same] == b->ptr[b->len - 1 - same]) {
    same++;
    if (a->ptr[a->len - same] == '/')
      cut = same;
  }
  if (same == a->len && (same == b->len || b->ptr[b->len - 1 - same] == '/'))
    cut = same;
  else if (same == b->len && a->ptr[a->len - 1 - same] == '/')
    cut = same;
  a->len -= cut;
  b->len -= cut;
}

static bool is_long_enough(const struct moved_entry *item)
{
  return item->has_content && item->entry.size >= 16;
}

/* By content and name: a key that is there once on each side. */
static struct str content_key(struct moved_search *search, const struct moved_entry *item)
{
  char text[DIGEST_MAX_TEXT];
  const struct str base = path_name(item->path);

  return str_of(arena_printf(&search->moved->arena, "%s/%.*s", digest_hex(&item->content, text),
                             STR_ARGS(base)));
}

static int by_votes(const void *a, const void *b)
{
  const struct move *x = *(const struct move *const *)a;
  const struct move *y = *(const struct move *const *)b;
  int order;

  if (x->votes != y->votes)
    return x->votes > y->votes ? -1 : 1;
  order = str_compare(x->from, y->from);
  return order ? order : str_compare(x->to, y->to);
}

static void vote(struct moved_search *search, struct map *moves, const struct moved_seen *seen)
{
  struct str from = seen->items[0]->path;
  struct str to = seen->items[1]->path;
  struct map_entry *entry;
  struct move *move;
  const char *key;

  if (str_equal(from, to)) /* in another layer */
    return;
  moved_cut_tails(&from, &to);
  key = arena_printf(&search->moved->arena, "%.*s\1%.*s", STR_ARGS(from), STR_ARGS(to));
  entry = map_put(moves, str_of(key));
  if (!entry->value) {
    move = arena_alloc(&search->moved->arena, sizeof(*move));
    *move = (struct move) { from, to, 0 };
    entry->value = move;
  }
  move = entry->value;
  move->votes++;
}

static void collect_votes(struct moved_search *search, struct map *moves)
{
  struct map keys = MAP_INIT;

  for (size_t i = 0; i < search->moved->n; i++) {
    struct moved_entry *item = &search->moved->items[i];
    struct map_entry *entry;
    struct moved_seen *seen;

    if (!is_long_enough(item))
      continue;
    entry = map_put(&keys, content_key(search, item));
    if (!entry->value) {
      entry->value = arena_alloc(&search->moved->arena, sizeof(*seen));
      *(struct moved_seen *)entry->value = (struct moved_seen) { .many = false };
    }
    seen = entry->value;
    seen->many |= seen->items[item->side] != NULL;
    seen->items[item->side] = item;
  }
  for (size_t i = 0; i < keys.n; i++) {
    const struct moved_seen *seen = keys.entries[i].value;

    if (!seen->many && seen->items[0] && seen->items[1])
      vote(search, moves, seen);
  }
  map_release(&keys);
}

static bool moved_is_below(struct str path, struct str directory)
{
  return !directory.len || (str_has_prefix(path, directory) &&
                            (path.len == directory.len || path.ptr[directory.len] == '/'));
}

static struct str moved_path(struct moved_search *search, struct str path, const struct move *move)
{
  struct str rest = str_skip(path, move->from.len);

  if (rest.len && rest.ptr[0] == '/')
    rest = str_skip(rest, 1);
  return str_of(arena_printf(&search->moved->arena, "%.*s%s%.*s", STR_ARGS(move->to),
                             move->to.len && rest.len ? "/" : "", STR_ARGS(rest)));
}

/* The directories that the moved ones lie in are there for these. */
static void apply_above(struct moved_search *search, const struct move *move,
                        const struct values *values)
{
  for (size_t i = 0; i < search->moved->n; i++) {
    struct moved_entry *item = &search->moved->items[i];
    AUTO_DRAFT draft = DRAFT_INIT;

    if (item->paired || item->known.n || item->entry.type != TAR_DIR ||
        !moved_is_below(item->side ? move->to : move->from, item->path))
      continue;
    draft_add(&draft, cause_named(STR("moved")), CAUSE_BY_NAME, CAUSE_LIKELY, values);
    search->set(search->context, item->record, draft_finish(&draft, &search->moved->arena));
    item->paired = true;
  }
}

static void apply(struct moved_search *search, const struct move *move)
{
  const struct values *values = moved_values(search, move->from, move->to);
  bool any = false;

  for (size_t i = 0; i < search->moved->n; i++) {
    struct moved_entry *item = &search->moved->items[i];
    struct moved_entry *other;

    if (item->side != 0 || item->paired || !moved_is_below(item->path, move->from))
      continue;
    other = find(search, 1, moved_path(search, item->path, move));
    if (!other || other->paired || other->entry.type != item->entry.type)
      continue;
    moved_join(search, item, other, "moved", values);
    any = true;
  }
  if (any)
    apply_above(search, move, values);
}

enum { MOVES_MAX = 64 };

static void find_moves(struct moved_search *search)
{
  struct map moves = MAP_INIT;
  AUTO_FREE const struct move **order = NULL;

  collect_votes(search, &moves);
  order = xcalloc(moves.n + 1, sizeof(*order));
  for (size_t i = 0; i < moves.n; i++)
    order[i] = moves.entries[i].value;
  qsort(order, moves.n, sizeof(*order), by_votes);
  for (size_t i = 0; i < moves.n && i < MOVES_MAX; i++)
    apply(search, order[i]);
  map_release(&moves);
}

void explain_moved_resolve(struct explain_moved *moved, struct explain_late *late,
                           void (*set)(void *context, size_t record, struct explanation found),
                           void *context)
{
  struct moved_search search = { .moved = moved, .late = late, .set = set, .context = context };

  if (moved->n < 2)
    return;
  qsort(moved->items, moved->n, sizeof(*moved->items), by_path);
  for (size_t i = 0; i < moved->n; i++)
    map_put(&search.paths[moved->items[i].side], moved->items[i].path)->value = &moved->items[i];
  find_moves(&search);
  explain_renamed(&search);
  map_release(&search.paths[0]);
  map_release(&search.paths[1]);
}
