/* What the parts of the comparison share: the running comparison, its nodes, its events. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_COMPARE_H
#define DIFFOCI_DIFF_COMPARE_H

#include <pthread.h>

#include "base/arena.h"
#include "diff/diff.h"
#include "diff/fields.h"
#include "image/config.h"
#include "image/index.h"
#include "image/manifest.h"

struct layer_task; /* two layers to be compared, or two stacks of layers, or blobs to be checked */

/* One comparison. The tree above the layers is walked by one thread, which collects tasks; the
 * tasks are run at the end, several at a time. */
struct diff {
  const struct diff_options *options;
  bool strict;          /* no ignore flag and no rule at all */
  pthread_mutex_t lock; /* guards arena and the sink */
  struct arena arena;   /* nodes, contexts, notes */
  struct kept *kept;    /* documents that nodes refer to */
  struct event_node *root;
  struct layer_task *tasks; /* in the order of the images */
  size_t n_tasks;
  size_t cap_tasks;
  bool failed; /* error holds the first error of the walk */
  struct error error;
};

/* Has release(object) called by diff_free. Returns object. */
void *diff_keep(struct diff *diff, void *object, void (*release)(void *object));

/* Releases all that was kept. */
void diff_release_kept(struct diff *diff);

/* Remembers the first error of the walk; the comparison goes on where it can. */
void diff_fail(struct diff *diff, const struct error *err);

/* A new inner node below parent. note may be NULL. */
struct event_node *diff_node(struct diff *diff, const struct event_node *parent, const char *name,
                             enum event_type type, const char *note,
                             const struct event_input inputs[2]);
/* The context of something called name below parent; lives as long as the comparison. */
const char *diff_context(struct diff *diff, const struct event_node *parent, const char *name);
/* Sends a leaf called name below parent, without the fields that the policy leaves out; if that is
 * all that count, no leaf. note and fields may be NULL. */
void diff_leaf(struct diff *diff, const struct event_node *parent, const char *name,
               enum event_type type, const char *note, const struct event_input inputs[2],
               struct fields *fields);
/* Sends a prepared event. Any thread. */
void diff_send(struct diff *diff, const struct event *event);

/* Reads a JSON blob of side (0 or 1), checked, within the limit. The error names input and blob. */
MUST_CHECK int diff_read(struct diff *diff, int side, const struct descriptor *blob,
                         struct buf *out, struct error *err);
/* Puts the input's name before the message: "LABEL: ", and where both are called alike "LABEL
 * (input 0): ". Returns -1. */
int diff_wrap_input(const struct diff *diff, int side, struct error *err);

/* The walk. Each compares what two descriptors refer to and sends events below parent. */
/* Descriptors themselves. is_root: these name the images (their name annotations are no content);
 * opaque: digest and size count even where flags are set, since the blobs cannot be looked into. */
void compare_descriptors(struct diff *diff, const struct event_node *parent,
                         const struct descriptor *d0, const struct descriptor *d1, bool is_root,
                         bool opaque);
/* What stands behind them, of whatever kind. depth: how many indexes are above. */
void compare_objects(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth);
void compare_indexes(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth);
/* An index on the side `index_side`, a manifest on the other. */
void compare_index_with_manifest(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1,
                                 int index_side, unsigned depth);
void compare_manifests(struct diff *diff, const struct event_node *parent,
                       const struct descriptor *d0, const struct descriptor *d1);
void compare_configs(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1);
/* Annotations of a descriptor, index or manifest (`object` holds "annotations"); sends a leaf
 * "annotations" of the given type. */
void compare_annotations(struct diff *diff, const struct event_node *parent, enum event_type type,
                         json_t *const object[2], const struct event_input inputs[2], bool is_root);
/* A subject descriptor of an index or a manifest: a leaf "subject". */
void compare_subjects(struct diff *diff, const struct event_node *parent, enum event_type type,
                      json_t *const object[2], const struct event_input inputs[2]);

/* Loads and keeps a document of one side. NULL with *err set. */
const struct index *diff_load_index(struct diff *diff, int side, const struct descriptor *blob,
                                    struct error *err);
const struct manifest *diff_load_manifest(struct diff *diff, int side,
                                          const struct descriptor *blob, struct error *err);
const struct config *diff_load_config(struct diff *diff, int side, const struct descriptor *blob,
                                      struct error *err);

/* Whether two descriptors refer to the same bytes. */
bool same_blob(const struct descriptor *d0, const struct descriptor *d1);

#endif
