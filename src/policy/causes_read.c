/* From YAML to the structures of cause_table.h. */
#include <string.h>

#include "base/alloc.h"
#include "policy/causes_reader.h"

static const char *causes_read_sentence(const struct reader *reader, const struct yaml_value *map,
                                        const char *key)
{
  const struct yaml_value *value = reader_member(reader, map, key);

  reader_expect(reader, value, YAML_STRING, key);
  if (!str_has_suffix(value->text, STR(".")) || memchr(value->text.ptr, '\n', value->text.len))
    FAIL(reader, value, "%s: expected a sentence in one line that ends with a dot", key);
  return value->text.ptr;
}

static void causes_read_read_fields(const struct reader *reader, const struct yaml_value *map,
                                    struct cause *cause)
{
  const struct yaml_value *value = reader_member(reader, map, "fields");
  struct policy_field *fields = reader_alloc(reader, reader_count(value), sizeof(*fields));

  for (const struct yaml_value *item = reader_items(reader, value, "fields"); item;
       item = item->next) {
    struct error err;

    reader_expect(reader, item, YAML_STRING, "fields");
    if (field_parse(&fields[cause->n_fields], reader_copy(reader, item->text), &err))
      FAIL(reader, item, "%s", err.message);
    for (int kind = 0; kind < N_FIELD_KINDS; kind++)
      if (field_may_cover(fields[cause->n_fields].kind, (enum policy_field_kind)kind))
        cause->kinds |= UINT32_C(1) << kind;
    cause->n_fields++;
  }
  cause->fields = fields;
}

static char causes_read_type_of(const struct reader *reader, const struct yaml_value *item)
{
  static const struct {
    const char *name;
    char type;
  } types[] = {
    { "file", '0' },  { "link", '1' }, { "symlink", '2' }, { "char", '3' },
    { "block", '4' }, { "dir", '5' },  { "fifo", '6' },    { "global", 'g' },
  };

  reader_expect(reader, item, YAML_STRING, "types");
  for (size_t i = 0; i < ARRAY_LEN(types); i++)
    if (str_equal(item->text, str_of(types[i].name)))
      return types[i].type;
  FAIL(reader, item,
       "types: expected file, link, symlink, char, block, dir, fifo or global, found \"%s\"",
       item->text.ptr);
}

static void read_types(const struct reader *reader, const struct yaml_value *map,
                       struct cause *cause)
{
  const struct yaml_value *value = yaml_member(map, "types");
  char *types = reader_alloc(reader, reader_count(value) + 1, 1);
  size_t n = 0;

  if (!value)
    return;
  for (const struct yaml_value *item = reader_items(reader, value, "types"); item;
       item = item->next)
    types[n++] = causes_read_type_of(reader, item);
  types[n] = '\0';
  cause->types = types;
}

static void read_sources(const struct reader *reader, const struct yaml_value *map,
                         struct cause *cause)
{
  const struct yaml_value *value = reader_member(reader, map, "sources");
  const char **sources = reader_alloc(reader, reader_count(value) + 1, sizeof(*sources));
  size_t n = 0;

  for (const struct yaml_value *item = reader_items(reader, value, "sources"); item;
       item = item->next) {
    reader_expect(reader, item, YAML_STRING, "sources");
    if (!str_has_prefix(item->text, STR("https://")))
      FAIL(reader, item, "sources: expected an address that begins with https://");
    sources[n++] = reader_copy(reader, item->text).ptr;
  }
  sources[n] = NULL;
  cause->sources = sources;
}

static void read_patterns(const struct reader *reader, const struct yaml_value *map,
                          struct cause_source *out)
{
  const struct yaml_value *value = yaml_member(map, "paths");

  if (!value)
    return;
  out->patterns = reader_alloc(reader, reader_count(value), sizeof(*out->patterns));
  out->pattern_texts = reader_alloc(reader, reader_count(value), sizeof(*out->pattern_texts));
  for (const struct yaml_value *item = reader_items(reader, value, "paths"); item;
       item = item->next) {
    struct pattern *pattern = &out->patterns[out->n_patterns];
    struct error err;

    reader_expect(reader, item, YAML_STRING, "paths");
    if (pattern_compile(pattern, item->text, &reader->out->arena, &err))
      FAIL(reader, item, "%s", err.message);
    if (pattern->never || pattern->negated)
      FAIL(reader, item, "pattern \"%s\": %s", item->text.ptr,
           pattern->never ? pattern->never : "may not begin with \"!\"");
    out->pattern_texts[out->n_patterns++] = reader_copy(reader, item->text).ptr;
  }
}

/* ---- examples ---- */

static const char *example_fields(const struct reader *reader, const struct yaml_value *map,
                                  const struct cause *cause)
{
  const struct yaml_value *value = yaml_member(map, "fields");
  struct policy_field field;
  struct error err;

  if (!value)
    return field_format(&cause->fields[0], &reader->out->arena);
  reader_expect(reader, value, YAML_STRING, "fields");
  if (!str_equal(value->text, STR("")) && !memchr(value->text.ptr, ',', value->text.len) &&
      field_parse(&field, value->text, &err))
    FAIL(reader, value, "%s", err.message);
  return reader_copy(reader, value->text).ptr;
}

static void read_example(const struct reader *reader, const struct yaml_value *item,
                         const struct cause *cause, bool counter)
{
  static const char *const keys[] = { "path", "fields", "types", "a", "a-hex", "b", "b-hex", NULL };
  struct causes_source *out = reader->out;
  struct cause_example example = { .id = cause->id, .counter = counter, .path = "" };
  const struct yaml_value *path;
  struct cause types = { 0 };

  reader_expect(reader, item, YAML_MAP, "examples");
  reader_expect_keys(reader, item, keys);
  path = yaml_member(item, "path");
  if (path) {
    reader_expect(reader, path, YAML_STRING, "path");
    example.path = reader_copy(reader, path->text).ptr;
  }
  example.fields = example_fields(reader, item, cause);
  read_types(reader, item, &types);
  if (types.types)
    memcpy(example.types, types.types, MIN_OF(strlen(types.types), sizeof(example.types)));
  example.content[0] = reader_bytes(reader, item, "a");
  example.content[1] = reader_bytes(reader, item, "b");
  example.has_content = example.content[0].ptr != NULL;
  if (!example.content[0].ptr != !example.content[1].ptr)
    FAIL(reader, item, "expected a and b, or neither");
  out->examples = xgrow(out->examples, out->n_examples, &out->cap_examples, sizeof(example));
  out->examples[out->n_examples++] = example;
}

static void read_examples(const struct reader *reader, const struct yaml_value *map,
                          const struct cause *cause)
{
  const struct yaml_value *value = yaml_member(map, "counterexamples");

  if (cause->n_tests && !value)
    FAIL(reader, map, "content: expected counterexamples for what it looks for");
  for (const struct yaml_value *item =
           reader_items(reader, reader_member(reader, map, "examples"), "examples");
       item; item = item->next)
    read_example(reader, item, cause, false);
  if (!value)
    return;
  for (const struct yaml_value *item = reader_items(reader, value, "counterexamples"); item;
       item = item->next)
    read_example(reader, item, cause, true);
}

/* ---- all ---- */

static const char *read_id(const struct reader *reader, const struct yaml_value *map)
{
  const struct yaml_value *value = reader_member(reader, map, "id");

  reader_expect(reader, value, YAML_STRING, "id");
  if (!value->text.len ||
      strspn(value->text.ptr, "abcdefghijklmnopqrstuvwxyz0123456789-") != value->text.len)
    FAIL(reader, value, "id: expected small letters, digits and -");
  for (size_t i = 0; i < reader->out->n; i++)
    if (strcmp(reader->out->causes[i].cause.id, value->text.ptr) == 0)
      FAIL(reader, value, "id: \"%s\" stands here twice", value->text.ptr);
  return reader_copy(reader, value->text).ptr;
}

static const char *read_title(const struct reader *reader, const struct yaml_value *map)
{
  const struct yaml_value *value = reader_member(reader, map, "title");

  reader_expect(reader, value, YAML_STRING, "title");
  if (!value->text.len || value->text.len > 48)
    FAIL(reader, value, "title: expected 1 to 48 characters");
  return reader_copy(reader, value->text).ptr;
}

static bool read_harmless(const struct reader *reader, const struct yaml_value *map)
{
  const struct yaml_value *value = yaml_member(map, "harmless");

  if (!value)
    return false;
  reader_expect(reader, value, YAML_STRING, "harmless");
  if (!str_equal(value->text, STR("true")))
    FAIL(reader, value, "harmless: expected true, or nothing");
  return true;
}

/* When the cause fits a difference, and examples of that. */
static void read_rules(const struct reader *reader, const struct yaml_value *map,
                       struct cause_source *source)
{
  causes_read_read_fields(reader, map, &source->cause);
  read_types(reader, map, &source->cause);
  read_patterns(reader, map, source);
  reader_tests(reader, map, &source->cause);
  read_examples(reader, map, &source->cause);
}

static void read_cause(const struct reader *reader, const struct yaml_value *map)
{
  static const char *const keys[] = { "id",       "title",    "cause",           "fix",
                                      "sources",  "fields",   "paths",           "types",
                                      "content",  "examples", "counterexamples", "harmless",
                                      "found-by", NULL };
  static const char *const keys_without_rules[] = { "id",      "title",    "cause",    "fix",
                                                    "sources", "harmless", "found-by", NULL };
  struct causes_source *out = reader->out;
  struct cause_source *source;

  reader_expect(reader, map, YAML_MAP, "cause");
  reader_expect_keys(reader, map, keys);
  out->causes = xgrow(out->causes, out->n, &out->cap, sizeof(*out->causes));
  source = &out->causes[out->n];
  memset(source, 0, sizeof(*source));
  source->cause.id = read_id(reader, map);
  source->cause.title = read_title(reader, map);
  source->cause.text = reader_copy(reader, str_of(causes_read_sentence(reader, map, "cause"))).ptr;
  source->cause.fix = reader_copy(reader, str_of(causes_read_sentence(reader, map, "fix"))).ptr;
  read_sources(reader, map, &source->cause);
  source->cause.harmless = read_harmless(reader, map);
  source->cause.found_elsewhere = yaml_member(map, "found-by") != NULL;
  if (source->cause.found_elsewhere)
    reader_expect_keys(reader, map, keys_without_rules);
  else
    read_rules(reader, map, source);
  out->n++;
}

void causes_read(struct causes_source *out, struct str text, const char *name)
{
  const struct reader reader = { name, out };
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;
  struct error err;
  const struct yaml_value *root = yaml_parse(text, name, &arena, &err);

  if (!root)
    reader_die(&err);
  reader_expect(&reader, root, YAML_MAP, "file");
  for (const struct yaml_value *item =
           reader_items(&reader, reader_member(&reader, root, "causes"), "causes");
       item; item = item->next)
    read_cause(&reader, item);
}
