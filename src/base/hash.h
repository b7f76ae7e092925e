/* Hashes that are keyed with random bytes, others in every process: nobody who makes an image can
 * choose bytes that collide. Nothing that a user sees may depend on them. Any thread. */
#ifndef DIFFOCI_BASE_HASH_H
#define DIFFOCI_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Of a short string: for tables. */
uint64_t hash_str(struct str key);

/* Of a long run of bytes, several times as fast as memory is decompressed. */
struct hash_run {
  uint64_t lanes[4];
  uint64_t length; /* so many bytes were added */
};

#define HASH_RUN_INIT ((struct hash_run) { 0 })

/* Adds the bytes that come next. Runs can be told apart only if they are cut alike: all pieces but
 * the last are to have the same length. */
void hash_run_add(struct hash_run *run, const void *bytes, size_t len);
/* What stands for all bytes so far: equal for equal runs, and else different but by a chance of one
 * in 2^60 or so. */
uint64_t hash_run_value(const struct hash_run *run);

#endif
