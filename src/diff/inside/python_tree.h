/* What an image's layers make at paths that are asked for: times and sizes of Python's sources, and
 * under which names compiled files are found. Private to the files inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_PYTHON_TREE_H
#define DIFFOCI_DIFF_INSIDE_PYTHON_TREE_H

#include "diff/diff.h"
#include "diff/inside/python_source.h"
#include "image/descriptor.h"

struct python_tree;

/* Of the image on this side (0, 1) of the comparison, by its manifest, which is copied; NULL: the
 * one that the input itself is. The options are borrowed and live longer. */
struct python_tree *python_tree_new(const struct diff_options *options, int side,
                                    const struct descriptor *manifest);
void python_tree_free(struct python_tree *tree); /* NULL allowed */
bool python_tree_is_of(const struct python_tree *tree, int side, const struct descriptor *manifest);

/* Notes that somebody will ask for what is at a path, which is copied: "srv/m.py", without "/" and
 * "./" before it. is_source: a source may be there, not a compiled file. A compiled file may have
 * its source in many places, and names are long: where the memory budget has no room it is not
 * noted, and nothing is known of the path. */
void python_tree_want(struct python_tree *tree, struct str path, bool is_source);

/* Reads the layers of both images, unless that was done since a path was noted; those that both
 * begin with only where a source is not in the ones above. What cannot be known is odd then: what
 * is a link or behind one, or in layers that would have to be fetched, cannot be read, or are
 * merged in several ways by engines; and where a symbolic link may lead to compiled files, all. */
void python_trees_read(struct python_tree *const trees[2]);

/* What is at a path that was noted; of others it is odd. */
struct python_source python_tree_source(const struct python_tree *tree, struct str path);
/* Whether a regular file is at the path, and all its other names are among these, which were noted
 * as well. */
bool python_tree_has_no_other(const struct python_tree *tree, struct str path,
                              const struct str *others, size_t n);

#endif
