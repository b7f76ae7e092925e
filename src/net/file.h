/* Small files, read whole. */
#ifndef DIFFOCI_NET_FILE_H
#define DIFFOCI_NET_FILE_H

#include "base/buf.h"
#include "base/error.h"

/* Adds the file's bytes to *out, at most out->max (ERROR_LIMIT beyond). Errors name the path. */
MUST_CHECK int file_read(const char *path, struct buf *out, struct error *err);

#endif
