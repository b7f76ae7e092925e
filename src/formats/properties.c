/* Java's properties (java.util.Properties, load) and the manifests of archives (JAR File
 * Specification, "JAR Manifest"). Comments show nowhere. Names and values are shown as they are
 * written, without the lines they are folded into. */
#include "formats/properties.h"

#include "base/buf.h"
#include "base/path.h"
#include "formats/keyed.h"

enum { LINE_MAX_BYTES = 1 << 20 };

static bool is_manifest(struct str name)
{
  static const char *const suffixes[] = { ".SF" };

  return str_equal(path_name(name), STR("MANIFEST.MF")) ||
         keyed_ends_in(name, suffixes, ARRAY_LEN(suffixes));
}

static bool properties_detect(struct str bytes, struct str name)
{
  static const char *const suffixes[] = { ".properties" };

  return (is_manifest(name) || keyed_ends_in(name, suffixes, ARRAY_LEN(suffixes))) &&
         !memchr(bytes.ptr, '\0', MIN_OF(bytes.len, (size_t)4096));
}

static struct str next_line(struct str *text)
{
  size_t len = 0;
  struct str line;

  while (len < text->len && text->ptr[len] != '\n' && text->ptr[len] != '\r')
    len++;
  line = (struct str) { text->ptr, len };
  *text = str_skip(*text, len);
  if (str_has_prefix(*text, STR("\r\n")))
    *text = str_skip(*text, 2);
  else if (text->len)
    *text = str_skip(*text, 1);
  return line;
}

/* What is behind n bytes, be it nothing: it has a place all the same. */
static struct str behind(struct str s, size_t n)
{
  n = MIN_OF(n, s.len);
  return (struct str) { s.ptr + n, s.len - n };
}

static struct str without_spaces(struct str s)
{
  while (s.len && strchr(" \t\f", *s.ptr))
    s = behind(s, 1);
  return s;
}

/* ---- properties ---- */

/* An odd number of backslashes at its end: the next line goes on with it. */
static bool goes_on(struct str line)
{
  size_t n = 0;

  while (n < line.len && line.ptr[line.len - 1 - n] == '\\')
    n++;
  return n % 2 == 1;
}

/* whole: the line lies in the file as it is. */
static int add_property(struct format_parts *parts, struct str line, bool whole, struct error *err)
{
  struct str name = line;
  struct str value;

  name.len = 0;
  while (name.len < line.len && !strchr("=: \t\f", line.ptr[name.len]))
    name.len += line.ptr[name.len] == '\\' && name.len + 1 < line.len ? 2 : 1;
  value = without_spaces(behind(line, name.len));
  if (value.len && (*value.ptr == '=' || *value.ptr == ':'))
    value = without_spaces(behind(value, 1));
  if (whole)
    format_account_shown(parts, value);
  return keyed_add(parts, name, value, err);
}

static int read_properties(struct format_parts *parts, struct error *err)
{
  AUTO_BUF line = BUF_INIT(LINE_MAX_BYTES);
  struct str rest = parts->bytes;

  while (rest.len) {
    struct str next = without_spaces(next_line(&rest));

    if (!line.len && (!next.len || *next.ptr == '#' || *next.ptr == '!'))
      continue;
    if (!line.len && !goes_on(next)) {
      if (add_property(parts, next, true, err))
        return -1;
      continue;
    }
    buf_add_str(&line, next);
    if (line.overflow)
      return error_set(err, ERROR_LIMIT, "a line is longer than %d bytes", LINE_MAX_BYTES);
    if (goes_on(next) && rest.len) {
      line.len--;
      continue;
    }
    if (line.len && add_property(parts, buf_str(&line), false, err))
      return -1;
    buf_clear(&line);
  }
  return 0;
}

/* ---- manifests ---- */

static int add_attribute(struct format_parts *parts, struct str section, struct str line,
                         bool whole, struct error *err)
{
  const char *colon = memchr(line.ptr, ':', line.len);
  struct str value;
  AUTO_BUF name = BUF_INIT(LINE_MAX_BYTES);
  struct str key;

  if (!colon)
    return error_set(err, ERROR_CORRUPT, "a line has no name");
  key = (struct str) { line.ptr, (size_t)(colon - line.ptr) };
  if (section.len)
    buf_printf(&name, "%.*s/", STR_ARGS(section));
  buf_add_str(&name, key);
  if (name.overflow)
    return error_set(err, ERROR_LIMIT, "a name is longer than %d bytes", LINE_MAX_BYTES);
  value = without_spaces(behind(line, key.len + 1));
  if (whole)
    format_account_shown(parts, value);
  return keyed_add(parts, buf_str(&name), value, err);
}

static int read_manifest(struct format_parts *parts, struct error *err)
{
  AUTO_BUF line = BUF_INIT(LINE_MAX_BYTES);
  struct str section = STR("");
  struct str rest = parts->bytes;

  while (rest.len) {
    const struct str next = next_line(&rest);
    const bool whole = !line.len;

    buf_add_str(&line, next);
    /* A line that begins with a space goes on with the one before it. */
    if (rest.len && *rest.ptr == ' ') {
      rest = str_skip(rest, 1);
      continue;
    }
    if (line.overflow)
      return error_set(err, ERROR_LIMIT, "a line is longer than %d bytes", LINE_MAX_BYTES);
    if (!line.len)
      section = STR("");
    else if (str_has_prefix(buf_str(&line), STR("Name:")))
      section = arena_str(&parts->arena, without_spaces(str_skip(buf_str(&line), 5)));
    else if (add_attribute(parts, section, whole ? next : buf_str(&line), whole, err))
      return -1;
    buf_clear(&line);
  }
  return 0;
}

static int properties_read(struct format_parts *parts, struct error *err)
{
  return is_manifest(parts->name) ? read_manifest(parts, err) : read_properties(parts, err);
}

const struct format format_properties = {
  .name = "properties",
  .is_text = true,
  .detect = properties_detect,
  .read = properties_read,
};
