#include "formats/codec.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/alloc.h"

enum { FIRST_ROOM = 16 * 1024 };

/* ---- output ---- */

static int codec_grow(struct format_output *out, size_t cap, struct error *err)
{
  unsigned char *bytes;

  if (format_charge(out->budget, cap - out->cap, err))
    return -1;
  out->cap = cap; /* what is charged */
  bytes = realloc(out->bytes, cap);
  if (!bytes)
    return error_set(err, ERROR_LIMIT, "there is no memory for %zu bytes of it", cap);
  out->bytes = bytes;
  return 0;
}

/* What may come out of so many bytes. */
static uint64_t ratio_max(size_t stored)
{
  const uint64_t most = (uint64_t)stored * FORMAT_RATIO_MAX;

  return MAX_OF(most, (uint64_t)FORMAT_RATIO_FROM);
}

int format_output_room(struct format_output *out, size_t *room, struct error *err)
{
  const uint64_t bound = MIN_OF(out->max, ratio_max(out->stored));
  uint64_t cap;

  if (out->len == out->cap) {
    if (out->len >= out->max)
      return error_set(err, ERROR_CORRUPT, "more comes out of it than it says (%llu bytes)",
                       (unsigned long long)out->max);
    if (out->len >= bound)
      return error_set(err, ERROR_LIMIT, "it grows to more than %d times its size",
                       FORMAT_RATIO_MAX);
    cap =
        out->cap ? (uint64_t)out->cap * 2 : MAX_OF((uint64_t)FIRST_ROOM, (uint64_t)out->stored * 4);
    cap = MIN_OF(cap, bound);
    if (cap - out->cap > out->budget->bytes && out->budget->bytes)
      cap = out->cap + out->budget->bytes;
    if (codec_grow(out, (size_t)cap, err))
      return -1;
  }
  *room = out->cap - out->len;
  return 0;
}

struct format_output format_output_begin(struct format_parts *parts, size_t stored)
{
  return (struct format_output) { .budget = parts->budget, .max = UINT64_MAX, .stored = stored };
}

/* Only what came out stays charged. */
static void codec_settle(struct format_output *out)
{
  out->budget->bytes += out->cap - out->len;
  out->cap = out->len;
}

struct str format_output_keep(struct format_parts *parts, struct format_output *out)
{
  codec_settle(out);
  if (!out->bytes)
    return (struct str) { "", 0 };
  format_adopt(parts, out->bytes);
  return (struct str) { (const char *)out->bytes, out->len };
}

void format_output_drop(struct format_output *out)
{
  codec_settle(out);
  free(out->bytes);
  out->bytes = NULL;
}

static int codec_decode(const struct format_codec *codec, struct str stored,
                        struct format_output *out, size_t *used, struct error *err)
{
  if (codec->decode(stored, out, used, err) == 0)
    return 0;
  format_output_drop(out);
  return error_wrap(err, "%s", codec->name);
}

int format_decode(struct format_parts *parts, const struct format_codec *codec, struct str stored,
                  uint64_t max, struct str *out, size_t *used, struct error *err)
{
  struct format_output output = format_output_begin(parts, stored.len);

  output.max = max;
  if (codec_decode(codec, stored, &output, used, err))
    return -1;
  *out = format_output_keep(parts, &output);
  return 0;
}

/* ---- contents of members ---- */

static int codec_check(const struct format_content *content, struct str bytes, struct error *err)
{
  if (bytes.len != content->size)
    return error_set(err, ERROR_CORRUPT, "%zu bytes come out of it instead of %llu", bytes.len,
                     (unsigned long long)content->size);
  if (content->has_crc32 &&
      crc32_z(0, (const unsigned char *)bytes.ptr, bytes.len) != content->crc32)
    return error_set(err, ERROR_CORRUPT, "its checksum is wrong");
  return 0;
}

int format_open(const struct format_content *content, struct format_budget *budget,
                struct format_opened *out, struct error *err)
{
  struct format_output output = {
    .budget = budget,
    /* One more, so that codecs can go on to the end of what is stored. */
    .max = content->size < UINT64_MAX ? content->size + 1 : UINT64_MAX,
    .stored = content->stored.len,
  };
  size_t used;

  *out = (struct format_opened) { .bytes = content->stored };
  if (!content->codec)
    return codec_check(content, out->bytes, err);
  if (codec_decode(content->codec, content->stored, &output, &used, err))
    return -1;
  codec_settle(&output);
  *out = (struct format_opened) {
    .bytes = { (const char *)output.bytes, output.len },
    .owned = output.bytes,
  };
  if (used != content->stored.len)
    error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its end", content->stored.len - used);
  else if (codec_check(content, out->bytes, err) == 0)
    return 0;
  format_close(out);
  return -1;
}

void format_close(struct format_opened *opened)
{
  free(opened->owned);
  *opened = (struct format_opened) { 0 };
}

/* ---- zlib ---- */

static int zlib_fault(const z_stream *stream, int result, struct error *err)
{
  if (result == Z_MEM_ERROR)
    return error_set(err, ERROR_LIMIT, "there is no memory");
  return error_set(err, ERROR_CORRUPT, "%s at byte %lu",
                   result == Z_BUF_ERROR ? "it ends early"
                   : stream->msg         ? stream->msg
                                         : "bad data",
                   stream->total_in);
}

static int inflate_with(int window_bits, struct str in, struct format_output *out, size_t *used,
                        struct error *err)
{
  z_stream stream = { .next_in = (unsigned char *)(uintptr_t)in.ptr };
  unsigned char probe;
  int result = inflateInit2(&stream, window_bits);
  int status = 0;

  if (result != Z_OK)
    return zlib_fault(&stream, result, err);
  while (status == 0 && result != Z_STREAM_END) {
    const size_t left = in.len - stream.total_in;
    size_t room = 0;
    const bool full = out->len >= out->max;

    /* Even where all is there that may come, the end of the stream has yet to be read. */
    if (!full && format_output_room(out, &room, err)) {
      status = -1;
      break;
    }
    stream.avail_in = (unsigned)MIN_OF(left, (size_t)1 << 30);
    stream.next_out = full ? &probe : out->bytes + out->len;
    stream.avail_out = full ? 1 : (unsigned)MIN_OF(room, (size_t)1 << 30);
    room = stream.avail_out;
    result = inflate(&stream, Z_NO_FLUSH);
    room -= stream.avail_out;
    if (full && room)
      status = error_set(err, ERROR_CORRUPT, "more comes out of it than it says (%llu bytes)",
                         (unsigned long long)out->max);
    else if (result != Z_OK && result != Z_STREAM_END)
      status = zlib_fault(&stream, result, err);
    else
      out->len += room;
  }
  *used = stream.total_in;
  inflateEnd(&stream);
  return status;
}

static int deflate_decode(struct str in, struct format_output *out, size_t *used, struct error *err)
{
  return inflate_with(-MAX_WBITS, in, out, used, err);
}

static int zlib_decode(struct str in, struct format_output *out, size_t *used, struct error *err)
{
  return inflate_with(MAX_WBITS, in, out, used, err);
}

const struct format_codec format_deflate = { "deflate", deflate_decode };
const struct format_codec format_zlib = { "zlib", zlib_decode };
