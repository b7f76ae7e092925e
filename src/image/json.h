/* JSON from an image: parsed with bounds, read with clear errors. Jansson does the parsing. */
#ifndef DIFFOCI_IMAGE_JSON_H
#define DIFFOCI_IMAGE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* Parses one JSON value that fills the whole of text (white space around it allowed). Duplicate
 * keys, nesting over LIMIT_JSON_DEPTH, bytes that are not UTF-8, trailing garbage: ERROR_CORRUPT.
 * Returns a new reference. */
json_t *json_parse(struct str text, struct error *err);

/* Members of an object by their Go type. A missing member and null are the same: the "zero value".
 * A member of another type is ERROR_CORRUPT ("field \"KEY\": expected a string, found a number").
 * Results are borrowed from object. */
MUST_CHECK int json_get_string(const json_t *object, const char *key, const char **out,
                               struct error *err); /* zero value: "" */
MUST_CHECK int json_get_int(const json_t *object, const char *key, int64_t *out,
                            struct error *err); /* zero value: 0; numbers with a fraction refused */
MUST_CHECK int json_get_bool(const json_t *object, const char *key, bool *out, struct error *err);
MUST_CHECK int json_get_object(const json_t *object, const char *key, json_t **out,
                               struct error *err); /* zero value: NULL */
MUST_CHECK int json_get_array(const json_t *object, const char *key, json_t **out,
                              struct error *err); /* zero value: NULL */
/* An object all of whose values are strings (Go's map[string]string); zero value: NULL. */
MUST_CHECK int json_get_string_map(const json_t *object, const char *key, json_t **out,
                                   struct error *err);
/* An array of strings (Go's []string); zero value: NULL. */
MUST_CHECK int json_get_string_array(const json_t *object, const char *key, json_t **out,
                                     struct error *err);

/* json_decref for CLEANUP. */
void cleanup_json(json_t **json);
#define AUTO_JSON CLEANUP(cleanup_json) json_t *

#endif
