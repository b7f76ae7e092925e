/* The content of a tar entry, sparse files among them. */
#include "base/limits.h"
#include "tar/reader.h"

enum { ZEROS_SIZE = 16 * 1024 };

int tar_content_truncated(const struct tar_reader *reader, struct error *err)
{
  error_set(err, ERROR_CORRUPT, "the stream ends in the content of an entry, %llu bytes early",
            (unsigned long long)reader->body_left);
  return tar_wrap(reader->offset, err);
}

/* The content starts here: as many bytes as the entry's size and type say. */
int tar_start_content(struct tar_reader *reader, const struct tar_entry *entry, struct error *err)
{
  uint64_t size = tar_type_is_bare(entry->type) ? 0 : (uint64_t)entry->size;

  reader->is_sparse = false;
  if (size > INT64_MAX) {
    error_set(err, ERROR_CORRUPT, "an entry of negative size (%lld)", (long long)entry->size);
    return tar_wrap(reader->header_at, err);
  }
  reader->body_left = size;
  reader->padding = (unsigned)(-size % TAR_UNIT);
  return 0;
}

/* Over the rest of the current entry. 0: the stream ended in its padding, which some writers do not
 * give to the last entry. */
int tar_leave_content(struct tar_reader *reader, struct error *err)
{
  uint64_t padding = reader->padding;

  if (tar_skip(reader, &reader->body_left, err) < 0)
    return -1;
  if (reader->body_left)
    return tar_content_truncated(reader, err);
  if (tar_skip(reader, &padding, err) < 0)
    return -1;
  return padding == 0;
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
    if (tar_take(reader, unit, sizeof(unit), &got, err) < 0)
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
    if (tar_take(reader, unit, sizeof(unit), &got, err) < 0)
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

int tar_start_sparse(struct tar_reader *reader, struct tar_entry *entry, struct error *err)
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
    return tar_wrap(reader->header_at, err);
  reader->is_sparse = true;
  reader->size = entry->size;
  reader->position = 0;
  reader->fragment = 0;
  return 0;
}

/* Up to max bytes of what the stream holds. */
static int read_stored(struct tar_reader *reader, uint64_t max, struct tar_chunk *chunk,
                       struct error *err)
{
  int result = tar_more(reader, err);

  if (result < 0)
    return -1;
  if (result == 0)
    return tar_content_truncated(reader, err);
  chunk->bytes = reader->block->bytes + reader->pos;
  chunk->len = (size_t)MIN_OF(max, (uint64_t)(reader->block->len - reader->pos));
  chunk->block = reader->block;
  chunk->zeros_behind = 0;
  tar_advance(reader, chunk->len);
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
    return tar_wrap(reader->header_at, err);
  }
  reader->holes_left -= len;
  *chunk = (struct tar_chunk) { .bytes = zeros, .len = len, .zeros_behind = max - len };
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
    if (reader->position < fragment->offset + fragment->length)
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
    return tar_wrap(reader->header_at, err);
  }
  if (fragment && reader->position >= fragment->offset) {
    want = (uint64_t)(fragment->offset + fragment->length - reader->position);
    if (!reader->body_left) {
      error_set(err, ERROR_CORRUPT, "a sparse file holds %llu bytes less than its map says",
                (unsigned long long)want);
      return tar_wrap(reader->header_at, err);
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

void tar_pass(struct tar_reader *reader, uint64_t zeros)
{
  reader->position += (int64_t)zeros;
}

int tar_read(struct tar_reader *reader, struct tar_chunk *chunk, struct error *err)
{
  if (reader->is_sparse)
    return read_sparse(reader, chunk, err);
  return reader->body_left ? read_stored(reader, reader->body_left, chunk, err) : 0;
}
