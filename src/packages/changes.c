#include "packages/changes.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "packages/database.h"
#include "packages/language.h"

void package_changes_release(struct package_changes *changes)
{
  package_list_release(&changes->lists[0]);
  package_list_release(&changes->lists[1]);
  map_release(&changes->by_name);
  arena_release(&changes->arena);
  free(changes->items);
  *changes = PACKAGE_CHANGES_INIT;
}

/* ---- what differs ---- */

static void name_key(struct buf *out, const char *type, struct str name, struct str place)
{
  buf_clear(out);
  buf_puts(out, type);
  buf_putc(out, ' ');
  buf_add_str(out, name);
  buf_putc(out, '\n'); /* which no name has */
  buf_add_str(out, place);
}

/* Notes that what lies at a place belongs to the package of a change, the first that says so. */
static void note_owner(struct package_changes *changes, const struct package *package,
                       size_t position)
{
  AUTO_BUF key = BUF_INIT(2 * PACKAGE_MAX_TEXT + LIMIT_PATH_BYTES);
  struct map_entry *entry;

  if (!package)
    return;
  name_key(&key, package->type, package->name, package->place);
  if (key.overflow)
    return;
  entry = map_put(&changes->by_name, buf_str(&key));
  if (!entry->value) {
    entry->key = arena_str(&changes->arena, buf_str(&key));
    entry->value = (void *)(uintptr_t)position;
  }
}

/* What one side has and the other has not. */
struct pairing {
  const struct package *side[2]; /* NULL: absent */
};

/* The packages of one key. */
struct group {
  const struct package **items[2]; /* what no partner was found for yet */
  size_t n[2];
  struct pairing *pairings; /* owned */
  size_t n_pairings, cap;
};

static void pair_up(struct group *group, const struct package *a, const struct package *b)
{
  group->pairings =
      xgrow(group->pairings, group->n_pairings, &group->cap, sizeof(*group->pairings));
  group->pairings[group->n_pairings++] = (struct pairing) { { a, b } };
}

static int same_place(const struct package *a, const struct package *b)
{
  return str_compare(a->place, b->place);
}

/* Takes what is equal on both sides, which are sorted by that, off the group; pairs it if wanted.
 */
static void take_equal(struct group *group,
                       int (*compare)(const struct package *a, const struct package *b), bool pairs)
{
  size_t kept[2] = { 0, 0 };
  size_t at[2] = { 0, 0 };

  while (at[0] < group->n[0] || at[1] < group->n[1]) {
    const struct package *a = at[0] < group->n[0] ? group->items[0][at[0]] : NULL;
    const struct package *b = at[1] < group->n[1] ? group->items[1][at[1]] : NULL;
    const int order = !b ? -1 : !a ? 1 : compare(a, b);

    if (order < 0)
      group->items[0][kept[0]++] = a;
    else if (order > 0)
      group->items[1][kept[1]++] = b;
    else if (pairs)
      pair_up(group, a, b);
    at[0] += order <= 0;
    at[1] += order >= 0;
  }
  memcpy(group->n, kept, sizeof(kept));
}

static int by_version(const void *a, const void *b)
{
  const struct package *x = *(const struct package *const *)a;
  const struct package *y = *(const struct package *const *)b;
  const int order = package_compare(x, y);

  return order ? order : str_compare(x->place, y->place);
}

static int compare_sides(const struct package *a, const struct package *b)
{
  return !a || !b ? !a - !b : package_compare(a, b);
}

/* By the versions, what is absent behind what is there, and then the places. */
static int by_versions(const void *a, const void *b)
{
  const struct pairing *x = a;
  const struct pairing *y = b;
  int order = 0;

  for (int side = 0; side < 2 && !order; side++)
    order = compare_sides(x->side[side], y->side[side]);
  for (int side = 1; side >= 0 && !order; side--)
    order = x->side[side] && y->side[side] ? same_place(x->side[side], y->side[side]) : 0;
  return order;
}

static bool says_the_same(const struct pairing *a, const struct pairing *b)
{
  return compare_sides(a->side[0], b->side[0]) == 0 && compare_sides(a->side[1], b->side[1]) == 0;
}

static void add_change(struct package_changes *changes, const struct pairing *pairing)
{
  const struct package *a = pairing->side[0];
  const struct package *b = pairing->side[1];
  const struct package *any = b ? b : a;
  struct package_change *change;

  assert(any);
  changes->items = xgrow(changes->items, changes->n, &changes->cap, sizeof(*changes->items));
  change = &changes->items[changes->n++];
  *change = (struct package_change) {
    .type = any->type,
    .name = any->name,
    .architecture = any->architecture,
    .version = { a ? a->version : (struct str) { NULL, 0 },
                 b ? b->version : (struct str) { NULL, 0 } },
    .place = any->place,
  };
  changes->by_kind[package_change_kind(change)]++;
}

static void add_changes(struct package_changes *changes, const struct group *group)
{
  const size_t first = changes->n;

  if (group->n_pairings)
    qsort(group->pairings, group->n_pairings, sizeof(*group->pairings), by_versions);
  for (size_t i = 0; i < group->n_pairings; i++) {
    if (i == 0 || !says_the_same(&group->pairings[i - 1], &group->pairings[i]))
      add_change(changes, &group->pairings[i]);
    changes->items[changes->n - 1].n_places++;
    for (int side = 1; side >= 0; side--)
      note_owner(changes, group->pairings[i].side[side], changes->n);
  }
  for (size_t i = first; i < changes->n; i++)
    changes->items[i].several = changes->n - first > 1;
}

static void compare_group(struct package_changes *changes, struct group *group)
{
  take_equal(group, package_compare_places, false);
  take_equal(group, same_place, true);
  for (int side = 0; side < 2; side++)
    if (group->n[side])
      qsort(group->items[side], group->n[side], sizeof(struct package *), by_version);
  take_equal(group, package_compare, false);
  for (size_t i = 0; i < group->n[0] || i < group->n[1]; i++)
    pair_up(group, i < group->n[0] ? group->items[0][i] : NULL,
            i < group->n[1] ? group->items[1][i] : NULL);
  add_changes(changes, group);
  free(group->pairings);
}

/* The packages of one key, from at on. */
static size_t take_group(const struct package_list *list, size_t *at, const struct package *key,
                         const struct package **out)
{
  size_t n = 0;

  while (*at < list->n && package_compare_keys(&list->items[*at], key) == 0)
    out[n++] = &list->items[(*at)++];
  return n;
}

void package_changes_find(struct package_changes *changes)
{
  struct package_list *lists = changes->lists;
  AUTO_FREE const struct package **a = xcalloc(lists[0].n + 1, sizeof(*a));
  AUTO_FREE const struct package **b = xcalloc(lists[1].n + 1, sizeof(*b));
  size_t at[2] = { 0, 0 };

  package_list_sort_places(&lists[0]);
  package_list_sort_places(&lists[1]);
  while (at[0] < lists[0].n || at[1] < lists[1].n) {
    const struct package *first = at[0] < lists[0].n ? &lists[0].items[at[0]] : NULL;
    const struct package *second = at[1] < lists[1].n ? &lists[1].items[at[1]] : NULL;
    const struct package *key =
        !second || (first && package_compare_keys(first, second) <= 0) ? first : second;
    struct group group = { .items = { a, b } };

    group.n[0] = take_group(&lists[0], &at[0], key, a);
    group.n[1] = take_group(&lists[1], &at[1], key, b);
    compare_group(changes, &group);
  }
}

enum package_change_kind package_change_kind(const struct package_change *change)
{
  if (!change->version[0].ptr)
    return PACKAGE_ADDED;
  return change->version[1].ptr ? PACKAGE_CHANGED : PACKAGE_REMOVED;
}

/* ---- whose file it is ---- */

static const struct package_change *change_of(const struct package_changes *changes,
                                              const char *type, struct str name, struct str place)
{
  AUTO_BUF key = BUF_INIT(2 * PACKAGE_MAX_TEXT + LIMIT_PATH_BYTES);
  const struct map_entry *entry;

  name_key(&key, type, name, place);
  entry = key.overflow ? NULL : map_find(&changes->by_name, buf_str(&key));
  return entry ? &changes->items[(uintptr_t)entry->value - 1] : NULL;
}

static const struct package_change *noted_owner(const struct package_changes *changes,
                                                struct str path)
{
  for (int side = 1; side >= 0; side--) {
    const struct map_entry *entry = map_find(&changes->lists[side].owners, path);
    const struct package_owner *owner = entry ? entry->value : NULL;
    const struct package_change *change =
        owner ? change_of(changes, owner->type, owner->name, owner->place) : NULL;

    if (change)
      return change;
  }
  return NULL;
}

/* Package managers still say /lib/x where /lib is a link to /usr/lib. */
static struct str without_usr(struct str path)
{
  static const char *const folders[] = { "bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/" };
  const struct str rest = str_has_prefix(path, STR("usr/")) ? str_skip(path, 4) : STR("");

  for (size_t i = 0; i < ARRAY_LEN(folders); i++)
    if (str_has_prefix(rest, str_of(folders[i])))
      return rest;
  return STR("");
}

/* What lies about a package itself: "var/lib/dpkg/info/NAME.postinst", "…/NAME:amd64.list". */
static const struct package_change *dpkg_info_owner(const struct package_changes *changes,
                                                    struct str path)
{
  static const char folder[] = "var/lib/dpkg/info/";
  struct str name;

  if (!str_has_prefix(path, STR(folder)))
    return NULL;
  name = str_skip(path, sizeof(folder) - 1);
  for (size_t end = name.len; end > 0; end--) {
    const struct package_change *change =
        name.ptr[end - 1] == '.' || name.ptr[end - 1] == ':'
            ? change_of(changes, "deb", (struct str) { name.ptr, end - 1 }, STR(""))
            : NULL;

    if (change)
      return change;
  }
  return NULL;
}

/* What lies in the directory of a module, but in no other module's below it. */
static const struct package_change *npm_owner(const struct package_changes *changes,
                                              struct str path)
{
  const struct str name = npm_name_of(path);

  return change_of(changes, "npm", name,
                   (struct str) { path.ptr, (size_t)(name.ptr - path.ptr) + name.len });
}

const struct package_change *package_changes_owner(const struct package_changes *changes,
                                                   struct str path)
{
  const struct str plain = package_path(path);
  const struct str other = without_usr(plain);
  const struct package_change *change = noted_owner(changes, plain);

  if (!change && other.len)
    change = noted_owner(changes, other);
  if (!change)
    change = dpkg_info_owner(changes, plain);
  return change || !npm_name_of(plain).len ? change : npm_owner(changes, plain);
}

bool package_changes_recorded(const struct package_changes *changes, struct str path)
{
  const char *type = package_database_lists(path);

  for (size_t i = 0; type && i < changes->n; i++)
    if (strcmp(changes->items[i].type, type) == 0)
      return true;
  return false;
}
