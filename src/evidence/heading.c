#include "evidence/heading.h"

#include <ctype.h>

#include "evidence/when.h"

static bool spend(struct headings *headings, size_t bytes)
{
  const bool enough = bytes <= headings->work;

  headings->work -= enough ? bytes : headings->work;
  return enough;
}

/* Spaces, and the signs of a list's items, which what they hold lies below. */
static size_t indent_of(struct str line)
{
  size_t n = 0;

  while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t' || line.ptr[n] == '\r' ||
                          (line.ptr[n] == '-' && n + 1 < line.len && line.ptr[n + 1] == ' ')))
    n++;
  return n;
}

/* The name that a line begins with, if what follows may lie below it: all up to what assigns, or
 * what stands in its brackets. */
static struct str name_of(struct str line)
{
  size_t n = 0;

  while (n < line.len && line.ptr[n] != ':' && line.ptr[n] != '=')
    n++;
  while (n && !isalnum((unsigned char)line.ptr[n - 1]))
    n--;
  return (struct str) { line.ptr, n };
}

static void close_to(struct headings *headings, size_t indent)
{
  while (headings->n_open && headings->open[headings->n_open - 1].indent >= indent)
    headings->n_open--;
}

static bool is_below_rule(const struct headings *headings)
{
  return headings->section || (headings->n_open && headings->open[headings->n_open - 1].rules);
}

/* Deeper than there is room nothing is known, so that the last one rules. */
static void open_line(struct headings *headings, struct str line)
{
  const size_t indent = indent_of(line);
  bool rules;

  if (indent == line.len)
    return;
  close_to(headings, indent);
  rules = (headings->n_open && headings->open[headings->n_open - 1].rules) ||
          when_said(name_of(line)) == WHEN_OTHER;
  if (line.ptr[indent] == '[' && line.ptr[line.len - 1] == ']')
    headings->section = rules;
  if (headings->n_open == HEADING_DEPTH)
    headings->open[HEADING_DEPTH - 1].rules = true;
  else
    headings->open[headings->n_open++] = (struct heading) { indent, rules };
}

/* Reads on up to the line; from the top where it lies before what was read. What is no text may
 * have lines that end otherwise: of these nothing is read. */
static bool read_to(struct headings *headings, struct str line)
{
  const size_t to = (size_t)(line.ptr - headings->content.ptr);
  struct str rest;

  if (to < headings->at) {
    headings->at = headings->n_open = 0;
    headings->section = false;
  }
  rest = (struct str) { headings->content.ptr + headings->at, to - headings->at };
  headings->at = to;
  if (!spend(headings, rest.len))
    return false;
  while (rest.len) {
    const struct str next = str_take_line(&rest);

    if (rest.len || headings->content.ptr[to - 1] == '\n')
      open_line(headings, next);
  }
  return true;
}

/* ---- columns ---- */

static size_t count_of(struct str s, char separator)
{
  size_t n = 0;

  for (size_t i = 0; i < s.len; i++)
    n += s.ptr[i] == separator;
  return n;
}

static struct str column_of(struct str line, char separator, size_t column)
{
  struct str cell = { line.ptr, 0 };

  for (size_t i = 0; i <= line.len; i++) {
    if (i < line.len && line.ptr[i] != separator)
      continue;
    cell.len = (size_t)(line.ptr + i - cell.ptr);
    if (!column--)
      return cell;
    cell.ptr = line.ptr + i + 1;
  }
  return STR("");
}

/* Of a table the first line holds what the columns are about, and has as many of them. */
static bool column_rules(struct headings *headings, struct str line, const char *value)
{
  static const char separators[] = ",;\t|";
  struct str head = headings->first;

  if (line.ptr == headings->content.ptr)
    return false;
  if (!head.ptr) {
    struct str rest = headings->content;

    head = headings->first = str_take_line(&rest);
  }
  for (const char *separator = separators; *separator; separator++) {
    const struct str before = { line.ptr, (size_t)(value - line.ptr) };
    size_t n;

    if (!spend(headings, head.len + line.len))
      return true;
    n = count_of(head, *separator);
    if (n && n == count_of(line, *separator) &&
        when_said(column_of(head, *separator, count_of(before, *separator))) == WHEN_OTHER)
      return true;
  }
  return false;
}

/* ---- brackets ---- */

/* What the value lies in within its line: '{"expires": {"by": "x", "at": '. Deeper than there is
 * room nothing is known. */
static bool brackets_rule(struct headings *headings, struct str line, const char *value)
{
  size_t closed = 0;
  size_t depth = 0;

  if (!spend(headings, (size_t)(value - line.ptr)))
    return true;
  for (const char *at = value; at > line.ptr; at--) {
    const char c = at[-1];

    if (c == '}' || c == ']')
      closed++;
    else if ((c == '{' || c == '[') && closed)
      closed--;
    else if ((c == '{' || c == '[') &&
             (++depth > HEADING_DEPTH ||
              when_said((struct str) { line.ptr, (size_t)(at - 1 - line.ptr) }) == WHEN_OTHER))
      return true;
  }
  return false;
}

bool heading_rules(struct headings *headings, struct str line, const char *value)
{
  if (!read_to(headings, line))
    return true;
  close_to(headings, indent_of(line));
  return is_below_rule(headings) || column_rules(headings, line, value) ||
         brackets_rule(headings, line, value);
}
