/* The comparison of two contents that are read at the same time. */
#ifndef DIFFOCI_PAIR_CONTENT_H
#define DIFFOCI_PAIR_CONTENT_H

#include "base/digest.h"
#include "tar/entry_reader.h"

/* What comparing contents needs; used again for every pair. Not for several threads. */
struct comparer;

/* keep_bytes: how much equal content of one side may be kept, so that it need not be hashed unless
 * a difference follows; beyond it one running hash serves both sides. */
struct comparer *comparer_new(size_t keep_bytes);
void comparer_free(struct comparer *comparer); /* NULL allowed */
/* Of contents that differ, so many bytes of their beginnings are wanted. Once, before the first. */
void comparer_want_heads(struct comparer *comparer, size_t bytes);

struct content_result {
  bool differ;
  bool hashed;              /* digests are set; always so where they differ */
  struct digest digests[2]; /* SHA-256 */
  struct str heads[2];      /* where wanted, and they differ; valid until the next call */
  bool same_rest;           /* then: what follows the heads is the same */
};

/* Reads the contents of both readers' current entries to their ends and compares them.
 * want_digests: hash also what turns out equal. *failed_side tells whose reader failed. */
MUST_CHECK int comparer_compare(struct comparer *comparer, struct entry_reader *const readers[2],
                                bool want_digests, struct content_result *out, int *failed_side,
                                struct error *err);
/* The SHA-256 of the rest of one reader's current entry. */
MUST_CHECK int comparer_hash(struct comparer *comparer, struct entry_reader *reader,
                             struct digest *out, struct error *err);
/* The same piece by piece, with one of the two sides' hash; between the first piece and the end
 * only the other side's is free. Adds to *hashed the bytes of a piece; 1 if there was one, 0 if
 * there are no more. */
MUST_CHECK int comparer_hash_piece(struct comparer *comparer, int side, struct entry_reader *reader,
                                   uint64_t *hashed, struct error *err);
/* After that 0: the digest. */
struct digest comparer_hash_end(struct comparer *comparer, int side);

#endif
