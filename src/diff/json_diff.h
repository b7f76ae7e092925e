/* The fields in which two JSON documents differ, of those that a specification knows. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_JSON_DIFF_H
#define DIFFOCI_DIFF_JSON_DIFF_H

#include <jansson.h>
#include <stdbool.h>

#include "diff/fields.h"

enum json_kind {
  JSON_KIND_SCALAR, /* absent, null, "", 0 and false are the same, as for Go's omitempty */
  JSON_KIND_TIME,   /* RFC 3339: the same moment written in another way is the same */
  JSON_KIND_OBJECT, /* of the known members below; absent is {} */
  JSON_KIND_ARRAY,  /* of objects with the known members below, or, without any, of anything */
  JSON_KIND_LIST,   /* an array that is one value: where anything differs, all of it does */
  JSON_KIND_MAP,    /* any members; order does not count */
  JSON_KIND_ANY,    /* present or absent, compared in depth */
};

struct json_field { /* a table ends with a NULL key */
  const char *key;
  enum json_kind kind;
  const struct json_field *members; /* for OBJECT and ARRAY */
};

struct json_diff_options {
  bool empty_is_absent;    /* [] and {} are the same as null */
  const char *const *skip; /* top-level keys left out, NULL-terminated; or NULL */
  size_t max_fields;       /* then one that says that there are more; 0: as many as there are */
};

/* Appends every difference between a and b (objects or NULL) to fields, in the order of the table,
 * with names such as "config.Env[2]" or "history[0].created_by"; values are strings as they are,
 * all else compact JSON. Returns whether there were any. */
bool json_diff(struct fields *fields, const struct json_field *table, const json_t *a,
               const json_t *b, const struct json_diff_options *options);

#endif
