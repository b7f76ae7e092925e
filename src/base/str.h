/* A view of bytes that somebody else owns: not NUL-terminated, may hold any byte. */
#ifndef DIFFOCI_BASE_STR_H
#define DIFFOCI_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/macros.h"

struct str {
  const char *ptr; /* never read where len is 0; may then be NULL */
  size_t len;      /* bytes */
};

/* For printf's "%.*s". */
#define STR_ARGS(s) (int)(s).len, (s).ptr ? (s).ptr : ""
/* A view of a string literal. */
#define STR(literal) ((struct str) { (literal), sizeof(literal) - 1 })

static inline struct str str_of(const char *text) /* NULL gives the empty view */
{
  return (struct str) { text, text ? strlen(text) : 0 };
}

static inline bool str_equal(struct str a, struct str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Bytewise order, as memcmp; a prefix comes first. */
int str_compare(struct str a, struct str b);
/* The same, but runs of digits compare as numbers: layers-2 comes before layers-10. */
int str_compare_natural(struct str a, struct str b);

bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
/* The view without its first n bytes; n > len gives the empty view. */
struct str str_skip(struct str s, size_t n);
/* Takes the first line off the text; without the newline, which the last one need not have. Empty
 * where the text is. */
struct str str_take_line(struct str *text);
/* A NUL-terminated copy, to be freed. */
char *str_dup(struct str s);

/* Parses the whole of s as a decimal number without sign, spaces or leading '+'. Returns false and
 * leaves *out alone if s is empty, has another byte, or is over max. */
MUST_CHECK bool str_to_u64(struct str s, uint64_t max, uint64_t *out);
/* The same with an optional leading '-'. */
MUST_CHECK bool str_to_i64(struct str s, int64_t *out);

#endif
