/* One image of a Docker archive: its manifest, made from an entry of manifest.json and the config
 * as containerd makes it on import. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_DOCKER_IMAGE_H
#define DIFFOCI_SOURCE_ARCHIVE_DOCKER_IMAGE_H

#include <jansson.h>

#include "image/descriptor.h"
#include "source/archive/members.h"

struct docker_part { /* the config or a layer */
  struct digest digest;
  char *path; /* of the member; owned */
};

struct docker_image {
  struct descriptor descriptor; /* of the manifest: with platform, and annotations if named */
  char *manifest;               /* its JSON; owned */
  struct docker_part *parts;    /* config, layers */
  size_t n_parts;
  bool digests_claimed; /* at least one layer was not hashed: its digest is what the archive says */
};

/* Appends the config of an entry of manifest.json to *out. */
MUST_CHECK int docker_image_read_config(struct members *members, const json_t *entry,
                                        struct buf *out, struct error *err);
/* name: the name the image was chosen by, or NULL. An uncompressed layer has the digest that the
 * config's diff_ids give; a compressed one that of its member's name, where that has one, else it
 * is hashed. */
MUST_CHECK int docker_image_build(struct docker_image *out, struct members *members,
                                  const json_t *entry, const char *name,
                                  const struct limits *limits, struct error *err);
void docker_image_release(struct docker_image *image);

#endif
