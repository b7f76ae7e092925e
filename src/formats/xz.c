/* "The .xz File Format", version 1.2.1. */
#include "formats/xz.h"

#include <lzma.h>

#include "formats/wrapper.h"

static const struct format_rule rule_form = { "xz-1", FORMAT_FORM, "the compressed form" };

static int xz_fault(lzma_ret result, struct error *err)
{
  switch (result) {
  case LZMA_MEM_ERROR:
  case LZMA_MEMLIMIT_ERROR:
    return error_set(err, ERROR_LIMIT, "it wants more memory than there is");
  case LZMA_FORMAT_ERROR:
    return error_set(err, ERROR_CORRUPT, "it is no xz");
  case LZMA_OPTIONS_ERROR:
    return error_set(err, ERROR_UNSUPPORTED, "it has unknown options");
  case LZMA_UNSUPPORTED_CHECK:
    return error_set(err, ERROR_UNSUPPORTED, "it has a checksum of unknown kind");
  case LZMA_OK:
  case LZMA_BUF_ERROR:
    return error_set(err, ERROR_CORRUPT, "it ends early");
  default:
    return error_set(err, ERROR_CORRUPT, "its checksum is wrong, or its data");
  }
}

/* Zeros behind a stream, a multiple of four (section 2.2). -1: they are no such. */
static int xz_padding(struct str in, size_t *used, struct error *err)
{
  size_t n = 0;

  while (*used + n < in.len && !in.ptr[*used + n])
    n++;
  *used += n;
  return n % 4 ? error_set(err, ERROR_CORRUPT, "its padding is not a multiple of four bytes") : 0;
}

static int xz_decode(struct str in, struct format_output *out, size_t *used, struct error *err)
{
  lzma_stream stream = LZMA_STREAM_INIT;
  /* The dictionary counts like what comes out: it may not be larger than that. */
  lzma_ret result = lzma_stream_decoder(&stream, MAX_OF(out->budget->bytes, UINT64_C(16) << 20),
                                        LZMA_TELL_UNSUPPORTED_CHECK);
  int status = 0;

  stream.next_in = (const uint8_t *)in.ptr;
  stream.avail_in = in.len;
  while (result == LZMA_OK && status == 0) {
    size_t room;

    if (format_output_room(out, &room, err)) {
      status = -1;
      break;
    }
    stream.next_out = out->bytes + out->len;
    stream.avail_out = room;
    result = lzma_code(&stream, LZMA_FINISH);
    out->len += room - stream.avail_out;
  }
  *used = in.len - stream.avail_in;
  lzma_end(&stream);
  if (status == 0 && result != LZMA_STREAM_END)
    return xz_fault(result, err);
  return status ? status : xz_padding(in, used, err);
}

const struct format_codec format_xz_codec = { "xz", xz_decode };

static bool xz_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= 32 && memcmp(bytes.ptr,
                                   "\xfd"
                                   "7zXZ",
                                   6) == 0;
}

static int xz_read(struct format_parts *parts, struct error *err)
{
  return wrapper_read(parts, &format_xz_codec, &rule_form, ".xz", ".txz", err);
}

const struct format format_xz = {
  .name = "xz",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = xz_detect,
  .read = xz_read,
};
