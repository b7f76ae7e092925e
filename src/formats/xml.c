/* XML 1.0. The text of each element is a member under the elements that lead to it, those of one
 * name counted from the second on ("feed/entry[2]/title"); so is each attribute ("…/entry@id").
 * Nothing is expanded: references stay as they are written, and a document type that declares
 * something is an error. Comments, instructions and spaces between elements show nowhere. */
#include "formats/xml.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "formats/keyed.h"

enum { ELEMENTS_DEEP = 256, PATH_BYTES_MAX = 16 * 1024 };

struct xml {
  struct format_parts *parts;
  struct str rest;
  struct buf path;
  size_t behind[ELEMENTS_DEEP]; /* the length of the path without the element */
  struct str names[ELEMENTS_DEEP];
  struct buf texts[ELEMENTS_DEEP]; /* of the elements that are open */
  size_t depth;
  struct map counts; /* of elements by their paths; keys in the arena */
};

static bool xml_detect(struct str bytes, struct str name)
{
  static const char *const suffixes[] = { ".xml", ".svg", ".opf", ".ncx",   ".pom",  ".plist",
                                          ".xsd", ".rng", ".rdf", ".xhtml", ".atom", ".docbook" };

  if (str_has_prefix(bytes, STR("\xef\xbb\xbf")))
    bytes = str_skip(bytes, 3);
  return str_has_prefix(bytes, STR("<?xml ")) ||
         (keyed_ends_in(name, suffixes, ARRAY_LEN(suffixes)) && str_has_prefix(bytes, STR("<")));
}

static bool is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
  return isalnum((unsigned char)c) || (c && strchr("_:.-", c)) || (unsigned char)c >= 0x80;
}

static struct str xml_trim(struct str s)
{
  while (s.len && is_space(s.ptr[0]))
    s = str_skip(s, 1);
  while (s.len && is_space(s.ptr[s.len - 1]))
    s.len--;
  return s;
}

static int corrupt(struct error *err, const char *what)
{
  return error_set(err, ERROR_CORRUPT, "it is no XML: %s", what);
}

/* Takes everything up to a mark, and the mark. */
static int take_until(struct xml *xml, struct str mark, struct str *out, struct error *err)
{
  const char *at = xml->rest.len ? memmem(xml->rest.ptr, xml->rest.len, mark.ptr, mark.len) : NULL;

  if (!at)
    return corrupt(err, "something has no end");
  *out = (struct str) { xml->rest.ptr, (size_t)(at - xml->rest.ptr) };
  xml->rest = str_skip(xml->rest, out->len + mark.len);
  return 0;
}

static struct str take_name(struct str *s)
{
  struct str name = { s->ptr, 0 };

  while (name.len < s->len && is_name(s->ptr[name.len]))
    name.len++;
  *s = str_skip(*s, name.len);
  return name;
}

/* ---- elements ---- */

/* Which one of its name it is below the same element. */
static int count_element(struct xml *xml, struct error *err)
{
  struct map_entry *entry;
  uintptr_t n;

  /* Each time: to look a long path up is what an element costs, even where it is no new one. */
  if (format_charge(xml->parts->budget, xml->path.len + 64, err))
    return -1;
  entry = map_put(&xml->counts, buf_str(&xml->path));
  if (!entry->value)
    entry->key = arena_str(&xml->parts->arena, buf_str(&xml->path));
  n = (uintptr_t)entry->value + 1;
  entry->value = (void *)n;
  if (n > 1)
    buf_printf(&xml->path, "[%zu]", (size_t)n);
  return 0;
}

static int open_element(struct xml *xml, struct str name, struct error *err)
{
  if (xml->depth == ELEMENTS_DEEP)
    return error_set(err, ERROR_LIMIT, "elements lie more than %d deep", ELEMENTS_DEEP);
  xml->behind[xml->depth] = xml->path.len;
  xml->names[xml->depth] = name;
  xml->texts[xml->depth] = BUF_INIT(xml->parts->bytes.len);
  xml->depth++;
  if (xml->path.len)
    buf_putc(&xml->path, '/');
  buf_add_str(&xml->path, name);
  if (xml->path.overflow)
    return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", PATH_BYTES_MAX);
  return count_element(xml, err);
}

static int close_element(struct xml *xml, struct error *err)
{
  struct buf *text = &xml->texts[xml->depth - 1];
  const struct str trimmed = xml_trim(text->len ? buf_str(text) : STR(""));
  int status = 0;

  if (trimmed.len)
    status = keyed_add(xml->parts, buf_str(&xml->path), trimmed, err);
  buf_release(text);
  xml->depth--;
  xml->path.len = xml->behind[xml->depth];
  return status;
}

/* Takes NAME="VALUE" off the tag. */
static int take_attribute(struct xml *xml, struct str *tag, struct error *err)
{
  const size_t before = xml->path.len;
  const struct str name = take_name(tag);
  const char *end;
  struct str value;
  int status;

  *tag = xml_trim(*tag);
  if (!name.len || !tag->len || *tag->ptr != '=')
    return corrupt(err, "an attribute has no value");
  *tag = xml_trim(str_skip(*tag, 1));
  if (!tag->len || (*tag->ptr != '"' && *tag->ptr != '\'') ||
      !(end = memchr(tag->ptr + 1, *tag->ptr, tag->len - 1)))
    return corrupt(err, "the value of an attribute is not in quotes");
  value = (struct str) { tag->ptr + 1, (size_t)(end - tag->ptr) - 1 };
  *tag = xml_trim(str_skip(*tag, value.len + 2));
  buf_putc(&xml->path, '@');
  buf_add_str(&xml->path, name);
  if (xml->path.overflow)
    return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", PATH_BYTES_MAX);
  status = keyed_add(xml->parts, buf_str(&xml->path), value, err);
  xml->path.len = before;
  return status;
}

/* The tag behind its "<": a ">" may stand in the value of an attribute. */
static int take_tag(struct xml *xml, struct str *out, struct error *err)
{
  char quote = '\0';

  *out = (struct str) { xml->rest.ptr, 0 };
  for (; out->len < xml->rest.len; out->len++) {
    const char c = xml->rest.ptr[out->len];

    if (quote)
      quote = (char)(c == quote ? '\0' : quote);
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>')
      break;
  }
  if (out->len == xml->rest.len)
    return corrupt(err, "a tag has no end");
  xml->rest = str_skip(xml->rest, out->len + 1);
  return 0;
}

static int start_tag(struct xml *xml, struct error *err)
{
  struct str tag;
  struct str name;
  bool is_empty;

  if (take_tag(xml, &tag, err))
    return -1;
  is_empty = str_has_suffix(tag, STR("/"));
  tag.len -= is_empty;
  name = take_name(&tag);
  if (!name.len || (tag.len && !is_space(*tag.ptr)))
    return corrupt(err, "a tag has no name");
  if (open_element(xml, name, err))
    return -1;
  for (tag = xml_trim(tag); tag.len;)
    if (take_attribute(xml, &tag, err))
      return -1;
  return is_empty ? close_element(xml, err) : 0;
}

static int end_tag(struct xml *xml, struct error *err)
{
  struct str tag;

  if (take_tag(xml, &tag, err))
    return -1;
  if (!xml->depth || !str_equal(xml_trim(tag), xml->names[xml->depth - 1]))
    return corrupt(err, "an element does not end as it begins");
  return close_element(xml, err);
}

/* ---- the document ---- */

static bool take_prefix(struct xml *xml, const char *prefix)
{
  if (!str_has_prefix(xml->rest, str_of(prefix)))
    return false;
  xml->rest = str_skip(xml->rest, strlen(prefix));
  return true;
}

/* What begins with "<". */
static int markup(struct xml *xml, struct error *err)
{
  struct str skipped;

  if (take_prefix(xml, "<!--"))
    return take_until(xml, STR("-->"), &skipped, err);
  if (take_prefix(xml, "<![CDATA[")) {
    if (take_until(xml, STR("]]>"), &skipped, err))
      return -1;
    if (!xml->depth)
      return corrupt(err, "text lies outside of its element");
    buf_add_str(&xml->texts[xml->depth - 1], skipped);
    return 0;
  }
  if (take_prefix(xml, "<?"))
    return take_until(xml, STR("?>"), &skipped, err);
  if (take_prefix(xml, "<!DOCTYPE")) {
    if (take_until(xml, STR(">"), &skipped, err))
      return -1;
    return memchr(skipped.ptr, '[', skipped.len)
               ? error_set(err, ERROR_UNSUPPORTED, "its document type declares something")
               : 0;
  }
  if (take_prefix(xml, "</"))
    return end_tag(xml, err);
  xml->rest = str_skip(xml->rest, 1);
  return start_tag(xml, err);
}

static int next_part(struct xml *xml, struct error *err)
{
  const char *end = memchr(xml->rest.ptr, '<', xml->rest.len);
  const struct str text = { xml->rest.ptr, end ? (size_t)(end - xml->rest.ptr) : xml->rest.len };

  if (!text.len)
    return markup(xml, err);
  if (xml->depth)
    buf_add_str(&xml->texts[xml->depth - 1], text);
  else if (xml_trim(text).len)
    return corrupt(err, "text lies outside of its element");
  xml->rest = str_skip(xml->rest, text.len);
  return 0;
}

static int xml_read(struct format_parts *parts, struct error *err)
{
  AUTO_FREE struct xml *xml = xcalloc(1, sizeof(*xml));
  int status = 0;

  xml->parts = parts;
  xml->rest = parts->bytes;
  xml->path = BUF_INIT(PATH_BYTES_MAX);
  xml->counts = (struct map)MAP_INIT;
  if (str_has_prefix(xml->rest, STR("\xef\xbb\xbf")))
    xml->rest = str_skip(xml->rest, 3);
  while (xml->rest.len && status == 0)
    status = next_part(xml, err);
  if (status == 0 && xml->depth)
    status = corrupt(err, "an element does not end");
  while (xml->depth)
    buf_release(&xml->texts[--xml->depth]);
  buf_release(&xml->path);
  map_release(&xml->counts);
  return status;
}

const struct format format_xml = {
  .name = "xml",
  .is_text = true,
  .detect = xml_detect,
  .read = xml_read,
};
