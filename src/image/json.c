#include "image/json.h"

#include <string.h>

void cleanup_json(json_t **json)
{
  json_decref(*json);
}

static const char *type_name(const json_t *json)
{
  switch (json_typeof(json)) {
  case JSON_OBJECT:
    return "an object";
  case JSON_ARRAY:
    return "an array";
  case JSON_STRING:
    return json_is_digits(json) ? "a number" : "a string";
  case JSON_INTEGER:
  case JSON_REAL:
    return "a number";
  case JSON_TRUE:
  case JSON_FALSE:
    return "a boolean";
  case JSON_NULL:
    break;
  }
  return "null";
}

static int wrong_type(const char *key, const char *expected, const json_t *found, struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "field \"%s\": expected %s, found %s", key, expected,
                   type_name(found));
}

/* The member, or NULL for what counts as missing. */
static json_t *json_member(const json_t *object, const char *key)
{
  json_t *value = json_object_get(object, key);

  return json_is_null(value) ? NULL : value;
}

static bool is_string(const json_t *value)
{
  return json_is_string(value) && !json_is_digits(value);
}

static bool has_nul(const json_t *string)
{
  return strlen(json_string_value(string)) != json_string_length(string);
}

int json_check_string(const json_t *object, const char *key, struct error *err)
{
  const json_t *value = json_member(object, key);

  return value && !is_string(value) ? wrong_type(key, "a string", value, err) : 0;
}

int json_get_string(const json_t *object, const char *key, const char **out, struct error *err)
{
  const json_t *value = json_member(object, key);

  if (json_check_string(object, key, err) < 0)
    return -1;
  if (value && has_nul(value))
    return error_set(err, ERROR_CORRUPT, "field \"%s\": a string with a NUL character", key);
  *out = value ? json_string_value(value) : "";
  return 0;
}

int json_get_int(const json_t *object, const char *key, int64_t *out, struct error *err)
{
  const json_t *value = json_member(object, key);

  if (json_is_real(value))
    return error_set(err, ERROR_CORRUPT, "field \"%s\": expected an integer, found %g", key,
                     json_real_value(value));
  if (json_is_digits(value))
    return error_set(err, ERROR_CORRUPT,
                     "field \"%s\": expected an integer of 64 bits, found %.100s", key,
                     json_digits(value).ptr);
  if (value && !json_is_integer(value))
    return wrong_type(key, "a number", value, err);
  *out = value ? json_integer_value(value) : 0;
  return 0;
}

int json_get_bool(const json_t *object, const char *key, bool *out, struct error *err)
{
  const json_t *value = json_member(object, key);

  if (value && !json_is_boolean(value))
    return wrong_type(key, "a boolean", value, err);
  *out = json_is_true(value);
  return 0;
}

int json_get_object(const json_t *object, const char *key, json_t **out, struct error *err)
{
  json_t *value = json_member(object, key);

  if (value && !json_is_object(value))
    return wrong_type(key, "an object", value, err);
  *out = value;
  return 0;
}

int json_get_array(const json_t *object, const char *key, json_t **out, struct error *err)
{
  json_t *value = json_member(object, key);

  if (value && !json_is_array(value))
    return wrong_type(key, "an array", value, err);
  *out = value;
  return 0;
}

int json_get_string_map(const json_t *object, const char *key, json_t **out, struct error *err)
{
  json_t *map;
  const char *name;
  json_t *value;

  if (json_get_object(object, key, &map, err) < 0)
    return -1;
  json_object_foreach(map, name, value)
  {
    if (!is_string(value))
      return error_set(err, ERROR_CORRUPT, "field \"%s\": \"%s\": expected a string, found %s", key,
                       name, type_name(value));
  }
  *out = map;
  return 0;
}

int json_get_string_array(const json_t *object, const char *key, json_t **out, struct error *err)
{
  json_t *array;
  size_t i;
  json_t *value;

  if (json_get_array(object, key, &array, err) < 0)
    return -1;
  json_array_foreach(array, i, value)
  {
    if (!is_string(value) || has_nul(value))
      return error_set(err, ERROR_CORRUPT, "field \"%s\": element %zu: expected a string, found %s",
                       key, i, is_string(value) ? "one with a NUL character" : type_name(value));
  }
  *out = array;
  return 0;
}

/* Of jansson 2.14 on a machine of 64 bits, with malloc's own share: an object begins with a table
 * of eight buckets, a member has its key and two lists, an array room for eight items. */
enum {
  OBJECT_BYTES = 256,
  MEMBER_BYTES = 96,
  ARRAY_BYTES = 128,
  ITEM_BYTES = 16,
  OTHER_BYTES = 64
};

/* Values are nested no deeper than LIMIT_JSON_DEPTH. */
uint64_t json_memory(const json_t *value)
{
  uint64_t bytes = OTHER_BYTES;
  const char *key;
  json_t *member;
  size_t index;

  if (json_is_object(value)) {
    bytes = OBJECT_BYTES;
    json_object_foreach((json_t *)(uintptr_t)value, key, member) bytes +=
        MEMBER_BYTES + strlen(key) + json_memory(member);
  } else if (json_is_array(value)) {
    bytes = ARRAY_BYTES;
    json_array_foreach(value, index, member) bytes += ITEM_BYTES + json_memory(member);
  } else if (json_is_string(value)) {
    bytes += json_string_length(value);
  }
  return bytes;
}
