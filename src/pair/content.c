#include "pair/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* A piece of equal content that has not been hashed. */
struct piece {
  struct block *block; /* a reference of our own; NULL for a hole's zeros, which live for ever */
  const unsigned char *bytes; /* NULL: so many zeros */
  uint64_t len;
};

struct comparer {
  struct hasher *hashers[2];
  struct piece *pieces;
  size_t n, cap;
  size_t kept; /* bytes in pieces */
  size_t keep_bytes;
  struct head {
    char *bytes;
    size_t len;
  } heads[2];
  size_t head_bytes;             /* room in each head */
  struct content_keeper *keeper; /* borrowed; NULL: none */
  const struct tar_entry *entries[2];
  bool keeping; /* the keeper is being told */
  bool dirty;   /* the hashers may hold what no digest was made of */
};

struct comparer *comparer_new(size_t keep_bytes)
{
  struct comparer *comparer = xcalloc(1, sizeof(*comparer));

  comparer->hashers[0] = hasher_new(DIGEST_SHA256);
  comparer->hashers[1] = hasher_new(DIGEST_SHA256);
  comparer->keep_bytes = keep_bytes;
  return comparer;
}

void comparer_want_heads(struct comparer *comparer, size_t bytes)
{
  for (int side = 0; side < 2 && bytes; side++)
    comparer->heads[side].bytes = xmalloc(bytes);
  comparer->head_bytes = bytes;
}

void comparer_keep(struct comparer *comparer, struct content_keeper *keeper)
{
  comparer->keeper = keeper;
}

void comparer_meet(struct comparer *comparer, const struct tar_entry *const entries[2])
{
  comparer->entries[0] = entries[0];
  comparer->entries[1] = entries[1];
}

static void keeper_add(struct comparer *comparer, int side, const unsigned char *bytes, size_t len)
{
  if (comparer->keeping)
    comparer->keeper->add(comparer->keeper, side, bytes, len);
}

static void keeper_end(struct comparer *comparer, const struct digest *digests)
{
  if (comparer->keeping)
    comparer->keeper->end(comparer->keeper, digests);
  comparer->keeping = false;
}

static void head_add(struct comparer *comparer, int side, const unsigned char *bytes, size_t len)
{
  struct head *head = &comparer->heads[side];

  len = MIN_OF(len, comparer->head_bytes - head->len);
  if (len)
    memcpy(head->bytes + head->len, bytes, len);
  head->len += len;
}

static void drop_pieces(struct comparer *comparer)
{
  for (size_t i = 0; i < comparer->n; i++)
    block_unref(comparer->pieces[i].block);
  comparer->n = 0;
  comparer->kept = 0;
}

void comparer_free(struct comparer *comparer)
{
  if (!comparer)
    return;
  drop_pieces(comparer);
  free(comparer->pieces);
  free(comparer->heads[0].bytes);
  free(comparer->heads[1].bytes);
  hasher_free(comparer->hashers[0]);
  hasher_free(comparer->hashers[1]);
  free(comparer);
}

static void hash_zeros(struct comparer *comparer, uint64_t n)
{
  static const unsigned char zeros[64 * 1024];

  while (n > 0) {
    const size_t len = (size_t)MIN_OF(n, (uint64_t)sizeof(zeros));

    hasher_add(comparer->hashers[0], zeros, len);
    head_add(comparer, 0, zeros, len);
    n -= len;
  }
}

static void hash_pieces(struct comparer *comparer)
{
  for (size_t i = 0; i < comparer->n; i++) {
    const struct piece *piece = &comparer->pieces[i];

    if (!piece->bytes) { /* a hole may be of any size */
      keeper_end(comparer, NULL);
      hash_zeros(comparer, piece->len);
      continue;
    }
    hasher_add(comparer->hashers[0], piece->bytes, (size_t)piece->len);
    head_add(comparer, 0, piece->bytes, (size_t)piece->len);
    for (int side = 0; side < 2; side++)
      keeper_add(comparer, side, piece->bytes, (size_t)piece->len);
  }
  drop_pieces(comparer);
}

/* Takes note of equal bytes of side 0. Keeping a block keeps all of it: small pieces of a block are
 * put together. */
static void content_keep(struct comparer *comparer, const struct tar_chunk *chunk, size_t len)
{
  struct piece *last = comparer->n ? &comparer->pieces[comparer->n - 1] : NULL;

  comparer->kept += len;
  if (last && last->block && last->block == chunk->block &&
      last->bytes + last->len == chunk->bytes) {
    last->len += len;
    return;
  }
  comparer->pieces =
      xgrow(comparer->pieces, comparer->n, &comparer->cap, sizeof(*comparer->pieces));
  comparer->pieces[comparer->n++] = (struct piece) {
    chunk->block ? block_ref(chunk->block) : NULL,
    chunk->bytes,
    len,
  };
}

static void content_advance(struct tar_chunk *chunk, size_t len)
{
  if (!len) /* the chunk behind the last one has no bytes */
    return;
  chunk->bytes += len;
  chunk->len -= len;
}

/* Where the two are in the comparison. */
struct progress {
  struct tar_chunk chunks[2];
  bool ended[2];
  bool hashing;      /* hashers[0] has all that was equal so far; else the pieces are it */
  uint64_t passed;   /* bytes of both, as long as both have some */
  bool rest_differs; /* behind the heads */
};

static int content_fill(struct entry_reader *const readers[2], struct progress *progress,
                        int *failed_side, struct error *err)
{
  for (int side = 0; side < 2; side++) {
    while (!progress->chunks[side].len && !progress->ended[side]) {
      int got = entry_reader_read(readers[side], &progress->chunks[side], err);

      if (got < 0) {
        *failed_side = side;
        return -1;
      }
      if (got == 0) {
        progress->ended[side] = true;
        progress->chunks[side] = (struct tar_chunk) { 0 };
      }
    }
  }
  return 0;
}

/* Goes over so many of the zeros that a chunk and those behind it are. */
static void pass_zeros(struct entry_reader *reader, struct tar_chunk *chunk, uint64_t n)
{
  const size_t here = (size_t)MIN_OF((uint64_t)chunk->len, n);

  content_advance(chunk, here);
  if (n > here) {
    reader->ops->pass(reader, n - here);
    chunk->zeros_behind -= n - here;
  }
}

/* Where both are in a hole its zeros are not made: a few bytes may stand for gigabytes of them. */
static void compare_holes(struct comparer *comparer, struct entry_reader *const readers[2],
                          struct progress *progress)
{
  struct tar_chunk *chunks = progress->chunks;
  const uint64_t n =
      MIN_OF(chunks[0].len + chunks[0].zeros_behind, chunks[1].len + chunks[1].zeros_behind);

  for (int side = 0; side < 2; side++)
    pass_zeros(readers[side], &chunks[side], n);
  progress->passed += n;
  if (progress->hashing) {
    comparer->dirty = true;
    hash_zeros(comparer, n);
    return;
  }
  comparer->pieces =
      xgrow(comparer->pieces, comparer->n, &comparer->cap, sizeof(*comparer->pieces));
  comparer->pieces[comparer->n++] = (struct piece) { NULL, NULL, n };
}

/* Goes on to the first difference or to the end. Returns 1 if they differ, 0 if not. */
static int compare_equal_part(struct comparer *comparer, struct entry_reader *const readers[2],
                              struct progress *progress, int *failed_side, struct error *err)
{
  struct tar_chunk *a = &progress->chunks[0];
  struct tar_chunk *b = &progress->chunks[1];

  for (;;) {
    size_t len;

    if (content_fill(readers, progress, failed_side, err))
      return -1;
    if (progress->ended[0] || progress->ended[1])
      return progress->ended[0] != progress->ended[1];
    if (a->zeros_behind && b->zeros_behind) {
      compare_holes(comparer, readers, progress);
      continue;
    }
    len = MIN_OF(a->len, b->len);
    if (memcmp(a->bytes, b->bytes, len) != 0)
      return 1;
    if (progress->hashing) {
      comparer->dirty = true;
      hasher_add(comparer->hashers[0], a->bytes, len);
      head_add(comparer, 0, a->bytes, len);
    } else {
      content_keep(comparer, a, len);
    }
    if (!progress->hashing && comparer->kept > comparer->keep_bytes) {
      hash_pieces(comparer);
      comparer->dirty = true;
      progress->hashing = true;
    }
    content_advance(a, len);
    content_advance(b, len);
    progress->passed += len;
  }
}

/* Whether the next bytes of both are another, of those that do not go to the heads. */
static bool differ_behind_heads(const struct comparer *comparer, const struct progress *progress,
                                size_t len)
{
  const uint64_t room =
      progress->passed < comparer->head_bytes ? comparer->head_bytes - progress->passed : 0;
  const size_t skip = (size_t)MIN_OF((uint64_t)len, room);

  return skip < len && memcmp(progress->chunks[0].bytes + skip, progress->chunks[1].bytes + skip,
                              len - skip) != 0;
}

/* Hashes what is left of both, a piece of each in turn, so that neither decoder waits long. */
static int hash_rest(struct comparer *comparer, struct entry_reader *const readers[2],
                     struct progress *progress, int *failed_side, struct error *err)
{
  while (!progress->ended[0] || !progress->ended[1]) {
    const size_t both = MIN_OF(progress->chunks[0].len, progress->chunks[1].len);

    if (comparer->head_bytes && !progress->rest_differs)
      progress->rest_differs = !both || differ_behind_heads(comparer, progress, both);
    progress->passed += both;
    for (int side = 0; side < 2; side++) {
      struct tar_chunk *chunk = &progress->chunks[side];
      const size_t len = both ? both : chunk->len;

      hasher_add(comparer->hashers[side], chunk->bytes, len);
      head_add(comparer, side, chunk->bytes, len);
      keeper_add(comparer, side, chunk->bytes, len);
      content_advance(chunk, len);
    }
    if (content_fill(readers, progress, failed_side, err))
      return -1;
  }
  return 0;
}

static int content_compare(struct comparer *comparer, struct entry_reader *const readers[2],
                           bool want_digests, struct content_result *out, int *failed_side,
                           struct error *err)
{
  struct progress progress = { .hashing = want_digests && !comparer->keeper };
  int differ;

  comparer->heads[0].len = 0;
  comparer->heads[1].len = 0;
  differ = compare_equal_part(comparer, readers, &progress, failed_side, err);
  if (differ < 0)
    return -1;
  *out = (struct content_result) { .differ = differ };
  if (!differ && !want_digests)
    return 0;
  comparer->keeping = differ && !progress.hashing && comparer->keeper &&
                      comparer->keeper->begin(comparer->keeper, comparer->entries);
  if (!progress.hashing)
    hash_pieces(comparer);
  out->hashed = true;
  if (differ) {
    hasher_copy(comparer->hashers[1], comparer->hashers[0]);
    head_add(comparer, 1, (const unsigned char *)comparer->heads[0].bytes, comparer->heads[0].len);
    if (hash_rest(comparer, readers, &progress, failed_side, err))
      return -1;
    out->same_rest = comparer->head_bytes && !progress.rest_differs;
    for (int side = 0; side < 2; side++)
      out->heads[side] = (struct str) { comparer->heads[side].bytes, comparer->heads[side].len };
  }
  out->digests[0] = hasher_finish(comparer->hashers[0]);
  out->digests[1] = differ ? hasher_finish(comparer->hashers[1]) : out->digests[0];
  keeper_end(comparer, out->digests);
  return 0;
}

int comparer_compare(struct comparer *comparer, struct entry_reader *const readers[2],
                     bool want_digests, struct content_result *out, int *failed_side,
                     struct error *err)
{
  int status = content_compare(comparer, readers, want_digests, out, failed_side, err);

  drop_pieces(comparer);
  keeper_end(comparer, NULL);
  if (status || (comparer->dirty && !out->hashed)) { /* a failure, or a hash begun in vain */
    hasher_reset(comparer->hashers[0]);
    hasher_reset(comparer->hashers[1]);
  }
  comparer->dirty = false;
  return status;
}

int comparer_hash_piece(struct comparer *comparer, int side, struct entry_reader *reader,
                        uint64_t *hashed, struct error *err)
{
  struct tar_chunk chunk;
  int got = entry_reader_read(reader, &chunk, err);

  if (got < 0)
    hasher_reset(comparer->hashers[side]);
  if (got <= 0)
    return got;
  hasher_add(comparer->hashers[side], chunk.bytes, chunk.len);
  *hashed += chunk.len;
  return 1;
}

struct digest comparer_hash_end(struct comparer *comparer, int side)
{
  return hasher_finish(comparer->hashers[side]);
}

void comparer_hash_drop(struct comparer *comparer, int side)
{
  hasher_reset(comparer->hashers[side]);
}

int comparer_hash(struct comparer *comparer, struct entry_reader *reader, struct digest *out,
                  struct error *err)
{
  uint64_t hashed = 0;
  int got;

  do {
    got = comparer_hash_piece(comparer, 0, reader, &hashed, err);
  } while (got > 0);
  if (got == 0)
    *out = comparer_hash_end(comparer, 0);
  return got;
}
