/* Reads all of an image, for fuzz targets, and ends the program where a source hands on what it
 * must not. */
#ifndef DIFFOCI_TESTS_IMAGE_WALK_H
#define DIFFOCI_TESTS_IMAGE_WALK_H

#include "source/source.h"

/* Resolves, reads documents and blobs, each whole, a second time and from its middle, and what
 * refers to the image. Whatever is read to its end has the size and the digest of its descriptor,
 * what the source resolves to is resolved to once more, and each failure has a message of one line.
 * Returns whether all of it could be read. */
bool image_walk(struct source *source, const struct limits *limits);

#endif
