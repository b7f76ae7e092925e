/* "bzip2: Format Specification" (Joe Tsai); the library's manual, chapter 3. */
#include "formats/bzip2.h"

#include <bzlib.h>

#include "formats/wrapper.h"

static const struct format_rule rule_form = { "bzip2-1", FORMAT_FORM, "the compressed form" };

static int bzip2_fault(int result, struct error *err)
{
  return error_set(err, result == BZ_MEM_ERROR ? ERROR_LIMIT : ERROR_CORRUPT, "%s",
                   result == BZ_MEM_ERROR    ? "there is no memory"
                   : result == BZ_OK         ? "it ends early"
                   : result == BZ_DATA_ERROR ? "its checksum is wrong, or its data"
                                             : "it is no bzip2");
}

static int bzip2_decode(struct str in, struct format_output *out, size_t *used, struct error *err)
{
  bz_stream stream = { .next_in = (char *)(uintptr_t)in.ptr };
  int result = BZ2_bzDecompressInit(&stream, 0, 0);
  size_t left = in.len;
  int status = 0;

  while (result == BZ_OK && status == 0) {
    const unsigned piece = (unsigned)MIN_OF(left, (size_t)1 << 30);
    size_t room;

    if (format_output_room(out, &room, err)) {
      status = -1;
      break;
    }
    stream.avail_in = piece;
    stream.next_out = (char *)out->bytes + out->len;
    stream.avail_out = (unsigned)MIN_OF(room, (size_t)1 << 30);
    room = stream.avail_out;
    result = BZ2_bzDecompress(&stream);
    left -= piece - stream.avail_in;
    out->len += room - stream.avail_out;
    if (result == BZ_OK && !left && stream.avail_out)
      break; /* it wants more than there is */
  }
  BZ2_bzDecompressEnd(&stream);
  *used = in.len - left;
  return status || result == BZ_STREAM_END ? status : bzip2_fault(result, err);
}

const struct format_codec format_bzip2_codec = { "bzip2", bzip2_decode };

static bool bzip2_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= 14 && memcmp(bytes.ptr, "BZh", 3) == 0 && bytes.ptr[3] >= '1' &&
         bytes.ptr[3] <= '9' &&
         (memcmp(bytes.ptr + 4, "1AY&SY", 6) == 0 ||
          memcmp(bytes.ptr + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0);
}

/* ---- what not every decoder can read ---- */

/* The bit at a place, the highest of a byte first; behind the end all are 0. */
static unsigned bit_at(struct str bytes, uint64_t at)
{
  return at / 8 < bytes.len ? (unsigned char)bytes.ptr[at / 8] >> (7 - at % 8) & 1 : 0;
}

/* How many blocks are "randomised", as bzip2 0.9.0 and older wrote them ("Format Specification",
 * 2.2.4, BlockRandomized): behind a block's magic, which begins at any bit, and 32 bits of its
 * checksum. What only looks like a magic may count, too. */
static uint64_t count_randomised(struct str stream)
{
  enum { MAGIC_BITS = 48, SUM_BITS = 32 };
  const uint64_t magic = UINT64_C(0x314159265359);
  uint64_t window = 0;
  uint64_t n = 0;

  for (uint64_t at = 0; at < (uint64_t)stream.len * 8; at++) {
    window = (window << 1 | bit_at(stream, at)) & ((UINT64_C(1) << MAGIC_BITS) - 1);
    if (window == magic)
      n += bit_at(stream, at + 1 + SUM_BITS);
  }
  return n;
}

/* Linux, BusyBox and Go refuse such blocks. */
static int bzip2_look(struct format_parts *parts, struct str stream, uint64_t n, struct error *err)
{
  const uint64_t randomised = count_randomised(stream);

  if (!randomised)
    return 0;
  return format_add_field(
      parts, FORMAT_COUNTS, "randomised blocks",
      str_of(arena_printf(&parts->arena, "%llu of stream %llu", (unsigned long long)randomised,
                          (unsigned long long)n)),
      err);
}

static int bzip2_read(struct format_parts *parts, struct error *err)
{
  static const struct wrapper wrapper = { &format_bzip2_codec, &rule_form, ".bz2", ".tbz2",
                                          bzip2_look,          "streams" };

  return wrapper_read(parts, &wrapper, err);
}

const struct format format_bzip2 = {
  .name = "bzip2",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = bzip2_detect,
  .read = bzip2_read,
};
