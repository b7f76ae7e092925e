#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

size_t utf8_decode(struct str s, uint32_t *rune)
{
  static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
  unsigned char first = s.len ? (unsigned char)s.ptr[0] : 0xff;
  size_t len = first < 0x80       ? 1
               : first >> 5 == 6  ? 2
               : first >> 4 == 14 ? 3
               : first >> 3 == 30 ? 4
                                  : 0;
  uint32_t value = len == 1 ? first : first & (0x7fU >> len);

  if (!len || len > s.len)
    return 0;
  for (size_t i = 1; i < len; i++) {
    if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | ((unsigned char)s.ptr[i] & 0x3f);
  }
  if ((len > 1 && value < least[len]) || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return 0;
  *rune = value;
  return len;
}

/* Characters that show nothing, or change how others are shown (Unicode categories Cc, Cf, Zl, Zp,
 * private use and non-characters), and spaces other than U+0020, as Go's unicode.IsPrint has it. */
bool rune_prints(uint32_t rune)
{
  static const struct {
    uint32_t first, last;
  } hidden[] = {
    { 0x00, 0x1f },       { 0x7f, 0xa0 },        { 0xad, 0xad },       { 0x600, 0x605 },
    { 0x61c, 0x61c },     { 0x6dd, 0x6dd },      { 0x70f, 0x70f },     { 0x890, 0x891 },
    { 0x8e2, 0x8e2 },     { 0x1680, 0x1680 },    { 0x180e, 0x180e },   { 0x2000, 0x200f },
    { 0x2028, 0x202f },   { 0x205f, 0x206f },    { 0x3000, 0x3000 },   { 0xe000, 0xf8ff },
    { 0xfeff, 0xfeff },   { 0xfff0, 0xfffb },    { 0xfffe, 0xffff },   { 0x110bd, 0x110bd },
    { 0x110cd, 0x110cd }, { 0x13430, 0x1345f },  { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
    { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
  };

  for (size_t i = 0; i < ARRAY_LEN(hidden); i++)
    if (rune >= hidden[i].first && rune <= hidden[i].last)
      return false;
  return true;
}

static char short_escape(uint32_t rune)
{
  static const char letters[] = "abtnvfr"; /* 0x07 to 0x0d */

  if (rune < 0x07 || rune > 0x0d)
    return '\0';
  return letters[rune - 0x07];
}

/* Appends an escape for what is at s[0..len): one rune, or one invalid byte if len is 0. */
static void add_escape(struct buf *out, unsigned char byte, size_t len, uint32_t rune)
{
  if (len == 0)
    buf_printf(out, "\\x%02x", byte);
  else if (short_escape(rune))
    buf_printf(out, "\\%c", short_escape(rune));
  else if (rune < 0x20 || rune == 0x7f)
    buf_printf(out, "\\x%02x", (unsigned)rune);
  else if (rune < 0x10000)
    buf_printf(out, "\\u%04x", (unsigned)rune);
  else
    buf_printf(out, "\\U%08x", (unsigned)rune);
}

/* How many bytes at the start of s are printable ASCII that no form escapes: almost all there is.
 */
static size_t plain_prefix(struct str s)
{
  static const bool plain[256] = {
    [' '] = true,
    ['!'] = true,
    ['#' ... '['] = true,
    [']' ... '~'] = true,
  };
  size_t n = 0;

  while (n < s.len && plain[(unsigned char)s.ptr[n]])
    n++;
  return n;
}

static void escape(struct buf *out, struct str s, bool quoted)
{
  while (s.len) {
    uint32_t rune = 0;
    size_t plain = plain_prefix(s);
    size_t len;

    buf_add(out, s.ptr, plain);
    s = str_skip(s, plain);
    if (!s.len)
      break;
    len = utf8_decode(s, &rune);

    if (quoted && (rune == '"' || rune == '\\') && len == 1)
      buf_printf(out, "\\%c", (char)rune);
    else if (len && (rune_prints(rune) || (!quoted && rune == 0x3000)))
      buf_add(out, s.ptr, len);
    else
      add_escape(out, (unsigned char)s.ptr[0], len, rune);
    s = str_skip(s, len ? len : 1);
  }
}

void escape_terminal(struct buf *out, struct str s)
{
  escape(out, s, false);
}

void escape_quote(struct buf *out, struct str s)
{
  buf_putc(out, '"');
  escape(out, s, true);
  buf_putc(out, '"');
}

void escape_utf8(struct buf *out, struct str s)
{
  while (s.len) {
    uint32_t rune;
    size_t len = utf8_decode(s, &rune);

    if (len)
      buf_add(out, s.ptr, len);
    else
      buf_puts(out, "\xef\xbf\xbd");
    s = str_skip(s, len ? len : 1);
  }
}

const char *escape_json_rune(uint32_t rune, char text[ESCAPE_JSON_RUNE])
{
  const unsigned high = (0xd7c0 + (rune >> 10)) & 0xffff;
  const unsigned low = 0xdc00 + (rune & 0x3ff);

  if (rune >= 0x10000)
    snprintf(text, ESCAPE_JSON_RUNE, "\\u%04x\\u%04x", high, low);
  else
    snprintf(text, ESCAPE_JSON_RUNE, "\\u%04x", (unsigned)rune);
  return text;
}

void escape_json(struct buf *out, struct str text)
{
  while (text.len > 0) {
    const unsigned char c = (unsigned char)text.ptr[0];
    uint32_t rune = c;
    const size_t len = c < 0x80 ? 1 : utf8_decode(text, &rune);
    char escape[ESCAPE_JSON_RUNE];

    /* Line feeds and spaces between the values are the writer's. */
    if (len == 0)
      buf_puts(out, "\xef\xbf\xbd");
    else if (c == 0x7f || (c >= 0x80 && !rune_prints(rune)))
      buf_puts(out, escape_json_rune(rune, escape));
    else
      buf_add(out, text.ptr, len);
    text = str_skip(text, len ? len : 1);
  }
}
