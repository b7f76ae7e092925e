/* What a container engine's program tells about an image and about itself. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_INSPECT_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_INSPECT_H

#include "base/limits.h"
#include "source/engine/engine_layers.h"

struct engine_image {
  struct layer_ids layers;
  char *id;       /* "sha256:HEX" or HEX; owned; NULL: not told */
  bool is_latest; /* it has the name asked for with the tag latest */
  bool is_oci;    /* podman's ManifestType: its manifest is OCI's, not Docker's */
};

/* answer: of `image inspect NAME`, an array with an object for each image; the first counts.
 * ERROR_CORRUPT, ERROR_LIMIT. */
MUST_CHECK int engine_image_parse(struct engine_image *out, struct str answer, const char *name,
                                  const struct limits *limits, struct error *err);
void engine_image_release(struct engine_image *image);
/* What to call the image when it is saved, to be freed. Docker saves all tags of a name without
 * one; so latest is added to it, and an ID is given in full. */
char *engine_image_save_name(const struct engine_image *image, const char *name);

/* answer: of `docker version --format {{json .}}`. Whether this client and its daemon know
 * `save --platform`: a client of v28 or later that speaks version 1.48 or later of the API. */
bool engine_version_has_platform(struct str answer);

#endif
