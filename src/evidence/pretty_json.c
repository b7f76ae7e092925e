#include "evidence/pretty.h"

enum { DEPTH_MAX = 256 };

/* The place in a text, and what it is in. */
struct pretty {
  struct str rest;
  struct buf *out;
  char close[DEPTH_MAX]; /* of the objects and arrays that are open */
  unsigned depth;
};

static int pretty_peek(struct pretty *pretty)
{
  while (pretty->rest.len && memchr(" \t\r\n", pretty->rest.ptr[0], 4))
    pretty->rest = str_skip(pretty->rest, 1);
  return pretty->rest.len ? (unsigned char)pretty->rest.ptr[0] : -1;
}

static void pretty_copy(struct pretty *pretty, size_t n)
{
  buf_add(pretty->out, pretty->rest.ptr, n);
  pretty->rest = str_skip(pretty->rest, n);
}

static void pretty_line(struct pretty *pretty)
{
  buf_putc(pretty->out, '\n');
  for (unsigned i = 0; i < pretty->depth; i++)
    buf_puts(pretty->out, "  ");
}

static bool pretty_string(struct pretty *pretty)
{
  const struct str rest = pretty->rest;
  size_t len = 1;

  while (len < rest.len && rest.ptr[len] != '"' && (unsigned char)rest.ptr[len] >= ' ')
    len += rest.ptr[len] == '\\' ? 2 : 1;
  if (len >= rest.len || rest.ptr[len] != '"')
    return false;
  pretty_copy(pretty, len + 1);
  return true;
}

/* A number, or one of the three words. */
static bool pretty_word(struct pretty *pretty)
{
  const struct str rest = pretty->rest;
  size_t len = 0;

  while (len < rest.len && (rest.ptr[len] == '+' || rest.ptr[len] == '-' || rest.ptr[len] == '.' ||
                            (rest.ptr[len] >= '0' && rest.ptr[len] <= '9') ||
                            (rest.ptr[len] >= 'a' && rest.ptr[len] <= 'z') || rest.ptr[len] == 'E'))
    len++;
  pretty_copy(pretty, len);
  return len > 0;
}

/* The name of a member, if this is in an object. */
static bool pretty_name(struct pretty *pretty)
{
  if (pretty->close[pretty->depth - 1] != '}')
    return true;
  if (pretty_peek(pretty) != '"' || !pretty_string(pretty) || pretty_peek(pretty) != ':')
    return false;
  pretty->rest = str_skip(pretty->rest, 1);
  buf_puts(pretty->out, ": ");
  return true;
}

/* The beginning of an object or array; an empty one is one word. *done: it was. */
static bool pretty_open(struct pretty *pretty, char close, bool *done)
{
  if (pretty->depth == DEPTH_MAX)
    return false;
  pretty_copy(pretty, 1);
  *done = pretty_peek(pretty) == close;
  if (*done) {
    pretty_copy(pretty, 1);
    return true;
  }
  pretty->close[pretty->depth++] = close;
  pretty_line(pretty);
  return pretty_name(pretty);
}

/* Behind a value: what ends here, and the next one. */
static bool pretty_next(struct pretty *pretty)
{
  while (pretty->depth) {
    const int byte = pretty_peek(pretty);

    if (byte == ',') {
      pretty_copy(pretty, 1);
      pretty_line(pretty);
      return pretty_name(pretty);
    }
    if (byte != pretty->close[pretty->depth - 1])
      return false;
    pretty->depth--;
    pretty_line(pretty);
    pretty_copy(pretty, 1);
  }
  return true;
}

static bool pretty_value(struct pretty *pretty)
{
  const int byte = pretty_peek(pretty);
  bool done = true;

  if (byte == '{' || byte == '[') {
    if (!pretty_open(pretty, byte == '{' ? '}' : ']', &done))
      return false;
    return done ? pretty_next(pretty) : true;
  }
  return (byte == '"' ? pretty_string(pretty) : pretty_word(pretty)) && pretty_next(pretty);
}

bool pretty_json(struct str text, struct buf *out)
{
  struct pretty pretty = { .rest = text, .out = out };
  const int first = pretty_peek(&pretty);

  if (first != '{' && first != '[')
    return false;
  do {
    if (!pretty_value(&pretty) || out->overflow)
      return false;
  } while (pretty.depth);
  buf_putc(out, '\n');
  return pretty_peek(&pretty) < 0 && !out->overflow;
}
