#include "evidence/pretty.h"

enum { DEPTH_MAX = 256 };

/* What stands last in the output. */
enum after {
  AFTER_START, /* a start tag */
  AFTER_TEXT,  /* text behind a start tag, on its line */
  AFTER_REST,
};

struct pretty {
  struct str rest;
  struct buf *out;
  struct str open[DEPTH_MAX]; /* the names of the elements that are open */
  unsigned depth;
  bool any; /* an element was seen */
  enum after after;
};

static const char space[] = " \t\r\n";

static struct str xml_trim(struct str s)
{
  while (s.len && memchr(space, s.ptr[0], sizeof(space) - 1))
    s = str_skip(s, 1);
  while (s.len && memchr(space, s.ptr[s.len - 1], sizeof(space) - 1))
    s.len--;
  return s;
}

static void xml_line(struct pretty *pretty)
{
  if (pretty->out->len)
    buf_putc(pretty->out, '\n');
  for (unsigned i = 0; i < pretty->depth; i++)
    buf_puts(pretty->out, "  ");
}

/* Spaces beside text may be part of it, and so may those between two elements; where a line ends
 * between elements they are taken for a layout, and are what is laid out anew. */
static void xml_text(struct pretty *pretty)
{
  const char *end = memchr(pretty->rest.ptr, '<', pretty->rest.len);
  const struct str all = { pretty->rest.ptr,
                           end ? (size_t)(end - pretty->rest.ptr) : pretty->rest.len };

  pretty->rest = str_skip(pretty->rest, all.len);
  if (!xml_trim(all).len && memchr(all.ptr, '\n', all.len))
    return;
  if (pretty->after != AFTER_START)
    xml_line(pretty);
  pretty->after = pretty->after == AFTER_START ? AFTER_TEXT : AFTER_REST;
  buf_add_str(pretty->out, all);
}

/* How long the markup is that begins here and ends with this; 0: it does not end. */
static size_t xml_until(struct str rest, size_t from, struct str end)
{
  const char *found =
      rest.len > from ? memmem(rest.ptr + from, rest.len - from, end.ptr, end.len) : NULL;

  return found ? (size_t)(found - rest.ptr) + end.len : 0;
}

/* How long a tag or declaration is: a '>' in quotes or brackets does not end it. 0: it does not
 * end.
 */
static size_t xml_tag_length(struct str rest)
{
  unsigned brackets = 0;
  char quote = '\0';

  for (size_t i = 1; i < rest.len; i++) {
    const char c = rest.ptr[i];

    if (quote)
      quote = (char)(c == quote ? '\0' : quote);
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '[' || c == ']')
      brackets += c == '[' ? 1 : -(brackets > 0);
    else if (c == '>' && !brackets)
      return i + 1;
  }
  return 0;
}

static struct str xml_name(struct str tag, size_t from)
{
  size_t to = from;

  while (to < tag.len && !memchr(" \t\r\n/>", tag.ptr[to], 6))
    to++;
  return (struct str) { tag.ptr + from, to - from };
}

static bool xml_start(struct pretty *pretty, struct str tag)
{
  const struct str name = xml_name(tag, 1);

  if (!name.len || (!pretty->depth && pretty->any))
    return false;
  pretty->any = true;
  xml_line(pretty);
  buf_add_str(pretty->out, tag);
  pretty->after = AFTER_REST;
  if (tag.ptr[tag.len - 2] == '/')
    return true;
  if (pretty->depth == DEPTH_MAX)
    return false;
  pretty->open[pretty->depth++] = name;
  pretty->after = AFTER_START;
  return true;
}

static bool xml_end(struct pretty *pretty, struct str tag)
{
  if (!pretty->depth || !str_equal(pretty->open[pretty->depth - 1], xml_name(tag, 2)))
    return false;
  pretty->depth--;
  if (pretty->after == AFTER_REST)
    xml_line(pretty);
  buf_add_str(pretty->out, tag);
  pretty->after = AFTER_REST;
  return true;
}

static bool xml_markup(struct pretty *pretty)
{
  const struct str rest = pretty->rest;
  const size_t len = str_has_prefix(rest, STR("<!--"))        ? xml_until(rest, 4, STR("-->"))
                     : str_has_prefix(rest, STR("<![CDATA[")) ? xml_until(rest, 9, STR("]]>"))
                     : str_has_prefix(rest, STR("<?"))        ? xml_until(rest, 2, STR("?>"))
                                                              : xml_tag_length(rest);
  const struct str markup = { rest.ptr, len };

  if (!len)
    return false;
  pretty->rest = str_skip(rest, len);
  if (markup.len > 2 && markup.ptr[1] == '/')
    return xml_end(pretty, markup);
  if (markup.len > 2 && markup.ptr[1] != '!' && markup.ptr[1] != '?')
    return xml_start(pretty, markup);
  xml_line(pretty);
  buf_add_str(pretty->out, markup);
  pretty->after = AFTER_REST;
  return true;
}

bool pretty_xml(struct str text, struct buf *out)
{
  struct pretty pretty = { .rest = xml_trim(text), .out = out, .after = AFTER_REST };

  if (!pretty.rest.len || pretty.rest.ptr[0] != '<')
    return false;
  while (pretty.rest.len && !out->overflow) {
    if (pretty.rest.ptr[0] != '<') {
      if (!pretty.depth)
        return false;
      xml_text(&pretty);
    } else if (!xml_markup(&pretty)) {
      return false;
    }
    /* Between two elements at the top there is white space alone. */
    if (!pretty.depth)
      pretty.rest = xml_trim(pretty.rest);
  }
  buf_putc(out, '\n');
  return pretty.any && !pretty.depth && !out->overflow;
}
