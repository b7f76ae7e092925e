/* What a file that is no archive seems to be, by its first bytes. */
#ifndef DIFFOCI_SOURCE_HEAD_H
#define DIFFOCI_SOURCE_HEAD_H

#include "base/error.h"

/* After *err, that the file cannot be read as an archive: says instead that it is a text (a
 * Dockerfile, say) or compressed in a way that is not read, if it is; else leaves *err as it is.
 * Reads with pread: nothing is told of a pipe. Returns -1. */
int head_explain(int fd, struct error *err);

#endif
