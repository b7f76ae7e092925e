/* ISO 32000-1. Three dates and the file's ID are told apart (14.3.3, 14.4, XMP); everything else is
 * one field after the other as it lies in the file. That these bytes are what they look like, and
 * not a part of a stream, is known only if the whole file is read in both ways that there are: one
 * object after the other, and by the table at its end; the two have to agree. */
#include "formats/pdf.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "formats/date_text.h"
#include "formats/pdf_table.h"

enum {
  DATES_MAX = 64,
  ID_BYTES_MAX = 32, /* of each half of the ID, which is an MD5 or the like (14.4) */
};

/* An object that only one place may refer to, so that nothing shows what is in it as anything
 * else. */
struct lone {
  uint64_t number; /* 0: there is none */
  size_t at;       /* where it is */
  size_t n_refs;   /* in all objects and trailers, but for the one value that names it */
};

struct pdf {
  struct format_parts *parts;
  struct str bytes;
  struct pdf_table table;
  struct pdf_place *objects; /* what there is, one after the other; owned */
  size_t n_objects, cap_objects;
  struct lone info, metadata;
  bool is_signed;
  struct str info_dates[2], xmp; /* what stands in them */
  struct str dates[DATES_MAX];
  size_t n_dates;
};

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

  if (value.len < 4 || !str_has_prefix(value, STR("(D:")) || value.ptr[value.len - 1] != ')')
    return;
  date = (struct str) { value.ptr + 3, value.len - 4 };
  if (date_text_is_pdf(date))
    pdf_add_date(pdf, date.ptr, date.len);
}

/* "[<…> <…>]" */
static void pdf_add_id(struct pdf *pdf)
{
  size_t at = 0;
  struct pdf_token tokens[4];

  if (!pdf->table.id.ptr)
    return;
  for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
    tokens[i] = pdf_next(pdf->table.id, &at);
  if (tokens[0].kind != PDF_OPEN || tokens[1].kind != PDF_HEX || tokens[2].kind != PDF_HEX ||
      tokens[3].kind != PDF_CLOSE || at != pdf->table.id.len)
    return;
  for (size_t i = 1; i <= 2; i++) {
    const struct str hex = { tokens[i].text.ptr + 1, tokens[i].text.len - 2 };

    if (hex.len <= (size_t)2 * ID_BYTES_MAX && pdf_span(hex, "0123456789abcdefABCDEF") == hex.len)
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
      if (n < value.len && value.ptr[n] == (is_element ? '<' : rest.ptr[1]) &&
          date_text_is_iso((struct str) { value.ptr, n }))
        pdf_add_date(pdf, value.ptr, n);
    }
  }
}

/* ---- what is referred to ---- */

/* The object that a value refers to, which this value does once. */
static struct lone lone_of(const struct pdf *pdf, struct str value)
{
  uint64_t number = 0;

  if (!value.ptr || !pdf_is_reference(value, &number) || !number)
    return (struct lone) { 0 };
  return (struct lone) { number, (size_t)pdf_table_find(&pdf->table, number), 0 };
}

/* What the Catalog, which the trailer names, calls the document's metadata (14.3.2). */
static struct lone find_metadata(const struct pdf *pdf)
{
  AUTO_FREE struct pdf_dict *catalog = xcalloc(1, sizeof(*catalog));
  const struct lone root = lone_of(pdf, pdf->table.root);
  size_t at = root.at;
  struct error ignored;

  if (!at || at >= pdf->bytes.len)
    return (struct lone) { 0 };
  for (int i = 0; i < 3; i++)
    pdf_next(pdf->bytes, &at); /* "1 0 obj", which is seen to on the way through the file */
  if (!pdf_is_dict(pdf->bytes, at) || pdf_read_dict(pdf->bytes, &at, catalog, &ignored))
    return (struct lone) { 0 };
  return lone_of(pdf, pdf_value(catalog, "/Metadata"));
}

/* "R" behind anything but two plain numbers may be a reference to anything, to a reader that is not
 * strict. */
static void count_reference(struct lone *lone, const struct pdf_token before[2])
{
  const bool is_plain = before[0].kind == PDF_NUMBER && before[1].kind == PDF_NUMBER;

  if (lone->number && (!is_plain || pdf_number(&before[0]) == lone->number))
    lone->n_refs++;
}

/* Goes through the tokens of a value for references, and for what a signature has (12.8.1): it is
 * about all of the file but itself. */
static void look_at_tokens(struct pdf *pdf, size_t from, size_t to)
{
  struct pdf_token before[2] = { { PDF_END, { NULL, 0 } }, { PDF_END, { NULL, 0 } } };

  while (from < to) {
    const struct pdf_token token = pdf_next(pdf->bytes, &from);

    if (token.kind == PDF_END || token.kind == PDF_BAD)
      return;
    if (pdf_is_word(&token, "R")) {
      count_reference(&pdf->metadata, before);
      count_reference(&pdf->info, before);
    }
    pdf->is_signed = pdf->is_signed || pdf_is_name(&token, "/ByteRange");
    before[0] = before[1];
    before[1] = token;
  }
}

/* Trailers name the information, and nothing else names it or the metadata. */
static void look_at_trailer(struct pdf *pdf, const struct pdf_section *section)
{
  const struct lone info = pdf->info;

  look_at_tokens(pdf, section->trailer, section->end);
  pdf->info = info;
}

/* What may differ in the objects that hold dates, once it is known that nothing else shows them:
 * the Catalog of this document names its metadata, and trailers alone name the information. */
static void add_lone_dates(struct pdf *pdf)
{
  if (pdf->metadata.n_refs == 1)
    add_metadata(pdf, pdf->xmp);
  if (pdf->info.n_refs == 0)
    for (size_t i = 0; i < ARRAY_LEN(pdf->info_dates); i++)
      add_string_date(pdf, pdf->info_dates[i]);
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
      (at = (size_t)pdf_table_find(&pdf->table, object)) == 0 || at >= pdf->bytes.len)
    return pdf_bad(err, "a stream has no length", pdf->bytes.len);
  for (int i = 0; i < 3; i++)
    token = pdf_next(pdf->bytes, &at);
  if (pdf_is_word(&token, "obj"))
    token = pdf_next(pdf->bytes, &at);
  *out = pdf_number(&token);
  return token.kind == PDF_NUMBER ? 0 : pdf_bad(err, "a stream's length is no number", at);
}

/* 7.3.8: behind the word "stream". */
static int read_stream(struct pdf *pdf, const struct pdf_dict *dict, bool is_metadata, size_t *at,
                       struct error *err)
{
  const struct str bytes = pdf->bytes;
  const struct str rest = str_skip(bytes, *at);
  struct str data;
  uint64_t len = 0;

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
  if (is_metadata && str_equal(pdf_value(dict, "/Type"), STR("/Metadata")) &&
      str_equal(pdf_value(dict, "/Subtype"), STR("/XML")) && !pdf_value(dict, "/Filter").ptr &&
      !pdf_value(dict, "/F").ptr)
    pdf->xmp = data;
  return 0;
}

static int pdf_read_object(struct pdf *pdf, uint64_t number, size_t from, struct pdf_dict *dict,
                           size_t *at, struct error *err)
{
  struct pdf_token token = pdf_next(pdf->bytes, at);
  const bool is_metadata = number == pdf->metadata.number && from == pdf->metadata.at;
  const bool is_info = number == pdf->info.number && from == pdf->info.at;
  size_t value;

  if (token.kind != PDF_NUMBER)
    return pdf_bad(err, "an object has no generation", from);
  token = pdf_next(pdf->bytes, at);
  if (!pdf_is_word(&token, "obj"))
    return pdf_bad(err, "what is no object stands", from);
  pdf->objects = xgrow(pdf->objects, pdf->n_objects, &pdf->cap_objects, sizeof(*pdf->objects));
  pdf->objects[pdf->n_objects++] = (struct pdf_place) { number, from, 0 };
  dict->n = 0;
  value = *at;
  if (pdf_is_dict(pdf->bytes, *at) ? pdf_read_dict(pdf->bytes, at, dict, err)
                                   : pdf_skip_value(pdf->bytes, at, err))
    return -1;
  look_at_tokens(pdf, value, *at);
  token = pdf_next(pdf->bytes, at);
  if (pdf_is_word(&token, "stream")) {
    if (read_stream(pdf, dict, is_metadata, at, err))
      return -1;
    token = pdf_next(pdf->bytes, at);
  } else if (is_info) {
    pdf->info_dates[0] = pdf_value(dict, "/CreationDate");
    pdf->info_dates[1] = pdf_value(dict, "/ModDate");
  }
  return pdf_is_word(&token, "endobj") ? 0 : pdf_bad(err, "an object does not end", *at);
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
      status = pdf_table_meet(&pdf->table, &at, err);
    else if (pdf_is_word(&token, "startxref"))
      status =
          pdf_next(pdf->bytes, &at).kind == PDF_NUMBER ? 0 : pdf_bad(err, "no number ends", at);
    else
      status = pdf_bad(err, "what is no object stands", from);
    if (status)
      return -1;
  }
}

/* ---- the document ---- */

static int by_start(const void *a, const void *b)
{
  const struct str *x = a;
  const struct str *y = b;

  return (x->ptr > y->ptr) - (x->ptr < y->ptr);
}

/* The word may stand in a stream as well. */
static bool pdf_is_signed(const struct pdf *pdf)
{
  return pdf->is_signed || memmem(pdf->bytes.ptr, pdf->bytes.len, "ByteRange", 9) != NULL;
}

static int add_fields(struct pdf *pdf, struct error *err)
{
  struct format_parts *parts = pdf->parts;
  struct str rest = pdf->bytes;
  const enum format_class class = pdf_is_signed(pdf) ? FORMAT_COUNTS : FORMAT_TIME;

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
        format_add_field(parts, class, "date", pdf->dates[i], err))
      return -1;
    rest = str_skip(rest, before + pdf->dates[i].len);
  }
  return format_add_field(parts, FORMAT_COUNTS, "document", rest, err);
}

static int read_document(struct pdf *pdf, struct error *err)
{
  if (pdf_table_read(pdf->bytes, &pdf->table, err))
    return -1;
  pdf->info = lone_of(pdf, pdf->table.info);
  pdf->metadata = find_metadata(pdf);
  if (pdf_read_all(pdf, err) || pdf_table_check(&pdf->table, pdf->objects, pdf->n_objects, err))
    return -1;
  for (size_t i = 0; i < pdf->table.n_sections; i++)
    look_at_trailer(pdf, &pdf->table.sections[i]);
  add_lone_dates(pdf);
  return add_fields(pdf, err);
}

static int pdf_read(struct format_parts *parts, struct error *err)
{
  struct pdf pdf = { .parts = parts, .bytes = parts->bytes };
  const int status = read_document(&pdf, err);

  pdf_table_release(&pdf.table);
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
