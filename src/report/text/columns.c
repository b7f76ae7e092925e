#include "report/text/columns.h"

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

size_t columns_path(struct writer *writer, struct str path, size_t columns)
{
  const size_t all = text_columns(path);
  const size_t head = columns / 3;
  const size_t tail = columns - head - 1;

  if (all <= columns)
    return columns_beginning(writer, path, columns);
  writer_add(writer, path.ptr, columns_bytes(path, head));
  writer_puts(writer, ELLIPSIS);
  writer_str(writer, str_skip(path, columns_bytes(path, all - tail)));
  return columns;
}

/* How much of the text goes into a line: to the last space within it, if that is not too far at the
 * front. */
static size_t line_bytes(struct str text, size_t columns)
{
  const size_t most = columns_bytes(text, columns);
  size_t at = most;

  if (most == text.len || text.ptr[most] == ' ')
    return most;
  while (at > most / 2 && text.ptr[at - 1] != ' ')
    at--;
  return at > most / 2 ? at : most;
}

void columns_wrapped(struct writer *writer, struct str text, size_t columns, size_t indent)
{
  const size_t room = columns > indent + LEAST_WRAPPED ? columns - indent : LEAST_WRAPPED;

  while (columns && text_columns(text) > room) {
    const size_t len = line_bytes(text, room);

    writer_add(writer, text.ptr, len);
    writer_putc(writer, '\n');
    writer_pad(writer, indent);
    text = str_skip(text, len);
    while (text.len && *text.ptr == ' ')
      text = str_skip(text, 1);
  }
  writer_str(writer, text);
  writer_putc(writer, '\n');
}
