#include "formats/order.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"

struct order_item {
  struct str name; /* without what may stand around it */
  const struct format_member *member;
};

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

/* Whether what a hard link names stands before it. */
static bool order_links_back(const struct order_item *items, size_t n,
                             const struct format_member *link)
{
  struct order_item wanted = { .member = link };
  const struct order_item *found;

  if (!order_plain(link->entry.link_name, &wanted.name))
    return false;
  found = bsearch(&wanted, items, n, sizeof(*items), by_place);
  return found && found->member < link;
}

static bool order_counts(const struct format *format, struct order_item *items, size_t n)
{
  qsort(items, n, sizeof(*items), by_place);
  for (size_t i = 1; i < n; i++)
    if (str_equal(items[i].name, items[i - 1].name) ||
        (format->is_tree && items[i - 1].member->entry.type != TAR_DIR &&
         is_below(items[i].name, items[i - 1].name)))
      return true;
  for (size_t i = 0; i < n; i++)
    if (items[i].member->entry.type == TAR_LINK && !order_links_back(items, n, items[i].member))
      return true;
  return false;
}

bool format_order_counts(const struct format *format, const struct format_parts *parts)
{
  AUTO_FREE struct order_item *items = NULL;
  const size_t n = parts->n_members;

  if (n < 2)
    return false;
  items = xcalloc(n, sizeof(*items));
  for (size_t i = 0; i < n; i++) {
    const struct format_member *member = &parts->members[i];

    items[i] = (struct order_item) { member->entry.name, member };
    if (member->entry.type == TAR_GLOBAL ||
        (format->is_tree && !order_plain(member->entry.name, &items[i].name)))
      return true;
  }
  return order_counts(format, items, n);
}
