/* ISO 32000-1. Three dates and the file's ID are told apart (14.3.3, 14.4, XMP); everything else is
 * one field after the other as it lies in the file. That these bytes are what they look like, and
 * not a part of a stream, is known only if the whole file is read in both ways that there are: one
 * object after the other, and by the table at its end; the two have to agree. */
#include "formats/pdf.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "formats/pdf_syntax.h"

enum {
  SECTIONS_MAX = 32, /* of the table: one for each time that the file was saved */
  ENTRY = 20,
  TAIL = 1024, /* where "startxref" stands (annex H, 3.4.4) */
  DATES_MAX = 64,
};

struct place {
  uint64_t number, at; /* of an object; at 0: it is free */
  size_t section;      /* of the table that says so */
};

struct section {
  size_t at, end;
  bool met;
};

struct pdf {
  struct format_parts *parts;
  struct str bytes;
  struct section sections[SECTIONS_MAX]; /* the last one saved is the first */
  size_t n_sections;
  struct place *places; /* what the tables say; owned */
  size_t n_places, cap_places;
  struct place *objects; /* what there is, one after the other; owned */
  size_t n_objects, cap_objects;
  struct str info, id; /* values in the first trailer */
  struct str dates[DATES_MAX];
  size_t n_dates;
};

static int pdf_bad(struct error *err, const char *what, size_t at)
{
  return error_set(err, ERROR_UNSUPPORTED, "%s at byte %zu", what, at);
}

/* ---- the table ---- */

static int pdf_read_entries(struct pdf *pdf, size_t section, uint64_t first, uint64_t n, size_t *at,
                            struct error *err)
{
  /* What ends the line before them is one or two characters. */
  while (*at < pdf->bytes.len && strchr("\r\n ", pdf->bytes.ptr[*at]) && pdf->bytes.ptr[*at])
    ++*at;
  if (n > (pdf->bytes.len - *at) / ENTRY)
    return pdf_bad(err, "the table of objects does not fit", *at);
  for (uint64_t i = 0; i < n; i++, *at += ENTRY) {
    const char *p = pdf->bytes.ptr + *at;
    uint64_t place;
    uint64_t generation;

    if (!str_to_u64((struct str) { p, 10 }, UINT64_MAX, &place) || p[10] != ' ' ||
        !str_to_u64((struct str) { p + 11, 5 }, UINT64_MAX, &generation) || p[16] != ' ' ||
        (p[17] != 'n' && p[17] != 'f') || (p[18] != ' ' && p[18] != '\r') ||
        (p[19] != '\r' && p[19] != '\n'))
      return pdf_bad(err, "the table of objects has an odd line", *at);
    pdf->places = xgrow(pdf->places, pdf->n_places, &pdf->cap_places, sizeof(*pdf->places));
    pdf->places[pdf->n_places++] = (struct place) { first + i, p[17] == 'n' ? place : 0, section };
  }
  return 0;
}

/* A section of the table, and the trailer behind it. */
static int pdf_read_section(struct pdf *pdf, size_t at, struct pdf_dict *trailer, struct error *err)
{
  struct section *section = &pdf->sections[pdf->n_sections];
  struct pdf_token token = pdf_next(pdf->bytes, &at);

  section->at = (size_t)(token.text.ptr - pdf->bytes.ptr);
  if (!pdf_is_word(&token, "xref"))
    return pdf_bad(err, "its table of objects is none in clear text", at);
  for (;;) {
    struct pdf_token n;

    token = pdf_next(pdf->bytes, &at);
    if (pdf_is_word(&token, "trailer"))
      break;
    n = pdf_next(pdf->bytes, &at);
    if (token.kind != PDF_NUMBER || n.kind != PDF_NUMBER)
      return pdf_bad(err, "the table of objects has an odd line", at);
    if (pdf_read_entries(pdf, pdf->n_sections, pdf_number(&token), pdf_number(&n), &at, err))
      return -1;
  }
  if (pdf_read_dict(pdf->bytes, &at, trailer, err))
    return -1;
  section->end = at;
  pdf->n_sections++;
  return 0;
}

static int by_number(const void *a, const void *b)
{
  const struct place *x = a;
  const struct place *y = b;

  if (x->number != y->number)
    return x->number < y->number ? -1 : 1;
  return (x->section > y->section) - (x->section < y->section);
}

/* From the end of the file on, back to the first time that it was saved. */
static int read_table(struct pdf *pdf, struct error *err)
{
  AUTO_FREE struct pdf_dict *trailer = xcalloc(1, sizeof(*trailer));
  const size_t tail = pdf->bytes.len - MIN_OF(pdf->bytes.len, (size_t)TAIL);
  uint64_t next = 0;
  size_t at = pdf->bytes.len;
  struct pdf_token token;

  while (at >= tail + 9 && memcmp(pdf->bytes.ptr + at - 9, "startxref", 9) != 0)
    at--;
  if (at < tail + 9)
    return pdf_bad(err, "it does not say where its table of objects is", tail);
  token = pdf_next(pdf->bytes, &at);
  next = pdf_number(&token);
  for (bool more = true; more;) {
    const bool is_first = pdf->n_sections == 0;

    if (pdf->n_sections == SECTIONS_MAX || next >= pdf->bytes.len)
      return pdf_bad(err, "its table of objects cannot be followed", pdf->bytes.len);
    if (pdf_read_section(pdf, (size_t)next, trailer, err))
      return -1;
    if (pdf_value(trailer, "/Encrypt").ptr || pdf_value(trailer, "/XRefStm").ptr)
      return pdf_bad(err, "it is encrypted, or its table is in two forms", (size_t)next);
    if (is_first) {
      pdf->info = pdf_value(trailer, "/Info");
      pdf->id = pdf_value(trailer, "/ID");
    }
    more = pdf_value(trailer, "/Prev").ptr != NULL;
    if (more && !pdf_is_integer(pdf_value(trailer, "/Prev"), &next))
      return pdf_bad(err, "its table of objects cannot be followed", (size_t)next);
  }
  if (pdf->n_places)
    qsort(pdf->places, pdf->n_places, sizeof(*pdf->places), by_number);
  return 0;
}

/* Where an object is, by the newest section that knows it; 0: nowhere. */
static uint64_t find_object(const struct pdf *pdf, uint64_t number)
{
  size_t low = 0;
  size_t high = pdf->n_places;

  while (low < high) {
    const size_t middle = (low + high) / 2;

    if (pdf->places[middle].number < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low < pdf->n_places && pdf->places[low].number == number ? pdf->places[low].at : 0;
}

/* ---- dates ---- */

static void pdf_add_date(struct pdf *pdf, const char *from, size_t len)
{
  if (len && pdf->n_dates < DATES_MAX)
    pdf->dates[pdf->n_dates++] = (struct str) { from, len };
}

static size_t pdf_span(struct str s, const char *of)
{
  size_t n = 0;

  while (n < s.len && s.ptr[n] && strchr(of, s.ptr[n]))
    n++;
  return n;
}

/* "(D:20261128141505+01'00')" (7.9.4) */
static void add_string_date(struct pdf *pdf, struct str value)
{
  struct str date;

  if (!str_has_prefix(value, STR("(D:")) || value.ptr[value.len - 1] != ')')
    return;
  date = (struct str) { value.ptr + 3, value.len - 4 };
  if (date.len >= 4 && date.len <= 23 && pdf_span(date, "0123456789+-Z'") == date.len)
    pdf_add_date(pdf, date.ptr, date.len);
}

/* "[<…> <…>]" */
static void pdf_add_id(struct pdf *pdf)
{
  size_t at = 0;
  struct pdf_token tokens[4];

  if (!pdf->id.ptr)
    return;
  for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
    tokens[i] = pdf_next(pdf->id, &at);
  if (tokens[0].kind != PDF_OPEN || tokens[1].kind != PDF_HEX || tokens[2].kind != PDF_HEX ||
      tokens[3].kind != PDF_CLOSE || at != pdf->id.len)
    return;
  for (size_t i = 1; i <= 2; i++) {
    const struct str hex = { tokens[i].text.ptr + 1, tokens[i].text.len - 2 };

    if (pdf_span(hex, "0123456789abcdefABCDEF") == hex.len)
      pdf_add_date(pdf, hex.ptr, hex.len);
  }
}

/* XMP (ISO 16684-1, 8.4): as an element or as an attribute. */
static void add_metadata(struct pdf *pdf, struct str data)
{
  static const char *const names[] = { "xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate" };

  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    const size_t len = strlen(names[i]);
    struct str rest = data;
    const char *found;

    while (rest.len && (found = memmem(rest.ptr, rest.len, names[i], len))) {
      struct str value;
      size_t n;
      bool is_element;

      rest = str_skip(rest, (size_t)(found - rest.ptr) + len);
      is_element = str_has_prefix(rest, STR(">"));
      if (!is_element && !str_has_prefix(rest, STR("=\"")) && !str_has_prefix(rest, STR("='")))
        continue;
      value = str_skip(rest, is_element ? 1 : 2);
      n = pdf_span(value, "0123456789-:T+.Z");
      if (n < value.len && value.ptr[n] == (is_element ? '<' : rest.ptr[1]))
        pdf_add_date(pdf, value.ptr, n);
    }
  }
}

/* ---- one object after the other ---- */

static int stream_length(const struct pdf *pdf, const struct pdf_dict *dict, uint64_t *out,
                         struct error *err)
{
  const struct str value = pdf_value(dict, "/Length");
  struct pdf_token token;
  uint64_t object;
  size_t at;

  if (value.ptr && pdf_is_integer(value, out))
    return 0;
  if (!value.ptr || !pdf_is_reference(value, &object) ||
      (at = (size_t)find_object(pdf, object)) == 0 || at >= pdf->bytes.len)
    return pdf_bad(err, "a stream has no length", pdf->bytes.len);
  for (int i = 0; i < 3; i++)
    token = pdf_next(pdf->bytes, &at);
  if (pdf_is_word(&token, "obj"))
    token = pdf_next(pdf->bytes, &at);
  *out = pdf_number(&token);
  return token.kind == PDF_NUMBER ? 0 : pdf_bad(err, "a stream's length is no number", at);
}

/* 7.3.8: behind the word "stream". */
static int read_stream(struct pdf *pdf, const struct pdf_dict *dict, size_t *at, struct error *err)
{
  const struct str bytes = pdf->bytes;
  const struct str rest = str_skip(bytes, *at);
  struct str data;
  uint64_t len;

  *at += str_has_prefix(rest, STR("\r\n")) ? 2 : str_has_prefix(rest, STR("\n")) ? 1 : 0;
  if (stream_length(pdf, dict, &len, err))
    return -1;
  if (bytes.ptr[*at - 1] != '\n' || len > bytes.len - *at)
    return pdf_bad(err, "a stream does not fit", *at);
  data = (struct str) { bytes.ptr + *at, (size_t)len };
  *at += (size_t)len;
  if (str_has_prefix(str_skip(bytes, *at), STR("\r")))
    ++*at;
  if (str_has_prefix(str_skip(bytes, *at), STR("\n")))
    ++*at;
  if (!str_has_prefix(str_skip(bytes, *at), STR("endstream")))
    return pdf_bad(err, "a stream does not end", *at);
  *at += strlen("endstream");
  if (str_equal(pdf_value(dict, "/Type"), STR("/Metadata")) &&
      str_equal(pdf_value(dict, "/Subtype"), STR("/XML")) && !pdf_value(dict, "/Filter").ptr &&
      !pdf_value(dict, "/F").ptr)
    add_metadata(pdf, data);
  return 0;
}

static int pdf_read_object(struct pdf *pdf, uint64_t number, size_t from, struct pdf_dict *dict,
                           size_t *at, struct error *err)
{
  struct pdf_token token = pdf_next(pdf->bytes, at);
  uint64_t info;

  if (token.kind != PDF_NUMBER)
    return pdf_bad(err, "an object has no generation", from);
  token = pdf_next(pdf->bytes, at);
  if (!pdf_is_word(&token, "obj"))
    return pdf_bad(err, "what is no object stands", from);
  pdf->objects = xgrow(pdf->objects, pdf->n_objects, &pdf->cap_objects, sizeof(*pdf->objects));
  pdf->objects[pdf->n_objects++] = (struct place) { number, from, 0 };
  dict->n = 0;
  if (pdf_is_dict(pdf->bytes, *at) ? pdf_read_dict(pdf->bytes, at, dict, err)
                                   : pdf_skip_value(pdf->bytes, at, err))
    return -1;
  token = pdf_next(pdf->bytes, at);
  if (pdf_is_word(&token, "stream")) {
    if (read_stream(pdf, dict, at, err))
      return -1;
    token = pdf_next(pdf->bytes, at);
  } else if (pdf->info.ptr && pdf_is_reference(pdf->info, &info) && info == number &&
             find_object(pdf, number) == from) {
    add_string_date(pdf, pdf_value(dict, "/CreationDate"));
    add_string_date(pdf, pdf_value(dict, "/ModDate"));
  }
  return pdf_is_word(&token, "endobj") ? 0 : pdf_bad(err, "an object does not end", *at);
}

static int meet_section(struct pdf *pdf, size_t *at, struct error *err)
{
  for (size_t i = 0; i < pdf->n_sections; i++)
    if (pdf->sections[i].at == *at - strlen("xref") && !pdf->sections[i].met) {
      pdf->sections[i].met = true;
      *at = pdf->sections[i].end;
      return 0;
    }
  return pdf_bad(err, "a table that nothing leads to ends", *at);
}

static int pdf_read_all(struct pdf *pdf, struct error *err)
{
  AUTO_FREE struct pdf_dict *dict = xcalloc(1, sizeof(*dict));
  size_t at = 0;

  for (;;) {
    const struct pdf_token token = pdf_next(pdf->bytes, &at);
    const size_t from = (size_t)(token.text.ptr - pdf->bytes.ptr);
    int status = 0;

    if (token.kind == PDF_END)
      return 0;
    if (token.kind == PDF_NUMBER)
      status = pdf_read_object(pdf, pdf_number(&token), from, dict, &at, err);
    else if (pdf_is_word(&token, "xref"))
      status = meet_section(pdf, &at, err);
    else if (pdf_is_word(&token, "startxref"))
      status =
          pdf_next(pdf->bytes, &at).kind == PDF_NUMBER ? 0 : pdf_bad(err, "no number ends", at);
    else
      status = pdf_bad(err, "what is no object stands", from);
    if (status)
      return -1;
  }
}

/* Both ways lead to the same objects. */
static int check_places(const struct pdf *pdf, struct error *err)
{
  for (size_t i = 0; i < pdf->n_sections; i++)
    if (!pdf->sections[i].met)
      return pdf_bad(err, "a part of its table lies in another part", pdf->sections[i].at);
  for (size_t i = 0; i < pdf->n_places; i++) {
    const struct place *place = &pdf->places[i];
    size_t low = 0;
    size_t high = pdf->n_objects;

    if (!place->at)
      continue;
    while (low < high) {
      const size_t middle = (low + high) / 2;

      if (pdf->objects[middle].at < place->at)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == pdf->n_objects || pdf->objects[low].at != place->at ||
        pdf->objects[low].number != place->number)
      return pdf_bad(err, "its table names an object that is not there,", (size_t)place->at);
  }
  return 0;
}

/* ---- the document ---- */

static int by_start(const void *a, const void *b)
{
  const struct str *x = a;
  const struct str *y = b;

  return (x->ptr > y->ptr) - (x->ptr < y->ptr);
}

static int add_fields(struct pdf *pdf, struct error *err)
{
  struct format_parts *parts = pdf->parts;
  struct str rest = pdf->bytes;

  pdf_add_id(pdf);
  if (pdf->n_dates)
    qsort(pdf->dates, pdf->n_dates, sizeof(*pdf->dates), by_start);
  format_account(parts, 0, rest.len, NULL);
  for (size_t i = 0; i < pdf->n_dates; i++) {
    const size_t before = (size_t)(pdf->dates[i].ptr - rest.ptr);

    if (pdf->dates[i].ptr < rest.ptr)
      return pdf_bad(err, "two dates share bytes", (size_t)(rest.ptr - pdf->bytes.ptr));
    if (format_add_field(parts, FORMAT_COUNTS, "document", (struct str) { rest.ptr, before },
                         err) ||
        format_add_field(parts, FORMAT_TIME, "date", pdf->dates[i], err))
      return -1;
    rest = str_skip(rest, before + pdf->dates[i].len);
  }
  return format_add_field(parts, FORMAT_COUNTS, "document", rest, err);
}

static int pdf_read(struct format_parts *parts, struct error *err)
{
  struct pdf pdf = { .parts = parts, .bytes = parts->bytes };
  int status = read_table(&pdf, err);

  status = status ? status : pdf_read_all(&pdf, err);
  status = status ? status : check_places(&pdf, err);
  status = status ? status : add_fields(&pdf, err);
  free(pdf.places);
  free(pdf.objects);
  return status;
}

static bool pdf_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len > 64 && memcmp(bytes.ptr, "%PDF-", 5) == 0;
}

const struct format format_pdf = {
  .name = "pdf",
  .may_be_equal = true,
  .detect = pdf_detect,
  .read = pdf_read,
};
