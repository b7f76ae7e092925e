#include "net/config/toml.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "image/json.h"

struct toml {
  struct str text;
  size_t at;
  unsigned line;
  int depth;
  struct error *err;
};

static int toml_fail(struct toml *toml, enum error_code code, const char *what)
{
  return error_set(toml->err, code, "line %u: %s", toml->line, what);
}

static json_t *fail_value(struct toml *toml, enum error_code code, const char *what)
{
  toml_fail(toml, code, what);
  return NULL;
}

static bool toml_ended(const struct toml *toml)
{
  return toml->at >= toml->text.len;
}

static char toml_peek(const struct toml *toml)
{
  return (char)(toml_ended(toml) ? '\0' : toml->text.ptr[toml->at]);
}

static bool looking_at(const struct toml *toml, struct str what)
{
  return str_has_prefix(str_skip(toml->text, toml->at), what);
}

static void skip_space(struct toml *toml)
{
  while (toml_peek(toml) == ' ' || toml_peek(toml) == '\t')
    toml->at++;
}

/* Spaces, then the rest of the line if it is a comment. */
static void skip_to_line_end(struct toml *toml)
{
  skip_space(toml);
  if (toml_peek(toml) != '#')
    return;
  while (!toml_ended(toml) && toml_peek(toml) != '\n')
    toml->at++;
}

/* Spaces, comments, line ends. */
static void skip_lines(struct toml *toml)
{
  for (;;) {
    skip_to_line_end(toml);
    if (toml_peek(toml) == '\r' && looking_at(toml, STR("\r\n")))
      toml->at++;
    if (toml_peek(toml) != '\n')
      return;
    toml->at++;
    toml->line++;
  }
}

static int end_line(struct toml *toml)
{
  skip_to_line_end(toml);
  if (toml_ended(toml) || toml_peek(toml) == '\n' || looking_at(toml, STR("\r\n")))
    return 0;
  return toml_fail(toml, ERROR_CORRUPT, "expected the end of the line");
}

static void add_utf8(struct buf *out, uint32_t c)
{
  if (c < 0x80) {
    buf_putc(out, (char)c);
  } else if (c < 0x800) {
    buf_putc(out, (char)(0xc0 | c >> 6));
    buf_putc(out, (char)(0x80 | (c & 0x3f)));
  } else if (c < 0x10000) {
    buf_putc(out, (char)(0xe0 | c >> 12));
    buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
    buf_putc(out, (char)(0x80 | (c & 0x3f)));
  } else {
    buf_putc(out, (char)(0xf0 | c >> 18));
    buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
    buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
    buf_putc(out, (char)(0x80 | (c & 0x3f)));
  }
}

static int take_unicode(struct toml *toml, int digits, struct buf *out)
{
  uint32_t c = 0;

  for (int i = 0; i < digits; i++, toml->at++) {
    char digit = toml_peek(toml);

    if (!isxdigit((unsigned char)digit))
      return toml_fail(toml, ERROR_CORRUPT, "malformed \\u escape");
    c = c << 4 | (uint32_t)(isdigit((unsigned char)digit) ? digit - '0' : (digit | 32) - 'a' + 10);
  }
  if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    return toml_fail(toml, ERROR_CORRUPT, "an escape for no character");
  add_utf8(out, c);
  return 0;
}

static int take_escape(struct toml *toml, struct buf *out)
{
  static const char from[] = "btnfr\"\\";
  static const char to[] = "\b\t\n\f\r\"\\";
  char c = toml_peek(toml);
  const char *found = c ? strchr(from, c) : NULL;

  toml->at++;
  if (c == 'u' || c == 'U')
    return take_unicode(toml, c == 'u' ? 4 : 8, out);
  if (!found)
    return toml_fail(toml, ERROR_CORRUPT, "unknown escape in a string");
  buf_putc(out, to[found - from]);
  return 0;
}

/* The inside of a string, to be freed; NULL on failure. */
static char *take_string(struct toml *toml)
{
  AUTO_BUF out = BUF_INIT(toml->text.len);
  char quote = toml_peek(toml);

  if (looking_at(toml, STR("\"\"\"")) || looking_at(toml, STR("'''"))) {
    toml_fail(toml, ERROR_UNSUPPORTED, "strings over several lines are not read");
    return NULL;
  }
  for (toml->at++; !toml_ended(toml);) {
    char c = toml->text.ptr[toml->at++];

    if (c == quote)
      return buf_detach(&out);
    if (((unsigned char)c < 0x20 && c != '\t') || c == 0x7f)
      break;
    if (c == '\\' && quote == '"') {
      if (take_escape(toml, &out) < 0)
        return NULL;
    } else {
      buf_putc(&out, c);
    }
  }
  toml_fail(toml, ERROR_CORRUPT, "a string without an end, or with a control character");
  return NULL;
}

/* One part of a key, to be freed. */
static char *take_simple_key(struct toml *toml)
{
  size_t start;

  skip_space(toml);
  if (toml_peek(toml) == '"' || toml_peek(toml) == '\'')
    return take_string(toml);
  start = toml->at;
  while (isalnum((unsigned char)toml_peek(toml)) || toml_peek(toml) == '_' ||
         toml_peek(toml) == '-')
    toml->at++;
  if (toml->at > start)
    return xstrndup(toml->text.ptr + start, toml->at - start);
  toml_fail(toml, ERROR_CORRUPT, "expected a key");
  return NULL;
}

/* The table NAME of parent, made if it is not there. Of an array of tables, the last. */
static json_t *open_table(struct toml *toml, json_t *parent, const char *name)
{
  json_t *table = json_object_get(parent, name);

  if (json_is_array(table))
    table = json_array_get(table, json_array_size(table) - 1);
  else if (!table && json_object_set_new(parent, name, table = json_object()) < 0)
    return fail_value(toml, ERROR_CORRUPT, "a key that is not UTF-8");
  if (!json_is_object(table))
    return fail_value(toml, ERROR_CORRUPT, "a table where there is a value already");
  return table;
}

/* a.b.c: opens a and b below table and leaves c in *name, to be freed. */
static json_t *take_key(struct toml *toml, json_t *table, char **name)
{
  AUTO_FREE char *key = take_simple_key(toml);

  for (int depth = 0; key; depth++) {
    skip_space(toml);
    if (toml_peek(toml) != '.') {
      *name = steal_pointer(&key);
      return table;
    }
    if (depth >= TOML_DEPTH_MAX)
      return fail_value(toml, ERROR_CORRUPT, "a key of too many parts");
    toml->at++;
    table = open_table(toml, table, key);
    if (!table)
      return NULL;
    free(key);
    key = take_simple_key(toml);
  }
  return NULL;
}

static json_t *take_value(struct toml *toml);

static json_t *take_array(struct toml *toml)
{
  AUTO_JSON array = json_array();

  toml->at++;
  for (;;) {
    json_t *value;

    skip_lines(toml);
    if (toml_peek(toml) == ']')
      break;
    value = take_value(toml);
    if (!value)
      return NULL;
    json_array_append_new(array, value);
    skip_lines(toml);
    if (toml_peek(toml) == ',')
      toml->at++;
    else if (toml_peek(toml) != ']')
      return fail_value(toml, ERROR_CORRUPT, "expected , or ] in an array");
  }
  toml->at++;
  return steal_pointer(&array);
}

/* KEY = VALUE */
static int take_pair(struct toml *toml, json_t *table)
{
  AUTO_FREE char *name = NULL;
  json_t *value;

  table = take_key(toml, table, &name);
  if (!table)
    return -1;
  if (toml_peek(toml) != '=')
    return toml_fail(toml, ERROR_CORRUPT, "expected = after a key");
  toml->at++;
  skip_space(toml);
  if (json_object_get(table, name))
    return toml_fail(toml, ERROR_CORRUPT, "a key given twice");
  value = take_value(toml);
  if (!value)
    return -1;
  if (json_object_set_new(table, name, value) < 0)
    return toml_fail(toml, ERROR_CORRUPT, "a key that is not UTF-8");
  return 0;
}

static json_t *take_inline_table(struct toml *toml)
{
  AUTO_JSON table = json_object();

  toml->at++;
  skip_space(toml);
  while (toml_peek(toml) != '}') {
    if (take_pair(toml, table) < 0)
      return NULL;
    skip_space(toml);
    if (toml_peek(toml) == ',')
      toml->at++;
    else if (toml_peek(toml) != '}')
      return fail_value(toml, ERROR_CORRUPT, "expected , or } in an inline table");
  }
  toml->at++;
  return steal_pointer(&table);
}

static json_t *take_word(struct toml *toml)
{
  size_t start = toml->at;
  struct str word;
  int64_t number;

  while (isalnum((unsigned char)toml_peek(toml)) ||
         (toml_peek(toml) && strchr("+-._:", toml_peek(toml))))
    toml->at++;
  word = (struct str) { toml->text.ptr + start, toml->at - start };
  if (str_equal(word, STR("true")) || str_equal(word, STR("false")))
    return json_boolean(word.len == 4);
  if (str_to_i64(word, &number))
    return json_integer(number);
  if (word.len && (isdigit((unsigned char)word.ptr[0]) || strchr("+-in", word.ptr[0])))
    return fail_value(toml, ERROR_UNSUPPORTED, "of numbers, only whole decimal ones are read");
  return fail_value(toml, ERROR_CORRUPT, "expected a value");
}

static json_t *take_value(struct toml *toml)
{
  AUTO_FREE char *text = NULL;
  json_t *value;

  if (toml_peek(toml) == '"' || toml_peek(toml) == '\'') {
    text = take_string(toml);
    value = text ? json_string(text) : NULL;
    return value || !text ? value : fail_value(toml, ERROR_CORRUPT, "a string that is not UTF-8");
  }
  if (toml_peek(toml) != '[' && toml_peek(toml) != '{')
    return take_word(toml);
  if (toml->depth >= TOML_DEPTH_MAX)
    return fail_value(toml, ERROR_CORRUPT, "arrays or tables nested too deep");
  toml->depth++;
  value = toml_peek(toml) == '[' ? take_array(toml) : take_inline_table(toml);
  toml->depth--;
  return value;
}

/* [NAME] or [[NAME]]; the table, borrowed from root. */
static json_t *take_header(struct toml *toml, json_t *root)
{
  bool many = looking_at(toml, STR("[["));
  AUTO_FREE char *name = NULL;
  json_t *parent;
  json_t *array;

  toml->at += many ? 2 : 1;
  parent = take_key(toml, root, &name);
  if (!parent)
    return NULL;
  if (!looking_at(toml, many ? STR("]]") : STR("]")))
    return fail_value(toml, ERROR_CORRUPT, many ? "expected ]]" : "expected ]");
  toml->at += many ? 2 : 1;
  if (!many)
    return open_table(toml, parent, name);
  array = json_object_get(parent, name);
  if (!array && json_object_set_new(parent, name, array = json_array()) < 0)
    return fail_value(toml, ERROR_CORRUPT, "a key that is not UTF-8");
  if (!json_is_array(array))
    return fail_value(toml, ERROR_CORRUPT, "an array of tables where there is a value already");
  json_array_append_new(array, json_object());
  return json_array_get(array, json_array_size(array) - 1);
}

json_t *toml_parse(struct str text, struct error *err)
{
  struct toml toml = { .text = text, .line = 1, .err = err };
  AUTO_JSON root = json_object();
  json_t *table = root;

  if (str_has_prefix(text, STR("\xef\xbb\xbf")))
    toml.at = 3;
  for (;;) {
    skip_lines(&toml);
    if (toml_ended(&toml))
      return steal_pointer(&root);
    if (toml_peek(&toml) == '[') {
      table = take_header(&toml, root);
      if (!table)
        return NULL;
    } else if (take_pair(&toml, table) < 0) {
      return NULL;
    }
    if (end_line(&toml) < 0)
      return NULL;
  }
}
