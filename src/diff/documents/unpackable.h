/* Images that no engine unpacks since their config does not fit their layers (OCI image
 * specification, config.md, rootfs.diff_ids: the digests of the layers' uncompressed content, in
 * order), or that Docker does not, whose decoder wants more of a config (config_docker_takes).
 * Private to src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_UNPACKABLE_H
#define DIFFOCI_DIFF_DOCUMENTS_UNPACKABLE_H

#include "diff/compare.h"

/* Holds the number of diff_ids of both images against that of their layers, and their configs
 * against what Docker takes. What is wrong is told (diff_notice); where it is so of only one image,
 * the two are different for the verdict, and, where what a container sees is compared, a leaf
 * "layer" below parent says so. The same where the
 * configs say different digests of one layer's content. Reads configs only where they or the
 * numbers of layers differ. */
void compare_diff_ids(struct diff *diff, const struct event_node *parent,
                      const struct manifest *const manifests[2]);

/* The same once layers have been read: whether digests that the configs say of them contradict each
 * other, one being said of two contents, or two of one. That is told, and a leaf "layer" is sent
 * below parent. What compare_diff_ids could tell is not told again. A config is NULL where there
 * is none. Any thread. */
void compare_diff_ids_read(struct diff *diff, const struct event_node *parent,
                           const struct manifest *const manifests[2],
                           const struct config *const configs[2]);
/* The same of all images that were compared, for the verdict alone: no leaf is sent. To be called
 * when everything was read. */
void check_diff_ids_read(struct diff *diff);

/* Has all layers of both read, and the digests of their uncompressed content held against the
 * configs (--verify). */
void check_layers(struct diff *diff, const struct manifest *const manifests[2]);

#endif
