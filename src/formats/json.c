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
  return status;
}

const struct format format_json = {
  .name = "json",
  .is_text = true,
  .detect = json_detect,
  .read = json_read,
};
