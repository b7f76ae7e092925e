#include "policy/causes_reader.h"

#include "base/digit.h"

#include <stdlib.h>
#include <string.h>

_Noreturn void reader_die(const struct error *err)
{
  fprintf(stderr, "%s\n", err->message);
  exit(1);
}

void reader_expect(const struct reader *reader, const struct yaml_value *value, enum yaml_kind kind,
                   const char *what)
{
  struct error err;

  if (yaml_expect(value, kind, what, reader->name, &err))
    reader_die(&err);
}

void reader_expect_keys(const struct reader *reader, const struct yaml_value *map,
                        const char *const *keys)
{
  struct error err;

  if (yaml_expect_keys(map, keys, reader->name, &err))
    reader_die(&err);
}

void *reader_alloc(const struct reader *reader, size_t n, size_t size)
{
  return arena_alloc(&reader->out->arena, MAX_OF(n, (size_t)1) * size);
}

size_t reader_count(const struct yaml_value *list)
{
  size_t n = 0;

  for (const struct yaml_value *item = list ? list->first : NULL; item; item = item->next)
    n++;
  return n;
}

const struct yaml_value *reader_member(const struct reader *reader, const struct yaml_value *map,
                                       const char *key)
{
  const struct yaml_value *value = yaml_member(map, key);

  if (!value)
    FAIL(reader, map, "expected the key \"%s\"", key);
  return value;
}

/* The items of a list that has to be there and to have some. */
const struct yaml_value *reader_items(const struct reader *reader, const struct yaml_value *value,
                                      const char *what)
{
  reader_expect(reader, value, YAML_LIST, what);
  if (!value->first)
    FAIL(reader, value, "%s: expected an item, found none", what);
  return value->first;
}

/* Hexadecimal digits, with spaces anywhere. */
static struct str hex_of(const struct reader *reader, const struct yaml_value *value)
{
  char *bytes = reader_alloc(reader, value->text.len / 2 + 1, 1);
  size_t n = 0;
  int high = -1;

  for (size_t i = 0; i < value->text.len; i++) {
    int digit = digit_hex_value(value->text.ptr[i]);

    if (value->text.ptr[i] == ' ' || value->text.ptr[i] == '\n')
      continue;
    if (digit < 0)
      FAIL(reader, value, "expected hexadecimal digits in lower case");
    if (high >= 0)
      bytes[n++] = (char)(high << 4 | digit);
    high = high < 0 ? digit : -1;
  }
  if (high >= 0)
    FAIL(reader, value, "expected an even number of digits");
  return (struct str) { bytes, n };
}

struct str reader_copy(const struct reader *reader, struct str text)
{
  return arena_str(&reader->out->arena, text);
}

/* The bytes called key, or key-hex; ptr NULL if neither is there. */
struct str reader_bytes(const struct reader *reader, const struct yaml_value *map, const char *key)
{
  const char *hex_key = arena_printf(&reader->out->arena, "%s-hex", key);
  const struct yaml_value *text = yaml_member(map, key);
  const struct yaml_value *hex = yaml_member(map, hex_key);

  if (text)
    reader_expect(reader, text, YAML_STRING, key);
  if (hex)
    reader_expect(reader, hex, YAML_STRING, hex_key);
  return text  ? reader_copy(reader, text->text)
         : hex ? hex_of(reader, hex)
               : (struct str) { NULL, 0 };
}
