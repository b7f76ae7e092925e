#include "evidence/heading.h"

#include <ctype.h>
#include <string.h>

#include "base/macros.h"
#include "evidence/when.h"

static bool spend(struct headings *headings, size_t bytes)
{
  const bool enough = bytes <= headings->work;

  headings->work -= enough ? bytes : headings->work;
  return enough;
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

/* Spaces, and the signs of a list's items, which what they hold lies below. */
static size_t indent_of(struct str line)
{
  size_t n = 0;

  while (n < line.len && (is_blank(line.ptr[n]) ||
                          (line.ptr[n] == '-' && (n + 1 == line.len || is_blank(line.ptr[n + 1])))))
    n++;
  return n;
}

/* The last byte but for spaces. Of nothing, and of spaces: NUL. */
static char last_of(struct str line)
{
  while (line.len && is_blank(line.ptr[line.len - 1]))
    line.len--;
  return (char)(line.len ? line.ptr[line.len - 1] : '\0');
}

/* The name that a line begins with, if what follows may lie below it: all up to what assigns, or
 * what stands in its brackets. */
static struct str name_of(struct str line)
{
  size_t n = indent_of(line);
  const bool bracket = n < line.len && line.ptr[n] == '[';

  while (n < line.len && line.ptr[n] != ':' && line.ptr[n] != '=' &&
         !(bracket && line.ptr[n] == ']'))
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
  return headings->section || headings->lost || headings->continued || headings->element.len ||
         (headings->n_open && headings->open[headings->n_open - 1].rules) ||
         (headings->n_brackets && headings->brackets[headings->n_brackets - 1].rules);
}

/* ---- brackets and elements of more than one line ---- */

static char closing_of(char c)
{
  return (char)(c == '{' ? '}' : c == '[' ? ']' : c == '(' ? ')' : '\0');
}

static void open_bracket(struct headings *headings, char closing)
{
  if (headings->n_brackets == HEADING_DEPTH)
    headings->lost = true;
  else
    headings->brackets[headings->n_brackets++] = (struct heading_bracket) { closing, false };
}

/* Closes those, too, that were opened within it and not closed; nothing where it was not opened. */
static void close_bracket(struct headings *headings, char closing)
{
  size_t n = headings->n_brackets;

  while (n && headings->brackets[n - 1].closing != closing)
    n--;
  if (n)
    headings->n_brackets = n - 1;
}

/* Of one that this line leaves open. Where nothing stands before it, it belongs to the line above.
 */
static bool bracket_rules(const struct headings *headings, size_t number, struct str before)
{
  if (headings->brackets[number].rules || (number && headings->brackets[number - 1].rules))
    return true;
  return before.len ? when_said(before) == WHEN_OTHER : headings->last_rules;
}

/* What stands in quotation marks opens and closes nothing. */
static void read_brackets(struct headings *headings, struct str line)
{
  const size_t indent = indent_of(line);
  size_t places[HEADING_DEPTH] = { 0 }; /* of those that this line opened, by number */
  size_t first = headings->n_brackets;
  bool quoted = false;

  for (size_t i = 0; i < line.len; i++) {
    const char c = line.ptr[i];

    if (c == '\\') {
      i++;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && closing_of(c)) {
      open_bracket(headings, closing_of(c));
      places[headings->n_brackets - 1] = i;
    } else if (!quoted && (c == '}' || c == ']' || c == ')')) {
      close_bracket(headings, c);
      first = MIN_OF(first, headings->n_brackets);
    }
  }
  for (size_t i = first; i < headings->n_brackets; i++)
    headings->brackets[i].rules =
        bracket_rules(headings, i, (struct str) { line.ptr, places[i] > indent ? places[i] : 0 });
}

/* "<expires>" at the beginning of a line, up to "</expires", wherever that stands. */
static void read_element(struct headings *headings, struct str line)
{
  const struct str tag = str_skip(line, indent_of(line));
  const char *end = tag.len && tag.ptr[0] == '<' ? memchr(tag.ptr, '>', tag.len) : NULL;
  size_t n = 1;

  if (!headings->element.len && end && end[-1] != '/') {
    while (isalnum((unsigned char)tag.ptr[n]) || tag.ptr[n] == '_' || tag.ptr[n] == '-')
      n++;
    if (when_said((struct str) { tag.ptr, n }) == WHEN_OTHER)
      headings->element = (struct str) { tag.ptr + 1, n - 1 };
  }
  for (size_t i = 0; headings->element.len && i + 1 < line.len; i++)
    if (line.ptr[i] == '<' && line.ptr[i + 1] == '/' &&
        str_has_prefix(str_skip(line, i + 2), headings->element))
      headings->element = (struct str) { NULL, 0 };
}

/* ---- lines ---- */

/* Deeper than there is room nothing is known, so that the last one rules. */
static void open_line(struct headings *headings, struct str line)
{
  const size_t indent = indent_of(line);
  bool rules = when_said(name_of(line)) == WHEN_OTHER;

  read_brackets(headings, line);
  read_element(headings, line);
  headings->continued = (headings->continued || rules) && last_of(line) == '\\';
  if (indent == line.len)
    return;
  close_to(headings, indent);
  headings->last_rules = rules;
  rules = rules || (headings->n_open && headings->open[headings->n_open - 1].rules);
  /* Behind a heading may stand a comment; what only looks like one ends no section. */
  if (line.ptr[indent] == '[' && (rules || last_of(line) == ']'))
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

  if (to < headings->at)
    *headings = (struct headings) { .content = headings->content,
                                    .work = headings->work,
                                    .first = headings->first };
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

/* The words of a line, with a space between two of them, that stand over a place: the first whose
 * end lies behind it. */
static struct str words_over(struct str line, size_t place)
{
  for (size_t i = 0; i < line.len;) {
    const size_t from = i;

    while (i < line.len && !is_blank(line.ptr[i]))
      i++;
    while (i > from && i + 1 < line.len && is_blank(line.ptr[i]) && !is_blank(line.ptr[i + 1]))
      for (i++; i < line.len && !is_blank(line.ptr[i]);)
        i++;
    if (i > place && i > from)
      return (struct str) { line.ptr + from, i - from };
    i += i == from;
  }
  return STR("");
}

/* Whether more than a space stands between words of it: no sentence. */
static bool has_columns(struct str line)
{
  for (size_t i = indent_of(line) + 2; i < line.len; i++)
    if (is_blank(line.ptr[i - 2]) && is_blank(line.ptr[i - 1]) && !is_blank(line.ptr[i]))
      return true;
  return false;
}

/* Of a table whose columns are set apart by spaces the first line has what a column is about over
 * what stands in it. */
static bool place_rules(struct headings *headings, struct str line, const char *value)
{
  if (line.ptr == headings->content.ptr || headings->first.len <= (size_t)(value - line.ptr))
    return false;
  if (!spend(headings, headings->first.len))
    return true;
  return has_columns(headings->first) &&
         when_said(words_over(headings->first, (size_t)(value - line.ptr))) == WHEN_OTHER;
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
         place_rules(headings, line, value) || brackets_rule(headings, line, value);
}
