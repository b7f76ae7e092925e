/* The labels by which containerd's garbage collector finds what a manifest or an index refers to.
 */
#ifndef DIFFOCI_STORE_CONTAINERD_CONTAINERD_LABELS_H
#define DIFFOCI_STORE_CONTAINERD_CONTAINERD_LABELS_H

#include <stddef.h>

#include "base/digest.h"
#include "base/str.h"
#include "image/media_type.h"

#define CONTAINERD_REFERENCE_LABEL "containerd.io/gc.ref.content"

struct containerd_label {
  char key[320];
  char value[264];
};

struct containerd_labels { /* all owned */
  struct containerd_label *items;
  size_t n, cap;
  void *messages;
  void *pointers; /* n of Containerd__Label *, as requests want them */
};

/* Those of this document, as containerd writes them: config, l.0, l.1, ... of a manifest, m.0, m.1,
 * ... of an index; none for what is neither, or cannot be parsed. Then further, unless its key is
 * "". */
void containerd_labels_make(struct containerd_labels *out, enum media_kind kind, struct str text,
                            const struct containerd_label *further);
void containerd_labels_release(struct containerd_labels *labels);

#endif
