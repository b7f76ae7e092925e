/* Image configurations (OCI config.md; Docker image specification v1.2 and later). */
#ifndef DIFFOCI_IMAGE_CONFIG_H
#define DIFFOCI_IMAGE_CONFIG_H

#include "base/limits.h"
#include "image/json.h"
#include "image/platform.h"

struct config { /* immutable once parsed */
  json_t *json; /* owned reference, the whole document */
  struct platform platform;
  json_t *history;  /* borrowed: array of objects, or NULL */
  json_t *diff_ids; /* borrowed: array of strings, or NULL */
};

/* Parses and checks the types of all fields the specification knows (created, author, architecture,
 * os, os.version, os.features, variant, config.*, rootfs.*, history.*). Times are RFC 3339. */
MUST_CHECK int config_parse(struct config *out, struct str text, struct error *err);
void config_release(struct config *config);

/* Whether Docker takes the config, whose decoder and image store are stricter than OCI config.md:
 * members that Docker alone knows (Docker image specification v1.3; moby, api/types/container
 * "Config" and image "Image") have their types, or are null, and no more items of the history make
 * a layer than there are diff_ids. False: *err says why, as config_parse does. Podman does not take
 * most of these either. */
bool config_docker_takes(const struct config *config, struct error *err);

/* An RFC 3339 time as seconds since 1970 and nanoseconds; false if text is none. */
bool time_parse_rfc3339(const char *text, int64_t *seconds, int32_t *nanoseconds);

#endif
