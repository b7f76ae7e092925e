/* What is known to do nothing is listed, and not what does something: there is always more of that
 * (HTML Standard, 8.1.8 "Events", 4.8 "Embedded content", 4.2.5.3 "Pragma directives"). */
#include "evidence/markup.h"

#include <string.h>
#include <strings.h>

#include "base/macros.h"
#include "formats/html.h"

/* Of documents; the members of larger ones take more memory than one file is worth. */
#define MARKUP_BYTES_MAX (UINT64_C(64) << 20)

/* Elements that are shown, with spaces around each. */
static const char elements[] =
    " #comment a abbr acronym address area article aside b bdi bdo big blockquote body br caption "
    "center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font "
    "footer h1 h2 h3 h4 h5 h6 head header hgroup hr html i img ins kbd li link main map mark menu "
    "meta nav nobr noscript ol p pre q rp rt ruby s samp section small span strike strong style "
    "sub summary sup table tbody td tfoot th thead time title tr tt u ul var wbr ";

static const char attributes[] =
    " abbr accesskey align alink alt axis bgcolor border cellpadding cellspacing char charoff "
    "charset class clear color cols colspan compact content coords datetime dir face frame headers "
    "height hidden hreflang hspace id itemprop itemscope itemtype lang language link media name "
    "noshade nowrap profile property reversed rel rev role rowspan rows rules scheme scope shape "
    "size sizes span start style summary tabindex target text title translate type valign value "
    "version vlink vspace width xml:lang xml:space xmlns /= ";

/* Those that lead somewhere. */
static const char addresses[] = " background cite href longdesc src usemap ";

static const char pragmas[] =
    " content-language content-script-type content-style-type content-type default-style "
    "x-ua-compatible ";

/* What a page says of another one; a browser gets style sheets and icons. */
static const char relations[] =
    " alternate appendix author bookmark canonical chapter contents copyright external first "
    "generator glossary help home icon index last license made next nofollow noopener noreferrer "
    "prev previous search section shortcut start stylesheet subsection tag toc top up ";

static bool is_listed(struct str name, const char *list)
{
  const size_t len = strlen(list);

  if (!name.len || memchr(name.ptr, ' ', name.len))
    return false;
  for (const char *at = list;
       (at = memmem(at, (size_t)(list + len - at), name.ptr, name.len)) != NULL; at++)
    if (at > list && at[-1] == ' ' && at[name.len] == ' ')
      return true;
  return false;
}

/* In any case. */
static bool is_listed_word(struct str word, const char *list)
{
  char lower[32];

  if (word.len > sizeof(lower))
    return false;
  for (size_t i = 0; i < word.len; i++)
    lower[i] =
        (char)(word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? word.ptr[i] + ('a' - 'A') : word.ptr[i]);
  return is_listed((struct str) { lower, word.len }, list);
}

static bool is_space(char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool are_listed_words(struct str words, const char *list)
{
  while (words.len) {
    struct str word = { words.ptr, 0 };

    while (word.len < words.len && !is_space(words.ptr[word.len]))
      word.len++;
    if (word.len && !is_listed_word(word, list))
      return false;
    words = str_skip(words, word.len + (word.len < words.len));
  }
  return true;
}

/* An address in a page, or of a kind that is only gone to. Browsers leave out tabs and line ends in
 * it, and references (&#106;) stand for anything. */
static bool is_plain_address(struct str address)
{
  static const char kinds[] = " file ftp git http https irc mailto news nntp ";
  size_t len = 0;

  while (address.len && (is_space(*address.ptr) || (unsigned char)*address.ptr < ' '))
    address = str_skip(address, 1);
  while (len < address.len && !strchr("/?#:&", address.ptr[len]) &&
         (unsigned char)address.ptr[len] > ' ')
    len++;
  if (len == address.len || strchr("/?#", address.ptr[len]))
    return true;
  return address.ptr[len] == ':' && is_listed_word((struct str) { address.ptr, len }, kinds);
}

/* The element that a part of a place names: without its number ("p[2]"). */
static struct str element_of(struct str part)
{
  const char *bracket = part.len ? memchr(part.ptr, '[', part.len) : NULL;

  if (bracket && part.ptr[part.len - 1] == ']')
    part.len = (size_t)(bracket - part.ptr);
  return part;
}

/* Servers insert things at comments of one kind, and some browsers read those of another. */
static bool is_plain_comment(struct str text)
{
  return !str_has_prefix(text, STR("#")) && !str_has_prefix(text, STR("["));
}

static bool is_plain_attribute(struct str name, struct str value)
{
  if (is_listed(name, addresses))
    return is_plain_address(value);
  if (str_equal(name, STR("http-equiv")))
    return is_listed_word(value, pragmas);
  if (str_equal(name, STR("rel")) && !are_listed_words(value, relations))
    return false;
  return str_has_prefix(name, STR("data-")) || str_has_prefix(name, STR("aria-")) ||
         is_listed(name, attributes);
}

/* name: the place of a text or an attribute (formats/elements.h), "html/body/p[2]@class". */
static bool is_plain_place(struct str name, struct str value)
{
  const char *at = name.len ? memchr(name.ptr, '@', name.len) : NULL;
  struct str path = { name.ptr, at ? (size_t)(at - name.ptr) : name.len };
  struct str element = STR("");

  if (at && !is_plain_attribute(str_skip(name, path.len + 1), value))
    return false;
  while (path.len) {
    const char *slash = memchr(path.ptr, '/', path.len);
    const struct str part = { path.ptr, slash ? (size_t)(slash - path.ptr) : path.len };

    element = element_of(part);
    if (!is_listed(element, elements))
      return false;
    path = str_skip(path, part.len + (slash != NULL));
  }
  return !str_equal(element, STR("#comment")) || is_plain_comment(value);
}

static bool are_plain_places(struct str text)
{
  struct format_budget budget = { MARKUP_BYTES_MAX };
  struct format_parts parts;
  struct error err;
  bool plain = format_read(&format_html, &parts, text, STR("x.html"), &budget, &err) == 0;

  for (size_t i = 0; plain && i < parts.n_members; i++)
    plain = is_plain_place(parts.members[i].entry.name, parts.members[i].content.stored);
  format_release(&parts);
  return plain;
}

/* Whether one of the words stands in the text, in any case. */
static bool has_word(struct str text, const char *const *words, size_t n)
{
  const char *at = text.ptr;
  const char *const end = text.ptr + text.len;

  while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
    for (size_t i = 0; i < n; i++) {
      const size_t len = strlen(words[i]);

      if ((size_t)(end - at) >= len && strncasecmp(at, words[i], len) == 0)
        return true;
    }
    at++;
  }
  return false;
}

/* What stands for something that a server or a parser of XML puts there. */
static bool has_instructions(struct str text)
{
  static const char *const words[] = { "<%", "<!entity", "<!element", "<!attlist", "<![cdata[" };
  static const char *const xml[] = { "<?" };

  if (str_has_prefix(text, STR("<?xml ")))
    text = str_skip(text, 2);
  return has_word(text, words, ARRAY_LEN(words)) || has_word(text, xml, ARRAY_LEN(xml));
}

/* Browsers take a text for a page by how it begins (MIME Sniffing, 7.1); programs that show
 * Markdown and the like take elements anywhere in it. */
bool markup_acts(struct str text)
{
  static const char *const words[] = { "<script", "<iframe", "<object", "<embed", "<svg" };
  struct str from = text;

  if (str_has_prefix(from, STR("\xef\xbb\xbf")))
    from = str_skip(from, 3);
  while (from.len && is_space(*from.ptr))
    from = str_skip(from, 1);
  if (!str_has_prefix(from, STR("<")))
    return has_word(text, words, ARRAY_LEN(words));
  return has_instructions(from) || !are_plain_places(from);
}
