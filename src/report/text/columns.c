#include "report/text/columns.h"

#include <limits.h>
#include <string.h>

#include "report/changes/shorten.h"

#define ELLIPSIS "\xe2\x80\xa6"

enum { LEAST_WRAPPED = 16 }; /* a line holds at least so many columns of a text that is wrapped */

void columns_coloured(struct writer *writer, bool colour, const char *sgr, const char *text)
{
  if (colour)
    writer_puts(writer, sgr);
  writer_puts(writer, text);
  if (colour)
    writer_puts(writer, SGR_RESET);
}

size_t columns_bytes(struct str text, size_t columns)
{
  size_t at = 0;

  while (at < text.len && columns > 0) {
    at++;
    while (at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
      at++;
    columns--;
  }
  return at;
}

size_t columns_beginning(struct writer *writer, struct str text, size_t columns)
{
  const size_t all = text_columns(text);

  if (all <= columns) {
    writer_str(writer, text);
    return all;
  }
  writer_add(writer, text.ptr, columns_bytes(text, columns - 1));
  writer_puts(writer, ELLIPSIS);
  return columns;
}

size_t columns_values(struct writer *writer, struct str text, size_t columns)
{
  enum { LEAST_VALUE = 8 };
  static const struct str arrow = STR(CHANGE_ARROW);
  const char *at = memmem(text.ptr, text.len, arrow.ptr, arrow.len);
  const size_t head = at ? (size_t)(at - text.ptr) : 0;
  const struct str rest = str_skip(text, head + (at ? arrow.len : 0));
  const struct str values[2] = { { text.ptr, head }, rest };
  const size_t room = columns - MIN_OF(columns, text_columns(arrow));
  AUTO_BUF value0 = BUF_INIT(INT_MAX);
  AUTO_BUF value1 = BUF_INIT(INT_MAX);
  size_t shorter;

  if (!at || room < 2 * (size_t)LEAST_VALUE || text_columns(text) <= columns ||
      memmem(rest.ptr, rest.len, arrow.ptr, arrow.len))
    return columns_beginning(writer, text, columns);
  shorter = MIN_OF(text_columns(values[0]), text_columns(values[1]));
  shorten_pair(values, room - MIN_OF(shorter, room / 2),
               (struct buf *const[2]) { &value0, &value1 });
  writer_str(writer, buf_str(&value0));
  writer_str(writer, arrow);
  writer_str(writer, buf_str(&value1));
  return text_columns(buf_str(&value0)) + text_columns(arrow) + text_columns(buf_str(&value1));
}

/* The end of a path from a slash on, so long that it fits; empty where the last part alone does
 * not.
 */
static struct str path_end(struct str path, size_t columns)
{
  struct str end = STR("");

  for (size_t at = path.len > 1 ? path.len - 1 : 0; at-- > 0;) {
    const struct str from = str_skip(path, at);

    if (*from.ptr != '/')
      continue;
    if (text_columns(from) > columns)
      break;
    end = from;
  }
  return end;
}

/* The same of its beginning, to a slash. */
static struct str path_beginning(struct str path, size_t columns)
{
  struct str beginning = STR("");

  for (size_t at = 0; at < path.len; at++) {
    const struct str to = { path.ptr, at + 1 };

    if (path.ptr[at] != '/')
      continue;
    if (text_columns(to) > columns)
      break;
    beginning = to;
  }
  return beginning;
}

size_t columns_path(struct writer *writer, struct str path, size_t columns)
{
  const size_t all = text_columns(path);
  const struct str end = path_end(path, columns * 2 / 3);
  const struct str beginning = path_beginning(path, columns - 1 - text_columns(end));
  const size_t head = columns / 3;
  const size_t tail = columns - head - 1;

  if (all <= columns)
    return columns_beginning(writer, path, columns);
  if (end.len && beginning.len) {
    writer_str(writer, beginning);
    writer_puts(writer, ELLIPSIS);
    writer_str(writer, end);
    return text_columns(beginning) + 1 + text_columns(end);
  }
  writer_add(writer, path.ptr, columns_bytes(path, head));
  writer_puts(writer, ELLIPSIS);
  writer_str(writer, str_skip(path, columns_bytes(path, all - tail)));
  return columns;
}

/* Whether a line may end before this byte, a number staying with "B", "kB" and their like. */
static bool may_break(struct str text, size_t at)
{
  size_t unit = at;

  if (text.ptr[at - 1] != ' ')
    return false;
  if (unit < text.len && strchr("kMGTPE", text.ptr[unit]) && text.ptr[unit])
    unit++;
  return at < 2 || text.ptr[at - 2] < '0' || text.ptr[at - 2] > '9' || unit >= text.len ||
         text.ptr[unit] != 'B';
}

/* How much of the text goes into a line: to the last space within it, if that is not too far at the
 * front. */
static size_t line_bytes(struct str text, size_t columns)
{
  const size_t most = columns_bytes(text, columns);
  size_t at = most;

  if (most == text.len || (text.ptr[most] == ' ' && may_break(text, most + 1)))
    return most;
  while (at > most / 2 && !may_break(text, at))
    at--;
  return at > most / 2 ? at : most;
}

void columns_wrapped(struct writer *writer, struct str text, size_t columns, size_t indent)
{
  const size_t room = columns > indent + LEAST_WRAPPED ? columns - indent : LEAST_WRAPPED;

  while (columns && text_columns(text) > room) {
    const size_t len = line_bytes(text, room);
    size_t shown = len;

    while (shown > 0 && text.ptr[shown - 1] == ' ')
      shown--;
    writer_add(writer, text.ptr, shown);
    writer_putc(writer, '\n');
    writer_pad(writer, indent);
    text = str_skip(text, len);
    while (text.len && *text.ptr == ' ')
      text = str_skip(text, 1);
  }
  writer_str(writer, text);
  writer_putc(writer, '\n');
}
