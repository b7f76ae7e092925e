/* The members of an archive that a program writes: read once, as it comes. Larger contents go to a
 * file without a name, but for those that another such file has. */
#ifndef DIFFOCI_SOURCE_ENGINE_ENGINE_SPOOL_H
#define DIFFOCI_SOURCE_ENGINE_ENGINE_SPOOL_H

#include "source/archive/members.h"
#include "source/engine/engine_layers.h"

struct spool_options {
  const struct limits *limits;    /* not kept */
  const struct layer_ids *layers; /* of the image, as far as known; not kept */
  /* A spool that has been read: what it stores is not stored again. Not kept. NULL allowed. */
  const struct members *other;
};

struct spool_counts { /* bytes of contents */
  uint64_t stored;    /* in the file */
  uint64_t passed;    /* passed over, since the other spool has them */
};

/* Reads the stream, a tar archive, plain or compressed, to its end; owns stream. The file is made
 * in $TMPDIR, else in /var/tmp or /tmp. Where there is no room the error says what to do. */
struct members *engine_spool_new(struct stream *stream, const struct spool_options *options,
                                 struct error *err);
struct spool_counts engine_spool_counts(const struct members *members);

#endif
