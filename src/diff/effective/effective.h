/* The effective comparison: whether a container would see anything different. Private to src/diff.
 *
 * What counts: the layers of each side, merged as an overlay (layer/overlay/overlay.h), then by
 * path the type, the content of files, the mode's low 12 bits (a symbolic link's mode means
 * nothing), the numeric owner, a symbolic link's target to the letter, device numbers, xattrs;
 * which paths are names of one file, whichever of them is the hard link. A directory that is only
 * implied is one of mode 0755, owned by 0:0, as containerd makes it; so is the root of an image
 * without an entry for it. Of the config: os, architecture, variant, and of config.* what
 * effective_config.c lists.
 *
 * What does not: times, order, tar formats, names of users, how names are spelled, where one layer
 * ends, the history, descriptors, media types, compression, annotations; stargz.index.json,
 * .prefetch.landmark and .no.prefetch.landmark in the root of a layer (eStargz). */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_H

#include "diff/compare.h"
#include "diff/layers/tasks.h"
#include "layer/overlay/overlay.h"

/* One side: a manifest, and its config parsed: NULL where it is of no known type, as that of an
 * artifact. */
struct effective_image {
  const struct manifest *manifest;
  const struct config *config;
};

/* Whether both can be looked into: configs are there and all layers are of a known type. Where not,
 * images have to be compared blob by blob. */
bool effective_can_compare(const struct effective_image images[2]);

/* Compares the run configurations: a leaf "config" below parent
 * for each field that differs. Returns whether they differ.
 * config_inputs: what the leaves are about. */
bool effective_compare_configs(struct diff *diff, const struct event_node *parent,
                               const struct config *const configs[2],
                               const struct event_input config_inputs[2]);

/* Compares those annotations of the manifests that reach a container, since an engine hands them to
 * what starts it: a leaf "annotations" below parent for each that differs. inputs: what the leaves
 * are about. */
void effective_compare_annotations(struct diff *diff, const struct event_node *parent,
                                   const struct manifest *const manifests[2],
                                   const struct event_input inputs[2]);

/* Where what is in the layers of an image comes from, by the number of the layer, with the commands
 * that the config's history tells. Lives as long as the comparison. Any thread. */
const struct event_origin *effective_origins(struct diff *diff,
                                             const struct effective_image *image);

/* Compares the merged layers. Events go to "layer" and "layer/tarentry" below parent. Where one
 * event is enough for the sink (event_sink.one_is_enough), ends soon after the first. Opens nothing
 * where all layers' digests are the same. *differ, set on success only: whether any event was sent,
 * what the policy leaves out not counting. The error names the input and the layer. Never opens a
 * blob of a source with fetches_again twice. Any thread. */
MUST_CHECK int effective_compare_layers(struct diff *diff, const struct event_node *parent,
                                        const struct effective_image images[2],
                                        const struct task_resources *resources, bool *differ,
                                        struct error *err);

/* Of upper layers that stand upon the same lower ones: whether no engine need know these, since
 * both sides do the same to them, or something whose effect is not known without them, but the very
 * same. */
bool effective_needs_no_lower(struct overlay *const overlays[2]);

/* The same with the layers merged already, and every content hashed: all layers, or upper ones that
 * need no lower ones. */
MUST_CHECK int effective_compare_overlays(struct diff *diff, const struct event_node *parent,
                                          const struct effective_image images[2],
                                          struct overlay *const overlays[2], bool *differ,
                                          struct error *err);

#endif
