/* The history of an image configuration (OCI config.md, "history"): how an image was built, as its
 * builder tells it. Nothing here is checked against the layers, and nobody else may rely on it. */
#ifndef DIFFOCI_IMAGE_HISTORY_H
#define DIFFOCI_IMAGE_HISTORY_H

#include <jansson.h>

#include "base/buf.h"

/* Which item of history (an array as config_parse leaves it, or NULL) made which of n layers: the
 * items without empty_layer, in order. Fills items, which has room for n, with borrowed references;
 * all are NULL where the numbers do not agree, since then nothing is known. */
void history_of_layers(const json_t *history, size_t n, const json_t **items);

/* The item's "created_by", or NULL where that is missing or empty. item NULL gives NULL. */
const char *history_created_by(const json_t *item);

/* Appends what created_by says as a Dockerfile has it, on one line: without what Docker's old
 * builder ("/bin/sh -c #(nop) CMD …", "|1 A=b /bin/sh -c make") and BuildKit ("RUN /bin/sh -c make
 * # buildkit") put around the instruction. Runs of white space are one space. Bytes are as in the
 * image: escape before printing. */
void history_instruction(struct buf *out, const char *created_by);

#endif
