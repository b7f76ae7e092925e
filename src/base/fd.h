/* Writing all of something to a file descriptor. */
#ifndef DIFFOCI_BASE_FD_H
#define DIFFOCI_BASE_FD_H

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Writes len bytes where the descriptor stands, going on after signals and short writes (write(2)).
 * -1: not all could be written, and errno says why; EIO where the system does not. */
MUST_CHECK int fd_write(int fd, const void *bytes, size_t len);
/* The same at an offset in bytes from the file's start (pwrite(2)). */
MUST_CHECK int fd_write_at(int fd, const void *bytes, size_t len, uint64_t offset);

#endif
