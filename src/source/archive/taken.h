/* The members of an archive that was read from a stream, whose larger members went into the store
 * on the way. */
#ifndef DIFFOCI_SOURCE_ARCHIVE_TAKEN_H
#define DIFFOCI_SOURCE_ARCHIVE_TAKEN_H

#include "source/archive/members.h"
#include "store/store.h"

/* Reads the stream, an uncompressed tar archive, to its end. store must outlive the members. A
 * member blobs/ALGORITHM/HEX that has another digest is ERROR_CORRUPT. */
struct members *members_take(struct store *store, struct stream *stream,
                             const struct limits *limits, struct error *err);

#endif
