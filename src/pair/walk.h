/* Two sequences of entries, read in step.
 *
 * Where both are at entries of one name these meet: their contents are compared byte by byte. Else
 * the side that has delivered fewer entries goes on, so that after an entry too many both are in
 * step again; its entry is taken alone, its content hashed if somebody wants to know. While one
 * side hashes the other one goes on too, a piece of each in turn: neither reader stands still.
 * Which one goes on follows from the sequences alone, never from who is faster, so what is found is
 * the same in every run. */
#ifndef DIFFOCI_PAIR_WALK_H
#define DIFFOCI_PAIR_WALK_H

#include "pair/content.h"

/* Who walks. The first member of its own state. */
struct walk_user {
  const struct walk_user_ops *ops;
};

struct walk_user_ops {
  /* A new entry of `side`, before anything else is done with it; may change what counts of it.
   * Sets *key, the name that it meets others by: a view that lives as long as the entry. False: the
   * entry is passed over. */
  bool (*begin)(struct walk_user *user, int side, struct tar_entry *entry, struct str *key);
  /* Whether an entry of that name, taken alone on the other side, waits for this one. Then it waits
   * no longer, and alone() for this one follows. 1, 0; -1 with *err. */
  int (*claim)(struct walk_user *user, int side, struct str key, struct error *err);
  /* Whether an entry that is taken alone is to be hashed. claimed: as claim said. last: the other
   * side has ended, so that no partner will come. Asked again of an entry that is being hashed when
   * the other side ends meanwhile; where it is not to be then, it is taken without. */
  bool (*wants_hash)(struct walk_user *user, int side, const struct tar_entry *entry, bool claimed,
                     bool last);
  /* Whether contents are to be hashed of two entries that meet, even where they are the same. */
  bool (*wants_digests)(struct walk_user *user, const struct tar_entry *const entries[2]);
  /* Two entries met; content is what comparer_compare found. 0, or -1 with *err, and the side that
   * it is about in *failed_side (0 before). */
  int (*met)(struct walk_user *user, const struct tar_entry *const entries[2], struct str key,
             const struct content_result *content, int *failed_side, struct error *err);
  /* One entry, taken alone; content: its SHA-256, or NULL where nobody wanted it. 0, or -1. */
  int (*alone)(struct walk_user *user, int side, const struct tar_entry *entry, struct str key,
               bool claimed, const struct digest *content, struct error *err);
};

struct walk_options {
  struct entry_reader *readers[2];
  struct walk_user *user;
  size_t keep_bytes;             /* as comparer_new has it */
  size_t head_bytes;             /* as comparer_want_heads has it */
  struct content_keeper *keeper; /* as comparer_keep has it */
};

/* Walks both to their ends. counts: how many entries each had, without those passed over. Errors of
 * a reader are wrapped by it, those of the user by the reader of the side that they are about. */
MUST_CHECK int walk_run(const struct walk_options *options, uint64_t counts[2], struct error *err);

#endif
