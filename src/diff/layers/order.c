#include "diff/layers/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/sorter.h"
#include "layer/overlay/overlay.h"

/* What an entry does to a path. Of one path they are gone through in this order. */
enum order_role { ORDER_ENTRY, ORDER_EMPTIES, ORDER_LINKS_TO };

/* Stands before the path. */
struct order_item {
  uint64_t given; /* ORDER_LINKS_TO: as struct name_side has it */
  uint32_t index;
  uint8_t role;
  char type;     /* ORDER_ENTRY; TAR_CHAR for a whiteout */
  uint16_t zero; /* 0: no byte of it is left unset, since all may be written to a file */
};

/* A path that is, or has above it, the one that was met last. */
struct order_level {
  size_t len; /* of the path */
  uint32_t index;
  char type;
  bool empties;
  bool linked; /* to, by what gives it: */
  uint64_t given;
};

struct order {
  bool lowest;
  struct sorter *sorter;
  struct buf bytes; /* of a record */
  struct buf path;
  struct order_level *levels; /* owned; each below the one before */
  size_t n, cap;
};

static struct str order_path(struct str record)
{
  return str_skip(record, sizeof(struct order_item));
}

static struct order_item order_item(struct str record)
{
  struct order_item item;

  memcpy(&item, record.ptr, sizeof(item));
  return item;
}

static int by_path(struct str a, struct str b, const void *user)
{
  const int order = overlay_compare_paths(order_path(a), order_path(b));

  (void)user;
  return order ? order : order_item(a).role - order_item(b).role;
}

/* ---- what the names say ---- */

static bool order_add(struct order *order, const struct order_item *item, struct str path)
{
  buf_clear(&order->bytes);
  buf_add(&order->bytes, item, sizeof(*item));
  buf_add_str(&order->bytes, path);
  if (order->bytes.overflow)
    return false;
  sorter_add(order->sorter, buf_str(&order->bytes));
  return true;
}

/* Whether a name is one of those that whiteouts have (OCI image-spec, layer.md). */
static bool is_mark(struct str component)
{
  return str_has_prefix(component, STR(".wh."));
}

static bool any_is_mark(struct str directory)
{
  struct str component;

  while (path_next(&directory, &component))
    if (is_mark(component))
      return true;
  return false;
}

/* A whiteout takes the place of what it removes. */
static bool order_add_mark(struct order *order, uint32_t index, struct str directory,
                           struct str base)
{
  struct order_item item = { .index = index, .role = ORDER_EMPTIES };
  AUTO_BUF path = BUF_INIT(LIMIT_PATH_BYTES);
  const struct str removed = str_skip(base, STR(".wh.").len);

  if (str_equal(base, STR(".wh..wh..opq")))
    return order_add(order, &item, directory);
  if (!removed.len || is_mark(removed) || str_equal(removed, STR(".")) ||
      str_equal(removed, STR("..")))
    return false;
  buf_add_str(&path, directory);
  if (directory.len)
    buf_puts(&path, "/");
  buf_add_str(&path, removed);
  item.role = ORDER_ENTRY;
  item.type = TAR_CHAR;
  return !path.overflow && order_add(order, &item, buf_str(&path));
}

/* What engines unpack. */
static bool is_unpacked(char type)
{
  return type && strchr("0123456", type);
}

/* False: the order may count. */
static bool order_take(struct order *order, struct str key, const struct name_side *side)
{
  struct order_item item = { .index = side->index, .role = ORDER_ENTRY, .type = side->type };
  struct str path;
  struct str target;

  if (!is_unpacked(side->type) || !path_plain(key, &path) || any_is_mark(path_directory(path)))
    return false;
  if (is_mark(path_name(path)))
    return order_add_mark(order, side->index, path_directory(path), path_name(path));
  if (!order_add(order, &item, path))
    return false;
  if (side->type != TAR_LINK)
    return true;
  item.role = ORDER_LINKS_TO;
  item.given = side->given;
  return path_plain(side->link, &target) && order_add(order, &item, target);
}

static bool order_take_all(struct order *order, struct names *names, int side)
{
  struct names_place place = { 0 };
  struct name name;
  bool taken = true;
  int got = 0;

  while (taken && (got = names_next(names, &place, &name)) > 0)
    if (name.sides[side].there)
      taken = order_take(order, name.key, &name.sides[side]);
  buf_release(&place.bytes);
  return taken && got == 0;
}

/* ---- one path after the other ---- */

static bool is_at_or_below(struct str path, struct str above)
{
  return str_equal(path, above) || path_is_below(path, above);
}

/* Once more the path that was met last. */
static bool order_meet_again(struct order_level *level, const struct order_item *item)
{
  if (item->role == ORDER_EMPTIES) {
    const bool once = level->type == TAR_DIR && !level->empties && item->index > level->index;

    level->empties = true;
    return once;
  }
  if (item->role != ORDER_LINKS_TO || level->type != TAR_REGULAR || item->index < level->index ||
      (level->linked && level->given != item->given))
    return false;
  level->linked = true;
  level->given = item->given;
  return true;
}

/* Whether what lies above a path leaves its order free. */
static bool order_fits_below(const struct order *order, const struct order_item *item,
                             struct str path)
{
  const struct order_level *above = order->n ? &order->levels[order->n - 1] : NULL;
  const size_t len = above ? above->len : 0;

  if (above && (above->type != TAR_DIR || above->empties || above->index > item->index))
    return false;
  return order->lowest || path_directory(path).len == len;
}

static void order_enter(struct order *order, const struct order_item *item, struct str path)
{
  order->levels = xgrow(order->levels, order->n, &order->cap, sizeof(*order->levels));
  order->levels[order->n++] =
      (struct order_level) { .len = path.len, .index = item->index, .type = item->type };
  buf_clear(&order->path);
  buf_add_str(&order->path, path);
}

static bool order_meet(struct order *order, const struct order_item *item, struct str path)
{
  if (order->n && str_equal(path, buf_str(&order->path)))
    return order_meet_again(&order->levels[order->n - 1], item);
  while (order->n &&
         !is_at_or_below(path, (struct str) { order->path.ptr, order->levels[order->n - 1].len }))
    order->n--;
  if (item->role != ORDER_ENTRY || !order_fits_below(order, item, path))
    return false;
  order_enter(order, item, path);
  return !order->path.overflow;
}

static bool order_is_free(struct order *order)
{
  struct error ignored;
  struct str record;
  bool is_free = true;
  int got = 0;

  if (sorter_begin(order->sorter, &ignored))
    return false;
  while (is_free && (got = sorter_next(order->sorter, &record, &ignored)) > 0) {
    const struct order_item item = order_item(record);

    is_free = order_meet(order, &item, order_path(record));
  }
  return is_free && got == 0;
}

bool order_counts(struct names *names, bool lowest, struct budget *memory)
{
  bool is_free = true;

  for (int side = 0; side < 2 && is_free; side++) {
    struct order order = {
      .lowest = lowest,
      .sorter = sorter_new(memory, by_path, NULL),
      .bytes = BUF_INIT(LIMIT_PATH_BYTES + sizeof(struct order_item)),
      .path = BUF_INIT(LIMIT_PATH_BYTES),
    };

    is_free = order_take_all(&order, names, side) && order_is_free(&order);
    sorter_free(order.sorter);
    buf_release(&order.bytes);
    buf_release(&order.path);
    free(order.levels);
  }
  return !is_free;
}
