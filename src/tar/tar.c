#include "tar/tar.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "tar/reader.h"

enum { TYPE_PAX = 'x', TYPE_LONG_NAME = 'L', TYPE_LONG_LINK = 'K' };
/* Zeros that holes of sparse files may come to unless tar_reader_limit_holes says otherwise. */
#define HOLES_MAX (UINT64_C(32) << 30)

struct tar_reader *tar_reader_new(struct block_source source)
{
  struct tar_reader *reader = xcalloc(1, sizeof(*reader));

  reader->source = source;
  reader->holes_left = HOLES_MAX;
  tar_pax_init(&reader->pax);
  reader->long_name = BUF_INIT(LIMIT_PAX_BYTES);
  reader->long_link = BUF_INIT(LIMIT_PAX_BYTES);
  return reader;
}

void tar_reader_limit_holes(struct tar_reader *reader, uint64_t bytes)
{
  reader->holes_left = bytes;
}

void tar_reader_free(struct tar_reader *reader)
{
  if (!reader)
    return;
  block_unref(reader->block);
  tar_pax_release(&reader->pax);
  buf_release(&reader->long_name);
  buf_release(&reader->long_link);
  tar_sparse_release(&reader->sparse);
  free(reader);
}

uint64_t tar_offset(const struct tar_reader *reader)
{
  return reader->offset;
}

bool tar_is_sparse(const struct tar_reader *reader)
{
  return reader->is_sparse;
}

size_t tar_pieces(const struct tar_reader *reader)
{
  return reader->sparse.n;
}

void tar_piece(const struct tar_reader *reader, size_t i, int64_t *offset, int64_t *length)
{
  *offset = reader->sparse.fragments[i].offset;
  *length = reader->sparse.fragments[i].length;
}

static int read_unit(struct tar_reader *reader, unsigned char unit[TAR_UNIT], const char *what,
                     struct error *err)
{
  uint64_t start = reader->offset;
  size_t got;

  if (tar_take(reader, unit, TAR_UNIT, &got, err) < 0)
    return -1;
  if (got == TAR_UNIT || !got)
    return got > 0;
  error_set(err, ERROR_CORRUPT, "the stream ends in %s (%zu of %d bytes)", what, got, TAR_UNIT);
  return tar_wrap(start, err);
}

/* 1: a header is in reader->header; 0: the archive ends here. */
static int tar_read_header(struct tar_reader *reader, struct error *err)
{
  int result;

  reader->header_at = reader->offset;
  result = read_unit(reader, reader->unit, "a header", err);
  if (result <= 0)
    return result;
  if (tar_block_is_zero(reader->unit)) {
    result = read_unit(reader, reader->unit, "a header", err);
    if (result <= 0 || tar_block_is_zero(reader->unit))
      return result < 0 ? -1 : 0;
    error_set(err, ERROR_CORRUPT,
              "a header after a single block of zeros (two of them end an archive)");
    return tar_wrap(reader->header_at + TAR_UNIT, err);
  }
  memset(&reader->header, 0, offsetof(struct tar_block, name));
  if (tar_block_parse(&reader->header, reader->unit, err) < 0)
    return tar_wrap(reader->header_at, err);
  return 1;
}

/* The whole content of an extended header. */
static int read_extension(struct tar_reader *reader, struct buf *out, struct error *err)
{
  uint64_t size = reader->body_left;
  size_t got;
  char *room;

  buf_clear(out);
  room = size <= LIMIT_PAX_BYTES ? buf_reserve(out, (size_t)size) : NULL;
  if (!room) {
    error_set(err, ERROR_LIMIT, "an extended header of %llu bytes, more than %d",
              (unsigned long long)size, LIMIT_PAX_BYTES);
    return tar_wrap(reader->header_at, err);
  }
  if (tar_take(reader, room, (size_t)size, &got, err) < 0)
    return -1;
  reader->body_left -= got;
  if (reader->body_left)
    return tar_content_truncated(reader, err);
  out->len = got;
  return 0;
}

static int read_pax(struct tar_reader *reader, struct error *err)
{
  if (read_extension(reader, &reader->pax.body, err) < 0)
    return -1;
  if (tar_pax_parse(&reader->pax, err) < 0)
    return tar_wrap(reader->header_at, err);
  return 0;
}

static enum tar_format final_format(unsigned formats)
{
  return formats & TAR_FORMAT_USTAR ? TAR_FORMAT_USTAR : (enum tar_format)formats;
}

/* Makes the entry of the header and the extended headers before it. */
static int finish_entry(struct tar_reader *reader, bool has_pax, unsigned formats,
                        struct tar_entry *out, struct error *err)
{
  struct tar_entry entry = reader->header.entry;
  struct str long_name = tar_string(reader->long_name.ptr, reader->long_name.len);
  struct str long_link = tar_string(reader->long_link.ptr, reader->long_link.len);

  if (has_pax && tar_pax_apply(&reader->pax, &entry, err) < 0)
    return tar_wrap(reader->header_at, err);
  if (long_name.len)
    entry.name = long_name;
  if (long_link.len)
    entry.link_name = long_link;
  if (entry.type == '\0')
    entry.type = str_has_suffix(entry.name, STR("/")) ? TAR_DIR : TAR_REGULAR;
  if (tar_start_content(reader, &entry, err) < 0 || tar_start_sparse(reader, &entry, err) < 0)
    return -1;
  entry.format = final_format(formats);
  entry.index = reader->index++;
  *out = entry;
  return 1;
}

/* A global header is an entry of its own. */
static void finish_global(struct tar_reader *reader, unsigned formats, struct tar_entry *out)
{
  struct str path = tar_pax_get(&reader->pax, STR("path"));

  *out = (struct tar_entry) {
    .index = reader->index++,
    .type = TAR_GLOBAL,
    .format = final_format(formats),
    .name = path.len ? path : reader->header.entry.name,
    .records = reader->pax.records,
    .n_records = reader->pax.n,
  };
}

/* Reads on to the end, so that what checks the stream comes to its end too. */
static int finish_archive(struct tar_reader *reader, bool is_extended, struct error *err)
{
  uint64_t rest = UINT64_MAX;

  if (is_extended) {
    error_set(err, ERROR_CORRUPT, "the archive ends after an extended header");
    return tar_wrap(reader->offset, err);
  }
  if (tar_skip(reader, &rest, err) < 0)
    return -1;
  reader->finished = true;
  return 0;
}

int tar_next(struct tar_reader *reader, struct tar_entry *entry, struct error *err)
{
  unsigned formats = TAR_FORMAT_USTAR | TAR_FORMAT_PAX | TAR_FORMAT_GNU;
  bool has_pax = false;
  bool is_extended = false;

  if (reader->finished)
    return 0;
  buf_clear(&reader->long_name);
  buf_clear(&reader->long_link);
  for (;; is_extended = true) {
    int result = tar_leave_content(reader, err);

    if (result > 0)
      result = tar_read_header(reader, err);
    if (result <= 0)
      return result < 0 ? -1 : finish_archive(reader, is_extended, err);
    if (tar_start_content(reader, &reader->header.entry, err) < 0)
      return -1;
    formats &= reader->header.formats;
    switch (reader->header.entry.type) {
    case TYPE_PAX:
    case TAR_GLOBAL:
      formats &= TAR_FORMAT_PAX;
      if (read_pax(reader, err) < 0)
        return -1;
      has_pax = true;
      if (reader->header.entry.type == TYPE_PAX)
        continue;
      finish_global(reader, formats, entry);
      return 1;
    case TYPE_LONG_NAME:
    case TYPE_LONG_LINK:
      formats &= TAR_FORMAT_GNU;
      if (read_extension(reader,
                         reader->header.entry.type == TYPE_LONG_NAME ? &reader->long_name
                                                                     : &reader->long_link,
                         err) < 0)
        return -1;
      continue;
    default:
      return finish_entry(reader, has_pax, formats, entry, err);
    }
  }
}
