/* The overlay tree. The input is a list of entries: a byte for the kind (its top bit begins a
 * layer), the name, and for links the target, each ended by a zero byte. */
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "layer/overlay/overlay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str take_string(const uint8_t **data, size_t *size)
{
  size_t len = strnlen((const char *)*data, *size);
  struct str s = { (const char *)*data, len };

  len += len < *size;
  *data += len;
  *size -= len;
  return s;
}

/* Ordered, every path in a directory that came before, the count right. */
static void check(struct overlay *overlay)
{
  struct overlay_walk *walk = overlay_walk_new(overlay);
  struct overlay_item item;
  char *previous = xstrdup("");
  size_t previous_len = 0;
  uint64_t n = 0;

  for (; overlay_walk_next(walk, &item); n++) {
    if (n && overlay_compare_paths((struct str) { previous, previous_len }, item.path) >= 0)
      abort();
    if (item.path.len && (item.path.ptr[0] == '/' || item.path.ptr[item.path.len - 1] == '/'))
      abort();
    if (!item.entry != !item.object || (item.entry && item.links < 1))
      abort();
    if (item.object && item.object->type == TAR_DIR && item.entry->type != TAR_DIR)
      abort();
    free(previous);
    previous = xstrndup(item.path.ptr ? item.path.ptr : "", item.path.len);
    previous_len = item.path.len;
  }
  if (n != overlay_count(overlay))
    abort();
  free(previous);
  overlay_walk_free(walk);
}

/* Without doubt, all engines make the same tree. */
static void check_replay(struct overlay *overlay, enum overlay_engine engine)
{
  struct error err;
  struct overlay *replay = overlay_replay(overlay, engine, &err);
  struct buf path = BUF_INIT(LIMIT_PATH_BYTES + 1);

  check(replay);
  if (overlay_first_difference(overlay, replay, &path) && !overlay_in_doubt(overlay))
    abort();
  buf_release(&path);
  overlay_free(replay);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char kinds[] = "01255g";
  struct overlay *overlay = overlay_new(NULL);
  uint64_t index = 0;

  overlay_begin_layer(overlay);
  while (size > 0) {
    unsigned kind = *data++;
    struct tar_entry entry = { .index = index++ };
    struct error err;

    size--;
    if (kind & 0x80)
      overlay_begin_layer(overlay);
    entry.type = kinds[(kind & 0x7f) % 6];
    entry.name = take_string(&data, &size);
    if (entry.type == TAR_LINK || entry.type == TAR_SYMLINK)
      entry.link_name = take_string(&data, &size);
    if (overlay_add(overlay, &entry, NULL, &err) < 0)
      break;
  }
  check(overlay);
  for (int engine = 1; engine < OVERLAY_ENGINES; engine++)
    check_replay(overlay, (enum overlay_engine)engine);
  overlay_free(overlay);
  return 0;
}
