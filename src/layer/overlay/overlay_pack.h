/* Entries of an overlay, packed: two million of them have to fit into memory. Only for the files
 * overlay*.c. */
#ifndef DIFFOCI_LAYER_OVERLAY_OVERLAY_PACK_H
#define DIFFOCI_LAYER_OVERLAY_OVERLAY_PACK_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "tar/entry.h"

/* Appends the entry to out. path is what the entry's name is cleaned to: where the two are almost
 * the same only the difference is kept. content: its digest, or NULL; then token, 0 for none. */
void overlay_pack(struct buf *out, const struct tar_entry *entry, struct str path,
                  const struct digest *content, uint64_t token);

/* An entry unpacked. Its views point into the packed bytes and `name`. */
struct overlay_unpacked {
  struct tar_entry entry;
  struct digest content; /* DIGEST_NONE: none */
  uint64_t token;        /* 0: none */
  struct buf name;
  struct arena records; /* those of entry */
  struct arena spare;   /* what takes their place when they change */
};

/* The entry's type. */
char overlay_packed_type(const char *packed);
/* Whether it has PAX records, xattrs among them. */
bool overlay_packed_has_records(const char *packed);
void overlay_unpacked_init(struct overlay_unpacked *unpacked);
void overlay_unpacked_release(struct overlay_unpacked *unpacked);
/* path as for overlay_pack; it has to live as long as the result is used. */
void overlay_unpack(struct overlay_unpacked *out, const char *packed, struct str path);
/* Gives an unpacked file what the entry of a hard link to it says: engines make the link and then
 * set owner, xattrs and mode. Setting the owner takes the file capabilities away that it had
 * (capabilities(7)), which some engines do only where it changes (lazy_owner); other xattrs stay
 * that the link's entry does not have; on FreeBSD flags of files are set, too. The same for a
 * directory's second entry. The link's records have to live as long as the result is used. */
void overlay_unpacked_apply(struct overlay_unpacked *file, const struct tar_entry *link,
                            bool lazy_owner);

#endif
