/* The work below the manifests: layers to compare, stacks of layers to squash and compare, blobs to
 * check. Collected in the order of the images, then run on as many processors as there are. Private
 * to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_TASKS_H
#define DIFFOCI_DIFF_LAYERS_TASKS_H

#include "diff/compare.h"
#include "diff/verdict/findings.h"

enum task_kind { TASK_LAYERS, TASK_SQUASH, TASK_EFFECTIVE, TASK_CHECK };

struct layer_task {
  enum task_kind kind;
  const struct event_node *parent;
  const struct descriptor *blobs[2];
  bool lowest; /* TASK_LAYERS: nothing lies below them */
  const struct manifest *manifests[2];
  const struct config *configs[2]; /* TASK_EFFECTIVE */
  const char *diff_ids[2];         /* TASK_CHECK of layers; NULL: not known */
  bool done; /* no event comes of it any more; under the lock of the comparison */
  bool failed;
  struct error error;
  struct findings findings;
  size_t twin; /* of a shadow's: 1 + the number of the same one of the comparison */
};

/* Layers of the same number, from 0: events go to "layer" below parent. The descriptors are
 * borrowed. */
void tasks_add_layers(struct diff *diff, const struct event_node *parent, size_t number,
                      const struct descriptor *d0, const struct descriptor *d1);
/* Different numbers of layers: both sides are squashed, events go to "layer" below parent. configs:
 * where they tell which command made a layer; NULL: not known. */
void tasks_add_squash(struct diff *diff, const struct event_node *parent,
                      const struct manifest *const manifests[2],
                      const struct config *const configs[2]);
/* Two images, as a container would see their layers (effective.h); events as with squashed ones. */
void tasks_add_effective(struct diff *diff, const struct event_node *parent,
                         const struct manifest *const manifests[2],
                         const struct config *const configs[2]);
/* Reads both blobs to their ends and checks size and digest. */
void tasks_add_check(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1);
/* The same for layers, of which one may be NULL, and whose uncompressed content has to have these
 * digests (NULL: whatever). */
void tasks_add_check_layers(struct diff *diff, const struct descriptor *const layers[2],
                            const char *const diff_ids[2]);

/* Runs them all. One that fails does not keep the others from being run, so that what is found does
 * not depend on timing; the error of the first one in order goes to diff_fail. */
void tasks_run(struct diff *diff);

/* Releases what they found. */
void tasks_release(struct diff *diff);
/* 0 if all that a task of a shadow reads can be read without fetching it a second time, and without
 * fetching it at all unless may_fetch; else -1, with *err. */
MUST_CHECK int tasks_at_hand(struct diff *diff, const struct layer_task *task, bool may_fetch,
                             struct error *err);
/* Whether the comparison has opened all that a task of its shadow reads, and all that it has read
 * is so little that nobody notices it being read again. */
bool tasks_are_little(struct diff *shadow, const struct layer_task *task);

/* What a task may use. */
struct task_resources {
  size_t decoders;   /* threads, see pace_new */
  size_t keep_bytes; /* bytes of equal content kept in case a difference follows */
};

/* Compares the two layers of a task entry by entry (pair.c). findings: NULL, or what is wanted
 * beyond events. The error names the input and the layer. */
MUST_CHECK int compare_layers(struct diff *diff, const struct layer_task *task,
                              const struct task_resources *resources, struct findings *findings,
                              struct error *err);
/* Squashes both sides and compares the results (squash.c). */
MUST_CHECK int compare_squashed(struct diff *diff, const struct layer_task *task,
                                const struct task_resources *resources, struct findings *findings,
                                struct error *err);

#endif
