/* What C libraries for Linux (glibc, musl) have in different ways, or not at all. */
#ifndef DIFFOCI_BASE_LIBC_H
#define DIFFOCI_BASE_LIBC_H

#include <stddef.h>
#include <sys/stat.h>

/* What an errno value means, in words: strerror_r(3), which GNU and POSIX declare differently.
 * Returns text, or something that is never freed. From any thread. */
const char *libc_error_text(int errnum, char *text, size_t size);

/* Closes all descriptors from first to last: close_range(2), for which not every library has a
 * function; one by one before Linux 5.9, and where a container's filter does not know the call
 * (Docker before v20.10). By a process without threads. -1: errno says why not. */
int libc_close_range(unsigned first, unsigned last);

/* fstat(2) by the system call of this name. glibc from 2.33 on asks newfstatat(2) instead, which
 * also takes names, so that a confined process (base/confine) may not. -1: errno says why not. */
int libc_fstat(int fd, struct stat *out);

#endif
