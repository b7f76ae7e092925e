/* Where a tar reader gets its blocks when no decoder makes them: a stream, or a plain file, whose
 * contents are passed over without being read. */
#ifndef DIFFOCI_TAR_FEED_H
#define DIFFOCI_TAR_FEED_H

#include "base/stream.h"
#include "tar/tar.h"

/* Borrows all of it; lives as long as the reader. */
struct tar_feed {
  struct stream *stream; /* or NULL: the file */
  int fd;
  uint64_t at;   /* in the file; starts at 0 */
  uint64_t size; /* of the file */
};

struct block_source tar_feed_source(struct tar_feed *feed);

#endif
