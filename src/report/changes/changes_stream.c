#include "report/changes/changes_stream.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/sorter.h"
#include "report/changes/changes_order.h"

/* A record is the change itself, whose pointers mean nothing but for the context, then its text in
 * this order, each with a NUL behind it: the path, the name, the title, the words, what it refers
 * to; of each field the name, and the values there are behind a byte that says which these are. */
enum { TEXT_MAX = INT32_MAX };

struct changes_stream {
  struct sorter *sorter;  /* what was added */
  struct sorter *reading; /* what is given out; NULL: nothing is */
  const char *before;     /* what stands here or behind waits; NULL: nothing does */
  struct budget *memory;
  struct buf scratch;
  struct change_field *fields; /* of the change given out last */
  size_t cap_fields;
  bool failed;
  struct error err;
};

static const char *stream_text(const char **at)
{
  const char *text = *at;

  *at += strlen(text) + 1;
  return text;
}

/* All but the fields. Returns where these begin. */
static const char *stream_unpack(struct str record, struct change *out)
{
  const char *at = record.ptr + sizeof(*out);

  memcpy(out, record.ptr, sizeof(*out));
  out->path.ptr = at;
  at += out->path.len + 1;
  out->name = stream_text(&at);
  out->title = stream_text(&at);
  out->words = stream_text(&at);
  out->refers_to = out->refers_to ? stream_text(&at) : NULL;
  return at;
}

static int stream_compare(struct str a, struct str b, const void *user)
{
  struct change change_a, change_b;

  (void)user;
  (void)stream_unpack(a, &change_a);
  (void)stream_unpack(b, &change_b);
  return changes_compare_places(&change_a, &change_b);
}

struct changes_stream *changes_stream_new(struct budget *memory)
{
  struct changes_stream *stream = xcalloc(1, sizeof(*stream));

  stream->memory = memory;
  stream->sorter = sorter_new(memory, stream_compare, NULL);
  stream->scratch = BUF_INIT(TEXT_MAX);
  return stream;
}

void changes_stream_free(struct changes_stream *stream)
{
  if (!stream)
    return;
  sorter_free(stream->sorter);
  sorter_free(stream->reading);
  buf_release(&stream->scratch);
  free(stream->fields);
  free(stream);
}

static void stream_put(struct buf *out, const char *text)
{
  buf_add(out, text, strlen(text) + 1);
}

static void stream_put_field(struct buf *out, const struct change_field *field)
{
  char which = 0;

  for (int side = 0; side < 2; side++)
    which = (char)(which | (field->value[side] ? 1 << side : 0));
  stream_put(out, field->name);
  buf_putc(out, which);
  for (int side = 0; side < 2; side++)
    if (field->value[side])
      stream_put(out, field->value[side]);
}

void changes_stream_add(struct changes_stream *stream, const struct change *change)
{
  struct buf *out = &stream->scratch;

  buf_clear(out);
  buf_add(out, change, sizeof(*change));
  buf_add_str(out, change->path);
  buf_putc(out, '\0');
  stream_put(out, change->name);
  stream_put(out, change->title);
  stream_put(out, change->words);
  if (change->refers_to)
    stream_put(out, change->refers_to);
  for (size_t i = 0; i < change->n_fields; i++)
    stream_put_field(out, &change->fields[i]);
  if (out->overflow && !stream->failed) {
    stream->failed = true;
    error_set(&stream->err, ERROR_LIMIT, "a difference of more than %d bytes", TEXT_MAX);
  }
  if (!stream->failed)
    sorter_add(stream->sorter, buf_str(out));
}

/* After the last one that is given out: it and all behind it wait on. */
static void stream_keep_rest(struct changes_stream *stream, struct str record)
{
  int result;

  do
    sorter_add(stream->sorter, record);
  while ((result = sorter_next(stream->reading, &record, &stream->err)) > 0);
  stream->failed = result < 0;
}

static void stream_end(struct changes_stream *stream)
{
  sorter_free(stream->reading);
  stream->reading = NULL;
}

bool changes_stream_take(struct changes_stream *stream, const char *before)
{
  stream_end(stream);
  if (stream->failed || sorter_count(stream->sorter) == 0)
    return !stream->failed;
  stream->before = before;
  stream->reading = stream->sorter;
  stream->sorter = sorter_new(stream->memory, stream_compare, NULL);
  stream->failed = sorter_begin(stream->reading, &stream->err) != 0;
  return !stream->failed;
}

static bool stream_waits(const struct changes_stream *stream, const struct change *change)
{
  return stream->before &&
         str_compare_natural(str_of(change->context), str_of(stream->before)) >= 0;
}

bool changes_stream_next(struct changes_stream *stream, struct change *out)
{
  struct str record;
  const char *at;
  int result;

  if (stream->failed || !stream->reading)
    return false;
  result = sorter_next(stream->reading, &record, &stream->err);
  stream->failed = result < 0;
  if (result > 0)
    at = stream_unpack(record, out);
  if (result > 0 && stream_waits(stream, out)) {
    stream_keep_rest(stream, record);
    result = 0;
  }
  if (result <= 0) {
    stream_end(stream);
    return false;
  }
  for (size_t i = 0; i < out->n_fields; i++) {
    struct change_field *field;
    char which;

    stream->fields = xgrow(stream->fields, i, &stream->cap_fields, sizeof(*stream->fields));
    field = &stream->fields[i];
    field->name = stream_text(&at);
    which = *at++;
    for (int side = 0; side < 2; side++)
      field->value[side] = which & 1 << side ? stream_text(&at) : NULL;
  }
  out->fields = stream->fields;
  return true;
}

int changes_stream_check(const struct changes_stream *stream, struct error *err)
{
  if (!stream->failed)
    return 0;
  *err = stream->err;
  return -1;
}
