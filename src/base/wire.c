#include "base/wire.h"

enum { ABSENT = -1 }; /* as the length of a text */

void wire_put_number(struct buf *out, int64_t number)
{
  buf_add(out, &number, sizeof(number));
}

void wire_put_str(struct buf *out, struct str s)
{
  wire_put_number(out, s.ptr ? (int64_t)s.len : ABSENT);
  if (s.ptr)
    buf_add(out, s.ptr, s.len);
}

void wire_take_bytes(struct wire_reader *reader, void *to, size_t len)
{
  memset(to, 0, len);
  if (reader->bad || reader->rest.len < len) {
    reader->bad = true;
    return;
  }
  memcpy(to, reader->rest.ptr, len);
  reader->rest = str_skip(reader->rest, len);
}

int64_t wire_take_number(struct wire_reader *reader)
{
  int64_t number;

  wire_take_bytes(reader, &number, sizeof(number));
  return number;
}

int64_t wire_take_within(struct wire_reader *reader, int64_t least, int64_t most)
{
  const int64_t number = wire_take_number(reader);

  if (!reader->bad && number >= least && number <= most)
    return number;
  reader->bad = true;
  return least;
}

struct str wire_take_str(struct wire_reader *reader, size_t max)
{
  const int64_t len = wire_take_within(reader, ABSENT, (int64_t)max);
  struct str s;

  if (reader->bad || len == ABSENT)
    return (struct str) { NULL, 0 };
  if ((size_t)len > reader->rest.len) {
    reader->bad = true;
    return (struct str) { NULL, 0 };
  }
  s = len ? (struct str) { reader->rest.ptr, (size_t)len } : STR("");
  reader->rest = str_skip(reader->rest, (size_t)len);
  return s;
}

bool wire_is_done(const struct wire_reader *reader)
{
  return !reader->bad && reader->rest.len == 0;
}
