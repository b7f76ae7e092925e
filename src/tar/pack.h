/* Tar entries in few bytes, for reports that keep a great many of them. */
#ifndef DIFFOCI_TAR_PACK_H
#define DIFFOCI_TAR_PACK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "tar/entry.h"

/* Appends the entry and the digest of its content (NULL: none), as it differs from base (NULL: from
 * an empty entry). */
void pack_entry(struct buf *out, const struct tar_entry *entry, const struct tar_entry *base,
                const struct digest *content);

struct unpacked {
  struct tar_entry entry; /* views into what was packed; records in an arena */
  struct digest content;  /* DIGEST_NONE where there is none */
};

/* Reads one at *packed, which pack_entry wrote with the same base, and moves *packed behind it. */
void unpack_entry(struct unpacked *out, const char **packed, const struct tar_entry *base,
                  struct arena *arena);

/* The pieces, for others that pack. */
void pack_number(struct buf *out, uint64_t number);
void pack_str(struct buf *out, struct str s);
uint64_t unpack_number(const char **packed);
struct str unpack_str(const char **packed);

#endif
