#include "evidence/patch.h"

#include <ctype.h>

#include "base/escape.h"
#include "evidence/pretty.h"
#include "evidence/unified.h"

enum {
  GROWTH = 3,         /* times that a text may grow when it is laid out */
  GROWTH_MORE = 4096, /* bytes */
  ROW = 16,           /* bytes in a line of hexadecimal */
};

const char *patch_kind_name(enum patch_kind kind)
{
  static const char *const names[N_PATCH_KINDS] = {
    [PATCH_NONE] = "",         [PATCH_TEXT] = "text",       [PATCH_JSON] = "json",
    [PATCH_XML] = "xml",       [PATCH_STRINGS] = "strings", [PATCH_BYTES] = "bytes",
    [PATCH_LARGE] = "large",   [PATCH_UNREAD] = "unread",   [PATCH_DROPPED] = "dropped",
    [PATCH_BEYOND] = "beyond",
  };

  return names[kind];
}

/* ---- what is text ---- */

/* UTF-8 without a NUL; or bytes of another encoding, if no control characters are among them but
 * those that stand in texts. */
static bool is_text(struct str s)
{
  bool is_utf8 = true;
  bool is_plain = true;

  if (s.len && memchr(s.ptr, '\0', s.len))
    return false;
  while (s.len && (is_utf8 || is_plain)) {
    const unsigned char c = (unsigned char)s.ptr[0];
    uint32_t rune;
    size_t len = 1;

    if (c < ' ' || c == 0x7f) {
      is_plain = is_plain && strchr("\t\n\v\f\r\b\x1b", c);
    } else if (c >= 0x80) {
      len = utf8_decode(s, &rune);
      is_utf8 = is_utf8 && len;
      len = len ? len : 1;
    }
    s = str_skip(s, len);
  }
  return is_utf8 || is_plain;
}

/* ---- laid out ---- */

static size_t newlines(struct str s)
{
  size_t n = 0;

  for (const char *at; s.len && (at = memchr(s.ptr, '\n', s.len));
       s = str_skip(s, (size_t)(at - s.ptr) + 1))
    n++;
  return n;
}

/* Both laid out, where at least one of them holds more in a line than it does then, and they differ
 * in more than their layout. */
static bool patch_laid_out(const struct str content[2], bool (*pretty)(struct str, struct buf *),
                           enum patch_kind kind, const struct patch_limits *limits,
                           struct buf *text, struct patch *out)
{
  const uint64_t most = GROWTH * ((uint64_t)content[0].len + content[1].len + GROWTH_MORE);
  struct buf laid_out[2] = { BUF_INIT(GROWTH * (content[0].len + GROWTH_MORE)),
                             BUF_INIT(GROWTH * (content[1].len + GROWTH_MORE)) };
  bool made = false;

  if (!budget_take(limits->memory, most))
    return false;
  if (pretty(content[0], &laid_out[0]) && pretty(content[1], &laid_out[1])) {
    const struct str texts[2] = { buf_str(&laid_out[0]), buf_str(&laid_out[1]) };

    made = !str_equal(texts[0], texts[1]) &&
           (newlines(content[0]) < newlines(texts[0]) - 1 ||
            newlines(content[1]) < newlines(texts[1]) - 1) &&
           unified_diff(texts, limits, text, out);
    if (made)
      out->kind = kind;
  }
  buf_release(&laid_out[0]);
  buf_release(&laid_out[1]);
  budget_give(limits->memory, most);
  return made;
}

static bool patch_text(const struct str content[2], const struct patch_limits *limits,
                       struct buf *text, struct patch *out)
{
  if (patch_laid_out(content, pretty_json, PATCH_JSON, limits, text, out) ||
      patch_laid_out(content, pretty_xml, PATCH_XML, limits, text, out))
    return true;
  out->kind = PATCH_TEXT;
  return unified_diff(content, limits, text, out);
}

/* ---- strings ---- */

bool patch_is_program(struct str content)
{
  return str_has_prefix(content, STR("\x7f"
                                     "ELF"));
}

/* The strings of a file, a line each. */
static void put_strings(struct buf *out, struct str s)
{
  while (s.len) {
    size_t len = 0;

    while (len < s.len && (s.ptr[len] == '\t' || (s.ptr[len] >= ' ' && s.ptr[len] <= '~')))
      len++;
    if (len >= PATCH_STRING_MIN) {
      buf_add(out, s.ptr, len);
      buf_putc(out, '\n');
    }
    s = str_skip(s, len + 1);
  }
}

/* False where the strings are the same, too. */
static bool patch_strings(const struct str content[2], const struct patch_limits *limits,
                          struct buf *text, struct patch *out)
{
  /* A string takes a byte more than in the file at most, where nothing ends it. */
  const uint64_t most = (uint64_t)content[0].len + content[1].len + 2;
  struct buf strings[2] = { BUF_INIT(content[0].len + 1), BUF_INIT(content[1].len + 1) };
  bool made;

  if (!budget_take(limits->memory, most))
    return false;
  for (int side = 0; side < 2; side++)
    put_strings(&strings[side], content[side]);
  made = unified_diff((const struct str[]) { buf_str(&strings[0]), buf_str(&strings[1]) }, limits,
                      text, out) &&
         text->len > 0;
  if (made)
    out->kind = PATCH_STRINGS;
  buf_release(&strings[0]);
  buf_release(&strings[1]);
  budget_give(limits->memory, most);
  return made;
}

static bool is_printable(char c)
{
  return c >= ' ' && c <= '~';
}

/* ---- bytes ---- */

/* "00001230  7f 45 4c 46 …  |.ELF…|", as hexdump -C has it. */
static void put_row(struct buf *out, char mark, struct str content, uint64_t at)
{
  const size_t n = at < content.len ? MIN_OF(content.len - (size_t)at, (size_t)ROW) : 0;

  if (!n)
    return;
  buf_printf(out, "%c%08llx", mark, (unsigned long long)at);
  for (size_t i = 0; i < ROW; i++)
    if (i < n)
      buf_printf(out, "%s%02x", i % 8 ? " " : "  ", (unsigned char)content.ptr[at + i]);
    else
      buf_puts(out, i % 8 ? "   " : "    ");
  buf_puts(out, "  |");
  for (size_t i = 0; i < n; i++)
    buf_putc(out, (char)(is_printable(content.ptr[at + i]) ? content.ptr[at + i] : '.'));
  buf_puts(out, "|\n");
}

static bool same_row(const struct str content[2], uint64_t at)
{
  return str_equal((struct str) { str_skip(content[0], at).ptr,
                                  MIN_OF(str_skip(content[0], at).len, (size_t)ROW) },
                   (struct str) { str_skip(content[1], at).ptr,
                                  MIN_OF(str_skip(content[1], at).len, (size_t)ROW) });
}

static void patch_bytes(const struct str content[2], struct buf *text)
{
  const size_t both = MIN_OF(content[0].len, content[1].len);
  uint64_t at = 0;

  while (at < both && content[0].ptr[at] == content[1].ptr[at])
    at++;
  buf_printf(text, "@@ byte %llu @@\n", (unsigned long long)at);
  at = at / ROW * ROW;
  for (uint64_t end = at + PATCH_BYTES_SHOWN; at < end;) {
    uint64_t to = at;

    while (to < end && !same_row(content, to))
      to += ROW;
    for (int side = 0; side < 2; side++)
      for (uint64_t row = at; row < to; row += ROW)
        put_row(text, side ? '+' : '-', content[side], row);
    if (to < end)
      put_row(text, ' ', content[0], to);
    at = to < end ? to + ROW : to;
  }
}

void patch_make(const struct str content[2], const struct patch_limits *limits, struct buf *text,
                struct patch *out)
{
  const bool both_text = is_text(content[0]) && is_text(content[1]);

  buf_clear(text);
  *out = (struct patch) { .kind = PATCH_NONE };
  if (str_equal(content[0], content[1]))
    return;
  if (!(both_text && patch_text(content, limits, text, out)) &&
      !(((patch_is_program(content[0]) && patch_is_program(content[1])) || limits->is_program) &&
        !both_text && patch_strings(content, limits, text, out))) {
    out->kind = both_text ? PATCH_LARGE : PATCH_BYTES;
    patch_bytes(content, text);
  }
  out->text = buf_str(text);
}
