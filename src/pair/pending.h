/* Entries of one side that wait for their partner on the other. */
#ifndef DIFFOCI_PAIR_PENDING_H
#define DIFFOCI_PAIR_PENDING_H

#include "base/buf.h"
#include "base/spool.h"
#include "tar/pack.h"

/* All that have ever waited, packed, in the order in which they came; those beyond the memory
 * budget are in a temporary file. Only where each lies is always in memory: 8 bytes a name. */
struct pending_table;

struct pending_table *pending_new(struct budget *memory); /* NULL: no limit */
void pending_free(struct pending_table *table);           /* NULL allowed */

/* An entry that has waited. */
struct pending {
  struct tar_entry entry; /* views into the two below */
  struct str key;
  int side;
  bool hashed; /* content is set; not where nobody wanted to know it */
  struct digest content;
  struct buf bytes;
  struct arena records;
};

enum { PENDING_MAX_BYTES = 1 << 30 };
#define PENDING_INIT ((struct pending) { .bytes = BUF_INIT(PENDING_MAX_BYTES) })
void pending_release(struct pending *pending);

/* Puts a copy of entry behind those that wait under key. content: NULL where nobody wants to know
 * it. ERROR_LIMIT, ERROR_IO. */
MUST_CHECK int pending_add(struct pending_table *table, int side, struct str key,
                           const struct tar_entry *entry, const struct digest *content,
                           struct error *err);
/* Takes the first one of `side` that waits under key: 1 and *out, whatever that held before; 0 if
 * none waits; -1 with *err. */
MUST_CHECK int pending_take(struct pending_table *table, int side, struct str key,
                            struct pending *out, struct error *err);

/* Goes through those that still wait, in the order in which they came. *at is 0 at first. 1, *out,
 * and in *times how many wait under its key if it is the last of them, else 0; 0 after the last
 * one of all; -1 with *err. */
MUST_CHECK int pending_next(struct pending_table *table, uint64_t *at, struct pending *out,
                            uint64_t *times, struct error *err);
uint64_t pending_waiting(const struct pending_table *table); /* how many still wait */

#endif
