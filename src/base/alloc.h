/* Allocation that does not fail: running out of memory for a small thing ends the program in the
 * way that the program chooses. A size that came from outside is checked against limits.h before it
 * gets here. */
#ifndef DIFFOCI_BASE_ALLOC_H
#define DIFFOCI_BASE_ALLOC_H

#include <stddef.h>

#include "base/macros.h"

/* All return memory to be released with free(), never NULL. n * size is checked for overflow. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *old, size_t n, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len); /* copies len bytes, adds a NUL */
char *xasprintf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Ends the program, since there is no memory for what cannot be left undone. Not defined here: each
 * program defines what its users see then (cli/memory.c), and may be in any thread. It must not
 * allocate. */
_Noreturn void out_of_memory(void);

/* malloc, realloc, calloc and strdup for libraries that take such functions as their own (curl's,
 * OpenSSL's, jansson's): what they do not check when it fails cannot fail then. realloc to 0 bytes
 * frees, as theirs does. */
void *library_malloc(size_t size);
void *library_realloc(void *old, size_t size);
void *library_calloc(size_t n, size_t size);
char *library_strdup(const char *text);

/* Grows an array so that it has room for one more: *items (n used of *cap) of elements of the given
 * size; returns the array. Doubles, so appending is amortised constant time. */
void *xgrow(void *items, size_t n, size_t *cap, size_t size);

#endif
