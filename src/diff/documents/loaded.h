/* The documents of the images: each is read once and kept until the comparison ends. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_LOADED_H
#define DIFFOCI_DIFF_DOCUMENTS_LOADED_H

#include "diff/compare.h"

/* Loads and keeps a document of one side; one that was loaded before is not read again. NULL with
 * *err set. */
const struct index *diff_load_index(struct diff *diff, int side, const struct descriptor *blob,
                                    struct error *err);
const struct manifest *diff_load_manifest(struct diff *diff, int side,
                                          const struct descriptor *blob, struct error *err);
const struct config *diff_load_config(struct diff *diff, int side, const struct descriptor *blob,
                                      struct error *err);

/* The same, of what was loaded before; NULL where it was not. */
const struct index *diff_loaded_index(struct diff *diff, int side, const struct descriptor *blob);
const struct manifest *diff_loaded_manifest(struct diff *diff, int side,
                                            const struct descriptor *blob);
const struct config *diff_loaded_config(struct diff *diff, int side, const struct descriptor *blob);

#endif
