#include "policy/yaml_value.h"

#include <string.h>
#include <yaml.h>

#include "base/buf.h"

struct reader {
  yaml_parser_t parser;
  const char *name;
  struct arena *arena;
  /* The lists and maps that are open, and where their next item goes. */
  struct {
    struct yaml_value *value;
    const struct yaml_value **end;
    const struct yaml_value *key; /* of a map: the key whose value comes next */
    size_t n_keys;
  } open[YAML_MAX_DEPTH];
  size_t depth;
  struct yaml_value *root;
};

static int fail_at(const struct reader *reader, const yaml_mark_t *mark, enum error_code code,
                   const char *what, struct error *err)
{
  return error_set(err, code, "%s:%zu:%zu: %s", reader->name, mark->line + 1, mark->column + 1,
                   what);
}

static int fail_to_parse(const struct reader *reader, struct error *err)
{
  const yaml_parser_t *parser = &reader->parser;
  const char *problem = parser->problem ? parser->problem : "no YAML";

  if (parser->error == YAML_READER_ERROR)
    return error_set(err, ERROR_CORRUPT, "%s: at byte %zu: %s", reader->name,
                     parser->problem_offset, problem);
  if (parser->context)
    return error_set(err, ERROR_CORRUPT, "%s:%zu:%zu: %s %s", reader->name,
                     parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                     parser->context, problem);
  return fail_at(reader, &parser->problem_mark, ERROR_CORRUPT, problem, err);
}

/* Gives a value its place: the root, an item, a key, or a member. */
static int place(struct reader *reader, struct yaml_value *value, const yaml_mark_t *mark,
                 struct error *err)
{
  struct yaml_value *parent;

  if (!reader->depth) {
    reader->root = value;
    return 0;
  }
  parent = reader->open[reader->depth - 1].value;
  if (parent->kind == YAML_MAP && !reader->open[reader->depth - 1].key) {
    if (value->kind != YAML_STRING)
      return fail_at(reader, mark, ERROR_CORRUPT, "a key has to be a string", err);
    if (yaml_member(parent, value->text.ptr))
      return error_set(err, ERROR_CORRUPT, "%s:%u:%u: key \"%s\" stands here twice", reader->name,
                       value->line, value->column, value->text.ptr);
    if (reader->open[reader->depth - 1].n_keys++ == YAML_MAX_KEYS)
      return fail_at(reader, mark, ERROR_LIMIT, "too many keys", err);
    reader->open[reader->depth - 1].key = value;
    return 0;
  }
  value->key = reader->open[reader->depth - 1].key;
  reader->open[reader->depth - 1].key = NULL;
  *reader->open[reader->depth - 1].end = value;
  reader->open[reader->depth - 1].end = &value->next;
  return 0;
}

static int open_value(struct reader *reader, struct yaml_value *value, const yaml_mark_t *mark,
                      struct error *err)
{
  if (reader->depth == YAML_MAX_DEPTH)
    return fail_at(reader, mark, ERROR_LIMIT, "nested too deep", err);
  reader->open[reader->depth].value = value;
  reader->open[reader->depth].end = &value->first;
  reader->open[reader->depth].key = NULL;
  reader->open[reader->depth].n_keys = 0;
  reader->depth++;
  return 0;
}

static int yaml_value_add(struct reader *reader, const yaml_event_t *event, enum yaml_kind kind,
                          const yaml_char_t *tag, const yaml_char_t *anchor, struct error *err)
{
  struct yaml_value *value = arena_alloc(reader->arena, sizeof(*value));

  if (tag || anchor)
    return fail_at(reader, &event->start_mark, ERROR_CORRUPT, "tags and anchors are not used here",
                   err);
  value->kind = kind;
  value->line = (unsigned)event->start_mark.line + 1;
  value->column = (unsigned)event->start_mark.column + 1;
  if (kind == YAML_STRING) {
    struct str text = { (const char *)event->data.scalar.value, event->data.scalar.length };

    if (memchr(text.ptr, '\0', text.len))
      return fail_at(reader, &event->start_mark, ERROR_CORRUPT, "a zero byte", err);
    value->text = arena_str(reader->arena, text);
  }
  if (place(reader, value, &event->start_mark, err))
    return -1;
  return kind == YAML_STRING ? 0 : open_value(reader, value, &event->start_mark, err);
}

/* Returns 1 if more may follow, 0 at the end. */
static int yaml_value_take(struct reader *reader, const yaml_event_t *event, struct error *err)
{
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return yaml_value_add(reader, event, YAML_STRING, event->data.scalar.tag,
                          event->data.scalar.anchor, err)
               ? -1
               : 1;
  case YAML_SEQUENCE_START_EVENT:
    return yaml_value_add(reader, event, YAML_LIST, event->data.sequence_start.tag,
                          event->data.sequence_start.anchor, err)
               ? -1
               : 1;
  case YAML_MAPPING_START_EVENT:
    return yaml_value_add(reader, event, YAML_MAP, event->data.mapping_start.tag,
                          event->data.mapping_start.anchor, err)
               ? -1
               : 1;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    reader->depth--;
    return 1;
  case YAML_ALIAS_EVENT:
    return fail_at(reader, &event->start_mark, ERROR_CORRUPT, "aliases are not used here", err);
  case YAML_DOCUMENT_START_EVENT:
    if (reader->root)
      return fail_at(reader, &event->start_mark, ERROR_CORRUPT, "expected one document only", err);
    return 1;
  case YAML_STREAM_END_EVENT:
  case YAML_NO_EVENT:
    return 0;
  case YAML_STREAM_START_EVENT:
  case YAML_DOCUMENT_END_EVENT:
    break;
  }
  return 1;
}

static int read_all(struct reader *reader, struct error *err)
{
  int more = 1;

  while (more > 0) {
    yaml_event_t event;

    if (!yaml_parser_parse(&reader->parser, &event))
      return fail_to_parse(reader, err);
    more = yaml_value_take(reader, &event, err);
    yaml_event_delete(&event);
  }
  return more;
}

const struct yaml_value *yaml_parse(struct str text, const char *name, struct arena *arena,
                                    struct error *err)
{
  struct reader reader = { .name = name, .arena = arena };
  int result;

  if (text.len > YAML_MAX_BYTES) {
    error_set(err, ERROR_LIMIT, "%s: %zu bytes: expected at most %d", name, text.len,
              YAML_MAX_BYTES);
    return NULL;
  }
  if (!yaml_parser_initialize(&reader.parser)) {
    error_set(err, ERROR_IO, "%s: no memory for a YAML parser", name);
    return NULL;
  }
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)(text.len ? text.ptr : ""),
                               text.len);
  result = read_all(&reader, err);
  yaml_parser_delete(&reader.parser);
  if (result < 0)
    return NULL;
  if (!reader.root) {
    reader.root = arena_alloc(arena, sizeof(*reader.root));
    *reader.root = (struct yaml_value) { .kind = YAML_MAP, .line = 1, .column = 1 };
  }
  return reader.root;
}

const struct yaml_value *yaml_member(const struct yaml_value *map, const char *key)
{
  for (const struct yaml_value *member = map->first; member; member = member->next)
    if (strcmp(member->key->text.ptr, key) == 0)
      return member;
  return NULL;
}

int yaml_error(struct error *err, const char *name, const struct yaml_value *at, const char *fmt,
               ...)
{
  char text[1024];
  va_list args;

  va_start(args, fmt);
  vsnprintf(text, sizeof(text), fmt, args);
  va_end(args);
  return error_set(err, ERROR_USAGE, "%s:%u:%u: %s", name, at->line, at->column, text);
}

int yaml_expect(const struct yaml_value *value, enum yaml_kind kind, const char *what,
                const char *name, struct error *err)
{
  static const char *const kinds[] = { "a string", "a list", "a map" };

  if (value->kind == kind)
    return 0;
  return yaml_error(err, name, value, "%s: expected %s, found %s", what, kinds[kind],
                    kinds[value->kind]);
}

static bool is_one_of(struct str key, const char *const *keys)
{
  for (; *keys; keys++)
    if (str_equal(key, str_of(*keys)))
      return true;
  return false;
}

int yaml_expect_keys(const struct yaml_value *map, const char *const *keys, const char *name,
                     struct error *err)
{
  for (const struct yaml_value *member = map->first; member; member = member->next) {
    AUTO_BUF known = BUF_INIT(sizeof(err->message));

    if (is_one_of(member->key->text, keys))
      continue;
    for (const char *const *key = keys; *key; key++)
      buf_printf(&known, "%s%s", key == keys ? "" : ", ", *key);
    return yaml_error(err, name, member->key, "unknown key \"%s\"; known are %s",
                      member->key->text.ptr, known.ptr);
  }
  return 0;
}
