/* Content descriptors (OCI image specification, descriptor.md). */
#ifndef DIFFOCI_IMAGE_DESCRIPTOR_H
#define DIFFOCI_IMAGE_DESCRIPTOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "image/media_type.h"
#include "image/platform.h"

/* Immutable once made. */
struct descriptor {
  json_t *json;           /* one owned reference: the object as it stands in the image */
  const char *media_type; /* borrowed from json; "" if there is none */
  enum media_kind kind;   /* of media_type; of an artifact's layers, see struct manifest */
  struct digest digest;   /* always set */
  int64_t size;           /* bytes, >= 0 */
  bool has_platform;
  struct platform platform;  /* as written, not normalised; where has_platform */
  const char *artifact_type; /* "" if there is none */
  json_t *annotations;       /* borrowed, a map of strings, or NULL */
};

/* Checks every known field's type (mediaType, digest, size, urls, data, platform, artifactType,
 * annotations) and, where `data` is there, that it is base64 of `size` bytes with that digest.
 * Takes a new reference to object. ERROR_CORRUPT names the field. */
MUST_CHECK int descriptor_from_json(struct descriptor *out, json_t *object, struct error *err);
/* A descriptor of our own making, for what has none (a Docker archive's parts). */
struct descriptor descriptor_make(const char *media_type, const struct digest *digest,
                                  int64_t size);
void descriptor_release(struct descriptor *descriptor);
struct descriptor descriptor_copy(const struct descriptor *descriptor); /* a further reference */
/* The blob itself where the member `data` holds it: blob->size bytes, to be freed. NULL: it does
 * not. */
void *descriptor_data(const struct descriptor *descriptor);
/* The value of an annotation, borrowed, or NULL. One with a NUL character is like none. */
const char *descriptor_annotation(const struct descriptor *descriptor, const char *key);

#endif
