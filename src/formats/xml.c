/* XML 1.0. Nothing is expanded: references stay as they are written, and a document type that
 * declares something is an error. Instructions and spaces between elements show nowhere.
 */
#include "formats/xml.h"

#include "base/alloc.h"
#include "formats/elements.h"
#include "formats/keyed.h"
#include <ctype.h>

struct xml {
  struct str rest;
  struct elements tree;
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

static bool is_name(char c)
{
  return isalnum((unsigned char)c) || (c && strchr("_:.-", c)) || (unsigned char)c >= 0x80;
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

/* Takes NAME="VALUE" off the tag. */
static int take_attribute(struct xml *xml, struct str *tag, struct error *err)
{
  const struct str name = take_name(tag);
  const char *end;
  struct str value;

  *tag = elements_trim(*tag);
  if (!name.len || !tag->len || *tag->ptr != '=')
    return corrupt(err, "an attribute has no value");
  *tag = elements_trim(str_skip(*tag, 1));
  if (!tag->len || (*tag->ptr != '"' && *tag->ptr != '\'') ||
      !(end = memchr(tag->ptr + 1, *tag->ptr, tag->len - 1)))
    return corrupt(err, "the value of an attribute is not in quotes");
  value = (struct str) { tag->ptr + 1, (size_t)(end - tag->ptr) - 1 };
  *tag = elements_trim(str_skip(*tag, value.len + 2));
  return elements_attribute(&xml->tree, name, value, err);
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
  if (!name.len || (tag.len && !elements_is_space(*tag.ptr)))
    return corrupt(err, "a tag has no name");
  if (elements_open(&xml->tree, name, err))
    return -1;
  for (tag = elements_trim(tag); tag.len;)
    if (take_attribute(xml, &tag, err))
      return -1;
  return is_empty ? elements_close(&xml->tree, err) : 0;
}

static int end_tag(struct xml *xml, struct error *err)
{
  struct str tag;

  if (take_tag(xml, &tag, err))
    return -1;
  if (!xml->tree.depth || !str_equal(elements_trim(tag), xml->tree.names[xml->tree.depth - 1]))
    return corrupt(err, "an element does not end as it begins");
  return elements_close(&xml->tree, err);
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
    return take_until(xml, STR("-->"), &skipped, err) ? -1
                                                      : elements_comment(&xml->tree, skipped, err);
  if (take_prefix(xml, "<![CDATA[")) {
    if (take_until(xml, STR("]]>"), &skipped, err))
      return -1;
    if (!xml->tree.depth)
      return corrupt(err, "text lies outside of its element");
    elements_text(&xml->tree, skipped);
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
  if (xml->tree.depth)
    elements_text(&xml->tree, text);
  else if (elements_trim(text).len)
    return corrupt(err, "text lies outside of its element");
  xml->rest = str_skip(xml->rest, text.len);
  return 0;
}

static int xml_read(struct format_parts *parts, struct error *err)
{
  AUTO_FREE struct xml *xml = xcalloc(1, sizeof(*xml));
  int status = 0;

  elements_init(&xml->tree, parts);
  xml->rest = parts->bytes;
  if (str_has_prefix(xml->rest, STR("\xef\xbb\xbf")))
    xml->rest = str_skip(xml->rest, 3);
  while (xml->rest.len && status == 0)
    status = next_part(xml, err);
  if (status == 0 && xml->tree.depth)
    status = corrupt(err, "an element does not end");
  elements_release(&xml->tree);
  return status;
}

const struct format format_xml = {
  .name = "xml",
  .is_text = true,
  .detect = xml_detect,
  .read = xml_read,
};
