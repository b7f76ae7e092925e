#include "report/changes/shorten.h"

/* How many equal characters stay before the first difference where the beginning is cut off. */
enum { KEPT_BEFORE = 12 };

static const struct str ellipsis = { "\xe2\x80\xa6", 3 };

static bool starts_character(char c)
{
  return ((unsigned char)c & 0xc0) != 0x80;
}

size_t text_columns(struct str text)
{
  size_t columns = 0;

  for (size_t i = 0; i < text.len; i++)
    columns += starts_character(text.ptr[i]);
  return columns;
}

static bool shorten_fits(struct str text, size_t columns)
{
  return text.len <= columns || text_columns(text) <= columns;
}

/* The byte at which character number `column` of the text starts, or its length. */
static size_t byte_of_column(struct str text, size_t column)
{
  size_t i;

  for (i = 0; i < text.len; i++)
    if (starts_character(text.ptr[i]) && column-- == 0)
      break;
  return i;
}

/* How many whole characters the texts share at their beginning. */
static size_t common_columns(struct str a, struct str b)
{
  size_t shared = 0;

  while (shared < a.len && shared < b.len && a.ptr[shared] == b.ptr[shared])
    shared++;
  while (shared > 0 && ((shared < a.len && !starts_character(a.ptr[shared])) ||
                        (shared < b.len && !starts_character(b.ptr[shared]))))
    shared--;
  return text_columns((struct str) { a.ptr, shared });
}

static void add_window(struct buf *out, struct str text, size_t from, size_t columns)
{
  if (from > 0) {
    buf_add_str(out, ellipsis);
    columns--;
  }
  text = str_skip(text, byte_of_column(text, from));
  if (shorten_fits(text, columns)) {
    buf_add_str(out, text);
  } else {
    buf_add(out, text.ptr, byte_of_column(text, columns - 1));
    buf_add_str(out, ellipsis);
  }
}

void shorten_pair(const struct str text[2], size_t columns, struct buf *const out[2])
{
  bool long_one = !shorten_fits(text[0], columns) || !shorten_fits(text[1], columns);
  size_t shared = long_one ? common_columns(text[0], text[1]) : 0;
  size_t from = 0;

  /* The beginning tells most, so it stays as long as a third of the line is left for what differs.
   */
  if (shared > columns * 2 / 3)
    from = shared - (columns < (size_t)2 * KEPT_BEFORE ? columns / 3 : KEPT_BEFORE);
  for (int i = 0; i < 2; i++)
    add_window(out[i], text[i], from, columns);
}
