/* Errors as values: a fixed-size struct owned by the caller, filled once where the fault is seen
 * and wrapped with context on the way up. Nothing to free.
 *
 * A function that can fail returns 0/-1 (or a pointer/NULL) and takes `struct error *err` last; err
 * must not be NULL. On failure *err is filled; on success it is untouched. */
#ifndef DIFFOCI_BASE_ERROR_H
#define DIFFOCI_BASE_ERROR_H

#include <stdarg.h>

#include "base/macros.h"

enum error_code {
  ERROR_NONE = 0,
  ERROR_USAGE,       /* the command line is wrong; nothing was tried */
  ERROR_NOT_FOUND,   /* a file, blob, name or platform is not there */
  ERROR_AMBIGUOUS,   /* several match where one was to be named */
  ERROR_CORRUPT,     /* bytes that break the format they claim */
  ERROR_LIMIT,       /* well formed, but larger than limits.h allows */
  ERROR_UNSUPPORTED, /* well formed, but not something this program reads */
  ERROR_PERMISSION,  /* the system or a server refuses */
  ERROR_AUTH,        /* a server wants (other) credentials */
  ERROR_NETWORK,     /* a connection failed or broke: trying again may help */
  ERROR_TIMEOUT,     /* no answer within the time allowed: trying again may help */
  ERROR_IO,          /* any other failure of a system call */
  ERROR_CANCELLED,   /* work was stopped since another part of it failed; never shown to a user */
};

struct error {
  enum error_code code;
  int sys;            /* errno, or 0 */
  char message[2048]; /* one line, may hold bytes from images: escape before printing */
};

/* Fills *err. Always returns -1, so that `return error_set(err, …)` reads well. */
int error_set(struct error *err, enum error_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Fills *err from an errno value: "MESSAGE: strerror". The code follows from errnum (ENOENT:
 * NOT_FOUND, EACCES/EPERM: PERMISSION, else IO). Always returns -1. */
int error_sys(struct error *err, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Puts "CONTEXT: " before the message; what does not fit is cut at the end. Always returns -1. */
int error_wrap(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The same functions, with what they return in sight of compilers and analysers, which else take a
 * path on which a failure counts as success. */
static inline int error_failure(int result)
{
  (void)result;
  return -1;
}
#define error_set(...) error_failure(error_set(__VA_ARGS__))
#define error_sys(...) error_failure(error_sys(__VA_ARGS__))
#define error_wrap(...) error_failure(error_wrap(__VA_ARGS__))

/* Whether the same operation may succeed when tried again. */
int error_is_transient(const struct error *err);

#endif
