#include "packages/changes.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
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

static void name_key(struct buf *out, const char *type, struct str name)
{
  buf_clear(out);
  buf_puts(out, type);
  buf_putc(out, ' ');
  buf_add_str(out, name);
}

static void add_change(struct package_changes *changes, const struct package *a,
                       const struct package *b)
{
  const struct package *any = a ? a : b;
  AUTO_BUF key = BUF_INIT(2 * PACKAGE_MAX_TEXT);
  struct package_change *change;
  struct map_entry *entry;

  assert(any);
  changes->items = xgrow(changes->items, changes->n, &changes->cap, sizeof(*changes->items));
  change = &changes->items[changes->n++];
  *change = (struct package_change) {
    .type = any->type,
    .name = any->name,
    .architecture = any->architecture,
    .version = { a ? a->version : (struct str) { NULL, 0 },
                 b ? b->version : (struct str) { NULL, 0 } },
  };
  changes->by_kind[package_change_kind(change)]++;
  name_key(&key, any->type, any->name);
  entry = map_put(&changes->by_name, buf_str(&key));
  if (!entry->value) {
    entry->key = arena_str(&changes->arena, buf_str(&key));
    entry->value = (void *)(uintptr_t)changes->n;
  }
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

/* Takes what both have off two sorted groups. */
static void drop_common(const struct package **a, size_t *n_a, const struct package **b,
                        size_t *n_b)
{
  size_t kept_a = 0, kept_b = 0;
  size_t i = 0, j = 0;

  while (i < *n_a || j < *n_b) {
    int order = j == *n_b ? -1 : i == *n_a ? 1 : package_compare(a[i], b[j]);

    if (order < 0) {
      a[kept_a++] = a[i++];
    } else if (order > 0) {
      b[kept_b++] = b[j++];
    } else {
      i++;
      j++;
    }
  }
  *n_a = kept_a;
  *n_b = kept_b;
}

static void compare_group(struct package_changes *changes, const struct package **a, size_t n_a,
                          const struct package **b, size_t n_b)
{
  drop_common(a, &n_a, b, &n_b);
  for (size_t i = 0; i < n_a || i < n_b; i++)
    add_change(changes, i < n_a ? a[i] : NULL, i < n_b ? b[i] : NULL);
}

void package_changes_find(struct package_changes *changes)
{
  struct package_list *lists = changes->lists;
  AUTO_FREE const struct package **a = xcalloc(lists[0].n + 1, sizeof(*a));
  AUTO_FREE const struct package **b = xcalloc(lists[1].n + 1, sizeof(*b));
  size_t at[2] = { 0, 0 };

  package_list_sort(&lists[0]);
  package_list_sort(&lists[1]);
  while (at[0] < lists[0].n || at[1] < lists[1].n) {
    const struct package *first = at[0] < lists[0].n ? &lists[0].items[at[0]] : NULL;
    const struct package *second = at[1] < lists[1].n ? &lists[1].items[at[1]] : NULL;
    const struct package *key =
        !second || (first && package_compare_keys(first, second) <= 0) ? first : second;
    const size_t n_a = take_group(&lists[0], &at[0], key, a);
    const size_t n_b = take_group(&lists[1], &at[1], key, b);

    compare_group(changes, a, n_a, b, n_b);
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
                                              const char *type, struct str name)
{
  AUTO_BUF key = BUF_INIT(2 * PACKAGE_MAX_TEXT);
  const struct map_entry *entry;

  name_key(&key, type, name);
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
        owner ? change_of(changes, owner->type, owner->name) : NULL;

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
            ? change_of(changes, "deb", (struct str) { name.ptr, end - 1 })
            : NULL;

    if (change)
      return change;
  }
  return NULL;
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
  return change ? change : change_of(changes, "npm", npm_name_of(plain));
}

bool package_changes_recorded(const struct package_changes *changes, struct str path)
{
  const char *type = package_database_lists(path);

  for (size_t i = 0; type && i < changes->n; i++)
    if (strcmp(changes->items[i].type, type) == 0)
      return true;
  return false;
}
