/* All events of a comparison as a tree, in little memory: inner nodes are referred to, leaves are
 * packed, and beyond the memory budget they are in a temporary file. */
#ifndef DIFFOCI_REPORT_JSON_EVENT_TREE_H
#define DIFFOCI_REPORT_JSON_EVENT_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/sorter.h"
#include "diff/event.h"
#include "tar/pack.h"

struct tree_node {
  const struct event_node *node; /* borrowed from the comparison */
  uint32_t parent;               /* its position among the nodes; the root's is its own */
  uint32_t context;
  uint32_t depth; /* of the root: 0 */
  bool any;       /* one of its children was given out */
};

/* A leaf as it was, but for its fields, of which the text is left (difftext.h). */
struct tree_event {
  const char *context;
  enum event_type type;
  struct str note, diff;
  struct event_input inputs[2]; /* entry and content point into unpacked; layer is not kept */
  struct unpacked unpacked[2];
  unsigned explanation, patch_number;
};

struct event_tree {
  struct arena arena;
  struct map contexts, by_node; /* by_node: the bytes of a node's address -> its position + 1 */
  struct tree_node *nodes;
  size_t n_nodes, cap_nodes;
  uint32_t last_context, last_node;
  struct sorter *leaves;
  struct buf scratch; /* the leaf that was added last, packed */
  /* Of a walk. */
  struct str next; /* the leaf that comes next; ptr NULL: none was fetched */
  bool ended;      /* there are no more */
  uint32_t open;   /* the innermost node that was entered and not left */
  bool any_open;   /* there is one */
};

enum { EVENT_TREE_MAX_PACKED = INT32_MAX };

/* memory: what is taken for the leaves; NULL: no limit. Borrowed, lives longer. The tree stays
 * where it is until it is released. */
void event_tree_init(struct event_tree *tree, struct budget *memory);
void event_tree_release(struct event_tree *tree);
/* Keeps a leaf and the nodes above it, which must live as long as the tree; so must the
 * descriptors and documents of the inputs. What fails is told by event_tree_begin. */
void event_tree_add(struct event_tree *tree, const struct event *event);

enum tree_step {
  TREE_ENTER, /* a node, before its children */
  TREE_LEAF,
  TREE_LEAVE, /* a node, behind its children */
};

struct tree_visit {
  enum tree_step step;
  const struct event_node *node; /* not of a leaf */
  bool first;                    /* it is its parent's first child */
  struct tree_event leaf;
};

/* After the last event_tree_add: begins a walk over all of the tree, the children of every node in
 * order: by context, the entry's name, the note. As sorter_begin and sorter_next. */
MUST_CHECK int event_tree_begin(struct event_tree *tree, struct error *err);
/* What a leaf points to lives until the next call, and as long as the arena. */
MUST_CHECK int event_tree_next(struct event_tree *tree, struct tree_visit *out, struct arena *arena,
                               struct error *err);

#endif
