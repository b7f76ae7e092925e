/* Reads the layers of an image and says what files they make. Private to src/show. */
#ifndef DIFFOCI_SHOW_CONTENTS_FILES_H
#define DIFFOCI_SHOW_CONTENTS_FILES_H

#include "show/contents.h"

/* Fills what stands behind has_files of *out, whose documents have been read, and what layers say
 * of their entries. */
MUST_CHECK int contents_read_files(struct contents *out, struct source *source,
                                   const struct contents_options *options, struct error *err);

#endif
