#include "layer/tar.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "layer/tar_block.h"
#include "layer/tar_pax.h"
#include "layer/tar_sparse.h"

enum { ZEROS_SIZE = 16 * 1024, NAME_SHOWN_MAX = 200 };
enum { TYPE_PAX = 'x', TYPE_LONG_NAME = 'L', TYPE_LONG_LINK = 'K' };
/* Zeros that holes of sparse files may come to unless tar_reader_limit_holes says otherwise. */
#define HOLES_MAX (UINT64_C(32) << 30)

struct tar_reader {
  struct block_source source;
  struct block *block; /* the one that is being read, or NULL */
  size_t pos;          /* in it */
  uint64_t offset;     /* bytes of the stream consumed */
  bool ended;          /* the stream has ended */
  bool finished;       /* …and so has the archive */
  uint64_t index;      /* of the next entry */
  uint64_t header_at;  /* offset of the header that was read last */

  /* The content of the current entry. */
  uint64_t body_left; /* bytes of it in the stream */
  unsigned padding;   /* zeros behind it */
  bool is_sparse;
  int64_t size, position; /* of a sparse file */
  size_t fragment;        /* the one at or after position */
  uint64_t holes_left;    /* over the whole archive */

  /* What an entry's views point into. */
  unsigned char unit[TAR_UNIT];
  struct tar_block header;
  struct tar_pax pax;
  struct buf long_name, long_link;
  struct tar_sparse sparse;
};

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

static int wrap_at(uint64_t offset, struct error *err)
{
  return error_wrap(err, "at byte %llu of the tar stream", (unsigned long long)offset);
}

/* 1: there is at least a byte at pos; 0: the stream has ended. */
static int more(struct tar_reader *reader, struct error *err)
{
  while (!reader->block || reader->pos == reader->block->len) {
    struct block *next = NULL;

    if (reader->ended)
      return 0;
    block_unref(steal_pointer(&reader->block));
    if (reader->source.next(reader->source.context, &next, err) < 0) {
      reader->ended = true;
      return -1;
    }
    reader->ended = !next;
    reader->block = next;
    reader->pos = 0;
  }
  return 1;
}

static void advance(struct tar_reader *reader, size_t n)
{
  reader->pos += n;
  reader->offset += n;
}

/* Copies up to n bytes, fewer at the end of the stream; *got says how many. */
static int take(struct tar_reader *reader, void *to, size_t n, size_t *got, struct error *err)
{
  for (*got = 0; *got < n;) {
    int result = more(reader, err);
    size_t piece;

    if (result <= 0)
      return result;
    piece = MIN_OF(n - *got, reader->block->len - reader->pos);
    memcpy((char *)to + *got, reader->block->bytes + reader->pos, piece);
    advance(reader, piece);
    *got += piece;
  }
  return 0;
}

/* Goes over up to *n bytes; *n becomes what was left at the end of the stream. */
static int skip(struct tar_reader *reader, uint64_t *n, struct error *err)
{
  while (*n) {
    int result = more(reader, err);
    size_t piece;

    if (result <= 0)
      return result;
    piece = (size_t)MIN_OF(*n, (uint64_t)(reader->block->len - reader->pos));
    advance(reader, piece);
    *n -= piece;
  }
  return 0;
}

static int body_truncated(const struct tar_reader *reader, struct error *err)
{
  error_set(err, ERROR_CORRUPT, "the stream ends in the content of an entry, %llu bytes early",
            (unsigned long long)reader->body_left);
  return wrap_at(reader->offset, err);
}

/* Over the rest of the current entry. 0: the stream ended in its padding, which some writers do not
 * give to the last entry. */
static int leave_entry(struct tar_reader *reader, struct error *err)
{
  uint64_t padding = reader->padding;

  if (skip(reader, &reader->body_left, err) < 0)
    return -1;
  if (reader->body_left)
    return body_truncated(reader, err);
  reader->padding = 0;
  if (skip(reader, &padding, err) < 0)
    return -1;
  return padding == 0;
}

static int read_unit(struct tar_reader *reader, unsigned char unit[TAR_UNIT], const char *what,
                     struct error *err)
{
  uint64_t start = reader->offset;
  size_t got;

  if (take(reader, unit, TAR_UNIT, &got, err) < 0)
    return -1;
  if (got == TAR_UNIT || !got)
    return got > 0;
  error_set(err, ERROR_CORRUPT, "the stream ends in %s (%zu of %d bytes)", what, got, TAR_UNIT);
  return wrap_at(start, err);
}

/* 1: a header is in reader->header; 0: the archive ends here. */
static int read_header(struct tar_reader *reader, struct error *err)
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
    return wrap_at(reader->header_at + TAR_UNIT, err);
  }
  memset(&reader->header, 0, offsetof(struct tar_block, name));
  if (tar_block_parse(&reader->header, reader->unit, err) < 0)
    return wrap_at(reader->header_at, err);
  return 1;
}

/* The content starts here: as many bytes as the entry's size and type say. */
static int start_body(struct tar_reader *reader, const struct tar_entry *entry, struct error *err)
{
  uint64_t size = tar_type_is_bare(entry->type) ? 0 : (uint64_t)entry->size;

  reader->is_sparse = false;
  if (size > INT64_MAX) {
    error_set(err, ERROR_CORRUPT, "an entry of negative size (%lld)", (long long)entry->size);
    return wrap_at(reader->header_at, err);
  }
  reader->body_left = size;
  reader->padding = (unsigned)(-size % TAR_UNIT);
  return 0;
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
    return wrap_at(reader->header_at, err);
  }
  if (take(reader, room, (size_t)size, &got, err) < 0)
    return -1;
  reader->body_left -= got;
  if (reader->body_left)
    return body_truncated(reader, err);
  out->len = got;
  return 0;
}

static int read_pax(struct tar_reader *reader, struct error *err)
{
  if (read_extension(reader, &reader->pax.body, err) < 0)
    return -1;
  if (tar_pax_parse(&reader->pax, err) < 0)
    return wrap_at(reader->header_at, err);
  return 0;
}

/* What follows the header of an old GNU sparse file, before the content. */
static int read_gnu_sparse_map(struct tar_reader *reader, struct tar_entry *entry,
                               struct error *err)
{
  unsigned char unit[TAR_UNIT];
  size_t units = 0;
  bool is_more;

  if (!reader->header.is_gnu)
    return error_set(err, ERROR_CORRUPT, "a sparse file (type S) without the magic of GNU tar");
  if (!tar_number(reader->unit + TAR_REAL_SIZE, 12, &entry->size))
    return error_set(err, ERROR_CORRUPT, "the header's field \"realsize\" is no number");
  if (tar_sparse_from_block(&reader->sparse, reader->unit + TAR_SPARSE_AT, TAR_SPARSE_IN_HEADER,
                            &is_more, err) < 0)
    return -1;
  while (is_more) {
    size_t got;

    if (++units > LIMIT_PAX_BYTES / TAR_UNIT)
      return error_set(err, ERROR_LIMIT, "a sparse map of more than %d bytes", LIMIT_PAX_BYTES);
    if (take(reader, unit, sizeof(unit), &got, err) < 0)
      return -1;
    if (got < sizeof(unit))
      return error_set(err, ERROR_CORRUPT, "the stream ends in a sparse map");
    if (tar_sparse_from_block(&reader->sparse, unit, TAR_SPARSE_IN_BLOCK, &is_more, err) < 0)
      return -1;
  }
  return 0;
}

/* A map of version 1.0 is the first part of the content. */
static int read_text_sparse_map(struct tar_reader *reader, struct error *err)
{
  unsigned char unit[TAR_UNIT];
  int result;

  do {
    size_t got;

    if (reader->body_left < TAR_UNIT)
      return error_set(err, ERROR_CORRUPT, "the content ends in the sparse map");
    if (take(reader, unit, sizeof(unit), &got, err) < 0)
      return -1;
    reader->body_left -= got;
    if (got < sizeof(unit))
      return error_set(err, ERROR_CORRUPT, "the stream ends in a sparse map");
    result = tar_sparse_add_text(&reader->sparse, unit, err);
  } while (result == 0);
  return result < 0 ? -1 : 0;
}

/* The versions of sparse files that are marked by PAX records. 1: it is one. */
static int read_pax_sparse_map(struct tar_reader *reader, struct tar_entry *entry,
                               struct error *err)
{
  const struct tar_pax *pax = &reader->pax;
  struct str major = tar_pax_get(pax, STR("GNU.sparse.major"));
  struct str minor = tar_pax_get(pax, STR("GNU.sparse.minor"));
  struct str name = tar_pax_get(pax, STR("GNU.sparse.name"));
  struct str size = tar_pax_get(pax, STR("GNU.sparse.size"));
  bool is_1_0 = str_equal(major, STR("1")) && str_equal(minor, STR("0"));
  bool is_0_x =
      str_equal(major, STR("0")) && (str_equal(minor, STR("0")) || str_equal(minor, STR("1")));

  if (!major.len && !minor.len)
    is_0_x = tar_pax_get(pax, STR("GNU.sparse.map")).len > 0;
  if (!is_1_0 && !is_0_x)
    return 0;
  if (name.len)
    entry->name = name;
  if (!size.len)
    size = tar_pax_get(pax, STR("GNU.sparse.realsize"));
  if (size.len && !tar_decimal(size, &entry->size))
    return error_set(err, ERROR_CORRUPT, "the sparse file's size is no number");
  if ((is_1_0 ? read_text_sparse_map(reader, err)
              : tar_sparse_from_pax(&reader->sparse, pax, err)) < 0)
    return -1;
  return 1;
}

static int start_sparse(struct tar_reader *reader, struct tar_entry *entry, struct error *err)
{
  int result = 1;

  if (entry->type != TAR_GNU_SPARSE && !entry->n_records)
    return 0;
  tar_sparse_clear(&reader->sparse);
  if (entry->type == TAR_GNU_SPARSE)
    result = read_gnu_sparse_map(reader, entry, err) < 0 ? -1 : 1;
  else
    result = read_pax_sparse_map(reader, entry, err);
  if (result == 0)
    return 0;
  if (result > 0 && tar_type_is_bare(entry->type))
    result = error_set(err, ERROR_CORRUPT, "a sparse file of a type that has no content");
  if (result > 0)
    result = tar_sparse_check(&reader->sparse, entry->size, err);
  if (result < 0)
    return wrap_at(reader->header_at, err);
  reader->is_sparse = true;
  reader->size = entry->size;
  reader->position = 0;
  reader->fragment = 0;
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
    return wrap_at(reader->header_at, err);
  if (long_name.len)
    entry.name = long_name;
  if (long_link.len)
    entry.link_name = long_link;
  if (entry.type == '\0')
    entry.type = str_has_suffix(entry.name, STR("/")) ? TAR_DIR : TAR_REGULAR;
  if (start_body(reader, &entry, err) < 0 || start_sparse(reader, &entry, err) < 0)
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
    return wrap_at(reader->offset, err);
  }
  if (skip(reader, &rest, err) < 0)
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
    int result = leave_entry(reader, err);

    if (result > 0)
      result = read_header(reader, err);
    if (result <= 0)
      return result < 0 ? -1 : finish_archive(reader, is_extended, err);
    if (start_body(reader, &reader->header.entry, err) < 0)
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

/* Up to max bytes of what the stream holds. */
static int read_stored(struct tar_reader *reader, uint64_t max, struct tar_chunk *chunk,
                       struct error *err)
{
  int result = more(reader, err);

  if (result < 0)
    return -1;
  if (result == 0)
    return body_truncated(reader, err);
  chunk->bytes = reader->block->bytes + reader->pos;
  chunk->len = (size_t)MIN_OF(max, (uint64_t)(reader->block->len - reader->pos));
  chunk->block = reader->block;
  advance(reader, chunk->len);
  reader->body_left -= chunk->len;
  return 1;
}

static int read_hole(struct tar_reader *reader, uint64_t max, struct tar_chunk *chunk,
                     struct error *err)
{
  static const unsigned char zeros[ZEROS_SIZE];
  size_t len = (size_t)MIN_OF(max, (uint64_t)sizeof(zeros));

  if (len > reader->holes_left) {
    error_set(err, ERROR_LIMIT, "the holes of sparse files are too large (see --max-scale)");
    return wrap_at(reader->header_at, err);
  }
  reader->holes_left -= len;
  *chunk = (struct tar_chunk) { zeros, len, NULL };
  return 1;
}

static int read_sparse(struct tar_reader *reader, struct tar_chunk *chunk, struct error *err)
{
  const struct tar_fragment *fragment;
  int64_t end = reader->size;
  uint64_t want;
  int result;

  while (reader->fragment < reader->sparse.n) {
    fragment = &reader->sparse.fragments[reader->fragment];
    if (fragment->length && reader->position < fragment->offset + fragment->length)
      break;
    reader->fragment++;
  }
  fragment =
      reader->fragment < reader->sparse.n ? &reader->sparse.fragments[reader->fragment] : NULL;
  if (!fragment && reader->position == reader->size) {
    if (!reader->body_left)
      return 0;
    error_set(err, ERROR_CORRUPT, "a sparse file holds %llu bytes more than its map says",
              (unsigned long long)reader->body_left);
    return wrap_at(reader->header_at, err);
  }
  if (fragment && reader->position >= fragment->offset) {
    want = (uint64_t)(fragment->offset + fragment->length - reader->position);
    if (!reader->body_left) {
      error_set(err, ERROR_CORRUPT, "a sparse file holds %llu bytes less than its map says",
                (unsigned long long)want);
      return wrap_at(reader->header_at, err);
    }
    result = read_stored(reader, MIN_OF(want, reader->body_left), chunk, err);
  } else {
    if (fragment)
      end = fragment->offset;
    result = read_hole(reader, (uint64_t)(end - reader->position), chunk, err);
  }
  if (result > 0)
    reader->position += (int64_t)chunk->len;
  return result;
}

int tar_read(struct tar_reader *reader, struct tar_chunk *chunk, struct error *err)
{
  if (reader->is_sparse)
    return read_sparse(reader, chunk, err);
  return reader->body_left ? read_stored(reader, reader->body_left, chunk, err) : 0;
}
