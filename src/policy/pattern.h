/* Patterns on paths, as in a .gitignore file (gitignore(5), "PATTERN FORMAT").
 *
 * A compiled pattern is a row of parts, one for each component of a path. It is matched from left
 * to right with the set of parts that could come next, one bit each, so that matching costs at most
 * the bytes of the path times the bytes of the pattern, and every parent directory is tried on the
 * way. Bytes are compared, not characters.
 *
 * Departures from git's program where it departs from its manual: in a part such as "a**" two
 * asterisks are one, also where the part before them has no wildcard; [[:space:]] has six
 * characters, as in POSIX. */
#ifndef DIFFOCI_POLICY_PATTERN_H
#define DIFFOCI_POLICY_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum {
  PATTERN_MAX_BYTES = 4096, /* one pattern */
  PATTERN_MAX_PARTS = 63,   /* between its slashes */
};

enum pattern_part_kind {
  PATTERN_LITERAL, /* a component that is these bytes */
  PATTERN_PREFIX,  /* a component that begins with these bytes */
  PATTERN_SUFFIX,  /* a component that ends in these bytes */
  PATTERN_GLOB,    /* a component that matches */
  PATTERN_MANY,    /* any number of components, or none */
};

struct pattern_part {
  uint16_t at, len; /* its code; none for PATTERN_MANY */
  uint8_t kind;     /* enum pattern_part_kind */
};

struct pattern {       /* immutable; plain data, so that it can be written out as a C table */
  const uint8_t *code; /* of all parts; not owned */
  const struct pattern_part *parts; /* not owned */
  uint32_t n_parts;
  uint64_t many;     /* the bits of the parts that are PATTERN_MANY */
  bool negated;      /* "!…": takes back */
  bool directories;  /* "…/": matches directories only */
  bool literal;      /* no wildcard and fixed to the root: matches one path, and what is below it */
  const char *never; /* why it is well formed for git but can match nothing; else NULL */
};

/* Compiles one pattern; its memory is in the arena. A '#' or trailing blanks mean nothing special
 * here (that is for lines, see pattern_line). Too long, too many parts, a NUL: ERROR_USAGE. A
 * bracket without its end, a backslash at the end and the like match nothing, as in git: `never`
 * says so. */
MUST_CHECK int pattern_compile(struct pattern *out, struct str text, struct arena *arena,
                               struct error *err);

/* The pattern in a line of a file like .gitignore (without its '\n'): without "\r" at its end and
 * without trailing spaces that no backslash quotes. False for blank lines and comments. */
bool pattern_line(struct str line, struct str *pattern);

/* Whether the pattern (whatever `negated` says) matches the path or one of its parent directories.
 * Leading, double and trailing slashes and components "." of the path do not count. */
bool pattern_matches(const struct pattern *pattern, struct str path, bool is_dir);

/* Matching step by step, for who holds many patterns against a path: the state before the first
 * component, the state after one more (0: it will never match), and whether the components so far
 * match. */
uint64_t pattern_start(const struct pattern *pattern);
uint64_t pattern_step(const struct pattern *pattern, uint64_t state, struct str component);
static inline bool pattern_accepts(const struct pattern *pattern, uint64_t state, bool is_dir)
{
  return (state >> pattern->n_parts & 1) != 0 && (is_dir || !pattern->directories);
}

/* The components of a path, for who matches many patterns against it. Those beyond the room there
 * is stay in `rest`. Points into the path. */
struct path_parts {
  struct str items[48];
  size_t n;
  struct str rest;
};
void path_split(struct path_parts *parts, struct str path);
/* As pattern_matches. */
bool pattern_matches_parts(const struct pattern *pattern, const struct path_parts *parts,
                           bool is_dir);

/* Takes the next component off *path: false if there is none. *last: whether it is the last. */
bool path_component(struct str *path, struct str *component, bool *last);

#endif
