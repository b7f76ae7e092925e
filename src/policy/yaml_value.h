/* YAML (1.1, libyaml) as a tree of strings, lists and maps that knows where in the file each
 * stands. Of the language only what a hand-written settings file needs: one document, no anchors,
 * aliases or tags; every scalar is a string. */
#ifndef DIFFOCI_POLICY_YAML_VALUE_H
#define DIFFOCI_POLICY_YAML_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum {
  YAML_MAX_DEPTH = 16,          /* lists and maps in one another */
  YAML_MAX_KEYS = 256,          /* of one map */
  YAML_MAX_BYTES = 1024 * 1024, /* one file */
};

enum yaml_kind { YAML_STRING, YAML_LIST, YAML_MAP };

struct yaml_value {
  enum yaml_kind kind;
  unsigned line, column;          /* from 1 */
  struct str text;                /* YAML_STRING; a NUL stands behind it */
  const struct yaml_value *key;   /* of a member of a map; else NULL */
  const struct yaml_value *next;  /* the next member or item */
  const struct yaml_value *first; /* YAML_LIST, YAML_MAP: the first item or member */
};

/* Parses a whole file; the tree is in the arena. An empty file is an empty map. Errors are
 * ERROR_CORRUPT (ERROR_LIMIT if it is too large or too deep) and begin with "NAME:LINE:COLUMN: ".
 * Keys that stand twice in a map are an error. NULL on failure. */
const struct yaml_value *yaml_parse(struct str text, const char *name, struct arena *arena,
                                    struct error *err);

/* The member of a map, or NULL. */
const struct yaml_value *yaml_member(const struct yaml_value *map, const char *key);

/* An ERROR_USAGE about a value: "NAME:LINE:COLUMN: …". Always returns -1. */
int yaml_error(struct error *err, const char *name, const struct yaml_value *at, const char *fmt,
               ...) PRINTF_LIKE(4, 5);
/* Fails unless the value is of the kind. `what` is what the message calls it. */
MUST_CHECK int yaml_expect(const struct yaml_value *value, enum yaml_kind kind, const char *what,
                           const char *name, struct error *err);
/* Fails if the map has a member that is none of keys (NULL-terminated), and lists them. */
MUST_CHECK int yaml_expect_keys(const struct yaml_value *map, const char *const *keys,
                                const char *name, struct error *err);

#endif
