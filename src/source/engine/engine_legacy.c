#include "source/engine/engine_legacy.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/macros.h"

enum { FIELDS_MAX = 64, JSON_MAX = 256 * 1024 };

struct field {    /* views of the text */
  struct str key; /* between its quotes */
  struct str value;
};

struct scanner {
  const char *at;
  const char *end;
};

struct digest legacy_chain_id(const struct digest *below, const struct digest *diff_id)
{
  char text[2 * DIGEST_MAX_TEXT];
  char above[DIGEST_MAX_TEXT];
  char under[DIGEST_MAX_TEXT];
  int len;

  if (!below)
    return *diff_id;
  len = snprintf(text, sizeof(text), "%s %s", digest_format(below, under),
                 digest_format(diff_id, above));
  return digest_of(DIGEST_SHA256, text, (size_t)len);
}

static void skip_space(struct scanner *scanner)
{
  while (scanner->at < scanner->end && strchr(" \t\r\n", *scanner->at) && *scanner->at)
    scanner->at++;
}

static bool engine_legacy_take(struct scanner *scanner, char c)
{
  skip_space(scanner);
  if (scanner->at == scanner->end || *scanner->at != c)
    return false;
  scanner->at++;
  return true;
}

/* Behind the closing quote of a string whose opening quote is next. */
static bool pass_string(struct scanner *scanner, struct str *inside)
{
  const char *start;

  if (!engine_legacy_take(scanner, '"'))
    return false;
  start = scanner->at;
  while (scanner->at < scanner->end && *scanner->at != '"')
    scanner->at += *scanner->at == '\\' && scanner->end - scanner->at > 1 ? 2 : 1;
  if (scanner->at == scanner->end)
    return false;
  *inside = (struct str) { start, (size_t)(scanner->at - start) };
  scanner->at++;
  return true;
}

/* Any value, by its brackets and strings alone: what matters is the bytes. */
static bool pass_value(struct scanner *scanner, struct str *value)
{
  const char *start;
  struct str inside;
  int depth = 0;

  skip_space(scanner);
  start = scanner->at;
  while (scanner->at < scanner->end) {
    char c = *scanner->at;

    if (depth == 0 && (c == ',' || c == '}'))
      break;
    if (c == '"') {
      if (!pass_string(scanner, &inside))
        return false;
      continue;
    }
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    if (depth < 0 || depth > LIMIT_JSON_DEPTH)
      return false;
    scanner->at++;
  }
  *value = (struct str) { start, (size_t)(scanner->at - start) };
  return value->len > 0;
}

/* The fields of an object; how many, or -1. */
static int scan(struct str json, struct field *fields)
{
  struct scanner scanner = { json.ptr, json.ptr + json.len };
  int n = 0;

  if (!engine_legacy_take(&scanner, '{'))
    return -1;
  do {
    if (n == FIELDS_MAX || !pass_string(&scanner, &fields[n].key) ||
        !engine_legacy_take(&scanner, ':') || !pass_value(&scanner, &fields[n].value))
      return -1;
    n++;
  } while (engine_legacy_take(&scanner, ','));
  return engine_legacy_take(&scanner, '}') ? n : -1;
}

static int by_key(const void *a, const void *b)
{
  return str_compare(((const struct field *)a)->key, ((const struct field *)b)->key);
}

static bool is_id_of(const struct digest *id, const struct field *fields, size_t n, bool with_os)
{
  AUTO_BUF text = BUF_INIT(2 * JSON_MAX);
  struct digest digest;

  buf_putc(&text, '{');
  for (size_t i = 0; i < n; i++) {
    if (!with_os && str_equal(fields[i].key, STR("os")))
      continue;
    if (text.len > 1)
      buf_putc(&text, ',');
    buf_printf(&text, "\"%.*s\":%.*s", STR_ARGS(fields[i].key), STR_ARGS(fields[i].value));
  }
  buf_putc(&text, '}');
  if (text.overflow)
    return false;
  digest = digest_of(DIGEST_SHA256, text.ptr, text.len);
  return digest_equal(&digest, id);
}

bool legacy_layer_matches(const struct digest *id, struct str json, const struct digest *chain_id)
{
  struct field fields[FIELDS_MAX + 1];
  char chain[DIGEST_MAX_TEXT + 2];
  char parent[DIGEST_MAX_TEXT + 2];
  char text[DIGEST_MAX_TEXT];
  size_t kept = 0;
  int n;

  if (!json.len || json.len > JSON_MAX)
    return false;
  n = scan(json, fields);
  for (int i = 0; i < n; i++) {
    if (str_equal(fields[i].key, STR("id")))
      continue;
    fields[kept] = fields[i];
    if (str_equal(fields[i].key, STR("parent"))) {
      struct str quoted = fields[i].value;

      if (quoted.len < 2 || quoted.len > DIGEST_MAX_BYTES + 2)
        return false;
      snprintf(parent, sizeof(parent), "\"sha256:%.*s", (int)quoted.len - 1, quoted.ptr + 1);
      fields[kept].value = str_of(parent);
    }
    kept++;
  }
  if (n < 0)
    return false;
  snprintf(chain, sizeof(chain), "\"%s\"", digest_format(chain_id, text));
  fields[kept++] = (struct field) { STR("layer_id"), str_of(chain) };
  qsort(fields, kept, sizeof(*fields), by_key);
  return is_id_of(id, fields, kept, false) || is_id_of(id, fields, kept, true);
}
