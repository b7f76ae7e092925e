/* Small attributes and cleanup helpers that every other file uses. */
#ifndef DIFFOCI_BASE_MACROS_H
#define DIFFOCI_BASE_MACROS_H

#include <stddef.h>

/* The caller has to look at the result: an error is never dropped by accident. */
#define MUST_CHECK __attribute__((warn_unused_result))
/* printf-like: FMT is the position of the format, ARGS of the first argument, both from 1. */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args), nonnull(fmt)))
/* Runs FN(&variable) when the variable goes out of scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))
#define MAX_OF(a, b) ((a) > (b) ? (a) : (b))

/* Takes the pointer out of *VAR and leaves NULL there, so that a CLEANUP of it does nothing. */
#define steal_pointer(var)                                                                         \
  ({                                                                                               \
    __auto_type stolen_ = *(var);                                                                  \
    *(var) = NULL;                                                                                 \
    stolen_;                                                                                       \
  })

/* CLEANUP functions for what the C library hands out. */
void cleanup_free(void *pointer_to_pointer);
void cleanup_close(const int *fd); /* closes *fd if it is >= 0; errno is kept */

#define AUTO_FREE CLEANUP(cleanup_free)
#define AUTO_CLOSE CLEANUP(cleanup_close)

#endif
