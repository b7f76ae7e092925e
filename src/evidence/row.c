#include "evidence/row.h"

#include <ctype.h>

#include "base/macros.h"

enum { ITEMS_MIN = 3, ITEMS_MAX = 128 };

struct row_items {
  struct str items[ITEMS_MAX];
  size_t n;
};

static bool is_plain(struct str item)
{
  for (size_t i = 0; i < item.len; i++)
    if (!isalnum((unsigned char)item.ptr[i]) && !(item.ptr[i] && strchr("_.-+/@'\"", item.ptr[i])))
      return false;
  return item.len > 0;
}

/* What both begin with up to the sign before a list, and what both end in from the one behind it,
 * are no items. */
static void cut_around(struct str *a, struct str *b)
{
  size_t before = 0;
  size_t behind = 0;

  for (size_t i = 0; i < a->len && i < b->len && a->ptr[i] == b->ptr[i]; i++)
    if (strchr("[{(=:", a->ptr[i]) && a->ptr[i])
      before = i + 1;
  *a = str_skip(*a, before);
  *b = str_skip(*b, before);
  for (size_t i = 0; i < a->len && i < b->len && a->ptr[a->len - 1 - i] == b->ptr[b->len - 1 - i];
       i++)
    if (strchr("]})", a->ptr[a->len - 1 - i]) && a->ptr[a->len - 1 - i])
      behind = i + 1;
  a->len -= behind;
  b->len -= behind;
}

static bool row_split(struct str line, struct row_items *out)
{
  out->n = 0;
  for (;;) {
    const char *comma = line.len ? memchr(line.ptr, ',', line.len) : NULL;
    struct str item = { line.ptr, comma ? (size_t)(comma - line.ptr) : line.len };

    while (item.len && *item.ptr == ' ')
      item = str_skip(item, 1);
    while (item.len && item.ptr[item.len - 1] == ' ')
      item.len--;
    if (out->n == ITEMS_MAX || !is_plain(item))
      return false;
    out->items[out->n++] = item;
    if (!comma)
      return out->n >= ITEMS_MIN;
    line = str_skip(line, (size_t)(comma + 1 - line.ptr));
  }
}

bool row_is_reordered(struct str a, struct str b)
{
  struct row_items rows[2];
  bool used[ITEMS_MAX] = { false };

  if (a.len != b.len)
    return false;
  cut_around(&a, &b);
  if (!row_split(a, &rows[0]) || !row_split(b, &rows[1]) || rows[0].n != rows[1].n)
    return false;
  for (size_t i = 0; i < rows[0].n; i++) {
    size_t j = 0;

    while (j < rows[1].n && (used[j] || !str_equal(rows[0].items[i], rows[1].items[j])))
      j++;
    if (j == rows[1].n)
      return false;
    used[j] = true;
  }
  return true;
}
