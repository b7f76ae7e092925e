/* What C libraries for Linux (glibc, musl) have in different ways, or not at all. */
#ifndef DIFFOCI_BASE_LIBC_H
#define DIFFOCI_BASE_LIBC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* What an errno value means, in words: strerror_r(3), which GNU and POSIX declare differently.
 * Returns text, or something that is never freed. From any thread. */
const char *libc_error_text(int errnum, char *text, size_t size);

/* Closes all descriptors from first to last: close_range(2), for which not every library has a
 * function; one by one before Linux 5.9, and where a container's filter does not know the call
 * (Docker before v20.10). By a process without threads. -1: errno says why not. */
int libc_close_range(unsigned first, unsigned last);

/* Whether there is anything of this name below a directory (or AT_FDCWD), be it a link that leads
 * nowhere. faccessat(3) is not the way to ask: glibc from 2.33 on takes the answer of a container's
 * filter that does not know faccessat2(2) (Docker before v20.10) for that of the file system. If
 * not, errno says why: ENOENT where there is none. */
bool libc_is_there(int dir, const char *name);
/* Whether this process may make and remove files in the directory; if not, errno says why. Also
 * behind such a filter. */
bool libc_may_change(int dir);

/* fstat(2) by the system call of this name. glibc from 2.33 on asks newfstatat(2) instead, which
 * also takes names, so that a confined process (base/confine) may not. -1: errno says why not. */
int libc_fstat(int fd, struct stat *out);

#endif
