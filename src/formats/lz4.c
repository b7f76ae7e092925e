/* "LZ4 Frame Format Description", version 1.6.2. */
#include "formats/lz4.h"

#include <lz4frame.h>

#include "formats/wrapper.h"

static const struct format_rule rule_form = { "lz4-1", FORMAT_FORM, "the compressed form" };

enum { MAGIC = 0x184d2204, FLAGS_CHECKSUMS = 0x14 };

static int lz4_decode(struct str in, struct format_output *out, size_t *used, struct error *err)
{
  LZ4F_dctx *context;
  size_t result = LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
  size_t at = 0;
  int status = 0;

  if (LZ4F_isError(result))
    return error_set(err, ERROR_LIMIT, "there is no memory");
  /* The library would pass over skippable frames; those are no form of the content. */
  if (in.len < 7 || format_le32(in.ptr) != MAGIC)
    status = error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its end", in.len);
  for (result = 1; status == 0 && result;) {
    size_t taken = in.len - at;
    size_t room;
    size_t given;

    if (format_output_room(out, &room, err)) {
      status = -1;
      break;
    }
    given = room;
    result = LZ4F_decompress(context, out->bytes + out->len, &given, in.ptr + at, &taken, NULL);
    if (LZ4F_isError(result)) {
      status = error_set(err, ERROR_CORRUPT, "%s", LZ4F_getErrorName(result));
      break;
    }
    out->len += given;
    at += taken;
    if (result && at == in.len && given < room)
      status = error_set(err, ERROR_CORRUPT, "it ends early");
  }
  *used = at;
  LZ4F_freeDecompressionContext(context);
  return status;
}

const struct format_codec format_lz4_codec = { "lz4", lz4_decode };

static bool lz4_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= 7 && format_le32(bytes.ptr) == MAGIC;
}

/* What the frame's header says of its form, FLG: not every decoder knows dictionaries, or blocks
 * that hang on each other; some want the size told. */
static int lz4_look(struct format_parts *parts, struct str frame, uint64_t n, struct error *err)
{
  return format_add_field(
      parts, FORMAT_COUNTS, "flags",
      str_of(arena_printf(&parts->arena, "0x%02x of frame %llu",
                          (unsigned char)frame.ptr[4] & ~FLAGS_CHECKSUMS, (unsigned long long)n)),
      err);
}

static int lz4_read(struct format_parts *parts, struct error *err)
{
  static const struct wrapper wrapper = { &format_lz4_codec, &rule_form, ".lz4",
                                          ".tlz4",           lz4_look,   "frames" };

  return wrapper_read(parts, &wrapper, err);
}

const struct format format_lz4 = {
  .name = "lz4",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = lz4_detect,
  .read = lz4_read,
};
