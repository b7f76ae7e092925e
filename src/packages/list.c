#include "packages/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"

void package_list_release(struct package_list *list)
{
  free(list->items);
  map_release(&list->owners);
  arena_release(&list->arena);
  budget_give(list->memory, list->taken);
  *list = PACKAGE_LIST_INIT;
}

enum { ROOM_STEP = 1 << 20, LIST_GROWS = 2 };

bool package_list_has_room(struct package_list *list, uint64_t bytes)
{
  const uint64_t need = list->arena.total + LIST_GROWS * list->cap * sizeof(*list->items) +
                        map_memory(&list->owners) + bytes;
  uint64_t more;

  if (need <= list->taken)
    return true;
  more = need - list->taken + ROOM_STEP;
  if (!budget_take_spare(list->memory, more)) {
    list->cut = true;
    return false;
  }
  list->taken += more;
  return true;
}

static bool is_text(struct str s)
{
  return s.len && s.len <= PACKAGE_MAX_TEXT && !memchr(s.ptr, '\0', s.len) &&
         !memchr(s.ptr, '\n', s.len);
}

static struct str list_copy(struct package_list *list, struct str s)
{
  return s.len ? arena_str(&list->arena, s) : STR("");
}

/* Of many packages at one place, one copy. */
static struct str list_place(struct package_list *list, struct str place)
{
  if (!list->n || !str_equal(list->items[list->n - 1].place, place))
    return list_copy(list, place);
  return list->items[list->n - 1].place;
}

void package_list_add(struct package_list *list, const struct package *package)
{
  struct str place;

  if (!is_text(package->name) || !is_text(package->version))
    return;
  if (list->n == PACKAGES_MAX) {
    list->cut = true;
    return;
  }
  if (!package_list_has_room(list, (uint64_t)3 * PACKAGE_MAX_TEXT + package->place.len))
    return;
  place = list_place(list, package->place); /* while the last one is the one before */
  list->items = xgrow(list->items, list->n, &list->cap, sizeof(*list->items));
  list->items[list->n++] = (struct package) {
    .type = package->type,
    .name = list_copy(list, package->name),
    .version = list_copy(list, package->version),
    .architecture =
        list_copy(list, is_text(package->architecture) ? package->architecture : STR("")),
    .place = place,
  };
}

struct str package_path(struct str path)
{
  for (;;) {
    if (str_has_prefix(path, STR("/")))
      path = str_skip(path, 1);
    else if (str_has_prefix(path, STR("./")))
      path = str_skip(path, 2);
    else
      break;
  }
  while (path.len && path.ptr[path.len - 1] == '/')
    path.len--;
  return path;
}

const struct package_owner *package_list_owner(struct package_list *list, const char *type,
                                               struct str name, struct str place)
{
  struct package_owner *owner;

  if (!package_list_has_room(list, sizeof(*owner) + name.len + place.len))
    return NULL;
  owner = arena_alloc(&list->arena, sizeof(*owner));
  *owner = (struct package_owner) { type, list_copy(list, name), list_copy(list, place) };
  return owner;
}

void package_list_own_by(struct package_list *list, struct str path,
                         const struct package_owner *owner)
{
  const struct str plain = package_path(path);
  struct map_entry *entry;

  if (!plain.len || plain.len > LIMIT_PATH_BYTES || !owner)
    return;
  if (list->owners.n == PACKAGE_MAX_FILES) {
    list->cut = true;
    return;
  }
  if (!package_list_has_room(list, LIMIT_PATH_BYTES))
    return;
  entry = map_put(&list->owners, plain);
  if (!entry->value)
    entry->key = arena_str(&list->arena, plain);
  entry->value = (void *)(uintptr_t)owner;
}

int package_compare_keys(const struct package *a, const struct package *b)
{
  int order = strcmp(a->type, b->type);

  order = order ? order : str_compare(a->name, b->name);
  return order ? order : str_compare(a->architecture, b->architecture);
}

int package_compare(const struct package *a, const struct package *b)
{
  int order = package_compare_keys(a, b);

  order = order ? order : str_compare_natural(a->version, b->version);
  return order ? order : str_compare(a->version, b->version);
}

int package_compare_places(const struct package *a, const struct package *b)
{
  int order = package_compare_keys(a, b);

  order = order ? order : str_compare(a->place, b->place);
  return order ? order : package_compare(a, b);
}

static int by_version(const void *a, const void *b)
{
  const struct package *x = a;
  const struct package *y = b;
  const int order = package_compare(x, y);

  return order ? order : str_compare(x->place, y->place);
}

static int by_place(const void *a, const void *b)
{
  return package_compare_places(a, b);
}

static void list_sort(struct package_list *list, int (*compare)(const void *a, const void *b))
{
  size_t kept = 0;

  if (list->n)
    qsort(list->items, list->n, sizeof(*list->items), compare);
  for (size_t i = 0; i < list->n; i++)
    if (!kept || compare(&list->items[kept - 1], &list->items[i]) != 0)
      list->items[kept++] = list->items[i];
  list->n = kept;
}

void package_list_sort(struct package_list *list)
{
  size_t kept = 0;

  list_sort(list, by_version);
  for (size_t i = 0; i < list->n; i++) {
    if (!kept || package_compare(&list->items[kept - 1], &list->items[i]) != 0)
      list->items[kept++] = list->items[i];
    list->items[kept - 1].n_places++;
  }
  list->n = kept;
}

void package_list_sort_places(struct package_list *list)
{
  list_sort(list, by_place);
}
