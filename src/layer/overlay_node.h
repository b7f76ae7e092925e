/* The tree of an overlay. Only for the files overlay*.c. */
#ifndef DIFFOCI_LAYER_OVERLAY_NODE_H
#define DIFFOCI_LAYER_OVERLAY_NODE_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "layer/overlay.h"
#include "layer/overlay_pack.h"

/* A hard link made to a file. */
struct overlay_link {
  const struct overlay_object *own;  /* its entry */
  const struct overlay_link *before; /* the one made before it, or NULL */
};

/* An entry, shared by all paths that are hard links to it. */
struct overlay_object {
  const struct overlay_node *node;      /* the path it was added as */
  const struct overlay_link *last_link; /* made to it, also where its path is gone; or NULL */
  uint32_t layer;
  uint32_t links; /* nodes whose object it is */
  unsigned char packed[];
};

/* A path. Once made, it stays where it is until the overlay is freed, also when it was removed,
 * since objects refer to it for their path. */
struct overlay_node {
  struct overlay_node *children; /* the first one */
  struct overlay_node *next, *previous;
  const struct overlay_object *own; /* its entry; NULL: an implied directory */
  struct overlay_object *object;    /* what it is a name of: own, or what own was a hard link to */
  uint32_t layer;                   /* that own comes from, or that implied it */
  uint32_t name_len : 13;
  uint32_t is_directory : 1;
  uint32_t removed : 1;
  uint32_t hidden : 1; /* in the tree of AUFS's hard links: not part of the image */
  uint32_t
      indexed : 1; /* its children are in overlay.nodes; else, the last one's name comes first */
  uint32_t walked : 1;  /* its children are in order, so that the first one's name comes first */
  uint32_t pruned : 14; /* 1 + a layer: nothing of lower layers is in it any more */
  /* The two are, as bytes, what the node is found by. */
  struct overlay_node *parent; /* NULL for a root */
  char name[];
};

/* A hard link that had no target when it was added. */
struct dangling_link {
  struct overlay_node *node;
  const struct overlay_object *own;
  struct str target;
};

enum { OVERLAY_PRUNED_MAX = 0x3fff };

struct overlay {
  struct arena arena; /* nodes, objects, strings */
  struct map nodes;   /* by parent and name, where the parent is indexed */
  struct string_table strings;
  struct buf scratch; /* an entry being packed */
  uint32_t n_layers;  /* begun; the current one is one less */
  uint64_t n_paths;
  struct overlay_node *last_parent; /* of the entry added last, whose neighbours often follow */
  struct buf last_directory;        /* its path */
  struct overlay_node *root, *aufs_root;
  struct dangling_link *dangling; /* owned; of the current layer */
  size_t n_dangling, cap_dangling;
  bool is_upper;     /* there are lower layers that are not here */
  struct map covers; /* path -> enum overlay_cover: what is hidden of lower layers */
};

enum overlay_cover { COVERS_NOTHING, COVERS_BELOW = 1, COVERS_ALL = 2 /* the path itself, too */ };

/* Takes note, in an upper overlay, of what hides something of the lower layers for good. */
void overlay_note_cover(struct overlay *overlay, struct str path, enum overlay_cover cover);
/* Takes note of a hard link without a target, whose node it is. */
void overlay_note_dangling(struct overlay *overlay, struct overlay_node *node, struct str target);
/* Ends the current layer, as far as links in it wait for their targets. */
void overlay_resolve_links(struct overlay *overlay);
/* The node of a path; NULL if there is none. */
struct overlay_node *overlay_find_path(struct overlay *overlay, struct overlay_node *root,
                                       struct str path);

/* Makes the node, whose entry is a hard link, a name of the target. */
void overlay_link_node(struct overlay *overlay, struct overlay_node *node,
                       struct overlay_object *target);

/* Whether it can be the target of a hard link: another link without a target cannot. */
static inline bool overlay_is_linkable(const struct overlay_node *node)
{
  return !node->is_directory && overlay_packed_type(node->object->packed) != TAR_LINK;
}

static inline struct str overlay_node_name(const struct overlay_node *node)
{
  return (struct str) { node->name, node->name_len };
}

#endif
