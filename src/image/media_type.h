/* Media types of OCI images and of Docker's image manifest version 2, schema 2. */
#ifndef DIFFOCI_IMAGE_MEDIA_TYPE_H
#define DIFFOCI_IMAGE_MEDIA_TYPE_H

#include <stdbool.h>

#define MEDIA_OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define MEDIA_OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_OCI_CONFIG "application/vnd.oci.image.config.v1+json"
#define MEDIA_OCI_LAYER "application/vnd.oci.image.layer.v1.tar"
#define MEDIA_OCI_LAYER_NONDIST "application/vnd.oci.image.layer.nondistributable.v1.tar"
#define MEDIA_OCI_EMPTY "application/vnd.oci.empty.v1+json"
#define MEDIA_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_DOCKER_CONFIG "application/vnd.docker.container.image.v1+json"
#define MEDIA_DOCKER_LAYER "application/vnd.docker.image.rootfs.diff.tar"
#define MEDIA_DOCKER_LAYER_FOREIGN "application/vnd.docker.image.rootfs.foreign.diff.tar"

enum media_kind { MEDIA_OTHER, MEDIA_INDEX, MEDIA_MANIFEST, MEDIA_CONFIG, MEDIA_LAYER };

/* The kind of object behind a descriptor of this media type. Layers: the four tar types above,
 * alone or with a suffix that names a compression (+gzip, .gzip, +zstd, .zstd); anything else is
 * MEDIA_OTHER and compared as an opaque blob. Parameters after ';' do not count. */
enum media_kind media_kind(const char *media_type);
/* Whether the name says that it is a tar stream, perhaps compressed, of whatever content: ".tar",
 * ".tar+gzip", ".tar+zstd" at the end (structured suffixes: RFC 6838, 8460, 8878), or "tar" alone
 * before such a suffix, "x-tar" too. Layers of artifacts are looked into then; of an image, engines
 * take the four types only. */
bool media_is_tar(const char *media_type);

#endif
