/* Paths of an overlay: what names of entries come to, and what they stand for there. */
#ifndef DIFFOCI_LAYER_OVERLAY_OVERLAY_PATH_H
#define DIFFOCI_LAYER_OVERLAY_OVERLAY_PATH_H

#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

struct overlay_path { /* "a/b/c": no empty, "." or ".." component; empty for the root */
  size_t len;
  char bytes[LIMIT_PATH_BYTES];
};

/* The same as Go's filepath.Clean does it to a relative path: `..` that nothing stands before
 * stays. False: too long. */
MUST_CHECK bool overlay_path_lexical(struct overlay_path *out, struct str name);
/* path, which is what name comes to or part of it, with a '/' before it if name has one or leads
 * above the root: what containerd makes of links depends on it. A view into *room, or path. */
struct str overlay_path_rooted(struct overlay_path *room, struct str name, struct str path);
MUST_CHECK int overlay_path_clean(struct overlay_path *out, struct str name, struct error *err);
static inline struct str overlay_path_str(const struct overlay_path *path)
{
  return (struct str) { path->bytes, path->len };
}

/* No more than is in use. */
static inline void overlay_path_copy(struct overlay_path *out, const struct overlay_path *path)
{
  out->len = path->len;
  memcpy(out->bytes, path->bytes, path->len);
}

enum overlay_kind {
  OVERLAY_FILE,     /* a path of its own */
  OVERLAY_WHITEOUT, /* removes the path it is for */
  OVERLAY_OPAQUE,   /* hides what is in the directory it is for */
  OVERLAY_AUFS,     /* bookkeeping */
  OVERLAY_AUFS_LINK /* …that hard links point to */
};

/* What an entry of this path stands for. For whiteouts, *path becomes the path they are for; one
 * that names nothing is ERROR_CORRUPT. */
MUST_CHECK int overlay_path_kind(struct overlay_path *path, enum overlay_kind *kind,
                                 struct error *err);

enum overlay_mark {
  OVERLAY_NO_MARK,
  OVERLAY_HIDES_NAME,   /* a whiteout of a path beside it */
  OVERLAY_HIDES_CONTENT /* of all that its directory has of lower layers */
};

/* What an entry of this path is to those who unpack it. *hidden, of a whiteout: the name that it
 * removes, a view into path. A whiteout that names nothing is ERROR_CORRUPT. */
MUST_CHECK int overlay_path_mark(const struct overlay_path *path, enum overlay_mark *mark,
                                 struct str *hidden, struct error *err);

#endif
