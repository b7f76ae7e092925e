/* Blobs that were fetched, kept until the comparison ends in a temporary file without a name, so
 * that what is read twice is fetched once where no store is used. */
#ifndef DIFFOCI_SOURCE_KEPT_H
#define DIFFOCI_SOURCE_KEPT_H

#include "source/source.h"

/* What both sides of a comparison keep. */
struct kept_blobs;

/* NULL: no temporary file can be had, and *err says why. */
struct kept_blobs *kept_blobs_new(struct error *err);
void kept_blobs_free(struct kept_blobs *blobs); /* after the sources; NULL allowed */

/* inner, whose blobs are kept once they were read to their ends. Owns inner; blobs is borrowed.
 * Where the file cannot be written any more they are fetched again. Never NULL. */
struct source *source_kept(struct source *inner, struct kept_blobs *blobs);

#endif
