/* HTML as browsers take it, in whatever state it is (HTML Standard, WHATWG, 13.2.5 "Tokenization"):
 * nothing is an error. Elements are closed by their end tags, by the end of those around them, and
 * by the start tags that the standard says close them (13.1.2.4 "Optional tags"); what else it does
 * to put a tree right only moves the places that are told. References stay as they are written;
 * document types show nowhere. */
#include "formats/html.h"

#include <ctype.h>
#include <strings.h>

#include "base/alloc.h"
#include "formats/elements.h"
#include "formats/keyed.h"

struct html {
  struct str rest;
  struct elements tree;
};

static bool has_prefix(struct str s, const char *prefix)
{
  const size_t len = strlen(prefix);

  return s.len >= len && strncasecmp(s.ptr, prefix, len) == 0;
}

static bool html_detect(struct str bytes, struct str name)
{
  static const char *const suffixes[] = { ".html", ".htm" };

  if (!bytes.len || memchr(bytes.ptr, '\0', MIN_OF(bytes.len, (size_t)4096)))
    return false;
  if (str_has_prefix(bytes, STR("\xef\xbb\xbf")))
    bytes = str_skip(bytes, 3);
  bytes = elements_trim((struct str) { bytes.ptr, MIN_OF(bytes.len, (size_t)4096) });
  return has_prefix(bytes, "<!doctype html") || has_prefix(bytes, "<html") ||
         (keyed_ends_in(name, suffixes, ARRAY_LEN(suffixes)) && str_has_prefix(bytes, STR("<")));
}

/* Whether a name is one of a list with spaces around each. */
static bool is_one_of(struct str name, const char *list)
{
  const size_t len = strlen(list);

  for (const char *at = list; (at = memmem(at, (size_t)(list + len - at), name.ptr, name.len));
       at++)
    if (name.len && at > list && at[-1] == ' ' && at[name.len] == ' ')
      return true;
  return false;
}

/* ---- elements ---- */

static bool is_void(struct str name) /* 13.1.2 */
{
  return is_one_of(name, " area base br col embed hr img input link meta source track wbr param ");
}

/* What the start tag of an element ends, if it is the one that was opened last. */
static bool html_ends(struct str name, struct str open)
{
  static const struct {
    const char *open, *by;
  } table[] = {
    { " p ", " address article aside blockquote details div dl fieldset figcaption figure footer "
             "form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section table "
             "ul li dt dd td th tr " },
    { " li ", " li " },
    { " dt dd ", " dt dd " },
    { " td th ", " td th tr tbody tfoot " },
    { " tr ", " tr tbody tfoot " },
    { " thead tbody ", " tbody tfoot " },
    { " option ", " option optgroup " },
    { " head ", " body " },
  };

  for (size_t i = 0; i < ARRAY_LEN(table); i++)
    if (is_one_of(open, table[i].open) && is_one_of(name, table[i].by))
      return true;
  return false;
}

static struct str last_open(const struct html *html)
{
  return html->tree.depth ? html->tree.names[html->tree.depth - 1] : STR("");
}

static int end_element(struct html *html, struct str name, struct error *err)
{
  size_t depth = html->tree.depth;

  while (depth && !str_equal(html->tree.names[depth - 1], name))
    depth--;
  while (depth && html->tree.depth >= depth)
    if (elements_close(&html->tree, err))
      return -1;
  return 0;
}

static int start_element(struct html *html, struct str name, struct error *err)
{
  while (html->tree.depth && html_ends(name, last_open(html)))
    if (elements_close(&html->tree, err))
      return -1;
  return elements_open(&html->tree, name, err);
}

/* ---- tokens ---- */

static void skip_spaces(struct html *html)
{
  while (html->rest.len && elements_is_space(*html->rest.ptr))
    html->rest = str_skip(html->rest, 1);
}

static struct str take(struct html *html, size_t len)
{
  const struct str taken = { html->rest.ptr, len };

  html->rest = str_skip(html->rest, len);
  return taken;
}

/* Up to one of the bytes, or a space. */
static struct str take_name(struct html *html, const char *ends)
{
  size_t len = 0;

  while (len < html->rest.len && !elements_is_space(html->rest.ptr[len]) &&
         (!html->rest.ptr[len] || !strchr(ends, html->rest.ptr[len])))
    len++;
  return take(html, len);
}

static struct str take_to(struct html *html, const char *mark)
{
  const size_t n = strlen(mark);
  const char *at = html->rest.len ? memmem(html->rest.ptr, html->rest.len, mark, n) : NULL;
  const size_t len = at ? (size_t)(at - html->rest.ptr) : html->rest.len;
  const struct str taken = take(html, len);

  html->rest = str_skip(html->rest, at ? n : 0);
  return taken;
}

/* Names of any case are one. */
static int lower_name(struct html *html, struct str name, struct str *out, struct error *err)
{
  char *bytes = format_memory(html->tree.parts, name.len + 1, err);

  if (!bytes)
    return -1;
  for (size_t i = 0; i < name.len; i++)
    bytes[i] = (char)(name.ptr[i] ? tolower((unsigned char)name.ptr[i]) : '?');
  *out = (struct str) { bytes, name.len };
  return 0;
}

static struct str take_value(struct html *html)
{
  static const struct str none = { "", 0 };
  char quote[2] = "";

  skip_spaces(html);
  if (!str_has_prefix(html->rest, STR("=")))
    return none;
  take(html, 1);
  skip_spaces(html);
  if (!html->rest.len)
    return none;
  quote[0] = *html->rest.ptr;
  if (quote[0] != '"' && quote[0] != '\'')
    return take_name(html, ">");
  take(html, 1);
  return take_to(html, quote);
}

/* Up to and with the ">". */
static int take_attributes(struct html *html, struct error *err)
{
  for (;;) {
    struct str name;
    struct str value;

    char next;

    skip_spaces(html);
    if (!html->rest.len)
      return 0;
    next = *html->rest.ptr;
    if (next == '>' || next == '/') {
      take(html, 1);
      if (next == '>')
        return 0;
      continue;
    }
    if (next == '=') { /* 13.2.5.32: part of the name */
      name = take(html, 1);
      name.len += take_name(html, "/>=").len;
    } else {
      name = take_name(html, "/>=");
    }
    value = take_value(html);
    if (lower_name(html, name, &name, err) || elements_attribute(&html->tree, name, value, err))
      return -1;
  }
}

/* The text of an element in which no tag but its own end is one. */
static void take_raw_text(struct html *html, struct str name)
{
  size_t len = 0;

  for (; len < html->rest.len; len++) {
    const struct str at = str_skip(html->rest, len);

    if (str_has_prefix(at, STR("</")) && at.len > name.len + 2 &&
        strncasecmp(at.ptr + 2, name.ptr, name.len) == 0 &&
        !isalnum((unsigned char)at.ptr[2 + name.len]))
      break;
  }
  elements_text(&html->tree, take(html, len));
}

static int start_tag(struct html *html, struct error *err)
{
  struct str name;

  if (lower_name(html, take_name(html, "/>"), &name, err) || start_element(html, name, err) ||
      take_attributes(html, err))
    return -1;
  if (is_void(name))
    return elements_close(&html->tree, err);
  if (is_one_of(name, " script style textarea title xmp iframe noembed noframes "))
    take_raw_text(html, name);
  return 0;
}

static int end_tag(struct html *html, struct error *err)
{
  struct str name;

  if (lower_name(html, take_name(html, "/>"), &name, err))
    return -1;
  take_to(html, ">");
  return end_element(html, name, err);
}

/* What begins with "<". */
static int markup(struct html *html, struct error *err)
{
  const struct str rest = html->rest;
  const char next = (char)(rest.len > 1 ? rest.ptr[1] : '\0');

  if (str_has_prefix(rest, STR("<!--"))) {
    take(html, 4);
    if (!str_has_prefix(html->rest, STR(">")) && !str_has_prefix(html->rest, STR("->")))
      return elements_comment(&html->tree, take_to(html, "-->"), err);
    take_to(html, ">");
  } else if (isalpha((unsigned char)next)) {
    take(html, 1);
    return start_tag(html, err);
  } else if (next == '/' && rest.len > 2 && isalpha((unsigned char)rest.ptr[2])) {
    take(html, 2);
    return end_tag(html, err);
  } else if (next == '!' || next == '?' || next == '/') {
    take_to(html, ">");
  } else {
    elements_text(&html->tree, take(html, 1));
  }
  return 0;
}

static int html_read(struct format_parts *parts, struct error *err)
{
  AUTO_FREE struct html *html = xcalloc(1, sizeof(*html));
  int status = 0;

  elements_init(&html->tree, parts);
  html->rest = parts->bytes;
  while (html->rest.len && status == 0) {
    const char *end = memchr(html->rest.ptr, '<', html->rest.len);

    elements_text(&html->tree, take(html, end ? (size_t)(end - html->rest.ptr) : html->rest.len));
    status = html->rest.len ? markup(html, err) : 0;
  }
  while (html->tree.depth && status == 0)
    status = elements_close(&html->tree, err);
  elements_release(&html->tree);
  return status;
}

const struct format format_html = {
  .name = "html",
  .is_text = true,
  .detect = html_detect,
  .read = html_read,
};
