#include "formats/png.h"

#include <zlib.h>

#include "formats/codec.h"
#include "formats/date_text.h"

static const struct format_rule rule_sums = { "png-1", FORMAT_FORM, "checksums, which are right" };
static const struct format_rule rule_form = { "png-2", FORMAT_FORM,
                                              "the compressed form of the picture" };

enum {
  SIGNATURE = 8,
  CHUNK = 12,
  CHUNKS_MAX = 100000,
  YEAR_FIRST = 1995,
  YEAR_LAST = 9999,
  WINDOW_LARGEST = 7,          /* CINFO of 32 KiB, which is all that deflate can look back */
  SMALL_WINDOW_MAX = 16 << 20, /* of pictures with a smaller one */
};

/* What is read of the chunks IDAT, which follow upon each other and are one zlib stream (10.1). */
struct picture {
  size_t first, last; /* positions of the chunks; 0: none */
  size_t at;          /* in the file, of the first */
  size_t len;         /* of the data of all */
};

struct chunk {
  size_t at;
  const char *type;
  struct str data;
};

static int read_chunk(const struct format_parts *parts, size_t at, struct chunk *out,
                      struct error *err)
{
  const char *p = parts->bytes.ptr + at;
  const size_t left = parts->bytes.len - at;
  uint32_t len;

  if (left < CHUNK || (len = format_be32(p)) > left - CHUNK)
    return error_set(err, ERROR_CORRUPT, "it ends in a chunk");
  for (int i = 4; i < 8; i++)
    if ((p[i] | 0x20) < 'a' || (p[i] | 0x20) > 'z')
      return error_set(err, ERROR_CORRUPT, "the chunk at byte %zu has no right type", at);
  if (crc32_z(0, (const unsigned char *)p + 4, (size_t)len + 4) != format_be32(p + 8 + len))
    return error_set(err, ERROR_CORRUPT, "the checksum of the chunk at byte %zu is wrong", at);
  *out = (struct chunk) { at, p + 4, { p + 8, len } };
  return 0;
}

static bool is_type(const struct chunk *chunk, const char *type)
{
  return memcmp(chunk->type, type, 4) == 0;
}

/* 11.3.6: year, month, day, hour, minute, second. Of a year before PNG, or behind those of four
 * digits, pngcheck says that it is invalid. */
static bool is_time_of_change(struct str data)
{
  static const unsigned char from[] = { 1, 1, 0, 0, 0 };
  static const unsigned char to[] = { 12, 31, 23, 59, 60 };
  const uint32_t year = data.len == 7 ? format_be32(data.ptr) >> 16 : 0;

  if (year < YEAR_FIRST || year > YEAR_LAST)
    return false;
  for (size_t i = 0; i < sizeof(from); i++) {
    const unsigned char value = (unsigned char)data.ptr[2 + i];

    if (value < from[i] || value > to[i])
      return false;
  }
  return true;
}

/* The time of last change, and texts that are dates and nothing else: "Creation Time" is the
 * standard's (11.3.3), "date:..." are ImageMagick's. Texts in compressed form may hold anything. */
static bool is_time(const struct chunk *chunk)
{
  static const char *const keywords[] = { "Creation Time", "date:create", "date:modify",
                                          "date:timestamp" };
  const size_t len = chunk->data.len ? strnlen(chunk->data.ptr, chunk->data.len) : 0;

  if (is_type(chunk, "tIME"))
    return is_time_of_change(chunk->data);
  if (!is_type(chunk, "tEXt") || len == chunk->data.len ||
      !date_text_is(str_skip(chunk->data, len + 1)))
    return false;
  for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
    if (str_equal((struct str) { chunk->data.ptr, len }, str_of(keywords[i])))
      return true;
  return false;
}

/* A time counts by itself alone: that it is there, where among the chunks, and what it is called
 * are a field before it. */
static int add_place(struct format_parts *parts, const struct chunk *chunk, struct error *err)
{
  const size_t len = is_type(chunk, "tEXt") ? strlen(chunk->data.ptr) : 0;

  return format_add_field(parts, FORMAT_COUNTS,
                          arena_printf(&parts->arena, "place of %.4s", chunk->type),
                          (struct str) { chunk->data.ptr, len }, err);
}

static int add_chunk(struct format_parts *parts, const struct chunk *chunk, struct error *err)
{
  const bool time = is_time(chunk);

  if (time && add_place(parts, chunk, err))
    return -1;
  format_account(parts, chunk->at, 8 + chunk->data.len, NULL);
  format_account(parts, chunk->at + 8 + chunk->data.len, 4, &rule_sums);
  return format_add_field(parts, time ? FORMAT_TIME : FORMAT_COUNTS,
                          arena_printf(&parts->arena, "%.4s", chunk->type), chunk->data, err);
}

static int add_data(struct format_parts *parts, const struct chunk *chunk, size_t n,
                    struct picture *picture, struct error *err)
{
  if (picture->last && picture->last + 1 != n)
    return error_set(err, ERROR_CORRUPT, "its chunks IDAT do not follow upon each other");
  if (!picture->first) {
    picture->first = n;
    picture->at = chunk->at;
    /* Where the picture stands among the chunks. */
    if (format_add_field(parts, FORMAT_COUNTS, "IDAT", STR(""), err))
      return -1;
  }
  picture->last = n;
  picture->len += chunk->data.len;
  format_account(parts, chunk->at, CHUNK + chunk->data.len, &rule_form);
  return 0;
}

/* Decodes again with no more memory than the stream's header asks for, as libpng does (RFC 1950,
 * 2.2, CINFO), byte by byte: where there is room for more zlib looks back into that as well. */
static int check_window(struct str stream, size_t len, struct error *err)
{
  z_stream zlib = { .next_in = (unsigned char *)(uintptr_t)stream.ptr,
                    .avail_in = (unsigned)stream.len };
  unsigned char byte;
  int result = Z_OK;

  if ((unsigned char)stream.ptr[0] >> 4 >= WINDOW_LARGEST)
    return 0;
  if (len > SMALL_WINDOW_MAX || stream.len > SMALL_WINDOW_MAX)
    return error_set(err, ERROR_LIMIT, "its picture is larger than %d MiB, with a small window",
                     SMALL_WINDOW_MAX >> 20);
  if (inflateInit2(&zlib, 0) != Z_OK)
    return error_set(err, ERROR_LIMIT, "there is no memory");
  while (result == Z_OK) {
    zlib.next_out = &byte;
    zlib.avail_out = 1;
    result = inflate(&zlib, Z_NO_FLUSH);
  }
  inflateEnd(&zlib);
  return result == Z_STREAM_END
             ? 0
             : error_set(err, ERROR_CORRUPT, "its picture needs a larger window than it says");
}

static int add_picture(struct format_parts *parts, const struct picture *picture, struct error *err)
{
  struct str joined = { NULL, picture->len };
  char *to = format_memory(parts, picture->len, err);
  size_t at = picture->at;
  size_t used;
  struct str pixels;

  if (!to)
    return -1;
  joined.ptr = to;
  for (size_t i = picture->first; i <= picture->last; i++) {
    struct chunk chunk;

    if (read_chunk(parts, at, &chunk, err))
      return -1;
    if (chunk.data.len)
      memcpy(to, chunk.data.ptr, chunk.data.len);
    to += chunk.data.len;
    at += CHUNK + chunk.data.len;
  }
  if (format_decode(parts, &format_zlib, joined, UINT64_MAX, &pixels, &used, err))
    return -1;
  if (used != joined.len)
    return error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its picture", joined.len - used);
  if (check_window(joined, pixels.len, err))
    return -1;
  /* The window that the stream's header tells: libpng gives a decoder no larger one. */
  return format_add_field(
             parts, FORMAT_COUNTS, "window",
             str_of(arena_printf(&parts->arena, "%d", (unsigned char)joined.ptr[0] >> 4)), err) ||
                 !format_add_file(parts, STR("picture"), pixels, err)
             ? -1
             : 0;
}

static int png_read(struct format_parts *parts, struct error *err)
{
  struct picture picture = { 0 };
  size_t at = SIGNATURE;
  size_t n = 0;
  struct chunk chunk;

  format_account(parts, 0, SIGNATURE, NULL);
  do {
    if (++n > CHUNKS_MAX)
      return error_set(err, ERROR_LIMIT, "it has more than %d chunks", CHUNKS_MAX);
    if (read_chunk(parts, at, &chunk, err))
      return -1;
    if (is_type(&chunk, "IDAT") ? add_data(parts, &chunk, n, &picture, err)
                                : add_chunk(parts, &chunk, err))
      return -1;
    at += CHUNK + chunk.data.len;
  } while (!is_type(&chunk, "IEND"));
  if (at != parts->bytes.len)
    return error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its end", parts->bytes.len - at);
  if (!picture.first)
    return error_set(err, ERROR_CORRUPT, "it has no picture");
  return add_picture(parts, &picture, err);
}

static bool png_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len > SIGNATURE && memcmp(bytes.ptr, "\x89PNG\r\n\x1a\n", SIGNATURE) == 0;
}

const struct format format_png = {
  .name = "png",
  .may_be_equal = true,
  .detect = png_detect,
  .read = png_read,
};
