#include "report/changes/change_values.h"

#include <stdio.h>
#include <string.h>

#include "base/amount.h"
#include "base/escape.h"
#include "report/changes/shorten.h"

enum { VALUE_COLUMNS = 48 }; /* of a value that is shortened */

static void escape_value(struct buf *out, struct str value)
{
  if (!value.ptr)
    buf_puts(out, "(absent)");
  else if (value.len == 0)
    buf_puts(out, "\"\"");
  else
    escape_terminal(out, value);
}

/* The first digits of a digest tell it from others, to people. */
static struct str short_digest(struct str value)
{
  enum { SHA256_HEX = 64, SHORT_HEX = 12 };
  const struct str name = STR("sha256:");

  if (value.len == name.len + SHA256_HEX && str_has_prefix(value, name) &&
      strspn(value.ptr + name.len, "0123456789abcdef") >= SHA256_HEX)
    value.len = name.len + SHORT_HEX;
  return value;
}

/* Bytes of a time that is written as in the table or as RFC 3339 has it: of its date, and to its
 * seconds. */
enum { DATE_LEN = 10, SECONDS_LEN = 19 };

static bool is_time(struct str value)
{
  static const char form[] = "0000-00-00 00:00:00";

  if (value.len < SECONDS_LEN)
    return false;
  for (size_t i = 0; i < SECONDS_LEN; i++)
    if (form[i] == '0' ? value.ptr[i] < '0' || value.ptr[i] > '9'
                       : value.ptr[i] != form[i] && !(i == DATE_LEN && value.ptr[i] == 'T'))
      return false;
  return true;
}

static bool same_beginning(const struct str values[2], size_t len)
{
  return memcmp(values[0].ptr, values[1].ptr, len) == 0;
}

/* Two times: as much of them as tells them apart. False: they are none, or differ in less. */
static bool add_times(struct buf *out, const struct str values[2])
{
  if (!is_time(values[0]) || !is_time(values[1]) || same_beginning(values, SECONDS_LEN))
    return false;
  if (!same_beginning(values, DATE_LEN)) {
    buf_printf(out, "%.*s" CHANGE_ARROW "%.*s", DATE_LEN, values[0].ptr, DATE_LEN, values[1].ptr);
    return true;
  }
  buf_printf(out, "%.*s %.*s" CHANGE_ARROW "%.*s", DATE_LEN, values[0].ptr,
             SECONDS_LEN - DATE_LEN - 1, values[0].ptr + DATE_LEN + 1, SECONDS_LEN - DATE_LEN - 1,
             values[1].ptr + DATE_LEN + 1);
  return true;
}

/* A descriptor, which is there as JSON, as what people know it by. */
static bool add_descriptor(struct buf *out, struct str value)
{
  json_t *json = value.len && *value.ptr == '{' ? json_loadb(value.ptr, value.len, 0, NULL) : NULL;
  const char *digest = json_string_value(json_object_get(json, "digest"));
  const json_t *size = json_object_get(json, "size");
  const bool is_one = digest && json_is_integer(size) && json_integer_value(size) >= 0;
  char text[AMOUNT_MAX];

  if (is_one) {
    escape_terminal(out, short_digest(str_of(digest)));
    buf_printf(out, ", %s", amount_bytes((uint64_t)json_integer_value(size), text));
  }
  json_decref(json);
  return is_one;
}

/* What one side alone has. */
static void add_lone(struct buf *out, const struct str values[2])
{
  const struct str value = values[values[0].ptr ? 0 : 1];
  AUTO_BUF text = BUF_INIT(INT32_MAX);
  AUTO_BUF none = BUF_INIT(1);
  AUTO_BUF cell = BUF_INIT(INT32_MAX);

  buf_puts(out, values[0].ptr ? "removed" : "added");
  if (str_equal(value, STR("{}"))) /* a member of a set, whose name says all */
    return;
  buf_puts(out, ": ");
  if (add_descriptor(out, value))
    return;
  escape_value(&text, short_digest(value));
  shorten_pair((struct str[2]) { buf_str(&text), STR("") }, VALUE_COLUMNS,
               (struct buf *const[2]) { &cell, &none });
  buf_add_str(out, buf_str(&cell));
}

/* Two values, shortened so that they show where they differ. */
void change_values_pair(struct buf *out, struct str value0, struct str value1)
{
  AUTO_BUF text0 = BUF_INIT(INT32_MAX);
  AUTO_BUF text1 = BUF_INIT(INT32_MAX);
  AUTO_BUF cell0 = BUF_INIT(INT32_MAX);
  AUTO_BUF cell1 = BUF_INIT(INT32_MAX);
  const struct str values[2] = { short_digest(value0), short_digest(value1) };
  const bool told_apart = !str_equal(values[0], values[1]);

  if (!value0.ptr != !value1.ptr) {
    add_lone(out, (const struct str[2]) { value0, value1 });
    return;
  }
  if (add_times(out, (const struct str[2]) { value0, value1 }))
    return;
  escape_value(&text0, told_apart ? values[0] : value0);
  escape_value(&text1, told_apart ? values[1] : value1);
  shorten_pair((struct str[2]) { buf_str(&text0), buf_str(&text1) }, VALUE_COLUMNS,
               (struct buf *const[2]) { &cell0, &cell1 });
  buf_add_str(out, buf_str(&cell0));
  buf_puts(out, CHANGE_ARROW);
  buf_add_str(out, buf_str(&cell1));
}

/* "KEY=" of an environment variable that both sides have, or that one alone has; else empty. */
static struct str variable_of(const struct event_field *field)
{
  const struct str *values = field->value;
  const struct str value = values[0].ptr ? values[0] : values[1];
  const char *equals = value.len ? memchr(value.ptr, '=', value.len) : NULL;
  const struct str key = { value.ptr, equals ? (size_t)(equals - value.ptr) + 1 : 0 };

  if (strncmp(field->name, "config.Env[", strlen("config.Env[")) != 0 ||
      (values[0].ptr && values[1].ptr && !str_has_prefix(values[1], key)))
    return STR("");
  return key;
}

static struct str without_variable(struct str value, size_t len)
{
  return value.ptr ? (struct str) { value.ptr + len, value.len - len } : value;
}

/* Who runs a container where the config names nobody (OCI config.md, "User"). */
static struct str user_of(struct str value)
{
  return value.len ? value : STR("root (none is set)");
}

void change_words_values(struct buf *out, const struct event_field *field)
{
  const size_t key = variable_of(field).len;

  if (strcmp(field->name, "config.User") == 0) {
    change_values_pair(out, user_of(field->value[0]), user_of(field->value[1]));
    return;
  }

  change_values_pair(out, without_variable(field->value[0], key),
                     without_variable(field->value[1], key));
}

void change_title(struct buf *out, enum event_type type, const struct event_field *field)
{
  static const char config[] = "config.";
  const struct str key = variable_of(field);
  const char *name = field->name;
  const struct str text = str_of(name);

  if (type == EVENT_MANIFEST && str_has_prefix(text, STR("layers[")) &&
      text.ptr[text.len - 1] == ']') {
    buf_puts(out, "layer ");
    escape_terminal(out, (struct str) { text.ptr + 7, text.len - 8 });
    return;
  }
  if (type != EVENT_CONFIG || strncmp(name, config, sizeof(config) - 1) != 0) {
    escape_terminal(out, str_of(name));
  } else if (str_has_prefix(text, STR("config.Env."))) {
    buf_puts(out, "Env ");
    escape_terminal(out, str_skip(text, strlen("config.Env.")));
  } else if (key.len) {
    buf_puts(out, "Env ");
    escape_terminal(out, (struct str) { key.ptr, key.len - 1 });
  } else {
    escape_terminal(out, str_of(name + sizeof(config) - 1));
  }
}
