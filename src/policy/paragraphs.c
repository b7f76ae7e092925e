#include "policy/paragraphs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "policy/cause_bytes.h"

struct paragraph {
  struct str text;
  struct str package; /* empty: it is an empty one */
};

static bool is_blank(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct str without_blanks(struct str s)
{
  while (s.len && is_blank(s.ptr[0]))
    s = str_skip(s, 1);
  while (s.len && is_blank(s.ptr[s.len - 1]))
    s.len--;
  return s;
}

/* The value of a line "Package: NAME", as dpkg reads it: the name of a field in any case, with
 * blanks before the colon (lib/dpkg/parse.c, parse_field). */
static bool is_package_line(struct str line, struct str *value)
{
  static const char name[] = "Package";
  const size_t len = sizeof(name) - 1;

  if (line.len < len || strncasecmp(line.ptr, name, len) != 0)
    return false;
  line = str_skip(line, len);
  while (line.len && is_blank(line.ptr[0]))
    line = str_skip(line, 1);
  if (!line.len || line.ptr[0] != ':')
    return false;
  *value = without_blanks(str_skip(line, 1));
  return true;
}

/* The order of names as dpkg tells them apart: in any case (lib/dpkg/pkg-hash.c). */
static int compare_packages(struct str a, struct str b)
{
  const int order = strncasecmp(a.ptr, b.ptr, MIN_OF(a.len, b.len));

  return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_package(const void *a, const void *b)
{
  const struct paragraph *x = a;
  const struct paragraph *y = b;
  const int order = compare_packages(x->package, y->package);

  return order ? order : (x->text.ptr > y->text.ptr) - (x->text.ptr < y->text.ptr);
}

/* Takes the next paragraph off *s: what ends before an empty line, without its last newline, so
 * that the last one is like the others. Empty lines are paragraphs of their own, and empty.
 * Returns 1; 0: there is none; -1: it does not say, once, what it is about. */
static int take_paragraph(struct str *s, struct paragraph *paragraph)
{
  struct str line;
  size_t n_names = 0, len = 0;
  const char *start = s->ptr;
  bool in_package = false;

  if (!start)
    return 0;
  paragraph->package = STR("");
  while (next_piece(s, '\n', &line) && line.len) {
    len = (size_t)(line.ptr - start) + line.len;
    if (is_blank(line.ptr[0]) && in_package)
      return -1; /* the name goes on */
    in_package = is_package_line(line, &paragraph->package);
    if (in_package && memchr(line.ptr, '\0', line.len))
      return -1; /* readers end the name there */
    n_names += in_package;
  }
  paragraph->text = (struct str) { start, len };
  return !len || (n_names == 1 && paragraph->package.len) ? 1 : -1;
}

/* *n SIZE_MAX: of one it is not known what it is about. */
static struct paragraph *sorted_paragraphs(struct str s, size_t *n)
{
  struct paragraph *paragraphs = NULL;
  struct paragraph next;
  size_t cap = 0;
  int got;

  for (*n = 0; (got = take_paragraph(&s, &next)) > 0; (*n)++) {
    paragraphs = xgrow(paragraphs, *n, &cap, sizeof(*paragraphs));
    paragraphs[*n] = next;
  }
  if (paragraphs)
    qsort(paragraphs, *n, sizeof(*paragraphs), by_package);
  if (got < 0)
    *n = SIZE_MAX;
  return paragraphs;
}

bool same_paragraphs(const struct str content[2])
{
  size_t n[2];
  AUTO_FREE struct paragraph *a = sorted_paragraphs(content[0], &n[0]);
  AUTO_FREE struct paragraph *b = sorted_paragraphs(content[1], &n[1]);

  if (n[0] != n[1] || n[0] == SIZE_MAX)
    return false;
  for (size_t i = 0; i < n[0]; i++)
    if (!str_equal(a[i].text, b[i].text))
      return false;
  return true;
}
