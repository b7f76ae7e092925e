/* Only two dates in the header entry (gettext manual, "Filling in the Header Entry") are told
 * apart; everything else is one field after the other as it lies in the file. */
#include "formats/gettext.h"

#include "formats/date_text.h"

enum { MO_HEADER = 28, HEADER_LOOK = 16 * 1024, STRINGS_MAX = 1 << 20 };

static const struct str dates[] = { STR("POT-Creation-Date: "), STR("PO-Revision-Date: ") };

/* The bytes from *done up to `from` count, those up to `to` are a date. */
static int add_date(struct format_parts *parts, size_t *done, size_t from, size_t to,
                    struct error *err)
{
  const char *bytes = parts->bytes.ptr;

  if (format_add_field(parts, FORMAT_COUNTS, "catalog",
                       (struct str) { bytes + *done, from - *done }, err) ||
      format_add_field(parts, FORMAT_TIME, "date", (struct str) { bytes + from, to - from }, err))
    return -1;
  *done = to;
  return 0;
}

static int add_rest(struct format_parts *parts, size_t done, struct error *err)
{
  format_account(parts, 0, parts->bytes.len, NULL);
  return format_add_field(parts, FORMAT_COUNTS, "catalog", str_skip(parts->bytes, done), err);
}

/* The length of the date in a line "NAME: DATE"; 0 if it is no such line. *at: where the date
 * begins in it. */
static size_t date_in(struct str line, size_t *at)
{
  for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
    if (!str_has_prefix(line, dates[i]))
      continue;
    *at = dates[i].len;
    return date_text_is_iso(str_skip(line, *at)) ? line.len - *at : 0;
  }
  return 0;
}

/* ---- .mo ---- */

struct mo {
  uint32_t (*number)(const void *p);
  uint32_t n, originals, translations, hash_size, hashes;
};

static bool overlap(uint64_t from, uint64_t to, uint64_t other, uint64_t len)
{
  return from < other + len && other < to;
}

/* Whether the text of the header entry is part of anything else, too: then its dates may be
 * somebody's message. */
static bool is_shared(const struct format_parts *parts, const struct mo *mo, uint64_t from,
                      uint64_t to)
{
  const char *bytes = parts->bytes.ptr;

  if (overlap(from, to, 0, MO_HEADER) || overlap(from, to, mo->originals, 8 * (uint64_t)mo->n) ||
      overlap(from, to, mo->translations, 8 * (uint64_t)mo->n) ||
      overlap(from, to, mo->hashes, 4 * (uint64_t)mo->hash_size))
    return true;
  for (uint32_t i = 0; i < mo->n; i++) {
    const char *original = bytes + mo->originals + (size_t)8 * i;
    const char *translation = bytes + mo->translations + (size_t)8 * i;

    if (overlap(from, to, mo->number(original + 4), (uint64_t)mo->number(original) + 1) ||
        (i &&
         overlap(from, to, mo->number(translation + 4), (uint64_t)mo->number(translation) + 1)))
      return true;
  }
  return false;
}

static uint32_t little(const void *p)
{
  return format_le32(p);
}

static uint32_t big(const void *p)
{
  return format_be32(p);
}

static int read_mo_header(const struct format_parts *parts, struct mo *mo, struct error *err)
{
  const char *p = parts->bytes.ptr;
  const uint64_t len = parts->bytes.len;

  mo->number = format_le32(p) == 0x950412de ? little : big;
  mo->n = mo->number(p + 8);
  mo->originals = mo->number(p + 12);
  mo->translations = mo->number(p + 16);
  mo->hash_size = mo->number(p + 20);
  mo->hashes = mo->number(p + 24);
  if (mo->number(p + 4) != 0)
    return error_set(err, ERROR_UNSUPPORTED, "its revision is unknown");
  if (mo->n > STRINGS_MAX || mo->originals + 8 * (uint64_t)mo->n > len ||
      mo->translations + 8 * (uint64_t)mo->n > len)
    return error_set(err, ERROR_CORRUPT, "its tables do not fit");
  return 0;
}

static int mo_read(struct format_parts *parts, struct error *err)
{
  const char *bytes = parts->bytes.ptr;
  size_t done = 0;
  uint64_t from;
  uint64_t to;
  struct mo mo;

  if (read_mo_header(parts, &mo, err))
    return -1;
  /* The header entry is the translation of the empty message, which is the first of all. */
  if (!mo.n || mo.number(bytes + mo.originals) != 0)
    return add_rest(parts, 0, err);
  from = mo.number(bytes + mo.translations + 4);
  to = from + mo.number(bytes + mo.translations);
  if (to > parts->bytes.len || is_shared(parts, &mo, from, to))
    return add_rest(parts, 0, err);
  while (from < to) {
    const char *end = memchr(bytes + from, '\n', to - from);
    const size_t len = end ? (size_t)(end - bytes) - from : to - from;
    size_t at;
    const size_t date = date_in((struct str) { bytes + from, len }, &at);

    if (date && add_date(parts, &done, from + at, from + at + date, err))
      return -1;
    from += len + 1;
  }
  return add_rest(parts, done, err);
}

static bool mo_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= MO_HEADER &&
         (format_le32(bytes.ptr) == 0x950412de || format_be32(bytes.ptr) == 0x950412de);
}

/* ---- .po ---- */

static struct str next_line(struct str bytes, size_t at)
{
  const struct str rest = str_skip(bytes, at);
  const char *end = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;

  return (struct str) { rest.ptr, end ? (size_t)(end - rest.ptr) : rest.len };
}

/* Where the lines of the header entry begin: behind `msgid ""` and `msgstr ""`, before which there
 * are comments only. 0: there is none. */
static size_t po_header(struct str bytes)
{
  size_t at = 0;

  while (at < bytes.len && at < HEADER_LOOK) {
    struct str line = next_line(bytes, at);

    at += line.len + 1;
    if (!line.len || line.ptr[0] == '#')
      continue;
    if (!str_equal(line, STR("msgid \"\"")))
      return 0;
    line = next_line(bytes, at);
    at += line.len + 1;
    return str_equal(line, STR("msgstr \"\"")) && at < bytes.len && bytes.ptr[at] == '"' ? at : 0;
  }
  return 0;
}

static int po_read(struct format_parts *parts, struct error *err)
{
  const struct str bytes = parts->bytes;
  size_t at = po_header(bytes);
  size_t done = 0;

  while (at < bytes.len && bytes.ptr[at] == '"') {
    const struct str line = next_line(bytes, at);
    size_t place;
    size_t date = 0;

    if (line.len > 4 && memcmp(line.ptr + line.len - 3, "\\n\"", 3) == 0)
      date = date_in((struct str) { line.ptr + 1, line.len - 4 }, &place);
    if (date && add_date(parts, &done, at + 1 + place, at + 1 + place + date, err))
      return -1;
    at += line.len + 1;
  }
  return add_rest(parts, done, err);
}

static bool po_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len && (bytes.ptr[0] == '#' || bytes.ptr[0] == 'm') && po_header(bytes);
}

const struct format format_mo = {
  .name = "mo",
  .may_be_equal = true,
  .detect = mo_detect,
  .read = mo_read,
};

const struct format format_po = {
  .name = "po",
  .may_be_equal = true,
  .detect = po_detect,
  .read = po_read,
};
