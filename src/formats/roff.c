/* Pages of man(7) and mdoc(7). The arguments of .TH are members (title, section, date, source,
 * manual), so are those of .Dd, .Dt and .Os; each section's lines are one under its name, those of
 * a subsection under both ("OPTIONS/General"). What stands before the first section is
 * "(preamble)". Comments show nowhere. */
#include "formats/roff.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/path.h"
#include "formats/keyed.h"

enum { ROFF_NAME_MAX = 4096, DETECT_BYTES = 64 * 1024 };

struct roff {
  struct format_parts *parts;
  struct str section, subsection;
  bool section_shown, subsection_shown; /* by the name of a member */
  struct buf text;                      /* of it, so far */
};

/* The request that a line is; empty: none. */
static struct str request_of(struct str line)
{
  struct str name;

  if (!line.len || (line.ptr[0] != '.' && line.ptr[0] != '\''))
    return STR("");
  line = str_skip(line, 1);
  while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
    line = str_skip(line, 1);
  name = (struct str) { line.ptr, 0 };
  while (name.len < line.len && line.ptr[name.len] != ' ' && line.ptr[name.len] != '\t')
    name.len++;
  return name;
}

static bool is_comment(struct str request)
{
  return str_has_prefix(request, STR("\\\"")) || str_has_prefix(request, STR("\\#"));
}

/* "ls.1", "printf.3posix": a dot, the section, and perhaps more letters. */
static bool is_page_name(struct str name)
{
  const char *dot;

  name = path_name(name);
  dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;
  if (!dot || dot + 1 == name.ptr + name.len || !strchr("123456789nl", dot[1]))
    return false;
  for (const char *p = dot + 1; p < name.ptr + name.len; p++)
    if (!isalnum((unsigned char)*p))
      return false;
  return true;
}

static bool roff_detect(struct str bytes, struct str name)
{
  bytes.len = MIN_OF(bytes.len, (size_t)DETECT_BYTES);
  if (!bytes.len || (*bytes.ptr != '.' && *bytes.ptr != '\'') || !is_page_name(name) ||
      memchr(bytes.ptr, '\0', bytes.len))
    return false;
  while (bytes.len) {
    const struct str request = request_of(str_take_line(&bytes));

    if (str_equal(request, STR("TH")) || str_equal(request, STR("Dd")))
      return true;
  }
  return false;
}

/* The arguments behind a request: words, or in double quotes, where two stand for one. */
static bool next_argument(struct str *line, struct str *out)
{
  bool quoted;
  size_t len = 0;

  while (line->len && (line->ptr[0] == ' ' || line->ptr[0] == '\t'))
    *line = str_skip(*line, 1);
  if (!line->len)
    return false;
  quoted = line->ptr[0] == '"';
  if (quoted)
    *line = str_skip(*line, 1);
  for (; len < line->len; len++) {
    if (quoted ? line->ptr[len] == '"' : line->ptr[len] == ' ' || line->ptr[len] == '\t') {
      if (!quoted || len + 1 == line->len || line->ptr[len + 1] != '"')
        break;
      len++;
    }
  }
  *out = (struct str) { line->ptr, len };
  *line = str_skip(*line, MIN_OF(len + 1, line->len));
  return true;
}

static struct str behind_request(struct str line, struct str request)
{
  const char *from = request.ptr + request.len;

  return (struct str) { from, line.len - (size_t)(from - line.ptr) };
}

/* A member whose content is a piece of the file. */
static int add_shown(struct format_parts *parts, struct str name, struct str piece,
                     struct error *err)
{
  format_account_shown(parts, piece);
  return keyed_add(parts, name, piece, err);
}

static int add_title(struct format_parts *parts, struct str arguments, struct error *err)
{
  static const char *const names[] = { ".TH/title", ".TH/section", ".TH/date", ".TH/source",
                                       ".TH/manual" };
  struct str argument;

  for (size_t i = 0; next_argument(&arguments, &argument); i++)
    if (add_shown(parts, str_of(i < ARRAY_LEN(names) ? names[i] : ".TH/more"), argument, err))
      return -1;
  return 0;
}

/* ---- sections ---- */

/* A heading is shown by the names of members, if there are any below it. */
static void account_headings(struct roff *roff)
{
  if (!roff->section_shown)
    format_account_shown(roff->parts, roff->section);
  if (!roff->subsection_shown)
    format_account_shown(roff->parts, roff->subsection);
  roff->section_shown = true;
  roff->subsection_shown = true;
}

static int end_section(struct roff *roff, struct error *err)
{
  AUTO_BUF name = BUF_INIT(ROFF_NAME_MAX);
  int status = 0;

  buf_add_str(&name, roff->section);
  if (roff->subsection.len) {
    buf_putc(&name, '/');
    buf_add_str(&name, roff->subsection);
  }
  if (name.overflow)
    return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", ROFF_NAME_MAX);
  if (roff->text.len) {
    account_headings(roff);
    status = keyed_add(roff->parts, buf_str(&name), buf_str(&roff->text), err);
  }
  buf_clear(&roff->text);
  return status;
}

/* The name of a section: its arguments as they are written, but for the quotes around all of them.
 * .SH without any has its name on the next line. */
static struct str heading(struct str line, struct str *rest, bool *shown)
{
  while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t'))
    line = str_skip(line, 1);
  if (!line.len && rest->len)
    line = str_take_line(rest);
  if (line.len > 1 && line.ptr[0] == '"' && line.ptr[line.len - 1] == '"')
    line = (struct str) { line.ptr + 1, line.len - 2 };
  *shown = line.len == 0; /* nothing of it is in the file */
  return line.len ? line : STR("(no name)");
}

/* whole: the line with its newline, if there is one. */
static int read_line(struct roff *roff, struct str line, struct str whole, struct str *rest,
                     struct error *err)
{
  const struct str request = request_of(line);
  const struct str arguments = request.len ? behind_request(line, request) : STR("");

  if (is_comment(request))
    return add_shown(roff->parts, STR("#comment"), line, err);
  if (str_equal(request, STR("TH")))
    return add_title(roff->parts, arguments, err);
  if (str_equal(request, STR("Dd")) || str_equal(request, STR("Dt")) ||
      str_equal(request, STR("Os")))
    return add_shown(roff->parts, (struct str) { request.ptr - 1, request.len + 1 }, arguments,
                     err);
  if (str_equal(request, STR("SH")) || str_equal(request, STR("Sh")) ||
      str_equal(request, STR("SS")) || str_equal(request, STR("Ss"))) {
    if (end_section(roff, err))
      return -1;
    if (toupper((unsigned char)request.ptr[1]) == 'H') {
      roff->section = heading(arguments, rest, &roff->section_shown);
      roff->subsection = STR("");
      roff->subsection_shown = true;
    } else {
      roff->subsection = heading(arguments, rest, &roff->subsection_shown);
    }
    return 0;
  }
  buf_add_str(&roff->text, whole);
  format_account_shown(roff->parts, whole);
  return 0;
}

static int roff_read(struct format_parts *parts, struct error *err)
{
  struct roff roff = {
    .parts = parts,
    .section = STR("(preamble)"),
    .subsection = STR(""),
    .section_shown = true,
    .subsection_shown = true,
    .text = BUF_INIT(SIZE_MAX / 2),
  };
  struct str rest = parts->bytes;
  int status = 0;

  while (rest.len && status == 0) {
    struct str whole = rest;
    const struct str line = str_take_line(&rest);

    whole.len -= rest.len;
    status = read_line(&roff, line, whole, &rest, err);
  }
  if (status == 0)
    status = end_section(&roff, err);
  buf_release(&roff.text);
  return status;
}

const struct format format_roff = {
  .name = "roff",
  .is_text = true,
  .detect = roff_detect,
  .read = roff_read,
};
