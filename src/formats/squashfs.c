/* The library decompresses, and reads tables and metadata block by block; what sizes a file may
 * have made room for is checked here. Files are shown, and never equal: padding, the order of
 * blocks and unused parts of tables are not accounted for. */
#include "formats/squashfs.h"

#include <inttypes.h>

#include "base/buf.h"
#include "base/civil.h"
#include "formats/squashfs_image.h"
#include "formats/squashfs_tree.h"

enum { OPTIONS_MAX = 64 }; /* the largest that any compressor has are 8 bytes */

static bool squashfs_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= sizeof(sqfs_super_t) && memcmp(bytes.ptr, "hsqs", 4) == 0;
}

/* What the compressor was told, in a block of its own behind the first one. */
static int add_options(struct squashfs *image, struct error *err)
{
  struct format_parts *parts = image->parts;
  const struct str rest = str_skip(parts->bytes, sizeof(image->super));
  AUTO_BUF text = BUF_INIT(2 * OPTIONS_MAX + 1);
  size_t len;

  if (!(image->super.flags & SQFS_FLAG_COMPRESSOR_OPTIONS))
    return format_add_field(parts, FORMAT_COUNTS, "compressor options", STR(""), err);
  len = rest.len >= 2 ? format_le16(rest.ptr) & 0x7fff : OPTIONS_MAX + 1;
  if (len > OPTIONS_MAX || rest.len - 2 < len)
    return error_set(err, ERROR_CORRUPT, "the options of its compressor are none");
  for (size_t i = 0; i < len; i++)
    buf_printf(&text, "%02x", (unsigned char)rest.ptr[2 + i]);
  return format_add_field(parts, FORMAT_COUNTS, "compressor options",
                          arena_str(&parts->arena, buf_str(&text)), err);
}

static int add_super(struct squashfs *image, struct error *err)
{
  struct format_parts *parts = image->parts;
  const sqfs_super_t *super = &image->super;
  struct arena *arena = &parts->arena;
  const struct str size = str_of(arena_printf(arena, "%" PRIu32, super->block_size));
  const struct str flags = str_of(arena_printf(arena, "0x%04x", super->flags));
  char time[CIVIL_TEXT_MAX];

  civil_rfc3339(super->modification_time, time);
  return format_add_field(parts, FORMAT_COUNTS, "compressor",
                          str_of(squashfs_compressor_name(super->compression_id)), err) ||
                 format_add_field(parts, FORMAT_COUNTS, "block size", size, err) ||
                 format_add_field(parts, FORMAT_COUNTS, "flags", flags, err) ||
                 add_options(image, err) ||
                 format_add_field(parts, FORMAT_TIME, "time", str_of(arena_strdup(arena, time)),
                                  err)
             ? -1
             : 0;
}

static int squashfs_read(struct format_parts *parts, struct error *err)
{
  struct squashfs image;
  const int status =
      squashfs_open(&image, parts, err) || add_super(&image, err) || squashfs_add_tree(&image, err)
          ? -1
          : 0;

  squashfs_close(&image);
  return status;
}

const struct format format_squashfs = {
  .name = "squashfs",
  .detect = squashfs_detect,
  .read = squashfs_read,
};
