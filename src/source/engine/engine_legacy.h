/* The IDs of layers in the archives that Docker wrote before v25 (Docker image specification v1,
 * and moby's image/v1, CreateID). */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_LEGACY_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_LEGACY_H

#include <stdbool.h>

#include "base/digest.h"
#include "base/str.h"

/* The chain ID of the layer with this diff_id above the layer of chain ID *below (NULL: none)
 * (OCI image specification, config.md, "Layer ChainID"). */
struct digest legacy_chain_id(const struct digest *below, const struct digest *diff_id);

/* Whether id is the ID of a layer of this chain ID whose directory in the archive has this file
 * "json". Such an ID is the SHA-256 of that JSON object with its keys sorted, without
 * "id", with "layer_id", the chain ID, and the parent as a digest; and, but for the topmost layer,
 * without "os". False for whatever is no such object. */
bool legacy_layer_matches(const struct digest *id, struct str json, const struct digest *chain_id);

#endif
