/* Contents of files that were kept to be looked into. Private to the files inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_FILES_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_FILES_H

#include "diff/diff.h"
#include "diff/inside/inside_worker.h"

/* A file whose content is wanted: the entry at a position of a layer of one side. */
struct inside_wanted {
  const struct descriptor *layer;
  uint64_t position;
  uint64_t max;                   /* bytes; of a longer one nothing is kept */
  struct inside_content *content; /* filled; fd -1 if there is none */
};

/* Reads the wanted contents of one side, in any order, into a file without a name, which stays open
 * as long as the caller keeps *fd open (-1 before the first). What cannot be read keeps fd -1. */
void inside_files_read(const struct diff_options *options, int side, struct inside_wanted *wanted,
                       size_t n, int *fd);

#endif
