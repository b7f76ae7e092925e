/* Reads an image archive from a stream into the store, in one pass: what `diffoci load` does. */
#ifndef DIFFOCI_SOURCE_IMPORT_H
#define DIFFOCI_SOURCE_IMPORT_H

#include "source/copy.h"

/* Called for each name of each image that has been stored; name is NULL for one without. */
typedef int (*import_report)(void *context, const char *name, const struct digest *digest,
                             struct error *err);

/* An OCI image layout or a Docker archive in a tar stream, plain or compressed with gzip or zstd;
 * an archive that is both is read as the former. All images in it are stored, under all names they
 * have there. Owns stream. Nothing of the archive is left in the store (once it is closed) if this
 * fails, but for the images already reported. options->platforms as for copy_image. */
MUST_CHECK int import_archive(struct store *store, struct stream *stream,
                              const struct copy_options *options, import_report report,
                              void *context, struct error *err);

#endif
