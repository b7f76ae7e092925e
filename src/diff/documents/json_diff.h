/* The fields in which two JSON documents differ, of those that a specification knows. Private to
 * src/diff. */
#ifndef DIFFOCI_DIFF_DOCUMENTS_JSON_DIFF_H
#define DIFFOCI_DIFF_DOCUMENTS_JSON_DIFF_H

#include <jansson.h>
#include <stdbool.h>

#include "diff/fields.h"
#include "image/schema.h"

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
