#include "diff/inside/inside_python.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "diff/inside/python_source.h"
#include "diff/inside/python_tree.h"

struct inside_python {
  const struct diff_options *options;
  struct python_tree **trees; /* owned */
  size_t n, cap;
  struct arena scratch;
};

struct inside_python *inside_python_new(const struct diff_options *options)
{
  struct inside_python *python = xcalloc(1, sizeof(*python));

  python->options = options;
  return python;
}

void inside_python_free(struct inside_python *python)
{
  if (!python)
    return;
  for (size_t i = 0; i < python->n; i++)
    python_tree_free(python->trees[i]);
  free((void *)python->trees);
  arena_release(&python->scratch);
  free(python);
}

static const struct descriptor *python_manifest(const struct event *event, int side)
{
  for (const struct event_node *node = event->parent; node; node = node->parent) {
    const struct descriptor *descriptor = node->inputs[side].descriptor;

    if (descriptor && descriptor->kind == MEDIA_MANIFEST)
      return descriptor;
  }
  return NULL;
}

static struct python_tree *python_tree_of(struct inside_python *python, const struct event *event,
                                          int side)
{
  const struct descriptor *manifest = python_manifest(event, side);

  for (size_t i = 0; i < python->n; i++)
    if (python_tree_is_of(python->trees[i], side, manifest))
      return python->trees[i];
  python->trees = (struct python_tree **)xgrow((void *)python->trees, python->n, &python->cap,
                                               sizeof(struct python_tree *));
  python->trees[python->n] = python_tree_new(python->options, side, manifest);
  return python->trees[python->n++];
}

/* A file of the event, and what has to be known of it; in the scratch arena. */
struct compiled {
  struct str path;
  struct python_sources sources;
  struct str siblings[PYTHON_SIBLINGS];
};

static bool compiled_of(struct inside_python *python, const struct event *event, int side,
                        struct compiled *out)
{
  if (!event->inputs[side].entry || !path_plain(event->inputs[side].entry->name, &out->path) ||
      !python_sources_of(out->path, &python->scratch, &out->sources))
    return false;
  python_siblings_of(out->path, &python->scratch, out->siblings);
  return true;
}

void inside_python_note(struct inside_python *python, const struct event *event)
{
  for (int side = 0; side < 2; side++) {
    struct python_tree *tree;
    struct compiled compiled;

    arena_reset(&python->scratch);
    if (!compiled_of(python, event, side, &compiled))
      return;
    tree = python_tree_of(python, event, side);
    python_tree_want(tree, compiled.path, false);
    for (size_t i = 0; i < PYTHON_SIBLINGS; i++)
      python_tree_want(tree, compiled.siblings[i], false);
    for (size_t i = 0; i < compiled.sources.n; i++)
      python_tree_want(tree, compiled.sources.paths[i], true);
  }
}

bool inside_python_same(struct inside_python *python, const struct event *event,
                        const struct str content[2], char reasons[2][INSIDE_REASON_MAX])
{
  struct python_tree *trees[2];
  struct compiled compiled[2];
  struct python_source found[2] = { { PYTHON_SOURCE_ODD, 0, 0 }, { PYTHON_SOURCE_ODD, 0, 0 } };
  bool known = true;

  arena_reset(&python->scratch);
  for (int side = 0; side < 2; side++) {
    trees[side] = python_tree_of(python, event, side);
    known = known && compiled_of(python, event, side, &compiled[side]);
  }
  if (known)
    python_trees_read(trees);
  known = known && compiled[0].sources.n == compiled[1].sources.n;
  for (int side = 0; side < 2; side++)
    known = known && python_tree_has_no_other(trees[side], compiled[side].path,
                                              compiled[side].siblings, PYTHON_SIBLINGS);
  for (size_t i = 0; known && i < compiled[0].sources.n; i++) {
    for (int side = 0; side < 2; side++)
      found[side] = python_tree_source(trees[side], compiled[side].sources.paths[i]);
    if (!python_does_same(content, found, reasons))
      return false;
  }
  return known || python_does_same(content, found, reasons);
}
