/* The work below the manifests: layers to compare, stacks of layers to squash and compare, blobs to
 * check. Collected in the order of the images, then run on as many processors as there are. Private
 * to src/diff. */
#ifndef DIFFOCI_DIFF_TASKS_H
#define DIFFOCI_DIFF_TASKS_H

#include "diff/compare.h"

/* Layers of the same number: events go to "layer" below parent. The descriptors are borrowed. */
void tasks_add_layers(struct diff *diff, const struct event_node *parent,
                      const struct descriptor *d0, const struct descriptor *d1);
/* Different numbers of layers: both sides are squashed, events go to "layer" below parent. */
void tasks_add_squash(struct diff *diff, const struct event_node *parent, const struct manifest *m0,
                      const struct manifest *m1);
/* Reads both blobs to their ends and checks size and digest. */
void tasks_add_check(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1);

/* Runs them all. One that fails does not keep the others from being run, so that what is found does
 * not depend on timing; the error of the first one in order goes to diff_fail. */
void tasks_run(struct diff *diff);

/* What a task may use. */
struct task_resources {
  size_t blocks_ahead; /* blocks a decoder may be ahead */
  bool sparing;        /* see pace_new */
  size_t keep_bytes;   /* bytes of equal content kept in case a difference follows */
};

/* Compares two layers entry by entry (pair.c). The error names the input and the layer. */
MUST_CHECK int compare_layers(struct diff *diff, const struct event_node *parent,
                              const struct descriptor *const layers[2],
                              const struct task_resources *resources, struct error *err);
/* Squashes both sides and compares the results (squash.c). */
MUST_CHECK int compare_squashed(struct diff *diff, const struct event_node *parent,
                                const struct manifest *const manifests[2],
                                const struct task_resources *resources, struct error *err);

#endif
