/* How to recognise layers in an engine's archive, before its manifest comes. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_LAYERS_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_LAYERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/str.h"

struct layer_ids {         /* of an image, from the bottom */
  struct digest *diff_ids; /* owned */
  size_t n;
};

void layer_ids_release(struct layer_ids *ids);

/* The digest that the bytes of the member at this (clean) path should have; false where nothing
 * tells. It follows from
 *   blobs/ALGORITHM/HEX   Docker since v25, nerdctl;
 *   HEX.tar               podman: the diff_id;
 *   HEX/layer.tar         Docker before v25: HEX comes from the layer's chain ID, so that it tells
 *                         which of the image's diff_ids this is. legacy_json: the contents of
 *                         HEX/json (empty: not seen). */
bool engine_member_digest(const struct layer_ids *image, const char *path, struct str legacy_json,
                          struct digest *out);

#endif
