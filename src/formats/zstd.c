/* RFC 8878. Skippable frames say what no decompressor shows: they count. */
#include "formats/zstd.h"

#include <zstd.h>

#include "formats/wrapper.h"

enum {
  WINDOW_LOG_MAX = 27,
  FLAGS_AT = 4, /* Frame_Header_Descriptor, behind the magic */
  HEADER = 5,
  FLAGS_DICTIONARY = 3,
  FLAG_UNUSED = 0x10,
  FLAG_SINGLE_SEGMENT = 0x20,
  SKIPPABLE_HEADER = 8,
  WINDOW_COMMON = 8 << 20, /* 3.1.1.1.2: what every decoder should be able to */
};

static const struct format_rule rule_form = { "zstd-1", FORMAT_FORM, "the compressed form" };

/* Where a frame's header tells how much comes out (3.1.1.1.4), that; else 0. */
static uint64_t told_size(struct str frame)
{
  static const unsigned char id_sizes[] = { 0, 1, 2, 4 };
  static const unsigned char sizes[] = { 0, 2, 4, 8 };
  const unsigned flags = frame.len > HEADER ? (unsigned char)frame.ptr[FLAGS_AT] : 0;
  const bool single = flags & FLAG_SINGLE_SEGMENT;
  const size_t at = HEADER + !single + id_sizes[flags & FLAGS_DICTIONARY];
  const size_t size = sizes[flags >> 6] ? sizes[flags >> 6] : single;
  uint64_t value = 0;

  if (frame.len < at + size)
    return 0;
  for (size_t i = size; i-- > 0;)
    value = value << 8 | (unsigned char)frame.ptr[at + i];
  return size == 2 ? value + 256 : value;
}

/* The library decodes what fits into the room for it in one go, and then looks no further back than
 * the beginning, instead of no further than the window. With less room it keeps what the frame's
 * header says has to be kept, as programs do that read a stream. */
static int decode_frame(ZSTD_DCtx *context, struct str in, struct format_output *out, size_t *used,
                        struct error *err)
{
  ZSTD_inBuffer input = { in.ptr, in.len, 0 };
  const uint64_t told = told_size(in);
  size_t result = 1;
  int status = 0;

  ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  while (status == 0 && result) {
    ZSTD_outBuffer output;
    size_t room;

    if (format_output_room(out, &room, err)) {
      status = -1;
      break;
    }
    if (!input.pos && told)
      room = (size_t)MIN_OF(room, told - 1);
    output = (ZSTD_outBuffer) { out->bytes + out->len, room, 0 };
    result = ZSTD_decompressStream(context, &output, &input);
    out->len += output.pos;
    if (ZSTD_isError(result))
      status = error_set(err, ERROR_CORRUPT, "%s", ZSTD_getErrorName(result));
    else if (result && input.pos == input.size && output.pos < output.size)
      status = error_set(err, ERROR_CORRUPT, "it ends early");
  }
  *used = input.pos;
  return status;
}

/* NULL: there is no memory. */
static ZSTD_DCtx *zstd_new(struct error *err)
{
  ZSTD_DCtx *context = ZSTD_createDCtx();

  if (context)
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
  else
    error_set(err, ERROR_LIMIT, "there is no memory");
  return context;
}

static int zstd_decode(struct str in, struct format_output *out, size_t *used, struct error *err)
{
  ZSTD_DCtx *context = zstd_new(err);
  const int status = context ? decode_frame(context, in, out, used, err) : -1;

  ZSTD_freeDCtx(context);
  return status;
}

const struct format_codec format_zstd_codec = { "zstd", zstd_decode };

static bool is_skippable(struct str bytes)
{
  return bytes.len >= SKIPPABLE_HEADER && (format_le32(bytes.ptr) & 0xfffffff0) == 0x184d2a50;
}

static bool is_frame(struct str bytes)
{
  return bytes.len >= 9 && format_le32(bytes.ptr) == 0xfd2fb528;
}

static bool zstd_detect(struct str bytes, struct str name)
{
  (void)name;
  return is_frame(bytes) || is_skippable(bytes);
}

/* 3.1.2. Its kind, one of sixteen, is part of what it says; n: which piece it is. */
static int skippable_frame(struct format_parts *parts, size_t *at, uint64_t n, struct error *err)
{
  const struct str rest = str_skip(parts->bytes, *at);
  const uint32_t len = format_le32(rest.ptr + 4);

  if (len > rest.len - SKIPPABLE_HEADER)
    return error_set(err, ERROR_CORRUPT, "a skippable frame is cut short");
  format_account(parts, *at, SKIPPABLE_HEADER + (uint64_t)len, NULL);
  *at += SKIPPABLE_HEADER + (size_t)len;
  return format_add_field(
      parts, FORMAT_COUNTS,
      n == 1 ? "skippable frame"
             : arena_printf(&parts->arena, "skippable frame %llu", (unsigned long long)n),
      (struct str) { rest.ptr, SKIPPABLE_HEADER + (size_t)len }, err);
}

/* How much of what came out a decoder has to keep (3.1.1.1). */
static uint64_t window_of(struct str frame)
{
  const unsigned window = (unsigned char)frame.ptr[HEADER];
  uint64_t base;

  if ((unsigned char)frame.ptr[FLAGS_AT] & FLAG_SINGLE_SEGMENT)
    return told_size(frame);
  base = UINT64_C(1) << (10 + (window >> 3));
  return base + base / 8 * (window & 7);
}

static int add_header(struct format_parts *parts, const char *name, const char *what,
                      uint64_t value, uint64_t n, struct error *err)
{
  return format_add_field(
      parts, FORMAT_COUNTS, name,
      str_of(arena_printf(&parts->arena, "%llu%s, frame %llu", (unsigned long long)value, what,
                          (unsigned long long)n)),
      err);
}

/* Not every decoder can read a frame with a large window, or with a field for a dictionary, or need
 * pass over the unused flag as it should; and some want to be told how much comes out. */
static int look_at_header(struct format_parts *parts, struct str frame, uint64_t n,
                          struct error *err)
{
  const unsigned flags = (unsigned char)frame.ptr[FLAGS_AT];
  const uint64_t window = window_of(frame);
  const bool has_size = flags & 0xe0; /* Frame_Content_Size_flag, Single_Segment_flag */
  const unsigned dictionary = flags & FLAGS_DICTIONARY;

  if ((window > WINDOW_COMMON && add_header(parts, "window", " bytes", window, n, err)) ||
      (dictionary && add_header(parts, "dictionary", "", dictionary, n, err)) ||
      (flags & FLAG_UNUSED && add_header(parts, "unused flag", "", 1, n, err)))
    return -1;
  return has_size ? 0 : add_header(parts, "sizes that are not told", "", 1, n, err);
}

/* Where the reading of a file is. */
struct frames {
  ZSTD_DCtx *context; /* one for all of them: to make one takes longer than a small frame */
  struct format_output out;
  struct wrapper_pieces pieces;
  size_t at;
};

static int next_frame(struct format_parts *parts, struct frames *frames, struct error *err)
{
  const struct str rest = str_skip(parts->bytes, frames->at);
  size_t used = 0;

  if (wrapper_begin_piece(&frames->pieces, frames->out.len, err))
    return -1;
  if (is_skippable(rest))
    return skippable_frame(parts, &frames->at, frames->pieces.n, err);
  if (!is_frame(rest))
    return error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its end", rest.len);
  if (decode_frame(frames->context, rest, &frames->out, &used, err) ||
      look_at_header(parts, rest, frames->pieces.n, err))
    return -1;
  format_account(parts, frames->at, used, &rule_form);
  frames->at += used;
  return 0;
}

static int read_frames(struct format_parts *parts, struct frames *frames, struct error *err)
{
  while (frames->at < parts->bytes.len)
    if (next_frame(parts, frames, err)) {
      format_output_drop(&frames->out);
      return -1;
    }
  return wrapper_add_content(parts, wrapper_name(parts, ".zst", ".tzst"),
                             format_output_keep(parts, &frames->out), &frames->pieces, err);
}

static int zstd_read(struct format_parts *parts, struct error *err)
{
  struct frames frames = {
    .context = zstd_new(err),
    .out = format_output_begin(parts, parts->bytes.len),
    .pieces = WRAPPER_PIECES_INIT("frames"),
  };
  const int status = frames.context ? read_frames(parts, &frames, err) : -1;

  ZSTD_freeDCtx(frames.context);
  wrapper_pieces_release(&frames.pieces);
  return status;
}

const struct format format_zstd = {
  .name = "zstd",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = zstd_detect,
  .read = zstd_read,
};
