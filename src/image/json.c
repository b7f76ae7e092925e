#include "image/json.h"

#include <string.h>

#include "base/limits.h"

void cleanup_json(json_t **json)
{
  json_decref(*json);
}

/* Jansson bounds nesting only at 2048 and gives every array and object tables of their own, so both
 * are counted before it sees the text. What this scan takes for a bracket may be none in broken
 * text; the parser then says so. */
static int check_shape(struct str text, struct error *err)
{
  size_t most = 32768 + text.len / 16;
  size_t depth = 0;
  size_t containers = 0;
  bool in_string = false;

  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];

    if (in_string && c == '\\')
      i++;
    else if (c == '"')
      in_string = !in_string;
    else if (in_string)
      continue;
    else if ((c == ']' || c == '}') && depth > 0)
      depth--;
    else if (c == '[' || c == '{') {
      if (++depth > LIMIT_JSON_DEPTH)
        return error_set(err, ERROR_CORRUPT, "JSON: nested more than %d levels deep at byte %zu",
                         LIMIT_JSON_DEPTH, i);
      if (++containers > most)
        return error_set(err, ERROR_LIMIT, "JSON: more than %zu arrays and objects", most);
    }
  }
  return 0;
}

json_t *json_parse(struct str text, struct error *err)
{
  json_error_t error;
  json_t *json;

  if (check_shape(text, err) < 0)
    return NULL;
  json = json_loadb(text.len ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                    &error);
  if (!json)
    error_set(err, ERROR_CORRUPT, "JSON: line %d, column %d: %s", error.line, error.column,
              error.text);
  return json;
}

static const char *type_name(const json_t *json)
{
  switch (json_typeof(json)) {
  case JSON_OBJECT:
    return "an object";
  case JSON_ARRAY:
    return "an array";
  case JSON_STRING:
    return "a string";
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
static json_t *member(const json_t *object, const char *key)
{
  json_t *value = json_object_get(object, key);

  return json_is_null(value) ? NULL : value;
}

int json_get_string(const json_t *object, const char *key, const char **out, struct error *err)
{
  const json_t *value = member(object, key);

  if (value && !json_is_string(value))
    return wrong_type(key, "a string", value, err);
  *out = value ? json_string_value(value) : "";
  return 0;
}

int json_get_int(const json_t *object, const char *key, int64_t *out, struct error *err)
{
  const json_t *value = member(object, key);

  if (json_is_real(value))
    return error_set(err, ERROR_CORRUPT, "field \"%s\": expected an integer, found %g", key,
                     json_real_value(value));
  if (value && !json_is_integer(value))
    return wrong_type(key, "a number", value, err);
  *out = value ? json_integer_value(value) : 0;
  return 0;
}

int json_get_bool(const json_t *object, const char *key, bool *out, struct error *err)
{
  const json_t *value = member(object, key);

  if (value && !json_is_boolean(value))
    return wrong_type(key, "a boolean", value, err);
  *out = json_is_true(value);
  return 0;
}

int json_get_object(const json_t *object, const char *key, json_t **out, struct error *err)
{
  json_t *value = member(object, key);

  if (value && !json_is_object(value))
    return wrong_type(key, "an object", value, err);
  *out = value;
  return 0;
}

int json_get_array(const json_t *object, const char *key, json_t **out, struct error *err)
{
  json_t *value = member(object, key);

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
    if (!json_is_string(value))
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
    if (!json_is_string(value))
      return error_set(err, ERROR_CORRUPT, "field \"%s\": element %zu: expected a string, found %s",
                       key, i, type_name(value));
  }
  *out = array;
  return 0;
}
