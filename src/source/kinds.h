/* The kinds of sources that lie in files. */
#ifndef DIFFOCI_SOURCE_KINDS_H
#define DIFFOCI_SOURCE_KINDS_H

#include "source/archive/members.h"
#include "source/source.h"

/* All own members, also on failure; ref (NULL: there must be one image only) is copied. */

/* An OCI image layout (image-layout.md): oci-layout, index.json, blobs/ALGORITHM/HEX. */
struct source *source_of_oci_layout(struct members *members, const char *ref,
                                    const struct source_options *options, struct error *err);
/* What docker save wrote before it wrote OCI layouts (Docker image specification v1.2, "Combined
 * Image JSON + Filesystem Changeset Format"): manifest.json, an array. */
struct source *source_of_docker_archive(struct members *members, const char *ref,
                                        const struct source_options *options, struct error *err);
/* skopeo's and podman's dir: (containers-transports(5)): version, manifest.json, blobs by their
 * hex digests. */
struct source *source_of_dir_transport(struct members *members, const char *ref,
                                       const struct source_options *options, struct error *err);
/* 1 if the members are an OCI image layout, 0 if not, -1 with *err. One that names no image beside
 * a manifest.json counts as none: Docker 25.0.0 to 25.0.2 write it for an image given by its ID. */
MUST_CHECK int source_is_oci_layout(struct members *members, const struct limits *limits,
                                    struct error *err);
/* Whichever of these it is. */
struct source *source_detect(struct members *members, const char *ref,
                             const struct source_options *options, struct error *err);
/* The same, but there has to be what Docker writes. */
struct source *source_detect_docker(struct members *members, const char *ref,
                                    const struct source_options *options, struct error *err);
/* A root file system (source/archive/root.h) in an archive. */
struct source *source_of_root_archive(struct members *members, const char *ref,
                                      const struct source_options *options, struct error *err);
/* The same of a directory; fd is owned. path: as of root_list_new. */
struct source *source_of_root_directory(int fd, const char *path, const char *ref,
                                        const struct source_options *options, struct error *err);
/* Whichever of all these it is. */
struct source *source_detect_any(struct members *members, const char *ref,
                                 const struct source_options *options, struct error *err);

#endif
