/* Which blobs a source has read from the store, so that they can be checked once something turns
 * out wrong: nobody hashes them before they are used. */
#ifndef DIFFOCI_SOURCE_USED_H
#define DIFFOCI_SOURCE_USED_H

#include <pthread.h>

#include "store/store.h"

struct used_blobs { /* may be used by several threads at once */
  pthread_mutex_t lock;
  struct used_blob *items; /* owned */
  size_t n, cap;
};

void used_init(struct used_blobs *used);
void used_release(struct used_blobs *used);
/* The blob was opened. */
void used_add(struct used_blobs *used, const struct descriptor *blob);
/* Whether the store's copy is known to be damaged and could not be discarded. */
bool used_is_damaged(struct used_blobs *used, const struct descriptor *blob);
/* Reads all of them and discards what is damaged, where the store can be written to. Returns how
 * many are; -1, with *err, if one cannot be read. what: set to the first of them as text. */
MUST_CHECK int used_check(struct used_blobs *used, struct store *store, char what[DIGEST_MAX_TEXT],
                          struct error *err);

#endif
