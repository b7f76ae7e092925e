/* The files of a whole image: its layers merged as a container would see them (OCI image
 * specification, layer.md, "Applying Changesets" and "Whiteouts").
 *
 * Layers are added from the bottom up, entry by entry:
 * - a later entry replaces an earlier one of the same path; a directory over a directory keeps what
 *   is in it, everything else that replaces a directory removes what was in it;
 * - `.wh.NAME` removes NAME, and all in it, that came from lower layers; `.wh..wh..opq` removes all
 *   in its directory that came from lower layers. Neither touches what its own layer brings,
 * whether that stands before or after it. A whiteout creates nothing, not even its directory;
 * - other names `.wh..wh.*` are bookkeeping of AUFS, and left out; hard links to what is in a
 *   `.wh..wh.plnk` at the top are resolved all the same;
 * - a hard link stands for what its target is at that moment: if one of the two names is replaced
 *   later, the other one keeps the content. Its entry's mode, owner and xattrs become those of the
 *   file, under all its names. One that comes before its target in their layer is
 *   resolved when the layer ends; a hard link without a target stays as it is;
 * - directories that are only implied by the names of other entries exist, without an entry. What
 *   stands where such a directory has to be is replaced by it;
 * - PAX global headers are no files, and left out.
 *
 * Paths are compared without regard to how they are written: `./`, leading, doubled and trailing
 * `/` and `.` do not count, and `..` never leads above the root. */
#ifndef DIFFOCI_LAYER_OVERLAY_H
#define DIFFOCI_LAYER_OVERLAY_H

#include "base/digest.h"
#include "base/error.h"
#include "tar/entry.h"

struct overlay;

struct overlay *overlay_new(void);
/* Of layers that stand upon `lower` others, of which nothing is known. The first one that is begun
 * has this number. */
struct overlay *overlay_new_upper(uint32_t lower);
/* Whether two of these, put upon any lower layers, the same ones, lead to trees that differ at most
 * in what the entries say that both have of a path. False also where that would be hard to tell. */
bool overlay_same_effect(struct overlay *a, struct overlay *b);
void overlay_free(struct overlay *overlay); /* NULL allowed */

/* Starts the next layer, the first one too. Its number is one more than that of the layer before,
 * from 0. */
void overlay_begin_layer(struct overlay *overlay);
/* Adds an entry of the layer that was begun last; what entry refers to is copied. content: the
 * digest of its content, or NULL if it has none. ERROR_LIMIT for paths over LIMIT_PATH_BYTES and
 * for more than LIMIT_OVERLAY_BYTES in all, ERROR_CORRUPT for a whiteout that names nothing. */
MUST_CHECK int overlay_add(struct overlay *overlay, const struct tar_entry *entry,
                           const struct digest *content, struct error *err);
/* The same for a content that nobody has hashed: token, not 0, is a number that its owner gave it.
 * Equal tokens are equal contents. */
MUST_CHECK int overlay_add_token(struct overlay *overlay, const struct tar_entry *entry,
                                 uint64_t token, struct error *err);
/* The paths there are now, implied directories among them. */
uint64_t overlay_count(const struct overlay *overlay);

/* One path of the merged image. */
struct overlay_item {
  struct str path; /* "etc/passwd": as cleaned; "" for the root, if an entry stands for that */

  /* The entry of this path, as it stands in its layer, and which layer that is. NULL for an implied
   * directory. */
  const struct tar_entry *entry;
  uint32_t layer;

  /* What is at this path: for a hard link, the entry that its target was; else the same as entry
   * and layer. Mode, owner and xattrs are those that the hard links made to it gave it. A hard link
   * (TAR_LINK) here is one without a target. Two paths are names of one file if object_layer and
   * object->index are the same. */
  const struct tar_entry *object;
  uint32_t object_layer;
  uint32_t links;        /* paths that are names of the object, this one included */
  struct digest content; /* of the object; DIGEST_NONE if it has none */
  uint64_t token;        /* the same, where it has a token instead; else 0 */
};

/* A walk over all paths: a directory before what is in it, names in one directory by their bytes.
 * The overlay must not change during a walk; there may be several. */
struct overlay_walk;
struct overlay_walk *overlay_walk_new(struct overlay *overlay);
void overlay_walk_free(struct overlay_walk *walk); /* NULL allowed */
/* Goes to the next path; false at the end. What *out refers to is valid until the next call. */
bool overlay_walk_next(struct overlay_walk *walk, struct overlay_item *out);
/* The order of a walk, so that two can be gone through in step. */
int overlay_compare_paths(struct str a, struct str b);

#endif
