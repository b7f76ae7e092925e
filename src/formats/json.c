/* RFC 8259. Members are called by the keys that lead to them (RFC 6901: "~1" for a slash, "~0" for
 * a tilde), elements of arrays by their numbers; an array of plain values is one. */
#include "formats/json.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "formats/keyed.h"

enum { BYTES_MAX = 16 << 20, MEMORY_PER_BYTE = 16, PATH_BYTES_MAX = 64 * 1024 };

static bool json_detect(struct str bytes, struct str name)
{
  static const char *const suffixes[] = { ".json",   ".ipynb",       ".geojson",
                                          ".jsonld", ".webmanifest", ".map" };
  size_t at = 0;

  if (!keyed_ends_in(name, suffixes, ARRAY_LEN(suffixes)))
    return false;
  while (at < bytes.len && at < 100 && strchr(" \t\r\n", bytes.ptr[at]))
    at++;
  return at < bytes.len && (bytes.ptr[at] == '{' || bytes.ptr[at] == '[');
}

static void add_key(struct buf *path, const char *key, size_t len)
{
  if (path->len)
    buf_putc(path, '/');
  for (size_t i = 0; i < len; i++)
    if (key[i] == '/')
      buf_puts(path, "~1");
    else if (key[i] == '~')
      buf_puts(path, "~0");
    else
      buf_putc(path, key[i]);
}

static bool is_plain(const json_t *value)
{
  size_t i;
  json_t *element;

  if (json_is_object(value))
    return json_object_size(value) == 0;
  json_array_foreach(value, i,
                     element) if (json_is_object(element) || json_is_array(element)) return false;
  return true;
}

/* A value without further ones below it. */
static int add_plain(struct format_parts *parts, const struct buf *path, const json_t *value,
                     struct error *err)
{
  AUTO_FREE char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS |
                                               (json_is_array(value) ? JSON_INDENT(1) : 0));

  if (!text)
    return error_set(err, ERROR_LIMIT, "there is no memory for a value");
  return keyed_add(parts, path->len ? buf_str(path) : STR("(value)"),
                   json_is_string(value)
                       ? (struct str) { json_string_value(value), json_string_length(value) }
                       : str_of(text),
                   err);
}

/* The depth is bounded by the library, which refuses more than 2048. */
static int add_value(struct format_parts *parts, struct buf *path, const json_t *value,
                     struct error *err)
{
  const size_t before = path->len;
  int status = 0;
  const char *key;
  size_t len;
  size_t i;
  json_t *below;
  char number[32];

  if (path->overflow)
    return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", PATH_BYTES_MAX);
  if (is_plain(value))
    return add_plain(parts, path, value, err);
  json_object_keylen_foreach((json_t *)value, key, len, below)
  {
    add_key(path, key, len);
    if (status == 0)
      status = add_value(parts, path, below, err);
    path->len = before;
  }
  json_array_foreach(value, i, below)
  {
    snprintf(number, sizeof(number), "%zu", i);
    add_key(path, number, strlen(number));
    if (status == 0)
      status = add_value(parts, path, below, err);
    path->len = before;
  }
  return status;
}

/* ---- which bytes of the text are told ---- */

/* The string or number that the text begins with; the text is one that the library took. */
static struct str json_token(struct str text)
{
  size_t len = 1;

  if (*text.ptr == '"') {
    while (len < text.len && text.ptr[len] != '"')
      len += text.ptr[len] == '\\' ? 2 : 1;
    len++;
  } else {
    while (len < text.len && text.ptr[len] && !strchr(" \t\r\n,:]}", text.ptr[len]))
      len++;
  }
  return (struct str) { text.ptr, MIN_OF(len, text.len) };
}

static bool is_key(struct str behind)
{
  while (behind.len && strchr(" \t\r\n", *behind.ptr))
    behind = str_skip(behind, 1);
  return behind.len && *behind.ptr == ':';
}

/* Of most values that is seen at once: strings without escapes, words, and numbers of digits. */
static bool is_plainly_written(struct str token)
{
  size_t digits = 0;

  if (*token.ptr == '"')
    return !memchr(token.ptr, '\\', token.len);
  while (digits < token.len && token.ptr[digits] >= '0' && token.ptr[digits] <= '9')
    digits++;
  return (digits == token.len && digits <= 15) || (*token.ptr >= 'a' && *token.ptr <= 'z');
}

/* Whether what is told of the value has no other spelling than this one: no escapes that need not
 * be, and no number that reads the same as another. */
static bool is_told_as_it_is(struct str token)
{
  AUTO_FREE char *text = NULL;
  json_t *value;

  if (is_plainly_written(token))
    return true;
  value = json_loadb(token.ptr, token.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
  json_decref(value);
  return text && str_equal(str_of(text), token);
}

/* Of a string that is a member of its own only what is between the quotes is told: that it is no
 * number ("1") is left to the bytes that nothing tells. */
static struct str without_quotes(struct str token)
{
  return *token.ptr == '"' && token.len > 1 ? (struct str) { token.ptr + 1, token.len - 2 } : token;
}

static void account_values(struct format_parts *parts)
{
  struct str rest = parts->bytes;

  while (rest.len) {
    struct str token;

    if (!*rest.ptr || strchr(" \t\r\n,:[]{}", *rest.ptr)) {
      rest = str_skip(rest, 1);
      continue;
    }
    token = json_token(rest);
    rest = str_skip(rest, token.len);
    if (!is_key(rest) && is_told_as_it_is(token))
      format_account_shown(parts, without_quotes(token));
  }
}

static int json_read(struct format_parts *parts, struct error *err)
{
  AUTO_BUF path = BUF_INIT(PATH_BYTES_MAX);
  json_error_t error;
  json_t *value;
  int status;

  if (parts->bytes.len > BYTES_MAX)
    return error_set(err, ERROR_LIMIT, "it is larger than %d MiB", BYTES_MAX >> 20);
  if (format_charge(parts->budget, MEMORY_PER_BYTE * (uint64_t)parts->bytes.len, err))
    return -1;
  value = json_loadb(parts->bytes.ptr, parts->bytes.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                     &error);
  if (!value)
    return error_set(err, ERROR_CORRUPT, "line %d: %.100s", error.line, error.text);
  status = add_value(parts, &path, value, err);
  json_decref(value);
  if (status == 0)
    account_values(parts);
  return status;
}

const struct format format_json = {
  .name = "json",
  .is_text = true,
  .detect = json_detect,
  .read = json_read,
};
