/* Temporary files without a name: they are gone when they are closed, whatever becomes of us. */
#ifndef DIFFOCI_BASE_TEMPFILE_H
#define DIFFOCI_BASE_TEMPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct tempfile {
  int fd;                /* for reading and writing; -1: none */
  const char *directory; /* where it is, for messages; lives as long as the environment */
};

#define TEMPFILE_INIT ((struct tempfile) { -1, NULL })

/* In $TMPDIR; where that is not set, in /var/tmp, or else in /tmp. The error names the directory
 * and $TMPDIR. */
MUST_CHECK int tempfile_open(struct tempfile *file, struct error *err);
/* Writes all of bytes at offset, or reads exactly len bytes there. */
MUST_CHECK int tempfile_write(const struct tempfile *file, const void *bytes, size_t len,
                              uint64_t offset, struct error *err);
MUST_CHECK int tempfile_read(const struct tempfile *file, void *bytes, size_t len, uint64_t offset,
                             struct error *err);
/* Whether a file that never has a name can be made in this directory: then tempfile_open makes and
 * removes no names there. */
bool tempfile_has_no_name(const char *directory);
/* Where this process may not open files itself: who is asked for the descriptor instead, from any
 * thread. For the whole process and for good, as what it is confined by; before any thread is
 * started. */
void tempfile_set_opener(int (*opener)(void *context, struct error *err), void *context);
void tempfile_close(struct tempfile *file); /* also of TEMPFILE_INIT */

#endif
