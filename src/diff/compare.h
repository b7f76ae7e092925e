/* What the parts of the comparison share: the running comparison, its nodes, its events. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_COMPARE_H
#define DIFFOCI_DIFF_COMPARE_H

#include <pthread.h>

#include "base/arena.h"
#include "base/map.h"
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
  bool strict;              /* no ignore flag and no rule at all */
  pthread_mutex_t lock;     /* guards arena and the sink */
  struct arena arena;       /* nodes, contexts, notes */
  struct kept *kept;        /* documents that nodes refer to */
  struct event_node *top;   /* of the events */
  struct layer_task *tasks; /* in the order of the images */
  size_t n_tasks;
  size_t cap_tasks;
  bool other_platform; /* a single manifest is of none asked for, which is an error where nothing
                          differs: */
  struct error other_platform_error;
  bool failed; /* error holds the first error of the walk */
  struct error error;
  uint64_t sent;               /* events; atomic */
  struct diff_notice *notices; /* owned, as their texts are; in order (notices.h) */
  size_t n_notices, cap_notices;
  const struct platform_set *platforms; /* those compared (platform_choice.h) */
  struct platform_set own_platforms;    /* what that points to, where the images decided */
  uint64_t n_entries;                   /* of all indexes that were visited, each time */

  /* Documents that were loaded, none of them twice (documents/loaded.h). */
  struct map documents;
  struct arena document_keys;
  uint64_t document_bytes; /* what they take of the memory budget */

  /* The blobs that were opened, by side, of the shadows too: digest -> struct opened_blob of
   * compare.c; guarded by lock. */
  struct map opened[2];

  /* For the verdict (verdict.c). */
  struct diff *primary;  /* of a shadow: the comparison that it stands beside */
  struct diff *semantic; /* its shadows; NULL: none */
  struct diff *effective;
  const struct descriptor *root[2]; /* what the images are named by */
  struct event_roots roots;
  struct image_pair *pairs; /* images with different digests that were compared */
  size_t n_pairs, cap_pairs;
  bool unpackable; /* one of two images is, by its diff_ids (unpackable.h) */
  bool unpaired;   /* something else differs in its digest, or exists on one side only */
  bool in_passing; /* what is compared now is no image that the verdict is about */

  /* While referrers or attestations are compared: the images that they are about; else NULL. */
  const struct descriptor *subjects[2];
};

/* Two images of the same platform, with different digests. */
struct image_pair {
  const struct descriptor *descriptors[2];
  const struct manifest *manifests[2];
  size_t first_task; /* the tasks from here on may be its layers */
  bool layers_same;  /* merged, as far as is known (verdict.c) */
};

/* Takes note, for the verdict, of what is compared: two images; anything else that has different
 * digests, or exists on one side only. */
void diff_note_images(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1,
                      const struct manifest *m0, const struct manifest *m1);
void diff_note_unpaired(struct diff *diff);
/* Whether any event was sent. Any thread. */
bool diff_has_sent(const struct diff *diff);

/* Walks the tree above the layers. */
void diff_walk(struct diff *diff);

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

/* Opens a blob of side, checked, and takes note that it was opened. The error says nothing of whose
 * it is. Any thread. */
struct stream *diff_open(struct diff *diff, int side, const struct descriptor *blob,
                         struct error *err);
/* One of the images is a root file system: configs are not compared. */
bool diff_is_about_root(const struct diff *diff);
/* Whether a blob of side was opened. Any thread. */
bool diff_has_opened(struct diff *diff, int side, const struct descriptor *blob);
/* Takes note of what stands for the uncompressed content of an opened blob (decoder_fingerprint),
 * which was read to its end. Any thread. */
void diff_note_content(struct diff *diff, int side, const struct descriptor *blob,
                       uint64_t fingerprint);
/* Whether that is known. Any thread. */
bool diff_knows_content(struct diff *diff, int side, const struct descriptor *blob,
                        uint64_t *fingerprint);
/* Puts the input's name before the message: "LABEL: ", and where both are called alike "LABEL
 * (input 0): ". Returns -1. */
int diff_wrap_input(const struct diff *diff, int side, struct error *err);

/* The walk. Each function compares what two descriptors refer to and sends events below parent. */

/* Where two descriptors stand, which decides how much of them belongs to the images. */
enum descriptor_place {
  /* Both stand in documents of the images: all of their members are compared. */
  DESCRIPTOR_INSIDE,
  /* Both name the images: media type, digest and size are compared. What index.json, a store or an
   * engine says beside these (platform, annotations) no registry keeps with the image; of it, only
   * the names in the annotations are compared, if options->compare_root_name asks for that. */
  DESCRIPTOR_ROOT,
  /* One stands in an index, the other names an image: all but annotations is compared. */
  DESCRIPTOR_HALF_ROOT,
};
/* Compares the descriptors themselves. Digest and size are compared only by a strict comparison,
 * since what they are of is compared anyway; or if `opaque` is set, since blobs of that kind cannot
 * be looked into. */
void compare_descriptors(struct diff *diff, const struct event_node *parent,
                         const struct descriptor *d0, const struct descriptor *d1,
                         enum descriptor_place place, bool opaque);
/* Compares the blobs that they refer to, of whatever kind these are. depth is the number of indexes
 * above. */
void compare_objects(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth);
void compare_indexes(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth);
/* Compares an index, on the side `index_side`, with a manifest on the other: the manifest of its
 * platform is looked for in the index. */
void compare_index_with_manifest(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1,
                                 int index_side, unsigned depth);
/* Compares two manifests as engines see them, whatever the flags are, with the events that
 * --effective has. */
void compare_manifests_in_effect(struct diff *diff, const struct event_node *parent,
                                 const struct descriptor *d0, const struct descriptor *d1);
void compare_manifests(struct diff *diff, const struct event_node *parent,
                       const struct descriptor *d0, const struct descriptor *d1);
/* The fields of manifests themselves, without config and layers. */
void compare_manifest_fields(struct diff *diff, const struct event_node *parent,
                             const struct manifest *m0, const struct manifest *m1,
                             const struct event_input inputs[2]);
/* Two manifests that attest to images (attestations.c). */
void compare_attestations(struct diff *diff, const struct event_node *parent,
                          const struct descriptor *d0, const struct descriptor *d1);
/* Whether a manifest holds in-toto statements and nothing else. */
bool holds_statements(const struct manifest *manifest);
/* What refers to two images, if that was asked for (referrers.c); more: of either, a second
 * descriptor that it goes by, as the manifest in an index does. NULL: there is none. */
void compare_referrers(struct diff *diff, const struct event_node *parent,
                       const struct descriptor *const subjects[2],
                       const struct descriptor *const more[2]);
void compare_configs(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1);
/* Annotations of a descriptor, index or manifest (`object` holds "annotations"); sends a leaf
 * "annotations" of the given type. */
void compare_annotations(struct diff *diff, const struct event_node *parent, enum event_type type,
                         json_t *const object[2], const struct event_input inputs[2], bool is_root);
/* A subject descriptor of an index or a manifest: a leaf "subject". */
void compare_subjects(struct diff *diff, const struct event_node *parent, enum event_type type,
                      json_t *const object[2], const struct event_input inputs[2]);

/* Whether two descriptors refer to the same bytes. */
bool same_blob(const struct descriptor *d0, const struct descriptor *d1);

#endif
