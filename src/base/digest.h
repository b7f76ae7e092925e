/* Content digests, "ALGORITHM:HEX" (OCI image specification, descriptor.md, "Digests"). */
#ifndef DIFFOCI_BASE_DIGEST_H
#define DIFFOCI_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "base/str.h"

enum digest_algorithm { DIGEST_NONE = 0, DIGEST_SHA256, DIGEST_SHA512 };

enum {
  DIGEST_MAX_BYTES = 64,
  DIGEST_MAX_TEXT = 7 + 2 * DIGEST_MAX_BYTES + 1, /* "sha512:", hex, NUL */
};

struct digest {
  enum digest_algorithm algorithm; /* DIGEST_NONE: no digest */
  uint8_t bytes[DIGEST_MAX_BYTES]; /* the first 32 or 64 count; the rest is zero */
};

/* Parses "sha256:" + 64 or "sha512:" + 128 lower-case hex digits; anything else is ERROR_CORRUPT,
 * another registered algorithm ERROR_UNSUPPORTED. */
MUST_CHECK int digest_parse(struct digest *out, struct str text, struct error *err);
/* Writes "ALGORITHM:HEX" with its NUL. Returns text. */
const char *digest_format(const struct digest *digest, char text[DIGEST_MAX_TEXT]);
/* Writes the hex digits only. Returns text. */
const char *digest_hex(const struct digest *digest, char text[DIGEST_MAX_TEXT]);
const char *digest_algorithm_name(enum digest_algorithm algorithm); /* "sha256", "sha512" */
bool digest_equal(const struct digest *a, const struct digest *b);

/* A running hash. Not for several threads at once. */
struct hasher;
struct hasher *hasher_new(enum digest_algorithm algorithm);
void hasher_free(struct hasher *hasher); /* NULL allowed */
void hasher_reset(struct hasher *hasher);
void hasher_add(struct hasher *hasher, const void *bytes, size_t len);
/* Makes *to continue from where from is; both of the same algorithm. */
void hasher_copy(struct hasher *to, const struct hasher *from);
/* The digest of all added since the last reset; resets. */
struct digest hasher_finish(struct hasher *hasher);
void cleanup_hasher(struct hasher **hasher);
#define AUTO_HASHER CLEANUP(cleanup_hasher) struct hasher *

/* The digest of one piece of memory. */
struct digest digest_of(enum digest_algorithm algorithm, const void *bytes, size_t len);

#endif
