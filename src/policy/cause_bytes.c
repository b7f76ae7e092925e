#include "policy/cause_bytes.h"

#include "base/digit.h"
#include "base/macros.h"

bool next_piece(struct str *s, char end, struct str *piece)
{
  const char *found;

  if (!s->ptr)
    return false;
  found = s->len ? memchr(s->ptr, end, s->len) : NULL;
  *piece = (struct str) { s->ptr, found ? (size_t)(found - s->ptr) : s->len };
  s->ptr = found ? found + 1 : NULL;
  s->len -= piece->len + (found ? 1 : 0);
  return true;
}

/* ---- ELF ---- */

enum {
  NOTE_HEADER = 16,
  BUILD_ID_MAX = 64,
};

/* The end of the build ID in an ELF note (System V ABI, "Note Section") that byte `at` is in, or 0.
 */
static size_t build_id_end(struct str elf, size_t at)
{
  for (size_t back = 0; back < BUILD_ID_MAX && back + NOTE_HEADER <= at; back++) {
    const unsigned char *note = (const unsigned char *)elf.ptr + at - back - NOTE_HEADER;
    const size_t len = note[4];

    if (memcmp(note, "\4\0\0", 4) == 0 && memcmp(note + 5, "\0\0\0\3\0\0\0GNU", 11) == 0 &&
        len > back && len <= BUILD_ID_MAX)
      return at - back + len;
  }
  return 0;
}

/* Whether the byte says where the sections are, or how many (ELF-64, "ELF Header"). */
static bool is_of_sections(size_t at)
{
  return (at >= 40 && at < 48) || (at >= 60 && at < 64);
}

size_t elf_first_telling(const struct str content[2], size_t first, size_t common)
{
  size_t at = first;

  if (!str_has_prefix(content[0], STR("\x7f"
                                      "ELF")) ||
      !str_has_prefix(content[1], STR("\x7f"
                                      "ELF")))
    return at;
  while (at < common) {
    size_t end = is_of_sections(at) ? at + 1 : build_id_end(content[0], at);

    if (content[0].ptr[at] == content[1].ptr[at])
      at++;
    else if (end)
      at = MIN_OF(end, common);
    else
      break;
  }
  return at;
}

/* ---- shapes ---- */

/* Whether s begins with one of the names of three letters. */
static bool has_name(struct str s, struct str names)
{
  for (size_t i = 0; i < names.len; i += 3)
    if (str_has_prefix(s, (struct str) { names.ptr + i, 3 }))
      return true;
  return false;
}

/* The word "Mon" or "Day" in a shape: whether s begins with such a name. 0 if it is none of them, 1
 * if it fits, -1 if not. */
static int word_fits(struct str shape, struct str s)
{
  if (str_has_prefix(shape, STR("Mon")))
    return has_name(s, STR("JanFebMarAprMayJunJulAugSepOctNovDec")) ? 1 : -1;
  if (str_has_prefix(shape, STR("Day")))
    return has_name(s, STR("MonTueWedThuFriSatSun")) ? 1 : -1;
  return 0;
}

bool shape_fits(struct str s, struct str shape)
{
  if (shape.len > s.len)
    return false;
  for (size_t i = 0; i < shape.len; i++) {
    const char c = s.ptr[i];
    const char want = shape.ptr[i];
    const int word = word_fits(str_skip(shape, i), str_skip(s, i));
    bool fits = c == want || word > 0;

    if (word)
      i += 2;
    else if (want == '0')
      fits = digit_is_decimal(c);
    else if (want == '_')
      fits = digit_is_decimal(c) || c == ' ';
    else if (want == 'x')
      fits = digit_is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (!fits || word < 0)
      return false;
  }
  return true;
}

static bool is_digit_at(struct str s, size_t at)
{
  return at < s.len && digit_is_decimal(s.ptr[at]);
}

bool shape_covers(struct str s, size_t at, struct str shape)
{
  for (size_t back = 0; back < shape.len && back <= at; back++) {
    const size_t from = at - back;
    const size_t to = from + shape.len;

    /* Ten of fourteen digits are no number of ten. */
    if (shape_fits(str_skip(s, from), shape) &&
        !(from && is_digit_at(s, from) && is_digit_at(s, from - 1)) &&
        !(to && is_digit_at(s, to - 1) && is_digit_at(s, to)))
      return true;
  }
  return false;
}
