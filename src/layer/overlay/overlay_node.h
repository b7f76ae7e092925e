/* The trees of an overlay. Only for the files overlay*.c. */
#ifndef DIFFOCI_LAYER_OVERLAY_OVERLAY_NODE_H
#define DIFFOCI_LAYER_OVERLAY_OVERLAY_NODE_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "layer/overlay/overlay.h"
#include "layer/overlay/overlay_pack.h"
#include "layer/overlay/overlay_path.h"

/* An entry as it was added; never changed, so that a replay can share it. */
struct overlay_record {
  const struct overlay_record *next; /* added after it */
  const struct overlay_node *node;   /* of whose path its name was packed; NULL: of "" */
  uint32_t layer;
  char packed[];
};

/* A hard link made to a file. */
struct overlay_link {
  const struct overlay_record *own;
  const struct overlay_link *before; /* the one made before it, or NULL */
  bool keeps_mode;                   /* the link's mode was not given to the file */
};

/* What a file has in the end that its own entry does not say. */
struct overlay_attributes {
  int64_t mode;
  int64_t uid, gid;
  size_t n_records;
  struct tar_record records[]; /* views into what is packed */
};

/* A file that has, or had, several names. */
struct overlay_file {
  const struct overlay_record *content;
  const struct overlay_link *last_link; /* made to it, also where its name is gone */
  /* Once united: what it has when all links were made, for the first of its names that a walk comes
   * to finds it out; NULL before. */
  const struct overlay_attributes *attributes;
  const struct overlay_file *same; /* of another overlay, that was found to have the same links */
  uint32_t links;                  /* nodes that are names of it */
};

/* A path in the tree of one layer. Once made, it stays where it is until the overlay is freed, also
 * when it was removed, since records refer to it for their path. */
struct overlay_node {
  struct overlay_node *children; /* the first one */
  struct overlay_node *next, *previous;
  struct overlay_node *below;       /* a directory of lower layers that shows through this one */
  const struct overlay_record *own; /* its entry; NULL: an implied directory, or a whiteout */
  struct overlay_file *file;        /* NULL: own is all there is */
  uint32_t unpacked;                /* 1 + the layer that has an entry of this very path; 0: none */
  uint32_t name_len : 13;
  uint32_t is_directory : 1;
  uint32_t is_whiteout : 1; /* overlayfs hides the name */
  uint32_t is_opaque : 1;   /* overlayfs hides what lower layers have in it */
  uint32_t removed : 1;
  uint32_t
      indexed : 1; /* its children are in overlay.nodes; else, the last one's name comes first */
  uint32_t sorted : 1; /* its children are in order, so that the first one's name comes first */
  /* The two are, as bytes, what the node is found by. */
  struct overlay_node *parent; /* NULL for a root */
  char name[];
};

struct overlay {
  const struct overlay *origin; /* of a replay: whose records these are; else NULL */
  struct budget *memory;
  struct paged *paged;            /* owned; where all that grows is */
  struct arena arena;             /* nodes, records, strings */
  struct map nodes;               /* by parent and name, where the parent is indexed */
  struct buf scratch;             /* an entry being packed */
  struct overlay_unpacked target; /* a symbolic link being followed */
  struct overlay_node **roots;    /* owned; one for each layer that was begun; one in all where
                                     layers are unpacked upon each other */
  size_t n_roots, cap_roots;
  const struct overlay_record *first;
  struct overlay_record *last;
  const struct overlay_record *layer_first; /* of the current layer; NULL: none yet */
  struct overlay_node *last_parent; /* of the entry added last, whose neighbours often follow */
  struct buf last_directory;        /* its path */
  struct map names;                 /* of the layer's entries, where two of one name are noted */
  struct map gone;                  /* paths that the layer had entries of, and then removed */
  struct map aufs_links;            /* of the layer: name -> struct overlay_record */
  uint64_t n_applied, work; /* entries; what was done to find their places, as bytes gone over */
  /* Nodes that were made for what the layer has no entry of; and how many they were when all such
   * were taken out of a directory, the last one that had that done to it; and when the layer began.
   */
  uint64_t n_implied, n_implied_then, n_implied_below;
  const struct overlay_node *cleared;
  struct overlay_refusal refusal;
  struct overlay_refusal reason; /* for which it may refuse */
  struct overlay_refusal unfollowed;
  uint64_t n_paths; /* once united */
  enum overlay_engine engine;
  uint32_t n_layers; /* begun, or left out below; the current one is one less */
  /* In the current layer a directory or a symbolic link was removed, or a directory's name leads
   * through a link: at its end the name may lead elsewhere. */
  bool lost_way;
  bool is_upper; /* there are lower layers that are not here */
  bool in_doubt;
  bool united;
  bool is_refused;
  bool is_refused_above; /* and another layer would be, too */
  bool too_much_work;
  bool may_refuse;
  bool is_unfollowed;
};

/* ---- overlay_node.c ---- */

struct overlay_node *overlay_root_new(struct overlay *overlay);
struct overlay_node *overlay_find_child(struct overlay *overlay, struct overlay_node *parent,
                                        struct str name);
/* An implied directory, to begin with. There must be none of this name. */
struct overlay_node *overlay_add_child(struct overlay *overlay, struct overlay_node *parent,
                                       struct str name);
/* With all that is in it. */
void overlay_remove_node(struct overlay *overlay, struct overlay_node *node);
/* What is in a directory, but for what this layer has entries of, and the directories above that.
 * called: where layers are unpacked upon each other and the directory is found through links, what
 * it is called, since the entries' names are compared then; else ptr is NULL. */
void overlay_remove_not_unpacked(struct overlay *overlay, struct overlay_node *directory,
                                 struct str called);
/* Makes the node, whose entry is a hard link, a name of what target is a name of. keeps_mode: which
 * keeps the mode that it has. */
void overlay_link_node(struct overlay *overlay, struct overlay_node *node,
                       struct overlay_node *target, bool keeps_mode);
/* Takes the node's name off the file that it has. */
void overlay_drop_file(struct overlay_node *node);
/* From the root down; out is cleared first. */
struct str overlay_node_path(const struct overlay_node *node, struct buf *out);

/* Whether layers are unpacked upon each other. */
static inline bool overlay_is_stacked(const struct overlay *overlay)
{
  return overlay->engine == OVERLAY_PODMAN_VFS;
}

/* Whether files keep the owner that they have without being given it once more. */
static inline bool overlay_is_lazy_about_owners(const struct overlay *overlay)
{
  return overlay->engine == OVERLAY_PODMAN_VFS || overlay->engine == OVERLAY_PODMAN;
}

/* Of the layer that was begun last. */
static inline struct overlay_node *overlay_current_root(const struct overlay *overlay)
{
  return overlay->roots[overlay->n_roots - 1];
}

static inline struct str overlay_node_name(const struct overlay_node *node)
{
  return (struct str) { node->name, node->name_len };
}

/* ---- overlay_resolve.c ---- */

/* Where a path leads. */
struct overlay_place {
  struct overlay_node *node;   /* the last one that is there */
  struct overlay_path missing; /* the rest; empty if all is there */
  bool followed;               /* a symbolic link stood on the way */
  bool last_is_link;           /* the path's own last component is one */
  bool dangling;               /* what is missing is so in a link's target */
  bool came_back;              /* `..` led back out of what is missing: the kernel finds nothing */
};

enum overlay_way {
  OVERLAY_WAY_OPEN,    /* node is a directory, or nothing is missing and it is something else */
  OVERLAY_WAY_BARRED,  /* something that is no directory stands on it */
  OVERLAY_WAY_ENDLESS, /* symbolic links without end, or a path too long for the kernel */
  OVERLAY_WAY_OUTSIDE, /* out of the root, where it may be left */
};

/* What a step from one component of a path to the next counts for, beside its name. */
enum { OVERLAY_WORK_STEP = 16 };
/* Counts what is about to be done, as so many bytes that are gone over. False once it is more than
 * an image may make of itself, whose places are not found any more; overlay_end says so. */
bool overlay_may_work(struct overlay *overlay, size_t bytes);
/* Follows symbolic links, also the last one, within the root, as the overlay's engine does it. */
enum overlay_way overlay_resolve(struct overlay *overlay, struct overlay_node *root,
                                 struct str path, struct overlay_place *out);
/* The same as the kernel does it. may_leave: the root is no process's, so that absolute targets,
 * and `..` in the root, lead to where nothing is known. */
enum overlay_way overlay_resolve_kernel(struct overlay *overlay, struct overlay_node *root,
                                        struct str path, bool may_leave, struct overlay_place *out);
bool overlay_node_is_symlink(const struct overlay_node *node);
/* The target of a symbolic link, valid until the overlay's next one is asked for. */
struct str overlay_node_target(struct overlay *overlay, const struct overlay_node *link);

/* ---- overlay_root_path.c ---- */

/* The same as containerd does it; *out has the root, and else nothing. */
enum overlay_way overlay_resolve_text(struct overlay *overlay, struct overlay_node *root,
                                      struct str path, struct overlay_place *out);

/* ---- the others ---- */

/* What is added. */
struct overlay_addition {
  const struct tar_entry *entry;
  const struct digest *content;        /* or NULL */
  uint64_t token;                      /* or 0 */
  const struct overlay_record *record; /* of the entry, where it is replayed or was made */
};

/* A record that is not in the log: of what an engine makes that no entry is for. node, path: as
 * below. */
struct overlay_record *overlay_record_new(struct overlay *overlay,
                                          const struct overlay_addition *added,
                                          const struct overlay_node *node, struct str path);
/* Of a record that was made with its node's path. out lives as long as path is not used again. */
void overlay_record_unpack(struct overlay_unpacked *out, struct buf *path,
                           const struct overlay_record *record);
/* Gives the addition a record, at the end of the log, if it has none. node: the entry's name is its
 * path, which is given, but for how it is written; else NULL and an empty path. */
void overlay_add_record(struct overlay *overlay, struct overlay_addition *added,
                        const struct overlay_node *node, struct str path);
/* Does with an entry what the engine does. path: the entry's name. */
void overlay_apply(struct overlay *overlay, struct overlay_addition *added,
                   const struct overlay_path *path);
/* The engine does not unpack the layer, because of this entry. why: lives for ever. */
void overlay_refuse(struct overlay *overlay, const struct overlay_addition *added, const char *why);
/* No tree here follows what the entry does: see overlay_unfollowed. why: as above. */
void overlay_note_unfollowed(struct overlay *overlay, const struct overlay_addition *added,
                             const char *why);

/* ---- overlay_whiteout.c ---- */

/* The directory of an entry. */
struct overlay_parent {
  struct overlay_node *node; /* NULL: the entry does not get there */
  bool followed;             /* the entry's name is not the path that it leads to */
  bool is_link;              /* the directory's own name is a symbolic link */
};

/* Removes what the whiteout (mark, not OVERLAY_NO_MARK) names in its directory, or notes it for
 * when the layers are united. directory: the whiteout's, as it is named; hidden: the name that it
 * removes, of OVERLAY_HIDES_NAME. */
void overlay_apply_whiteout(struct overlay *overlay, const struct overlay_addition *added,
                            const struct overlay_parent *parent, struct str directory,
                            enum overlay_mark mark, struct str hidden);

/* ---- overlay_hardlink.c ---- */

/* The node, whose entry is a hard link, becomes a name of what that is made to; where that is
 * refused it stays as what it is, so that one can see it. */
void overlay_link_entry(struct overlay *overlay, const struct overlay_addition *added,
                        struct overlay_node *node);
/* The same for what AUFS kept in a directory of its own; false if the entry is nothing of that. */
bool overlay_link_aufs(struct overlay *overlay, const struct overlay_addition *added,
                       struct overlay_node *node);

/* ---- the others ---- */

/* The directory that a place is, made where it is not there; NULL if the engine refuses that. */
struct overlay_node *overlay_make_directories(struct overlay *overlay,
                                              const struct overlay_addition *added,
                                              struct overlay_place *place);
/* Does what engines do when a layer is unpacked. */
void overlay_end_layer(struct overlay *overlay);
/* Puts the layers upon each other, once. */
void overlay_unite(struct overlay *overlay);
/* The node of the path that a walk is at. */
const struct overlay_node *overlay_walk_node(const struct overlay_walk *walk);

#endif
