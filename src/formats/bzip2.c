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

static int bzip2_read(struct format_parts *parts, struct error *err)
{
  static const struct wrapper wrapper = {
    &format_bzip2_codec, &rule_form, ".bz2", ".tbz2", NULL, "streams"
  };

  return wrapper_read(parts, &wrapper, err);
}

const struct format format_bzip2 = {
  .name = "bzip2",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = bzip2_detect,
  .read = bzip2_read,
};
