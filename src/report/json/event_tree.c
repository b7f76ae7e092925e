#include "report/json/event_tree.h"

#include <assert.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/text/difftext.h"
#include "report/text/rows.h"

void event_tree_release(struct event_tree *tree)
{
  arena_release(&tree->arena);
  map_release(&tree->contexts);
  map_release(&tree->by_node);
  free(tree->nodes);
  free(tree->leaves);
  free(tree->children);
  buf_release(&tree->scratch);
  *tree = EVENT_TREE_INIT;
}

static uint32_t context_of(struct event_tree *tree, const char *context)
{
  tree->last_context =
      contexts_put(&tree->contexts, &tree->arena, tree->last_context, str_of(context));
  return tree->last_context;
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
  if (is_new)
    tree->root = below;
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
  pack_inputs(out, event->inputs);
}

void event_tree_add(struct event_tree *tree, const struct event *event)
{
  struct tree_leaf *leaf;
  const struct event_node *last =
      tree->last_node < tree->n_nodes ? tree->nodes[tree->last_node].node : NULL;

  if (event->parent != last)
    tree->last_node = put_chain(tree, event->parent);
  buf_clear(&tree->scratch);
  pack_leaf(&tree->scratch, event);
  assert(!tree->scratch.overflow);
  tree->leaves = xgrow(tree->leaves, tree->n_leaves, &tree->cap_leaves, sizeof(*tree->leaves));
  leaf = &tree->leaves[tree->n_leaves++];
  leaf->parent = tree->last_node;
  leaf->context = context_of(tree, event->context);
  leaf->packed = arena_str(&tree->arena, buf_str(&tree->scratch)).ptr;
}

struct sort_key {
  struct str name, note, diff;
  uint64_t index;
};

static struct sort_key event_tree_key_of(const struct event_tree *tree,
                                         const struct tree_child *child)
{
  struct sort_key key = { 0 };

  if (child->is_leaf) {
    const char *packed = tree->leaves[child->index].packed;

    key.name = unpack_str(&packed);
    key.note = unpack_str(&packed);
    key.index = unpack_number(&packed);
    key.diff = unpack_str(&packed);
  } else {
    key.note = str_of(tree->nodes[child->index].node->note);
  }
  return key;
}

static int compare_children(const void *a, const void *b, void *user)
{
  const struct tree_child *child_a = a;
  const struct tree_child *child_b = b;
  struct sort_key key_a, key_b;
  int order;

  if (child_a->parent != child_b->parent)
    return child_a->parent < child_b->parent ? -1 : 1;
  if (child_a->context != child_b->context)
    return child_a->context < child_b->context ? -1 : 1;
  key_a = event_tree_key_of(user, child_a);
  key_b = event_tree_key_of(user, child_b);
  order = str_compare(key_a.name, key_b.name);
  order = order ? order : str_compare(key_a.note, key_b.note);
  order = order ? order : (key_a.index > key_b.index) - (key_a.index < key_b.index);
  order = order ? order : child_a->is_leaf - child_b->is_leaf;
  return order ? order : str_compare(key_a.diff, key_b.diff);
}

void event_tree_sort(struct event_tree *tree)
{
  AUTO_FREE uint32_t *ranks = contexts_ranks(&tree->contexts);
  size_t n = 0;

  tree->children = xcalloc(tree->n_nodes + tree->n_leaves, sizeof(*tree->children));
  for (size_t i = 0; i < tree->n_nodes; i++)
    if (i != tree->root)
      tree->children[n++] =
          (struct tree_child) { tree->nodes[i].parent, ranks[tree->nodes[i].context], (uint32_t)i,
                                false };
  for (size_t i = 0; i < tree->n_leaves; i++)
    tree->children[n++] = (struct tree_child) { tree->leaves[i].parent,
                                                ranks[tree->leaves[i].context], (uint32_t)i, true };
  tree->n_children = n;
  qsort_r(tree->children, n, sizeof(*tree->children), compare_children, tree);
  while (n-- > 0) { /* backwards, so that the first child is the last one noted */
    struct tree_node *parent = &tree->nodes[tree->children[n].parent];

    parent->first_child = n;
    parent->n_children++;
  }
}

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

void event_tree_leaf(const struct event_tree *tree, size_t leaf, struct tree_event *out,
                     struct arena *arena)
{
  const char *packed = tree->leaves[leaf].packed;
  unsigned has;

  (void)unpack_str(&packed); /* the name is the entry's */
  out->context = tree->contexts.entries[tree->leaves[leaf].context].key.ptr;
  out->note = unpack_str(&packed);
  (void)unpack_number(&packed);
  out->diff = unpack_str(&packed);
  out->type = (enum event_type)unpack_number(&packed);
  out->explanation = (unsigned)unpack_number(&packed);
  has = (unsigned)unpack_number(&packed);
  unpack_input(&out->inputs[0], &out->unpacked[0], has & ((1U << PER_INPUT) - 1), NULL, &packed,
               arena);
  unpack_input(&out->inputs[1], &out->unpacked[1], has >> PER_INPUT, out->inputs[0].entry, &packed,
               arena);
}
