#include "policy/line_order.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "policy/cause_bytes.h"

enum { KEY_MAX = 64 };

struct part {
  struct str *items; /* lines, each with those that belong to it; sorted, where that is free */
  struct str first;  /* that stands first */
  size_t n;
};

struct text {
  struct str *items;  /* owned; in order, part after part */
  struct part *parts; /* owned */
  size_t n_items, cap_items, n_parts, cap_parts;
  bool told; /* something says that order tells something */
};

static bool is_blank(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t indent_of(struct str line)
{
  size_t n = 0;

  while (n < line.len && is_blank(line.ptr[n]))
    n++;
  return n;
}

static struct str without_blanks(struct str line)
{
  line = str_skip(line, indent_of(line));
  while (line.len && is_blank(line.ptr[line.len - 1]))
    line.len--;
  return line;
}

static bool is_heading(struct str line)
{
  line = without_blanks(line);
  return line.len > 2 && line.ptr[0] == '[' && line.ptr[line.len - 1] == ']';
}

/* Whether it opens or closes something around other lines, goes on in the next one, or takes back
 * or adds to what others say ("!keep.log", "-A INPUT", a list's "- first"). A colon that is not the
 * first ends the last of some columns. */
static bool is_around(struct str line)
{
  char last;

  line = without_blanks(line);
  if (!line.len || is_heading(line))
    return false;
  if (line.ptr[0] && strchr("})]<!-+*@", line.ptr[0]))
    return true;
  last = line.ptr[line.len - 1];
  if (last == ':')
    return !memchr(line.ptr, ':', line.len - 1);
  return last && strchr("{([\\,=&|", last);
}

/* ---- parts ---- */

/* "Name: …", "name=…": the length with the sign, or 0. */
static size_t key_length(struct str line)
{
  size_t n = 0;

  while (n < line.len && n < KEY_MAX &&
         (isalnum((unsigned char)line.ptr[n]) || strchr("_-. ", line.ptr[n] ? line.ptr[n] : '!')))
    n++;
  return n && n < line.len && (line.ptr[n] == ':' || line.ptr[n] == '=') ? n + 1 : 0;
}

static int by_bytes(const void *a, const void *b)
{
  return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Of sorted lines: whether a key stands twice, whatever else is between them. */
static bool has_key_twice(const struct str *sorted, size_t n)
{
  for (size_t i = 1; i < n; i++) {
    const size_t len = key_length(sorted[i]);

    if (len && str_has_prefix(sorted[i - 1], (struct str) { sorted[i].ptr, len }))
      return true;
  }
  return false;
}

/* The third of seven columns, as in passwd(5), or of four, as in group(5), if it is a number:
 * whoever asks for a number's name gets the first that has it. */
static struct str number_of(struct str line)
{
  struct str columns[8];
  size_t n = 0;

  while (n < ARRAY_LEN(columns) && next_piece(&line, ':', &columns[n]))
    n++;
  if (n != 7 && n != 4)
    return STR("");
  for (size_t i = 0; i < columns[2].len; i++)
    if (!isdigit((unsigned char)columns[2].ptr[i]))
      return STR("");
  return columns[2];
}

static bool has_number_twice(const struct str *lines, size_t n)
{
  AUTO_FREE struct str *numbers = xcalloc(n, sizeof(*numbers));
  bool twice = false;

  for (size_t i = 0; i < n; i++)
    numbers[i] = number_of(lines[i]);
  qsort(numbers, n, sizeof(*numbers), by_bytes);
  for (size_t i = 1; i < n; i++)
    twice = twice || (numbers[i].len && str_equal(numbers[i - 1], numbers[i]));
  return twice;
}

static void add_item(struct text *text, struct str line)
{
  text->items = xgrow(text->items, text->n_items, &text->cap_items, sizeof(*text->items));
  text->items[text->n_items++] = line;
}

/* Joins what is indented with the line before it; *lines are those of one part, without newlines.
 */
static void add_part(struct text *text, const struct str *lines, size_t n)
{
  const size_t from = text->n_items;
  size_t least = SIZE_MAX;

  if (!n)
    return;
  for (size_t i = 0; i < n; i++)
    least = MIN_OF(least, indent_of(lines[i]));
  for (size_t i = 0; i < n; i++) {
    struct str *last = text->n_items > from ? &text->items[text->n_items - 1] : NULL;

    text->told = text->told || is_around(lines[i]);
    if (last && indent_of(lines[i]) > least)
      last->len = (size_t)(lines[i].ptr - last->ptr) + lines[i].len;
    else
      add_item(text, lines[i]);
  }
  text->parts = xgrow(text->parts, text->n_parts, &text->cap_parts, sizeof(*text->parts));
  text->parts[text->n_parts++] = (struct part) { .n = text->n_items - from };
}

static void set_part(struct part *part, struct str *items)
{
  AUTO_FREE struct str *sorted = xcalloc(part->n, sizeof(*sorted));

  part->items = items;
  part->first = items[0];
  memcpy(sorted, items, part->n * sizeof(*sorted));
  qsort(sorted, part->n, sizeof(*sorted), by_bytes);
  if (!has_key_twice(sorted, part->n) && !has_number_twice(sorted, part->n))
    memcpy(items, sorted, part->n * sizeof(*sorted));
}

static int compare_parts(const struct part *a, const struct part *b)
{
  int order = str_compare(a->first, b->first);

  for (size_t i = 0; !order && i < a->n && i < b->n; i++)
    order = str_compare(a->items[i], b->items[i]);
  return order ? order : (a->n > b->n) - (a->n < b->n);
}

/* Parts in which lines may stand in any order are the same whichever is the first. */
static int compare_items(const struct part *a, const struct part *b)
{
  int order = 0;

  for (size_t i = 0; !order && i < a->n && i < b->n; i++)
    order = str_compare(a->items[i], b->items[i]);
  return order ? order : (a->n > b->n) - (a->n < b->n);
}

static int by_items(const void *a, const void *b)
{
  return compare_items(a, b);
}

static int by_first(const void *a, const void *b)
{
  return compare_parts(a, b);
}

static void text_read(struct text *text, struct str content)
{
  struct str *lines = NULL;
  struct str line;
  size_t n = 0;
  size_t cap = 0;
  size_t at = 0;

  *text = (struct text) { 0 };
  while (next_piece(&content, '\n', &line)) {
    const bool is_empty = indent_of(line) == line.len;

    if (is_empty || is_heading(line)) {
      add_part(text, lines, n);
      n = 0;
    }
    if (is_empty)
      continue;
    lines = xgrow(lines, n, &cap, sizeof(*lines));
    lines[n++] = line;
  }
  add_part(text, lines, n);
  free(lines);
  for (size_t i = 0; i < text->n_parts; at += text->parts[i++].n)
    set_part(&text->parts[i], &text->items[at]);
}

static void text_release(struct text *text)
{
  free(text->items);
  free(text->parts);
}

/* Whether two parts begin alike and go on otherwise: readers may take the last, or the first. */
static bool has_doubled_part(struct text *text)
{
  if (text->n_parts)
    qsort(text->parts, text->n_parts, sizeof(*text->parts), by_first);
  for (size_t i = 1; i < text->n_parts; i++)
    if (str_equal(text->parts[i - 1].first, text->parts[i].first) &&
        compare_items(&text->parts[i - 1], &text->parts[i]) != 0)
      return true;
  return false;
}

static bool parts_are_same(struct text *a, struct text *b)
{
  if (a->n_parts != b->n_parts)
    return false;
  if (a->n_parts) {
    qsort(a->parts, a->n_parts, sizeof(*a->parts), by_items);
    qsort(b->parts, b->n_parts, sizeof(*b->parts), by_items);
  }
  for (size_t i = 0; i < a->n_parts; i++)
    if (compare_items(&a->parts[i], &b->parts[i]) != 0)
      return false;
  return true;
}

enum line_order line_order_look(const struct str content[2])
{
  struct text texts[2];
  enum line_order order;

  for (int side = 0; side < 2; side++)
    text_read(&texts[side], content[side]);
  if (!parts_are_same(&texts[0], &texts[1]))
    order = texts[0].n_parts > 1 || texts[1].n_parts > 1 ? LINE_ORDER_MOVED : LINE_ORDER_TOLD;
  else if (texts[0].told || texts[1].told || has_doubled_part(&texts[0]) ||
           has_doubled_part(&texts[1]))
    order = LINE_ORDER_TOLD;
  else
    order = LINE_ORDER_FREE;
  for (int side = 0; side < 2; side++)
    text_release(&texts[side]);
  return order;
}
