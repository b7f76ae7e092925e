#include "formats/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/path.h"

struct order_item {
  struct str name; /* without what may stand around it, as order_fold makes it */
  const struct format_member *member;
};

/* The members by their names, and what these lie in. */
struct order_items {
  struct order_item *items;
  size_t n;
  struct arena arena;
};

static void order_release(struct order_items *all)
{
  free(all->items);
  arena_release(&all->arena);
}

/* ---- names ---- */

/* False if the name is not spelled out in one way, or takes other names away (OCI image-spec,
 * layer.md, "Whiteouts"). */
static bool order_plain(struct str name, struct str *out)
{
  struct str rest;
  struct str component;

  if (!path_plain(name, out))
    return false;
  for (rest = *out; path_next(&rest, &component);)
    if (str_has_prefix(component, STR(".wh.")))
      return false;
  return true;
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_ascii(struct str text)
{
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] >= 0x80)
      return false;
  return true;
}

/* What a name may be to a file system that takes letters of both cases for the same, "\" for "/",
 * and leaves out dots and spaces at the end of a component (Windows' and macOS's; ext4 with
 * casefold). */
static struct str order_fold(struct arena *arena, struct str name)
{
  char *bytes = arena_alloc(arena, name.len + 1);
  size_t len = 0;

  for (size_t i = 0; i <= name.len; i++) {
    char c = '/';

    if (i < name.len && name.ptr[i] != '\\')
      c = name.ptr[i];
    while (c == '/' && len && (bytes[len - 1] == '.' || bytes[len - 1] == ' '))
      len--;
    if (i < name.len)
      bytes[len++] = (char)(is_letter(c) ? c | 0x20 : c);
  }
  return (struct str) { bytes, len };
}

/* Names, so that what lies below one follows upon it. */
static int order_compare(struct str a, struct str b)
{
  const size_t n = MIN_OF(a.len, b.len);

  for (size_t i = 0; i < n; i++)
    if (a.ptr[i] != b.ptr[i]) {
      const int x = a.ptr[i] == '/' ? -1 : (unsigned char)a.ptr[i];
      const int y = b.ptr[i] == '/' ? -1 : (unsigned char)b.ptr[i];

      return x < y ? -1 : 1;
    }
  return (a.len > b.len) - (a.len < b.len);
}

static int by_place(const void *a, const void *b)
{
  return order_compare(((const struct order_item *)a)->name, ((const struct order_item *)b)->name);
}

static bool is_below(struct str path, struct str above)
{
  return str_has_prefix(path, above) && (!above.len || path.ptr[above.len] == '/');
}

/* ---- letters that are not ASCII ---- */

/* What is left of a name without its letters: which letters file systems take for the same is
 * another matter on each, and some leave out others. */
static struct str order_without_letters(struct arena *arena, struct str name)
{
  char *bytes = arena_alloc(arena, name.len + 1);
  size_t len = 0;

  for (size_t i = 0; i < name.len; i++)
    if (!is_letter(name.ptr[i]) && (unsigned char)name.ptr[i] < 0x80)
      bytes[len++] = name.ptr[i];
  return (struct str) { bytes, len };
}

/* Whether two names, one of which has letters that are not ASCII, may be one. */
static bool order_may_fold(struct order_items *all)
{
  bool any = false;

  for (size_t i = 0; i < all->n; i++)
    any |= !is_ascii(all->items[i].name);
  if (!any)
    return false;
  for (size_t i = 0; i < all->n; i++)
    all->items[i].name = order_without_letters(&all->arena, all->items[i].name);
  qsort(all->items, all->n, sizeof(*all->items), by_place);
  for (size_t i = 1; i < all->n; i++)
    if (str_equal(all->items[i].name, all->items[i - 1].name) &&
        !(is_ascii(all->items[i].member->entry.name) &&
          is_ascii(all->items[i - 1].member->entry.name)))
      return true;
  return false;
}

/* ---- hard links ---- */

/* Whether a record is about the entry, and not about the file that all its names have: what the
 * header says as well, where holes are, where the entry stands. */
static bool is_of_entry(const struct tar_record *record)
{
  static const char *const keys[] = { "path", "linkpath", "size", "mtime", "atime", "ctime" };
  struct str ignored;

  for (size_t i = 0; i < ARRAY_LEN(keys); i++)
    if (str_equal(record->key, str_of(keys[i])))
      return true;
  return tar_record_of_member(record, &ignored) || str_has_prefix(record->key, STR("GNU.sparse."));
}

/* A link that says nothing of extended attributes takes none away. */
static bool has_records_of(const struct tar_entry *file, const struct tar_entry *link)
{
  for (size_t i = 0; i < link->n_records; i++) {
    const struct tar_record *record = &link->records[i];
    bool found = is_of_entry(record);

    for (size_t k = 0; k < file->n_records && !found; k++)
      found = str_equal(record->key, file->records[k].key) &&
              str_equal(record->value, file->records[k].value);
    if (!found)
      return false;
  }
  return true;
}

/* Whether a link says the same of a file as the entry that it names: programs that unpack set what
 * each says, so that the last one's stays. */
static bool order_says_same(const struct tar_entry *file, const struct tar_entry *link)
{
  return file->mode == link->mode && file->uid == link->uid && file->gid == link->gid &&
         str_equal(file->user_name, link->user_name) &&
         str_equal(file->group_name, link->group_name) &&
         tar_time_equal(&file->mtime, &link->mtime) && tar_time_equal(&file->atime, &link->atime) &&
         tar_time_equal(&file->ctime, &link->ctime) && has_records_of(file, link);
}

/* Whether what a hard link names stands before it, and is said to be the same. */
static bool order_links_back(struct order_items *all, const struct format_member *link)
{
  struct order_item wanted = { .member = link };
  const struct order_item *found;

  if (!order_plain(link->entry.link_name, &wanted.name))
    return false;
  wanted.name = order_fold(&all->arena, wanted.name);
  found = bsearch(&wanted, all->items, all->n, sizeof(*all->items), by_place);
  return found && found->member < link && order_says_same(&found->member->entry, &link->entry);
}

/* ---- all of it ---- */

static bool order_items_count(const struct format *format, struct order_items *all)
{
  const struct order_item *items = all->items;

  qsort(all->items, all->n, sizeof(*all->items), by_place);
  for (size_t i = 1; i < all->n; i++)
    if (str_equal(items[i].name, items[i - 1].name) ||
        (format->is_tree && items[i - 1].member->entry.type != TAR_DIR &&
         is_below(items[i].name, items[i - 1].name)))
      return true;
  for (size_t i = 0; i < all->n; i++)
    if (items[i].member->entry.type == TAR_LINK && !order_links_back(all, items[i].member))
      return true;
  return order_may_fold(all);
}

/* False if a name is spelled so that the order counts. */
static bool order_take_name(const struct format *format, struct order_items *all,
                            const struct format_member *member)
{
  struct str name = member->entry.name;
  struct str ignored;

  if (member->entry.type == TAR_GLOBAL || (format->is_tree && !order_plain(name, &name)))
    return false;
  name = order_fold(&all->arena, name);
  if (format->is_tree && !path_plain(name, &ignored))
    return false;
  all->items[all->n++] = (struct order_item) { name, member };
  return true;
}

bool format_order_counts(const struct format *format, const struct format_parts *parts)
{
  struct order_items all = { .n = 0 };
  bool counts = false;

  if (format->is_read_in_order && format->is_read_in_order(parts))
    return true;
  if (parts->n_members < 2)
    return false;
  all.items = xcalloc(parts->n_members, sizeof(*all.items));
  for (size_t i = 0; i < parts->n_members && !counts; i++)
    counts = !order_take_name(format, &all, &parts->members[i]);
  counts = counts || order_items_count(format, &all);
  order_release(&all);
  return counts;
}
