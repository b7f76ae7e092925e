/* Objects and arrays: what Go's encoding/json would decode, since that is what engines run. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "image/json.h"
#include "image/json_lexer.h"

struct reader {
  struct json_lexer lexer;
  unsigned depth;
  size_t containers;
  size_t most_containers;
};

static json_t *read_value(struct reader *reader, const struct json_field *type);

static bool is_byte(struct str s, const char *bytes)
{
  return str_has_prefix(s, str_of(bytes));
}

/* Whether key is name but for case, as Go folds it: beside the letters of ASCII, U+017F is an s and
 * U+212A is a k. */
static bool folds_to(struct str key, const char *name)
{
  for (; *name && key.len; name++) {
    char c = key.ptr[0];
    char lower = (char)(*name >= 'A' && *name <= 'Z' ? *name + ('a' - 'A') : *name);
    size_t len = 1;

    if (c >= 'A' && c <= 'Z')
      c = (char)(c + ('a' - 'A'));
    if ((lower == 's' && is_byte(key, "\xc5\xbf")) ||
        (lower == 'k' && is_byte(key, "\xe2\x84\xaa")))
      len = lower == 's' ? 2 : 3;
    else if (c != lower)
      return false;
    key = str_skip(key, len);
  }
  return !*name && !key.len;
}

static const struct json_field *find_field(const struct json_field *members, struct str key)
{
  for (const struct json_field *field = members; field && field->key; field++)
    if (str_equal(key, str_of(field->key)))
      return field;
  for (const struct json_field *field = members; field && field->key; field++)
    if (folds_to(key, field->key))
      return field;
  return NULL;
}

static int enter(struct reader *reader)
{
  const struct json_lexer *lexer = &reader->lexer;

  if (++reader->depth > LIMIT_JSON_DEPTH)
    return json_lexer_fail(lexer, "nested more than %d levels deep", LIMIT_JSON_DEPTH);
  if (++reader->containers > reader->most_containers)
    return error_set(lexer->err, ERROR_LIMIT, "JSON: more than %zu arrays and objects",
                     reader->most_containers);
  return 0;
}

/* A name that stands twice: engines take the last value, or merge both, or refuse. Only where it
 * makes no difference is it left at that. */
static int check_double(struct reader *reader, const char *name, const char *key, json_t *before,
                        json_t *value)
{
  if (json_equal(before, value))
    return 0;
  if (strcmp(name, key) == 0)
    return json_lexer_fail(&reader->lexer,
                           "duplicate member \"%.100s\" with another value, so that it is "
                           "ambiguous which one counts",
                           name);
  return json_lexer_fail(&reader->lexer,
                         "duplicate member: \"%.100s\" is \"%.100s\" again with another value, so "
                         "that it is ambiguous which one counts",
                         key, name);
}

static int json_read_put(struct reader *reader, json_t *object, const char *name, json_t *value)
{
  if (json_object_set_new(object, name, value) == 0)
    return 0;
  return error_set(reader->lexer.err, ERROR_LIMIT, "out of memory");
}

/* Takes value. Members that nobody knows count for nothing; they are kept, for whoever writes the
 * document again, where they can be written as they were. */
static int json_read_add_member(struct reader *reader, json_t *object,
                                const struct json_field *members, struct str key, json_t *value,
                                bool marked)
{
  const struct json_field *field = find_field(members, key);
  AUTO_JSON owned = value;
  AUTO_FREE char *text = str_dup(key);
  const char *name = field ? field->key : text;
  json_t *before;

  if (memchr(key.ptr ? key.ptr : "", '\0', key.len)) {
    if (members)
      return 0;
    return json_lexer_fail(&reader->lexer, "a name with a NUL character is not supported");
  }
  if (members && !field && marked)
    return 0;
  before = json_object_get(object, name);
  if (before && (!members || field))
    return check_double(reader, name, text, before, value);
  return json_read_put(reader, object, name, steal_pointer(&owned));
}

static int read_member(struct reader *reader, json_t *object, const struct json_field *members)
{
  struct json_lexer *lexer = &reader->lexer;
  AUTO_FREE char *key = NULL;
  struct str name;
  size_t marked;
  json_t *value;

  if (json_lexer_string(lexer) < 0)
    return -1;
  name.len = lexer->string.len;
  key = buf_detach(&lexer->string);
  name.ptr = key;
  if (json_lexer_expect(lexer, ':') < 0)
    return -1;
  marked = lexer->n_marked;
  value = read_value(reader, find_field(members, name));
  if (!value)
    return -1;
  return json_read_add_member(reader, object, members, name, value, lexer->n_marked != marked);
}

static const struct json_field *members_of(const struct json_field *type, enum json_kind kind)
{
  const bool is_object = kind == JSON_KIND_OBJECT;

  return type && (type->kind == kind || (is_object && type->kind == JSON_KIND_UNSEEN))
             ? type->members
             : NULL;
}

static json_t *read_object(struct reader *reader, const struct json_field *type)
{
  struct json_lexer *lexer = &reader->lexer;
  const struct json_field *members = members_of(type, JSON_KIND_OBJECT);
  AUTO_JSON object = json_object();
  bool first = true;

  if (enter(reader) < 0 || json_lexer_expect(lexer, '{') < 0)
    return NULL;
  for (; json_lexer_peek(lexer) != '}'; first = false) {
    if ((!first && json_lexer_expect(lexer, ',') < 0) || read_member(reader, object, members) < 0)
      return NULL;
  }
  reader->depth--;
  return json_lexer_expect(lexer, '}') < 0 ? NULL : steal_pointer(&object);
}

static json_t *read_array(struct reader *reader, const struct json_field *type)
{
  struct json_lexer *lexer = &reader->lexer;
  const struct json_field element = { "", JSON_KIND_OBJECT, members_of(type, JSON_KIND_ARRAY) };
  AUTO_JSON array = json_array();

  if (enter(reader) < 0 || json_lexer_expect(lexer, '[') < 0)
    return NULL;
  while (json_lexer_peek(lexer) != ']') {
    json_t *value;

    if (json_array_size(array) && json_lexer_expect(lexer, ',') < 0)
      return NULL;
    value = read_value(reader, element.members ? &element : NULL);
    if (!value)
      return NULL;
    if (json_array_append_new(array, value) < 0) {
      error_set(lexer->err, ERROR_LIMIT, "out of memory");
      return NULL;
    }
  }
  reader->depth--;
  return json_lexer_expect(lexer, ']') < 0 ? NULL : steal_pointer(&array);
}

static json_t *read_value(struct reader *reader, const struct json_field *type)
{
  struct json_lexer *lexer = &reader->lexer;

  switch (json_lexer_peek(lexer)) {
  case '{':
    return read_object(reader, type);
  case '[':
    return read_array(reader, type);
  case '"':
    return json_lexer_string(lexer) < 0 ? NULL : json_lexer_string_value(lexer);
  case 't':
    return json_lexer_word(lexer, "true") < 0 ? NULL : json_true();
  case 'f':
    return json_lexer_word(lexer, "false") < 0 ? NULL : json_false();
  case 'n':
    return json_lexer_word(lexer, "null") < 0 ? NULL : json_null();
  default:
    return json_lexer_number(lexer);
  }
}

json_t *json_decode(struct str text, const struct json_field *type, struct error *err)
{
  struct reader reader = {
    .lexer = { .rest = text, .start = text.ptr, .string = BUF_INIT(text.len * 3 + 16), .err = err },
    .most_containers = 32768 + text.len / 16,
  };
  AUTO_JSON value = read_value(&reader, type);

  if (value && json_lexer_peek(&reader.lexer) >= 0) {
    json_lexer_fail(&reader.lexer, "end of file expected");
    json_decref(value);
    value = NULL;
  }
  buf_release(&reader.lexer.string);
  return steal_pointer(&value);
}

json_t *json_parse(struct str text, struct error *err)
{
  return json_decode(text, NULL, err);
}
