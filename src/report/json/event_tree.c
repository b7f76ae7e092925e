#include "report/json/event_tree.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/text/difftext.h"
#include "report/text/rows.h"

/* What stands before a packed leaf. */
struct leaf_head {
  uint32_t parent; /* its node's position among the nodes */
  uint32_t context;
};

static uint32_t context_of(struct event_tree *tree, const char *context)
{
  tree->last_context =
      contexts_put(&tree->contexts, &tree->arena, tree->last_context, str_of(context));
  return tree->last_context;
}

static uint32_t event_tree_depth_of(const struct event_node *node)
{
  uint32_t depth = 0;

  for (; node->parent; node = node->parent)
    depth++;
  return depth;
}

/* The position of a node, which is put there if it is not yet. */
static uint32_t put_node(struct event_tree *tree, const struct event_node *node, bool *is_new)
{
  struct str key = { (const char *)&node, sizeof(uintptr_t) };
  struct map_entry *entry = map_put(&tree->by_node, key);

  *is_new = entry->key.ptr == key.ptr;
  if (*is_new) {
    entry->key = arena_str(&tree->arena, key);
    tree->nodes = xgrow(tree->nodes, tree->n_nodes, &tree->cap_nodes, sizeof(*tree->nodes));
    tree->nodes[tree->n_nodes] = (struct tree_node) {
      .node = node,
      .parent = (uint32_t)tree->n_nodes,
      .context = context_of(tree, node->context),
      .depth = event_tree_depth_of(node),
    };
    tree->n_nodes++;
  }
  return (uint32_t)(entry - tree->by_node.entries); /* both lists grow together */
}

/* The same with the nodes above it. */
static uint32_t put_chain(struct event_tree *tree, const struct event_node *node)
{
  bool is_new;
  uint32_t position = put_node(tree, node, &is_new);
  uint32_t below = position;

  while (is_new && node->parent) {
    uint32_t above;

    node = node->parent;
    above = put_node(tree, node, &is_new);
    tree->nodes[below].parent = above;
    below = above;
  }
  return position;
}

enum { PER_INPUT = 7 }; /* bits that say what an input has */

static const void *input_part(const struct event_input *input, int part)
{
  const void *const parts[PER_INPUT - 1] = { input->descriptor, input->index,  input->manifest,
                                             input->config,     input->origin, input->entry };

  return parts[part];
}

static void pack_inputs(struct buf *out, const struct event_input inputs[2])
{
  const struct tar_entry *base = NULL;
  unsigned has = 0;

  for (int i = 0; i < 2; i++)
    for (int part = 0; part < PER_INPUT - 1; part++)
      has |= input_part(&inputs[i], part) ? 1U << (i * PER_INPUT + part) : 0;
  pack_number(out, has);
  for (int i = 0; i < 2; i++) {
    for (int part = 0; part < PER_INPUT - 2; part++) {
      const void *pointer = input_part(&inputs[i], part);

      if (pointer)
        buf_add(out, &pointer, sizeof(pointer));
    }
    if (inputs[i].entry) {
      pack_entry(out, inputs[i].entry, base, inputs[i].content);
      base = inputs[i].entry;
    }
  }
}

/* What leaves are sorted by comes first: the name, the note, the position in the layer. */
static void pack_leaf(struct buf *out, const struct event *event)
{
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;
  AUTO_BUF diff = BUF_INIT(EVENT_TREE_MAX_PACKED / 2);

  difftext_add(&diff, event);
  pack_str(out, entry ? entry->name : str_of(""));
  pack_str(out, str_of(event->note));
  pack_number(out, entry ? entry->index : 0);
  pack_str(out, buf_str(&diff));
  pack_number(out, event->type);
  pack_number(out, event->explanation);
  pack_number(out, event->patch_number);
  pack_inputs(out, event->inputs);
}

void event_tree_add(struct event_tree *tree, const struct event *event)
{
  const struct event_node *last =
      tree->last_node < tree->n_nodes ? tree->nodes[tree->last_node].node : NULL;
  struct leaf_head head;

  if (event->parent != last)
    tree->last_node = put_chain(tree, event->parent);
  head = (struct leaf_head) { tree->last_node, context_of(tree, event->context) };
  buf_clear(&tree->scratch);
  buf_add(&tree->scratch, &head, sizeof(head));
  pack_leaf(&tree->scratch, event);
  assert(!tree->scratch.overflow);
  sorter_add(tree->leaves, buf_str(&tree->scratch));
}

/* ---- the order ---- */

/* A child of some node. */
struct child {
  const char *leaf; /* a packed one behind its head; NULL: it is a node */
  uint32_t node;
  uint32_t context;
};

struct sort_key {
  struct str name, note, diff;
  uint64_t index;
};

static struct sort_key event_tree_key_of(const struct event_tree *tree, const struct child *child)
{
  struct sort_key key = { 0 };
  const char *packed = child->leaf;

  if (!packed) {
    key.note = str_of(tree->nodes[child->node].node->note);
    return key;
  }
  key.name = unpack_str(&packed);
  key.note = unpack_str(&packed);
  key.index = unpack_number(&packed);
  key.diff = unpack_str(&packed);
  return key;
}

static int event_tree_compare_children(const struct event_tree *tree, const struct child *a,
                                       const struct child *b)
{
  int order = contexts_compare(&tree->contexts, a->context, b->context);
  struct sort_key key_a, key_b;

  if (order)
    return order;
  key_a = event_tree_key_of(tree, a);
  key_b = event_tree_key_of(tree, b);
  order = str_compare(key_a.name, key_b.name);
  order = order ? order : str_compare(key_a.note, key_b.note);
  order = order ? order : (key_a.index > key_b.index) - (key_a.index < key_b.index);
  order = order ? order : (a->leaf != NULL) - (b->leaf != NULL);
  order = order ? order : str_compare(key_a.diff, key_b.diff);
  return order || a->leaf ? order : (a->node > b->node) - (a->node < b->node);
}

/* Goes up: what was the parent is now the child. Returns the new parent. */
static uint32_t event_tree_rise(const struct event_tree *tree, uint32_t parent, struct child *child)
{
  *child = (struct child) { NULL, parent, tree->nodes[parent].context };
  return tree->nodes[parent].parent;
}

/* The order in which a walk meets two leaves: that of their ancestors below the node that they
 * have in common. */
static int event_tree_compare_leaves(struct str a, struct str b, const void *user)
{
  const struct event_tree *tree = user;
  struct leaf_head head_a, head_b;
  struct child child_a = { .leaf = a.ptr + sizeof(head_a) };
  struct child child_b = { .leaf = b.ptr + sizeof(head_b) };
  uint32_t parent_a, parent_b;

  memcpy(&head_a, a.ptr, sizeof(head_a));
  memcpy(&head_b, b.ptr, sizeof(head_b));
  child_a.context = head_a.context;
  child_b.context = head_b.context;
  parent_a = head_a.parent;
  parent_b = head_b.parent;
  while (tree->nodes[parent_a].depth > tree->nodes[parent_b].depth)
    parent_a = event_tree_rise(tree, parent_a, &child_a);
  while (tree->nodes[parent_b].depth > tree->nodes[parent_a].depth)
    parent_b = event_tree_rise(tree, parent_b, &child_b);
  while (parent_a != parent_b) {
    parent_a = event_tree_rise(tree, parent_a, &child_a);
    parent_b = event_tree_rise(tree, parent_b, &child_b);
  }
  return event_tree_compare_children(tree, &child_a, &child_b);
}

void event_tree_init(struct event_tree *tree, struct budget *memory)
{
  *tree = (struct event_tree) { .scratch = BUF_INIT(EVENT_TREE_MAX_PACKED) };
  tree->leaves = sorter_new(memory, event_tree_compare_leaves, tree);
}

void event_tree_release(struct event_tree *tree)
{
  sorter_free(tree->leaves);
  arena_release(&tree->arena);
  map_release(&tree->contexts);
  map_release(&tree->by_node);
  free(tree->nodes);
  buf_release(&tree->scratch);
  *tree = (struct event_tree) { 0 };
}

/* ---- walking ---- */

static void unpack_input(struct event_input *input, struct unpacked *unpacked, unsigned has,
                         const struct tar_entry *base, const char **packed, struct arena *arena)
{
  const void *pointers[PER_INPUT - 2] = { NULL };

  for (int part = 0; part < PER_INPUT - 2; part++) {
    if (!(has & 1U << part))
      continue;
    memcpy(&pointers[part], *packed, sizeof(pointers[part]));
    *packed += sizeof(pointers[part]);
  }
  *input = (struct event_input) {
    .descriptor = pointers[0],
    .index = pointers[1],
    .manifest = pointers[2],
    .config = pointers[3],
    .origin = pointers[4],
  };
  if (has & 1U << (PER_INPUT - 2)) {
    unpack_entry(unpacked, packed, base, arena);
    input->entry = &unpacked->entry;
    input->content = unpacked->content.algorithm != DIGEST_NONE ? &unpacked->content : NULL;
  }
}

static void unpack_leaf(const struct event_tree *tree, const char *record, struct tree_event *out,
                        struct arena *arena)
{
  const char *packed = record + sizeof(struct leaf_head);
  struct leaf_head head;
  unsigned has;

  memcpy(&head, record, sizeof(head));
  (void)unpack_str(&packed); /* the name is the entry's */
  out->context = tree->contexts.entries[head.context].key.ptr;
  out->note = unpack_str(&packed);
  (void)unpack_number(&packed);
  out->diff = unpack_str(&packed);
  out->type = (enum event_type)unpack_number(&packed);
  out->explanation = (unsigned)unpack_number(&packed);
  out->patch_number = (unsigned)unpack_number(&packed);
  has = (unsigned)unpack_number(&packed);
  unpack_input(&out->inputs[0], &out->unpacked[0], has & ((1U << PER_INPUT) - 1), NULL, &packed,
               arena);
  unpack_input(&out->inputs[1], &out->unpacked[1], has >> PER_INPUT, out->inputs[0].entry, &packed,
               arena);
}

int event_tree_begin(struct event_tree *tree, struct error *err)
{
  for (size_t i = 0; i < tree->n_nodes; i++)
    tree->nodes[i].any = false;
  tree->next = STR("");
  tree->next.ptr = NULL;
  tree->ended = false;
  tree->any_open = false;
  return sorter_begin(tree->leaves, err);
}

/* A child of the parent is given out. */
static bool event_tree_is_first(struct event_tree *tree, uint32_t parent)
{
  const bool first = !tree->nodes[parent].any;

  tree->nodes[parent].any = true;
  return first;
}

static void event_tree_leave(struct event_tree *tree, struct tree_visit *out)
{
  const struct tree_node *node = &tree->nodes[tree->open];

  *out = (struct tree_visit) { .step = TREE_LEAVE, .node = node->node };
  tree->any_open = node->depth > 0;
  tree->open = node->parent;
}

static void event_tree_enter(struct event_tree *tree, uint32_t position, struct tree_visit *out)
{
  *out = (struct tree_visit) { .step = TREE_ENTER, .node = tree->nodes[position].node };
  out->first = !tree->any_open || event_tree_is_first(tree, tree->open);
  tree->any_open = true;
  tree->open = position;
}

/* The node that has to be entered next on the way from the innermost open one to another; that one
 * itself if it is not below. */
static uint32_t event_tree_way_to(const struct event_tree *tree, uint32_t wanted)
{
  const uint32_t depth = tree->any_open ? tree->nodes[tree->open].depth + 1 : 0;
  uint32_t at = wanted;

  while (tree->nodes[at].depth > depth)
    at = tree->nodes[at].parent;
  return !tree->any_open || (tree->nodes[at].depth == depth && tree->nodes[at].parent == tree->open)
             ? at
             : tree->open;
}

int event_tree_next(struct event_tree *tree, struct tree_visit *out, struct arena *arena,
                    struct error *err)
{
  struct leaf_head head;
  uint32_t step;

  if (!tree->next.ptr && !tree->ended) {
    int result = sorter_next(tree->leaves, &tree->next, err);

    if (result < 0)
      return -1;
    tree->ended = result == 0;
  }
  if (tree->ended) {
    if (!tree->any_open)
      return 0;
    event_tree_leave(tree, out);
    return 1;
  }
  memcpy(&head, tree->next.ptr, sizeof(head));
  if (tree->any_open && head.parent == tree->open) {
    *out =
        (struct tree_visit) { .step = TREE_LEAF, .first = event_tree_is_first(tree, head.parent) };
    unpack_leaf(tree, tree->next.ptr, &out->leaf, arena);
    tree->next.ptr = NULL;
    return 1;
  }
  step = event_tree_way_to(tree, head.parent);
  if (tree->any_open && step == tree->open)
    event_tree_leave(tree, out);
  else
    event_tree_enter(tree, step, out);
  return 1;
}
