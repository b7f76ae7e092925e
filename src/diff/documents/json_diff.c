#include "diff/documents/json_diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "image/config.h"
#include "image/json.h"

struct walk {
  struct fields *fields;
  bool empty_is_absent;
  size_t end; /* the number of fields to stop at */
  bool more;  /* stopped there */
};

static void diff_any(struct walk *walk, const char *path, const json_t *a, const json_t *b,
                     unsigned depth);

/* NULL for absent and null. */
static const json_t *present(const json_t *value)
{
  return json_is_null(value) ? NULL : value;
}

static struct str text_of(struct walk *walk, const json_t *value)
{
  struct str text;
  char *dumped;

  if (!value)
    return (struct str) { NULL, 0 };
  if (json_is_digits(value))
    return arena_str(&walk->fields->arena, json_digits(value));
  if (json_is_string(value))
    return arena_str(&walk->fields->arena,
                     (struct str) { json_string_value(value), json_string_length(value) });
  dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
  if (!dumped)
    return STR("(too deep)");
  text = arena_str(&walk->fields->arena, str_of(dumped));
  free(dumped);
  return text;
}

static void json_diff_add(struct walk *walk, const char *path, const json_t *a, const json_t *b)
{
  struct arena *arena = &walk->fields->arena;
  const char *name;

  if (walk->fields->n >= walk->end) {
    walk->more = true;
    return;
  }
  name = arena_strdup(arena, path);

  fields_add_kept(walk->fields, name, arena_printf(arena, "%s ", name), text_of(walk, a),
                  text_of(walk, b));
}

static bool is_zero(const json_t *value)
{
  return !value || (json_is_string(value) && json_string_length(value) == 0) ||
         json_is_false(value) || (json_is_number(value) && json_number_value(value) == 0);
}

static bool same_time(const json_t *a, const json_t *b)
{
  int64_t seconds[2];
  int32_t nanoseconds[2];

  return json_is_string(a) && json_is_string(b) &&
         time_parse_rfc3339(json_string_value(a), &seconds[0], &nanoseconds[0]) &&
         time_parse_rfc3339(json_string_value(b), &seconds[1], &nanoseconds[1]) &&
         seconds[0] == seconds[1] && nanoseconds[0] == nanoseconds[1];
}

/* How much an array or an object holds; what is neither is something, a word in the place of a list
 * of one. */
static size_t size_of(const json_t *value)
{
  if (json_is_array(value))
    return json_array_size(value);
  return json_is_object(value) ? json_object_size(value) : 1;
}

/* One of two containers is absent: that is a difference unless the other is empty and empty is as
 * good as absent. Returns whether the case was dealt with. */
static bool one_absent(struct walk *walk, const char *path, const json_t *a, const json_t *b)
{
  if (a && b)
    return false;
  if ((a || b) && (size_of(a ? a : b) || !walk->empty_is_absent))
    json_diff_add(walk, path, a, b);
  return true;
}

static void diff_map(struct walk *walk, const char *path, const json_t *a, const json_t *b,
                     unsigned depth)
{
  struct arena *arena = &walk->fields->arena;
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)a, key, value)
  {
    const json_t *other = json_object_get(b, key);

    if (!json_equal(value, other))
      diff_any(walk, arena_printf(arena, "%s.%s", path, key), value, other, depth + 1);
  }
  json_object_foreach((json_t *)b, key, value)
  {
    if (!json_object_get(a, key))
      json_diff_add(walk, arena_printf(arena, "%s.%s", path, key), NULL, value);
  }
}

static void diff_array(struct walk *walk, const char *path, const json_t *a, const json_t *b,
                       unsigned depth)
{
  size_t n = MAX_OF(json_array_size(a), json_array_size(b));

  for (size_t i = 0; i < n; i++)
    diff_any(walk, arena_printf(&walk->fields->arena, "%s[%zu]", path, i), json_array_get(a, i),
             json_array_get(b, i), depth + 1);
}

static void diff_any(struct walk *walk, const char *path, const json_t *a, const json_t *b,
                     unsigned depth)
{
  if (walk->more || json_equal(a, b) || (!a && !b))
    return;
  if (json_is_object(a) && json_is_object(b) && depth < LIMIT_JSON_DEPTH)
    diff_map(walk, path, a, b, depth);
  else if (json_is_array(a) && json_is_array(b) && depth < LIMIT_JSON_DEPTH)
    diff_array(walk, path, a, b, depth);
  else
    json_diff_add(walk, path, a, b);
}

static void diff_keys(struct walk *walk, const char *path, const json_t *a, const json_t *b)
{
  struct arena *arena = &walk->fields->arena;
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)a, key, value)
  {
    if (!json_object_get(b, key))
      json_diff_add(walk, arena_printf(arena, "%s.%s", path, key), value, NULL);
  }
  json_object_foreach((json_t *)b, key, value)
  {
    if (!json_object_get(a, key))
      json_diff_add(walk, arena_printf(arena, "%s.%s", path, key), NULL, value);
  }
}

static void diff_members(struct walk *walk, const char *prefix, const struct json_field *table,
                         const json_t *a, const json_t *b, const char *const *skip);

static void diff_objects(struct walk *walk, const char *path, const struct json_field *members,
                         const json_t *a, const json_t *b)
{
  struct arena *arena = &walk->fields->arena;
  size_t common = MIN_OF(json_array_size(a), json_array_size(b));
  size_t n = MAX_OF(json_array_size(a), json_array_size(b));

  for (size_t i = 0; i < n; i++) {
    const char *item = arena_printf(arena, "%s[%zu]", path, i);

    if (i < common && json_is_object(json_array_get(a, i)) && json_is_object(json_array_get(b, i)))
      diff_members(walk, arena_printf(arena, "%s.", item), members, json_array_get(a, i),
                   json_array_get(b, i), NULL);
    else
      diff_any(walk, item, json_array_get(a, i), json_array_get(b, i), 0);
  }
}

static void diff_member(struct walk *walk, const char *path, const struct json_field *field,
                        const json_t *a, const json_t *b)
{
  switch (field->kind) {
  case JSON_KIND_SCALAR:
    if (!(is_zero(a) && is_zero(b)) && !json_equal(a, b))
      json_diff_add(walk, path, a, b);
    break;
  case JSON_KIND_TIME:
    if (!json_equal(a, b) && (a || b) && !same_time(a, b))
      json_diff_add(walk, path, a, b);
    break;
  case JSON_KIND_OBJECT:
    diff_members(walk, arena_printf(&walk->fields->arena, "%s.", path), field->members, a, b, NULL);
    break;
  case JSON_KIND_ARRAY:
    if (one_absent(walk, path, a, b))
      break;
    if (field->members)
      diff_objects(walk, path, field->members, a, b);
    else
      diff_any(walk, path, a, b, 0);
    break;
  case JSON_KIND_LIST:
    if (!one_absent(walk, path, a, b) && !json_equal(a, b))
      json_diff_add(walk, path, a, b);
    break;
  case JSON_KIND_MAP:
    if (!one_absent(walk, path, a, b))
      diff_any(walk, path, a, b, 0);
    break;
  case JSON_KIND_SET:
    if (!one_absent(walk, path, a, b))
      diff_keys(walk, path, a, b);
    break;
  case JSON_KIND_ANY:
    diff_any(walk, path, a, b, 0);
    break;
  case JSON_KIND_UNSEEN:
    break;
  }
}

static bool is_skipped(const char *const *skip, const char *key)
{
  for (; skip && *skip; skip++)
    if (strcmp(*skip, key) == 0)
      return true;
  return false;
}

/* Recurses only as deep as the tables nest. */
static void diff_members(struct walk *walk, const char *prefix, const struct json_field *table,
                         const json_t *a, const json_t *b, const char *const *skip)
{
  for (const struct json_field *field = table; field->key; field++) {
    const json_t *in_a = present(json_object_get(a, field->key));
    const json_t *in_b = present(json_object_get(b, field->key));

    if (!is_skipped(skip, field->key))
      diff_member(walk, arena_printf(&walk->fields->arena, "%s%s", prefix, field->key), field, in_a,
                  in_b);
  }
}

bool json_diff(struct fields *fields, const struct json_field *table, const json_t *a,
               const json_t *b, const struct json_diff_options *options)
{
  size_t before = fields->n;
  struct walk walk = {
    .fields = fields,
    .empty_is_absent = options->empty_is_absent,
    .end = options->max_fields ? before + options->max_fields : SIZE_MAX,
  };

  diff_members(&walk, "", table, a, b, options->skip);
  if (walk.more)
    fields_add(fields, "and more", "and more ", STR("..."), STR("..."));
  return fields->n > before;
}
