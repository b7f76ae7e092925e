/* "The .xz File Format", version 1.2.1. */
#include "formats/xz.h"

#include <lzma.h>
#include <stdlib.h>

#include "base/buf.h"
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

/* ---- what not every decoder can read ---- */

/* XZ Embedded, which is in Linux, knows no checks but CRC32, most often, and neither several
 * streams nor filters that it was built without. How large a dictionary may be is nowhere said; up
 * to what xz -9 makes, 64 MiB, it is of the level, which is of no meaning. */
enum { DICTIONARY_COMMON = 64 << 20 };

static void describe_filters(struct buf *text, const lzma_filter *filters)
{
  for (size_t i = 0; filters[i].id != LZMA_VLI_UNKNOWN; i++) {
    buf_printf(text, "%s 0x%llx", i ? "," : "", (unsigned long long)filters[i].id);
    if (filters[i].id == LZMA_FILTER_LZMA2) {
      const lzma_options_lzma *options = filters[i].options;

      if (options->dict_size > DICTIONARY_COMMON)
        buf_printf(text, " with a dictionary of %lu bytes", (unsigned long)options->dict_size);
    } else if (filters[i].id == LZMA_FILTER_DELTA) {
      buf_printf(text, " of %lu", (unsigned long)((lzma_options_delta *)filters[i].options)->dist);
    } else if (filters[i].options) { /* branches: where they start */
      buf_printf(text, " from %lu",
                 (unsigned long)((lzma_options_bcj *)filters[i].options)->start_offset);
    }
  }
}

/* The filters of the block that begins there (section 3.1). */
static bool filters_of(struct str block, lzma_check check, struct buf *text)
{
  lzma_filter filters[LZMA_FILTERS_MAX + 1];
  lzma_block header = { .version = 0, .check = check, .filters = filters };

  if (!block.len)
    return false;
  header.header_size = lzma_block_header_size_decode((uint8_t)block.ptr[0]);
  if (header.header_size > block.len ||
      lzma_block_header_decode(&header, NULL, (const uint8_t *)block.ptr) != LZMA_OK)
    return false;
  describe_filters(text, filters);
  for (size_t i = 0; filters[i].id != LZMA_VLI_UNKNOWN; i++)
    free(filters[i].options);
  return true;
}

/* A field for each row of blocks that have the same filters. */
static int add_blocks(struct format_parts *parts, struct str stream, const lzma_index *index,
                      lzma_check check, struct error *err)
{
  struct str before = { NULL, 0 };
  lzma_index_iter iter;

  lzma_index_iter_init(&iter, index);
  while (!lzma_index_iter_next(&iter, LZMA_INDEX_ITER_BLOCK)) {
    AUTO_BUF text = BUF_INIT(1024);

    if (iter.block.compressed_stream_offset > stream.len ||
        !filters_of(str_skip(stream, iter.block.compressed_stream_offset), check, &text))
      return error_set(err, ERROR_CORRUPT, "a block is not where its index says");
    if (before.ptr && str_equal(buf_str(&text), before))
      continue;
    before = arena_str(&parts->arena, buf_str(&text));
    if (format_add_field(parts, FORMAT_COUNTS, "filters", before, err))
      return -1;
  }
  return 0;
}

/* Not every decoder knows that zeros may stand there. */
static int add_padding(struct format_parts *parts, size_t zeros, uint64_t n, struct error *err)
{
  if (!zeros)
    return 0;
  return format_add_field(parts, FORMAT_COUNTS, "padding",
                          str_of(arena_printf(&parts->arena, "%zu bytes behind stream %llu", zeros,
                                              (unsigned long long)n)),
                          err);
}

static int xz_look(struct format_parts *parts, struct str stream, uint64_t n, struct error *err)
{
  const uint8_t *bytes = (const uint8_t *)stream.ptr;
  uint64_t memory = MAX_OF(parts->budget->bytes, UINT64_C(16) << 20);
  lzma_stream_flags head;
  lzma_stream_flags foot;
  lzma_index *index = NULL;
  const size_t len = stream.len;
  size_t at;
  int status;

  while (stream.len && !stream.ptr[stream.len - 1]) /* padding; a footer ends in "YZ" */
    stream.len--;
  if (stream.len < (size_t)2 * LZMA_STREAM_HEADER_SIZE ||
      lzma_stream_header_decode(&head, bytes) != LZMA_OK ||
      lzma_stream_footer_decode(&foot, bytes + stream.len - LZMA_STREAM_HEADER_SIZE) != LZMA_OK ||
      foot.backward_size > stream.len - LZMA_STREAM_HEADER_SIZE)
    return error_set(err, ERROR_CORRUPT, "a stream does not end as it should");
  at = stream.len - LZMA_STREAM_HEADER_SIZE - (size_t)foot.backward_size;
  if (lzma_index_buffer_decode(&index, &memory, NULL, bytes, &at,
                               stream.len - LZMA_STREAM_HEADER_SIZE) != LZMA_OK)
    return error_set(err, ERROR_LIMIT, "its index cannot be read");
  status = format_add_field(parts, FORMAT_COUNTS, "check",
                            str_of(arena_printf(&parts->arena, "%d", (int)head.check)), err);
  status = status ? status : add_blocks(parts, stream, index, head.check, err);
  status = status ? status : add_padding(parts, len - stream.len, n, err);
  lzma_index_end(index, NULL);
  return status;
}

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
  static const struct wrapper wrapper = { &format_xz_codec, &rule_form, ".xz",
                                          ".txz",           xz_look,    "streams" };

  return wrapper_read(parts, &wrapper, err);
}

const struct format format_xz = {
  .name = "xz",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = xz_detect,
  .read = xz_read,
};
