#include "tar/sparse.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "tar/header.h"

void tar_sparse_release(struct tar_sparse *sparse)
{
  free(sparse->fragments);
  buf_release(&sparse->text);
  *sparse = (struct tar_sparse) { 0 };
}

void tar_sparse_clear(struct tar_sparse *sparse)
{
  sparse->n = 0;
  buf_clear(&sparse->text);
  sparse->text.max = LIMIT_PAX_BYTES;
  sparse->lines = 0;
  sparse->wanted = 0;
}

static int sparse_append(struct tar_sparse *sparse, int64_t offset, int64_t length,
                         struct error *err)
{
  if (sparse->n >= LIMIT_SPARSE_ENTRIES)
    return error_set(err, ERROR_LIMIT, "a sparse file of more than %d pieces",
                     LIMIT_SPARSE_ENTRIES);
  if (sparse->n == sparse->cap)
    sparse->fragments =
        xgrow(sparse->fragments, sparse->n, &sparse->cap, sizeof(*sparse->fragments));
  sparse->fragments[sparse->n++] = (struct tar_fragment) { offset, length };
  return 0;
}

int tar_sparse_check(const struct tar_sparse *sparse, int64_t size, struct error *err)
{
  int64_t end = 0;

  if (size < 0)
    return error_set(err, ERROR_CORRUPT, "a sparse file of negative size");
  for (size_t i = 0; i < sparse->n; i++) {
    const struct tar_fragment *fragment = &sparse->fragments[i];

    if (fragment->offset < end || fragment->length < 0 || fragment->offset > size ||
        fragment->length > size - fragment->offset)
      return error_set(err, ERROR_CORRUPT,
                       "sparse map: piece %zu (%lld bytes at %lld) overlaps the one before it or "
                       "the end of the file (%lld)",
                       i, (long long)fragment->length, (long long)fragment->offset,
                       (long long)size);
    end = fragment->offset + fragment->length;
  }
  return 0;
}

static int bad_number(struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "sparse map: a number is malformed");
}

/* The numbers up to a separator, in pairs. */
struct numbers {
  struct str rest;
  char separator;
};

static bool next_number(struct numbers *numbers, int64_t *out)
{
  const char *at =
      numbers->rest.len ? memchr(numbers->rest.ptr, numbers->separator, numbers->rest.len) : NULL;
  size_t len = at ? (size_t)(at - numbers->rest.ptr) : numbers->rest.len;

  if (!tar_decimal((struct str) { numbers->rest.ptr, len }, out))
    return false;
  numbers->rest = str_skip(numbers->rest, len + 1);
  return true;
}

static int append_pairs(struct tar_sparse *sparse, struct numbers *numbers, int64_t n,
                        struct error *err)
{
  for (int64_t i = 0; i < n; i++) {
    int64_t offset;
    int64_t length;

    if (!next_number(numbers, &offset) || !next_number(numbers, &length))
      return bad_number(err);
    if (sparse_append(sparse, offset, length, err) < 0)
      return -1;
  }
  return 0;
}

static int64_t sparse_count(struct str text, char c)
{
  int64_t n = 0;

  for (size_t i = 0; i < text.len; i++)
    n += text.ptr[i] == c;
  return n;
}

int tar_sparse_from_pax(struct tar_sparse *sparse, const struct tar_pax *pax, struct error *err)
{
  struct numbers numbers = { tar_pax_get(pax, STR("GNU.sparse.map")), ',' };
  int64_t there = numbers.rest.len ? sparse_count(numbers.rest, ',') + 1 : 0;
  int64_t n;

  if (!tar_decimal(tar_pax_get(pax, STR("GNU.sparse.numblocks")), &n) || n < 0 || there % 2 != 0 ||
      n != there / 2)
    return error_set(err, ERROR_CORRUPT,
                     "sparse map: the record GNU.sparse.numblocks does not say how many pieces "
                     "GNU.sparse.map has (%lld)",
                     (long long)(there / 2));
  return append_pairs(sparse, &numbers, n, err);
}

int tar_sparse_add_text(struct tar_sparse *sparse, const unsigned char unit[512], struct error *err)
{
  struct numbers numbers = { { NULL, 0 }, '\n' };
  int64_t n;

  buf_add(&sparse->text, unit, TAR_UNIT);
  if (sparse->text.overflow)
    return error_set(err, ERROR_LIMIT, "a sparse map of more than %d bytes", LIMIT_PAX_BYTES);
  sparse->lines += sparse_count((struct str) { (const char *)unit, TAR_UNIT }, '\n');
  if (!sparse->lines || sparse->lines < sparse->wanted)
    return 0;
  numbers.rest = buf_str(&sparse->text);
  if (!next_number(&numbers, &n) || n < 0 || n > LIMIT_PAX_BYTES)
    return bad_number(err);
  sparse->wanted = 1 + 2 * n;
  if (sparse->lines < sparse->wanted)
    return 0;
  return append_pairs(sparse, &numbers, n, err) < 0 ? -1 : 1;
}

int tar_sparse_from_block(struct tar_sparse *sparse, const unsigned char *pairs, size_t n,
                          bool *more, struct error *err)
{
  *more = pairs[24 * n] > 0;
  for (const unsigned char *p = pairs; p < pairs + 24 * n && p[0]; p += 24) {
    int64_t offset;
    int64_t length;

    if (!tar_number(p, 12, &offset) || !tar_number(p + 12, 12, &length))
      return bad_number(err);
    if (sparse_append(sparse, offset, length, err) < 0)
      return -1;
  }
  return 0;
}
