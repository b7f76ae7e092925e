/* Images that container engines do not make the same tree of. Private to src/diff. */
#ifndef DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_ENGINES_H
#define DIFFOCI_DIFF_EFFECTIVE_EFFECTIVE_ENGINES_H

#include "diff/effective/effective_trees.h"

/* Where the layers leave room for doubt: compares what the other engines make of them, until
 * something differs; what differs whatever they do was sent before (*differ). Where something does,
 * sends what the engines disagree about. An engine that unpacks one of the two images alone makes
 * them differ, and is told (diff_notice). trees: overlays are those of containerd, whole images.
 * *differ is set where something was found. */
MUST_CHECK int effective_compare_engines(const struct effective_trees *trees, bool *differ,
                                         struct error *err);

/* Sends "input 0 cannot be unpacked: …": a leaf "layer" below parent. */
void effective_send_unpackable(struct diff *diff, const struct event_node *parent, int side,
                               const struct overlay_refusal *refusal);

#endif
