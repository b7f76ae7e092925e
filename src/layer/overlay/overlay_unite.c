/* Layers that were unpacked each for itself, put upon each other as overlayfs does it (the kernel's
 * filesystems/overlayfs.rst): directories show what is in those below them, unless they are opaque
 * or something else lies between. */
#include "layer/overlay/overlay_node.h"

static struct overlay_node *overlay_unite_merge(struct paged *paged, struct overlay_node *a,
                                                struct overlay_node *b)
{
  struct overlay_node *first = NULL;
  struct overlay_node **end = &first;

  while (a && b) {
    struct overlay_node **smaller =
        str_compare(overlay_node_name(a), overlay_node_name(b)) <= 0 ? &a : &b;

    *end = *smaller;
    end = &(*smaller)->next;
    *smaller = (*smaller)->next;
    paged_step(paged);
  }
  *end = a ? a : b;
  return first;
}

static bool is_sorted(struct paged *paged, const struct overlay_node *node)
{
  for (; node && node->next; node = node->next, paged_step(paged))
    if (str_compare(overlay_node_name(node), overlay_node_name(node->next)) > 0)
      return false;
  return true;
}

/* A merge sort that keeps the order of equal names: runs[i] is empty or a sorted list of 2^i nodes.
 */
static struct overlay_node *overlay_unite_sorted(struct paged *paged, struct overlay_node *list)
{
  struct overlay_node *runs[64] = { NULL };

  if (is_sorted(paged, list))
    return list;
  while (list) {
    struct overlay_node *run = list;
    size_t i = 0;

    list = list->next;
    run->next = NULL;
    for (; runs[i]; i++) {
      run = overlay_unite_merge(paged, runs[i], run);
      runs[i] = NULL;
    }
    runs[i] = run;
  }
  for (size_t i = 0; i < ARRAY_LEN(runs); i++)
    list = overlay_unite_merge(paged, runs[i], list);
  return list;
}

/* What is in the directory and those below it, the topmost first among equal names. */
static struct overlay_node *gathered(struct paged *paged, const struct overlay_node *directory)
{
  struct overlay_node *all = NULL;

  for (; directory; directory = directory->below)
    all = overlay_unite_merge(paged, all, overlay_unite_sorted(paged, directory->children));
  return all;
}

/* Hidden by what lies upon it, with all that is in it. */
static void hide(struct paged *paged, struct overlay_node *node)
{
  struct overlay_node *n = node;

  for (;;) {
    paged_step(paged);
    overlay_drop_file(n);
    if (n->children) {
      n = n->children;
      continue;
    }
    while (n != node && !n->next)
      n = n->parent;
    if (n == node)
      return;
    n = n->next;
  }
}

/* Nodes of one name, the topmost first: what is left of them. *next: the first one of another
 * name. NULL: nothing. */
static struct overlay_node *united(const struct overlay *overlay, struct overlay_node *top,
                                   bool shows_below, struct overlay_node **next)
{
  struct overlay_node *last = top; /* of the directories that show */
  struct overlay_node *node = top->next;
  bool open = top->is_directory && !top->is_opaque;

  while (node && str_equal(overlay_node_name(node), overlay_node_name(top))) {
    struct overlay_node *after = node->next;

    if (open && node->is_directory) {
      last->below = node;
      last = node;
      open = !node->is_opaque;
    } else {
      hide(overlay->paged, node);
      /* The directories of layers that are not here are hidden, too. */
      top->is_opaque = top->is_opaque || top->is_directory;
      open = false;
    }
    node = after;
  }
  top->is_opaque = top->is_opaque || last->is_opaque;
  *next = node;
  /* Of layers that lie upon others, a whiteout still has something to hide. */
  return top->is_whiteout && (!overlay->is_upper || !shows_below) ? NULL : top;
}

/* Makes the children of a directory those of all that are below it. */
static void unite_directory(struct overlay *overlay, struct overlay_node *directory)
{
  struct overlay_node *node = gathered(overlay->paged, directory);
  struct overlay_node *previous = NULL;
  bool shows_below = !directory->is_opaque;

  directory->children = NULL;
  while (node) {
    struct overlay_node *next;
    struct overlay_node *kept = united(overlay, node, shows_below, &next);

    paged_step(overlay->paged);
    node = next;
    if (!kept)
      continue;
    /* What is in an opaque directory has nothing below it. */
    kept->is_opaque = kept->is_opaque || (kept->is_directory && !shows_below);
    kept->parent = directory;
    kept->previous = previous;
    kept->next = NULL;
    if (previous)
      previous->next = kept;
    else
      directory->children = kept;
    previous = kept;
    overlay->n_paths += !kept->is_whiteout;
  }
  directory->below = NULL;
  directory->sorted = true;
}

static struct overlay_node *next_node(struct overlay_node *node)
{
  if (node->children)
    return node->children;
  while (node && !node->next)
    node = node->parent;
  return node ? node->next : NULL;
}

void overlay_unite(struct overlay *overlay)
{
  struct overlay_node *root;
  struct overlay_node *last;

  if (overlay->united)
    return;
  overlay->united = true;
  overlay_end_layer(overlay);
  if (!overlay->n_roots)
    overlay_begin_layer(overlay);
  root = last = overlay->roots[overlay->n_roots - 1];
  for (size_t i = overlay->n_roots - 1; i-- > 0;) {
    if (!root->own) {
      root->own = overlay->roots[i]->own;
      root->file = overlay->roots[i]->file;
    }
    if (last->is_opaque)
      continue;
    last->below = overlay->roots[i];
    last = overlay->roots[i];
  }
  root->is_opaque = last->is_opaque;
  overlay->roots[0] = root;
  overlay->n_roots = 1;
  overlay->n_paths = root->own != NULL;
  for (struct overlay_node *node = root; node; node = next_node(node)) {
    paged_step(overlay->paged);
    if (node->is_directory)
      unite_directory(overlay, node);
  }
}
