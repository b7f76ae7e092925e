/* All events of a comparison as a tree, in little memory: inner nodes are referred to, leaves are
 * packed. */
#ifndef DIFFOCI_REPORT_JSON_EVENT_TREE_H
#define DIFFOCI_REPORT_JSON_EVENT_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "diff/event.h"
#include "tar/pack.h"

struct tree_leaf {
  uint32_t parent; /* its node's position among the nodes */
  uint32_t context;
  const char *packed;
};

struct tree_node {
  const struct event_node *node; /* borrowed from the comparison */
  uint32_t parent;               /* the root's is its own */
  uint32_t context;
  size_t first_child, n_children; /* among the children; set by event_tree_sort */
};

struct tree_child {
  uint32_t parent;
  uint32_t context; /* its rank */
  uint32_t index;   /* among the leaves or the nodes */
  bool is_leaf;
};

struct event_tree {
  struct arena arena;
  struct map contexts, by_node; /* by_node: the bytes of a node's address -> its position + 1 */
  struct tree_node *nodes;
  struct tree_leaf *leaves;
  struct tree_child *children; /* in order, those of one parent together */
  size_t n_nodes, cap_nodes, n_leaves, cap_leaves, n_children;
  size_t root; /* the root's position among the nodes, if there are any */
  uint32_t last_context, last_node;
  struct buf scratch;
};

/* A leaf as it was, but for its fields, of which the text is left (difftext.h). */
struct tree_event {
  const char *context;
  enum event_type type;
  struct str note, diff;
  struct event_input inputs[2]; /* entry and content point into unpacked; layer is not kept */
  struct unpacked unpacked[2];
  unsigned explanation;
};

enum { EVENT_TREE_MAX_PACKED = INT32_MAX };
#define EVENT_TREE_INIT ((struct event_tree) { .scratch = BUF_INIT(EVENT_TREE_MAX_PACKED) })

void event_tree_release(struct event_tree *tree);
/* Keeps a leaf and the nodes above it, which must live as long as the tree; so must the
 * descriptors and documents of the inputs. */
void event_tree_add(struct event_tree *tree, const struct event *event);
/* Puts the children of every node in order: by context, the entry's name, the note. Nothing can be
 * added after. */
void event_tree_sort(struct event_tree *tree);
/* Unpacks; what it points to lives as long as the tree and the arena. */
void event_tree_leaf(const struct event_tree *tree, size_t leaf, struct tree_event *out,
                     struct arena *arena);

#endif
