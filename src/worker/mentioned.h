/* What the documents of an image mention that were handed out: digests and URLs. The broker fetches
 * for the confined process what is among them, and nothing else: one that was taken over could else
 * send out what it knows in what it asks for. Nothing is parsed, since the broker is to parse as
 * little as it can: strings are looked at as they stand. Private to worker/. */
#ifndef DIFFOCI_WORKER_MENTIONED_H
#define DIFFOCI_WORKER_MENTIONED_H

#include <pthread.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/map.h"
#include "image/descriptor.h"

/* Digests and URLs, and their bytes in all; what comes after them is not known. */
enum { MENTIONED_MAX = 1 << 20, MENTIONED_BYTES_MAX = 128 << 20 };

struct mentioned {
  pthread_mutex_t lock;
  struct map strings;
  struct arena arena;
  size_t bytes_max; /* MENTIONED_BYTES_MAX */
};

void mentioned_init(struct mentioned *out);
void mentioned_release(struct mentioned *mentioned);
/* Any thread. A document, with those that stand in it as base64. */
void mentioned_add(struct mentioned *mentioned, struct str document);
bool mentioned_has(struct mentioned *mentioned, const struct digest *digest);
/* Takes all urls out of the descriptor, which was made of a request, that no document mentions. */
void mentioned_keep_urls(struct mentioned *mentioned, struct descriptor *blob);

#endif
