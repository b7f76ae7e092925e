/* The comparison of two contents that are read at the same time. */
#ifndef DIFFOCI_PAIR_CONTENT_H
#define DIFFOCI_PAIR_CONTENT_H

#include "base/digest.h"
#include "tar/entry_reader.h"

/* Buffers and hashes that comparing one pair of contents needs, kept for the next pair. For one
 * thread at a time. */
struct comparer;

/* Contents that turn out equal need no digest, those that differ do. So the equal beginning of a
 * pair is kept in memory, at most keep_bytes of it, and hashed only when a difference follows; once
 * it is longer, one hash runs along, and serves both sides until they differ. */
struct comparer *comparer_new(size_t keep_bytes);
void comparer_free(struct comparer *comparer); /* NULL allowed */
/* Asks for up to `bytes` from the beginning of each of two contents that differ (heads). To be
 * called once, before the first comparison. */
void comparer_want_heads(struct comparer *comparer, size_t bytes);

/* Where contents go that differ, as they are read. */
struct content_keeper {
  /* Two contents differ, those of these entries. False: they are not wanted. */
  bool (*begin)(struct content_keeper *keeper, const struct tar_entry *const entries[2]);
  /* The next bytes of one side; after begin has returned true, up to end. */
  void (*add)(struct content_keeper *keeper, int side, const unsigned char *bytes, size_t len);
  /* Both were told whole, and have these digests (SHA-256); NULL: no more of them is told. */
  void (*end)(struct content_keeper *keeper, const struct digest *digests);
};

/* Tells the keeper of contents that differ, of those whose equal beginning is still in memory when
 * they do. NULL: nobody is told. The keeper is borrowed. */
void comparer_keep(struct comparer *comparer, struct content_keeper *keeper);
/* Whose contents are compared next, for the keeper; borrowed for the next call of comparer_compare.
 */
void comparer_meet(struct comparer *comparer, const struct tar_entry *const entries[2]);

struct content_result {
  bool differ;
  bool hashed;              /* digests are set, which they always are if the contents differ */
  struct digest digests[2]; /* SHA-256 */
  struct str heads[2];      /* set if they were asked for and the contents differ; valid until the
                               next call for this comparer */
  bool same_rest;           /* heads are set, and all bytes behind them are the same */
};

/* Reads the content of each reader's current entry to its end and compares the two. With
 * want_digests, equal contents are hashed too. On failure *failed_side is the side whose reader
 * failed. */
MUST_CHECK int comparer_compare(struct comparer *comparer, struct entry_reader *const readers[2],
                                bool want_digests, struct content_result *out, int *failed_side,
                                struct error *err);
/* Reads what is left of the current entry's content and gives its SHA-256. */
MUST_CHECK int comparer_hash(struct comparer *comparer, struct entry_reader *reader,
                             struct digest *out, struct error *err);
/* The same in pieces, so that the caller may turn to the other reader between two of them: hashes
 * the next piece, adds its length to *hashed and returns 1, or returns 0 if the content has ended.
 * Each side has one hash for this; from its first piece until comparer_hash_end it can do nothing
 * else, while the other side's can. */
MUST_CHECK int comparer_hash_piece(struct comparer *comparer, int side, struct entry_reader *reader,
                                   uint64_t *hashed, struct error *err);
/* The digest, to be asked for once comparer_hash_piece has returned 0. */
struct digest comparer_hash_end(struct comparer *comparer, int side);
/* Instead, at any time before: nobody wants to know it any more. */
void comparer_hash_drop(struct comparer *comparer, int side);

#endif
