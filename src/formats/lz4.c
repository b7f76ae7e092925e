/* "LZ4 Frame Format Description", version 1.6.2. */
#include "formats/lz4.h"

#include <lz4frame.h>

#include "formats/wrapper.h"

static const struct format_rule rule_form = { "lz4-1", FORMAT_FORM, "the compressed form" };

enum {
  MAGIC = 0x184d2204,
  FLAGS_AT = 4,
  HEADER = 7, /* without a size and a dictionary */
  FLAG_DICTIONARY = 1,
  FLAG_SUM = 4,
  FLAG_SIZE = 8,
  FLAG_BLOCK_SUMS = 16,
  FLAGS_CHECKSUMS = FLAG_SUM | FLAG_BLOCK_SUMS,
  SIZE = 8,
  DICTIONARY = 4,
  BLOCK_HEADER = 4,
  BLOCK_SUM = 4,
};

#define BLOCK_IS_STORED UINT32_C(0x80000000)

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

/* ---- what not every decoder can read ---- */

/* A length of 15 or more goes on in further bytes, each of which is added, to one that is not 255.
 */
static uint64_t take_length(struct str *rest, unsigned nibble)
{
  uint64_t length = nibble;
  unsigned more = nibble == 15 ? 255 : 0;

  while (more == 255 && rest->len) {
    more = (unsigned char)*rest->ptr;
    length += more;
    *rest = str_skip(*rest, 1);
  }
  return length;
}

/* Whether every match of a block lies before the place that it is copied to. An offset of 0 is
 * invalid ("LZ4 Block Format Description"): the library makes zeros of it, others refuse it. */
static bool has_offsets(struct str rest)
{
  while (rest.len) {
    const unsigned token = (unsigned char)*rest.ptr;
    uint64_t literals;

    rest = str_skip(rest, 1);
    literals = take_length(&rest, token >> 4);
    if (literals >= rest.len)
      return literals == rest.len; /* a block ends in literals */
    rest = str_skip(rest, (size_t)literals);
    if (rest.len < 2 || format_le16(rest.ptr) == 0)
      return false;
    rest = str_skip(rest, 2);
    take_length(&rest, token & 15);
  }
  return true;
}

/* Goes through the blocks behind a frame's header. */
static bool are_blocks_sound(struct str rest, unsigned flags)
{
  while (rest.len >= BLOCK_HEADER) {
    const uint32_t header = format_le32(rest.ptr);
    const size_t len = header & ~BLOCK_IS_STORED;
    const size_t all = len + (flags & FLAG_BLOCK_SUMS ? BLOCK_SUM : 0);

    rest = str_skip(rest, BLOCK_HEADER);
    if (!header)
      return true;
    if (all > rest.len ||
        (!(header & BLOCK_IS_STORED) && !has_offsets((struct str) { rest.ptr, len })))
      return false;
    rest = str_skip(rest, all);
  }
  return false;
}

static int add_header(struct format_parts *parts, const char *name, uint32_t value, uint64_t n,
                      struct error *err)
{
  return format_add_field(
      parts, FORMAT_COUNTS, name,
      str_of(arena_printf(&parts->arena, "0x%02x of frame %llu", value, (unsigned long long)n)),
      err);
}

/* What the frame's header says: FLG, since not every decoder knows dictionaries, or blocks that
 * hang on each other, and some want the size told; a size of 0, which the library takes for none,
 * and others for the size; and the dictionary, of which the library does not ask. */
static int lz4_look(struct format_parts *parts, struct str frame, uint64_t n, struct error *err)
{
  const unsigned flags = (unsigned char)frame.ptr[FLAGS_AT];
  const size_t size = flags & FLAG_SIZE ? SIZE : 0;
  const size_t dictionary = flags & FLAG_DICTIONARY ? DICTIONARY : 0;
  const char *behind = frame.ptr + HEADER - 1; /* the header's checksum is its last byte */

  if (frame.len < HEADER + size + dictionary ||
      !are_blocks_sound(str_skip(frame, HEADER + size + dictionary), flags))
    return error_set(err, ERROR_CORRUPT, "a match in it has no distance");
  if (add_header(parts, "flags", flags & ~(unsigned)FLAGS_CHECKSUMS, n, err) ||
      (size && format_le64(behind) == 0 && add_header(parts, "size", 0, n, err)))
    return -1;
  return dictionary ? add_header(parts, "dictionary", format_le32(behind + size), n, err) : 0;
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
