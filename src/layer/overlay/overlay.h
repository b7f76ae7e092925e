/* The files of a whole image: its layers merged as an engine merges them (OCI image specification,
 * layer.md, "Applying Changesets" and "Whiteouts", and what containerd 1.6, Docker 20 and Podman 4
 * do where it leaves room).
 *
 * Layers are added from the bottom up, entry by entry. An engine unpacks each into a directory of
 * its own, and overlayfs puts these upon each other:
 * - a later entry replaces an earlier one of the same path; a directory over a directory keeps what
 *   is in it, everything else that replaces a directory removes what was in it;
 * - the directories of a name, of a whiteout and of a hard link's target are looked for in what
 *   their own layer has made so far, within the root: symbolic links are followed, relative,
 *   absolute, upwards and to each other, also where they lead to what is not there, which is then
 *   made. A symbolic link of a lower layer is hidden by a directory;
 * - `.wh.NAME` removes NAME, and all in it, that came from lower layers; `.wh..wh..opq` removes all
 *   in its directory that came from lower layers. A directory that stands beside its whiteout shows
 *   what lower layers have in it all the same;
 * - directories that are only implied by the names of other entries and of whiteouts exist. Where a
 *   lower layer has them they are as there, else without an entry;
 * - a hard link stands for what its target is at that moment: if one of the two names is replaced
 *   later, the other one keeps the content. Its entry's mode, owner and xattrs become those of the
 *   file, under all its names. Its layer has to have the target, and before the link;
 * - PAX global headers remove what has their name, and are no files.
 *
 * That is containerd. Podman's and Docker's storage do otherwise here and there, and differ among
 * their drivers; overlay_replay gives what they make of the same layers. Where an engine does not
 * unpack an image, the first entry that keeps it from that is told (overlay_refused), and the tree
 * is what it were without that entry; hard links to what only lower layers have are made all the
 * same, those without a target stay as what they are. A layer that has two entries of one name is
 * no such image: containerd takes it, the last entry wins; Docker and Podman, which list a layer's
 * names to be able to write it again (tar-split), do not. What lies below a link to what its own
 * layer does not have, but a lower one may, is made by containerd and Podman 5, and refused by
 * Docker and older Podmans. These two are told apart from the others (overlay_may_refuse): the tree
 * is what it were if nobody minded.
 *
 * What is not as engines do it: the root has the metadata of its entry, which containerd does not
 * look at; implied directories that no lower layer has are of mode 0755, while old versions make
 * others (Docker before 23: 0600); xattrs trusted.*, those of symbolic links, and user.* of devices
 * and pipes are taken as they are, while some engines leave them out and others refuse them.
 * Docker's vfs keeps no xattrs of lower
 * layers but security.capability, and hard links are in it as in its overlay2. vfs makes two
 * of a device, pipe or symbolic link that has two names in a lower layer. What links in a layer's
 * own directory lead to outside of it, where containerd looks at the host, is taken for nothing.
 *
 * Paths are compared without regard to how they are written: `./`, leading, doubled and trailing
 * `/` and `.` do not count, and `..` never leads above the root. But to engines "/x" and "../x" may
 * be other names than "x": where links stand on the way, and where a name stands twice. */
#ifndef DIFFOCI_LAYER_OVERLAY_OVERLAY_H
#define DIFFOCI_LAYER_OVERLAY_OVERLAY_H

#include "base/budget.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "tar/entry.h"

struct overlay;

enum overlay_engine {
  OVERLAY_CONTAINERD, /* overlayfs; nerdctl, Kubernetes, Docker with containerd's store */
  OVERLAY_PODMAN_VFS, /* layer upon layer; also Docker's and Podman's overlay drivers where the
                         kernel does not let them have native diffs */
  OVERLAY_PODMAN,     /* overlay, since Podman 5 */
  OVERLAY_DOCKER,     /* Docker's overlay2, without containerd's store */
  OVERLAY_ENGINES     /* how many there are */
};

/* "containerd", … */
const char *overlay_engine_name(enum overlay_engine engine);

/* What containerd makes. memory: what is taken for it; NULL: no limit. Borrowed, lives longer. */
struct overlay *overlay_new(struct budget *memory);
/* Of layers that stand upon `lower` others, of which nothing is known. The first one that is begun
 * has this number. */
struct overlay *overlay_new_upper(struct budget *memory, uint32_t lower);
/* Whether two of these that are not in doubt, put upon any lower layers, the same ones, lead to
 * trees that differ at most in what the entries say that both have of a path. False also where that
 * would be hard to tell. */
bool overlay_same_effect(struct overlay *a, struct overlay *b);
/* Adds all layers of `upper` to an overlay that has just the lower ones they stand upon, as if they
 * had been added one by one, with the digests and tokens they have there. Errors as of overlay_add;
 * *layer is then the number of the layer. */
MUST_CHECK int overlay_put_upon(struct overlay *overlay, const struct overlay *upper,
                                uint32_t *layer, struct error *err);
void overlay_free(struct overlay *overlay); /* NULL allowed */

/* Starts the next layer, the first one too. Its number is one more than that of the layer before,
 * from 0. */
void overlay_begin_layer(struct overlay *overlay);
/* Adds an entry of the layer that was begun last; what entry refers to is copied. content: the
 * digest of its content, or NULL if it has none. ERROR_LIMIT for paths over LIMIT_PATH_BYTES and
 * where the budget has no more, ERROR_CORRUPT for a whiteout that names nothing. */
MUST_CHECK int overlay_add(struct overlay *overlay, const struct tar_entry *entry,
                           const struct digest *content, struct error *err);
/* The same for a content that nobody has hashed: token, not 0, is a number that its owner gave it.
 * Equal tokens are equal contents. */
MUST_CHECK int overlay_add_token(struct overlay *overlay, const struct tar_entry *entry,
                                 uint64_t token, struct error *err);

/* Ends the last layer, after which nothing can be added. ERROR_LIMIT where an entry was not put
 * where it belongs, because that takes more work than an image may make (overlay_add says so,
 * too). To be called before what follows. */
MUST_CHECK int overlay_end(struct overlay *overlay, struct error *err);

/* The paths there are, implied directories among them. */
uint64_t overlay_count(struct overlay *overlay);

/* Whether another engine may make another tree of these layers, or not unpack them. Without doubt,
 * replays need not be looked at. */
bool overlay_in_doubt(const struct overlay *overlay);
/* What another engine makes of the same layers. The origin, which is no upper one, has to live as
 * long as the result is used. NULL with ERROR_LIMIT where the budget has too little left. */
struct overlay *overlay_replay(const struct overlay *origin, enum overlay_engine engine,
                               struct error *err);
/* Whether a replay and its origin, or two replays of one, differ. path becomes the first path where
 * they do; empty where only one of them was unpacked. */
bool overlay_first_difference(struct overlay *a, struct overlay *b, struct buf *path);
/* "a directory", "a file", …: what is at a path; *mode: its low 12 bits. NULL: nothing is. */
const char *overlay_kind_at(struct overlay *overlay, struct str path, unsigned *mode);

struct overlay_refusal {
  uint32_t layer;
  struct str name; /* of the entry, as it stands in its layer */
  const char *why; /* "a hard link to …" */
};

/* Why the engine does not unpack the layers; NULL if it does. As long as the overlay. */
const struct overlay_refusal *overlay_refused(const struct overlay *overlay);
/* Whether there is an entry above that layer, too, that it would not unpack. The tree may lack such
 * entries. */
bool overlay_refused_above(const struct overlay *overlay);

/* What keeps some versions of an engine, or most, from unpacking the layers, while others make what
 * the overlay has: the first such entry, or NULL. As long as the overlay. */
const struct overlay_refusal *overlay_may_refuse(const struct overlay *overlay);
/* The first entry whose effect no tree here follows, or NULL: of images with such entries only
 * those of OVERLAY_SAME_ENTRIES are known to be the same. Such an overlay is in doubt.
 * - What an overlayfs takes for its own notes (xattrs trusted.overlay.*, user.overlay.* and
 *   user.fuseoverlayfs.*): by them a directory hides what lower layers have in it, or shows what
 *   another one has, if the engine unpacks them, as Podman's and Docker's overlay drivers do, and
 *   containerd and vfs do not.
 * - An opaque whiteout in the root of a layer, whose layer has before it names in directories
 *   without an entry: engines hide nothing by it, or these, too; what follows
 *   the specification (umoci) does neither.
 * As long as the overlay. */
const struct overlay_refusal *overlay_unfollowed(const struct overlay *overlay);

/* How alike the layers of two overlays are, one by one, entry by entry, in their order. */
enum overlay_likeness {
  OVERLAY_OTHER_ENTRIES,
  OVERLAY_SAME_PLACES, /* the same names, types and links: every engine makes the same paths */
  OVERLAY_SAME_ENTRIES /* what counts is the same, too: every engine makes the same tree */
};

enum overlay_likeness overlay_compare_layers(const struct overlay *a, const struct overlay *b);

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
   * object->index are the same. A directory is of the layer of its last entry, whatever xattrs it
   * keeps of those before. */
  const struct tar_entry *object;
  uint32_t object_layer;
  uint32_t links;        /* paths that are names of the object, this one included */
  struct digest content; /* of the object; DIGEST_NONE if it has none */
  uint64_t token;        /* the same, where it has a token instead; else 0 */
};

/* A walk over all paths: a directory before what is in it, names in one directory by their bytes.
 * There may be several. */
struct overlay_walk;
struct overlay_walk *overlay_walk_new(struct overlay *overlay);
void overlay_walk_free(struct overlay_walk *walk); /* NULL allowed */
/* Goes to the next path; false at the end. What *out refers to is valid until the next call. */
bool overlay_walk_next(struct overlay_walk *walk, struct overlay_item *out);
/* The order of a walk, so that two can be gone through in step. */
int overlay_compare_paths(struct str a, struct str b);

#endif
