/* JSON from an image: parsed with bounds, decoded as engines do, read with clear errors. */
#ifndef DIFFOCI_IMAGE_JSON_H
#define DIFFOCI_IMAGE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "image/schema.h"

/* Parses one JSON value (RFC 8259) that fills the whole of text (white space around it allowed), as
 * Go's encoding/json decodes it into the structures of Docker, containerd and Podman:
 * - A member that type knows is found under any spelling (case does not count) and stands in the
 *   result under the name that type gives it. Others stay as they are, and mean nothing.
 * - Bytes that are not UTF-8 and escaped surrogates without their other half become U+FFFD.
 * - Numbers of any size are taken; see json_is_digits.
 * A known member, or one of a map, that stands twice with different values is ERROR_CORRUPT:
 * engines differ in what they make of it. So are nesting over LIMIT_JSON_DEPTH and anything after
 * the value. type: what the value ought to be; values of other types are for the json_get_
 * functions to refuse. NULL: every object is a map. Returns a new reference. */
json_t *json_decode(struct str text, const struct json_field *type, struct error *err);
/* The same for documents that are no image's: no type. */
json_t *json_parse(struct str text, struct error *err);

/* Whether a value is a number that neither an integer of 64 bits nor a double holds exactly. To
 * jansson it is a string: U+FDD0, which Unicode has for a program's own use, and the digits. A
 * string of a document that begins with that character has it twice, so that none can pass for a
 * number. */
bool json_is_digits(const json_t *value);
struct str json_digits(const json_t *value); /* of such a number: the text; borrowed */

/* Members of an object by their Go type. A missing member and null are the same: the "zero value".
 * A member of another type is ERROR_CORRUPT ("field \"KEY\": expected a string, found a number").
 * Results are borrowed from object. */
MUST_CHECK int json_get_string(const json_t *object, const char *key, const char **out,
                               struct error *err); /* zero value: ""; one with a NUL is refused */
/* Checks the type alone: for text that may hold anything, a NUL too. */
MUST_CHECK int json_check_string(const json_t *object, const char *key, struct error *err);
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
/* An array of strings (Go's []string); zero value: NULL. One with a NUL is refused. */
MUST_CHECK int json_get_string_array(const json_t *object, const char *key, json_t **out,
                                     struct error *err);

/* About how many bytes of memory the value takes, with all that is in it. */
uint64_t json_memory(const json_t *value);

/* json_decref for CLEANUP. */
void cleanup_json(json_t **json);
#define AUTO_JSON CLEANUP(cleanup_json) json_t *

#endif
