/* What C libraries for Linux (glibc, musl) have in different ways, or not at all. */
#ifndef DIFFOCI_BASE_LIBC_H
#define DIFFOCI_BASE_LIBC_H

#include <stddef.h>

/* What an errno value means, in words: strerror_r(3), which GNU and POSIX declare differently.
 * Returns text, or something that is never freed. From any thread. */
const char *libc_error_text(int errnum, char *text, size_t size);

/* Closes all descriptors from first to last: close_range(2), from Linux 5.9 on, for which not every
 * library has a function. -1: errno says why not. */
int libc_close_range(unsigned first, unsigned last);

#endif
