#include "report/json/json_writer.h"

#include <assert.h>
#include <inttypes.h>

#include "report/json/jsonout.h"

enum { LINE_DEPTH = 2 };

void json_writer_init(struct json_writer *json, struct writer *out, bool lines)
{
  *json = (struct json_writer) { .out = out, .lines = lines };
}

void json_writer_resume(struct json_writer *json, struct writer *out, bool lines)
{
  json_writer_init(json, out, lines);
  json->depth = 1;
  json->more[1] = true;
}

static void begin_value(struct json_writer *json, const char *key)
{
  if (json->more[json->depth])
    writer_putc(json->out, ',');
  if (json->lines && json->depth > 0 && json->depth <= LINE_DEPTH)
    writer_putc(json->out, '\n');
  json->more[json->depth] = true;
  if (key)
    writer_printf(json->out, "\"%s\":", key);
}

static void json_writer_open_value(struct json_writer *json, const char *key, char bracket)
{
  begin_value(json, key);
  writer_putc(json->out, bracket);
  assert(json->depth + 1 < JSON_WRITER_DEPTH);
  json->more[++json->depth] = false;
}

static void close_value(struct json_writer *json, char bracket)
{
  assert(json->depth > 0);
  json->depth--;
  writer_putc(json->out, bracket);
}

void json_object_open(struct json_writer *json, const char *key)
{
  json_writer_open_value(json, key, '{');
}

void json_object_close(struct json_writer *json)
{
  close_value(json, '}');
}

void json_array_open(struct json_writer *json, const char *key)
{
  json_writer_open_value(json, key, '[');
}

void json_array_close(struct json_writer *json)
{
  close_value(json, ']');
}

static void json_writer_write_string(struct json_writer *json, struct str value)
{
  if (json->in_script)
    jsonout_script_string(json->out, value);
  else
    jsonout_string(json->out, value);
}

void json_write_str(struct json_writer *json, const char *key, struct str value)
{
  begin_value(json, key);
  json_writer_write_string(json, value);
}

void json_write_text(struct json_writer *json, const char *key, const char *value)
{
  begin_value(json, key);
  if (value)
    json_writer_write_string(json, str_of(value));
  else
    writer_puts(json->out, "null");
}

void json_write_number(struct json_writer *json, const char *key, int64_t value)
{
  begin_value(json, key);
  writer_printf(json->out, "%" PRId64, value);
}

void json_write_bool(struct json_writer *json, const char *key, bool value)
{
  begin_value(json, key);
  writer_puts(json->out, value ? "true" : "false");
}

void json_write_document(struct json_writer *json, const char *key, const json_t *value)
{
  begin_value(json, key);
  if (value)
    jsonout_document(json->out, value);
  else
    writer_puts(json->out, "null");
}
