/* formats/pdf: what may differ in a document and what may not, made by hand by ISO 32000-1. Each
 * case is a document twice, with one thing in place of '@'. tests/inside/shows.py has some for the
 * whole program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "formats/pdf.h"

enum { OBJECTS_MAX = 10 };

#define CATALOG "<< /Type /Catalog /Pages 2 0 R >>"
#define PAGES "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
#define PAGE "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
#define TEXT "<< /Length 7 >>\nstream\n(hi) Tj\nendstream"
#define INFO "<< /Title (x) >>"
#define WITH_METADATA "<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R >>"
#define METADATA(keys, text)                                                                       \
  "<< /Type /Metadata /Subtype /XML " keys ">>\nstream\n" text "\nendstream"

enum answer { EQUAL, DIFFERENT, REFUSED };

struct document {
  const char *what;
  const char *values[2]; /* in place of '@' */
  enum answer wanted;
  const char *objects[OBJECTS_MAX]; /* NULL: those above */
  const char *trailer;              /* keys in it; NULL: nothing but /Root and /Info */
  const char *behind;               /* the last line */
};

static const char *const usual[OBJECTS_MAX] = { CATALOG, PAGES, PAGE, TEXT, INFO };

#define DATES                                                                                      \
  {                                                                                                \
    "20261128141505", "20271202030405"                                                             \
  }
#define XMP_DATES                                                                                  \
  {                                                                                                \
    "2026-11-28T14:15:05Z", "2027-12-02T03:04:05Z"                                                 \
  }

static const struct document documents[] = {
  { "a date of creation", DATES, EQUAL, { [4] = "<< /CreationDate (D:@Z) >>" }, NULL, NULL },
  { "a date of change, with a zone",
    DATES,
    EQUAL,
    { [4] = "<< /ModDate (D:@+01'00') >>" },
    NULL,
    NULL },
  { "both", DATES, EQUAL, { [4] = "<< /ModDate (D:@) /CreationDate (D:@) >>" }, NULL, NULL },
  { "a date without its mark", DATES, DIFFERENT, { [4] = "<< /ModDate (@) >>" }, NULL, NULL },
  { "a date with another mark", DATES, DIFFERENT, { [4] = "<< /ModDate (D;@) >>" }, NULL, NULL },
  { "a date behind a string with a bracket",
    DATES,
    EQUAL,
    { [4] = "<< /Title (\\)) /ModDate (D:@) >>" },
    NULL,
    NULL },
  { "a number that is one too many",
    DATES,
    REFUSED,
    { [2] = "[ 18446744073709551621 0 R ]", [4] = "<< /ModDate (D:@) >>" },
    NULL,
    NULL },
  { "brackets that do not match", { "1", "1" }, REFUSED, { [4] = "[ << ] >>" }, NULL, NULL },
  { "a stream on the line of its word",
    { "1", "1" },
    REFUSED,
    { [3] = "<< /Length 8 >>\nstream (hi) Tj\nendstream" },
    NULL,
    NULL },
  { "a date with more behind it",
    DATES,
    DIFFERENT,
    { [4] = "<< /ModDate (D:@ x) >>" },
    NULL,
    NULL },
  { "no date",
    { "20260101", "20261399" },
    DIFFERENT,
    { [4] = "<< /ModDate (D:@) >>" },
    NULL,
    NULL },
  { "a date under another key", DATES, DIFFERENT, { [4] = "<< /Title (D:@) >>" }, NULL, NULL },
  { "a date in an object of its own",
    DATES,
    DIFFERENT,
    { [4] = "<< /ModDate 6 0 R >>", [5] = "(D:@)" },
    NULL,
    NULL },
  { "a date below the information",
    DATES,
    DIFFERENT,
    { [4] = "<< /X << /ModDate (D:@) >> >>" },
    NULL,
    NULL },
  { "information that is no dictionary",
    DATES,
    DIFFERENT,
    { [4] = "[ /ModDate (D:@) ]" },
    NULL,
    NULL },
  { "information that is a stream",
    DATES,
    DIFFERENT,
    { [4] = "<< /Length 1 /ModDate (D:@) >>\nstream\nx\nendstream" },
    NULL,
    NULL },
  { "information that a page shows",
    DATES,
    DIFFERENT,
    { [2] = "<< /Type /Page /PieceInfo 5 0 R >>", [4] = "<< /ModDate (D:@) >>" },
    NULL,
    NULL },
  { "information that an array leads to",
    DATES,
    DIFFERENT,
    { [2] = "[ 1 5 0 R ]", [4] = "<< /ModDate (D:@) >>" },
    NULL,
    NULL },
  { "information that the trailer leads to twice",
    DATES,
    EQUAL,
    { [4] = "<< /ModDate (D:@) >>" },
    "/Root 1 0 R /Info 5 0 R /X [5 0 R]",
    NULL },
  { "an odd reference to anything",
    DATES,
    DIFFERENT,
    { [2] = "[ +5 0 R ]", [4] = "<< /ModDate (D:@) >>" },
    NULL,
    NULL },
  { "no information at all",
    DATES,
    DIFFERENT,
    { [4] = "<< /ModDate (D:@) >>" },
    "/Root 1 0 R",
    NULL },
  { "an ID", { "00ff", "12aB" }, EQUAL, { NULL }, "/Root 1 0 R /ID [<@> <@>]", NULL },
  { "half an ID", { "00ff", "12ab" }, DIFFERENT, { NULL }, "/Root 1 0 R /ID [<@>]", NULL },
  { "three halves",
    { "00ff", "12ab" },
    DIFFERENT,
    { NULL },
    "/Root 1 0 R /ID [<@> <@> <@>]",
    NULL },
  { "an ID of strings",
    { "00ff", "12ab" },
    DIFFERENT,
    { NULL },
    "/Root 1 0 R /ID [(@) (@)]",
    NULL },
  { "an ID that is none",
    { "00gg", "12ab" },
    DIFFERENT,
    { NULL },
    "/Root 1 0 R /ID [<@> <@>]",
    NULL },
  { "an ID under another key",
    { "00ff", "12ab" },
    DIFFERENT,
    { NULL },
    "/Root 1 0 R /Id [<@> <@>]",
    NULL },
  { "an ID of 33 bytes",
    { "000000000000000000000000000000000000000000000000000000000000000000",
      "111111111111111111111111111111111111111111111111111111111111111111" },
    DIFFERENT,
    { NULL },
    "/Root 1 0 R /ID [<@> <@>]",
    NULL },
  { "an ID of 32 bytes",
    { "0000000000000000000000000000000000000000000000000000000000000000",
      "1111111111111111111111111111111111111111111111111111111111111111" },
    EQUAL,
    { NULL },
    "/Root 1 0 R /ID [<@> <@>]",
    NULL },
  { "metadata, as an attribute",
    XMP_DATES,
    EQUAL,
    { WITH_METADATA, [5] = METADATA("/Length 42 ", "<x xmp:CreateDate=\"@\"/>") },
    NULL,
    NULL },
  { "metadata, in other quotes",
    XMP_DATES,
    EQUAL,
    { WITH_METADATA, [5] = METADATA("/Length 42 ", "<x xmp:ModifyDate='@'/>") },
    NULL,
    NULL },
  { "metadata, as an element",
    XMP_DATES,
    EQUAL,
    { WITH_METADATA, [5] = METADATA("/Length 58 ", "<xmp:MetadataDate>@</xmp:MetadataDate> ") },
    NULL,
    NULL },
  { "metadata in quotes that do not match",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [5] = METADATA("/Length 42 ", "<x xmp:ModifyDate='@\"/>") },
    NULL,
    NULL },
  { "metadata under another name",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [5] = METADATA("/Length 42 ", "<x xmp:CreatDates=\"@\"/>") },
    NULL,
    NULL },
  { "metadata that is no date",
    { "2026-11", "2026-13" },
    DIFFERENT,
    { WITH_METADATA, [5] = METADATA("/Length 29 ", "<x xmp:CreateDate=\"@\"/>") },
    NULL,
    NULL },
  { "metadata that is filtered",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [5] = METADATA("/Filter /X /Length 42 ", "<x xmp:CreateDate=\"@\"/>") },
    NULL,
    NULL },
  { "metadata in another file",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [5] = METADATA("/F (x) /Length 42 ", "<x xmp:CreateDate=\"@\"/>") },
    NULL,
    NULL },
  { "a stream of another type",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA,
      [5] =
          "<< /Type /X /Subtype /XML /Length 42 >>\nstream\n<x xmp:CreateDate=\"@\"/>\nendstream" },
    NULL,
    NULL },
  { "a stream of another subtype",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [5] = "<< /Type /Metadata /Subtype /X /Length 42 >>\nstream\n"
                           "<x xmp:CreateDate=\"@\"/>\nendstream" },
    NULL,
    NULL },
  { "metadata that nothing names",
    XMP_DATES,
    DIFFERENT,
    { CATALOG, [5] = METADATA("/Length 42 ", "<x xmp:CreateDate=\"@\"/>") },
    NULL,
    NULL },
  { "metadata that a page shows, too",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [2] = "<< /Type /Page /Contents 6 0 R >>",
      [5] = METADATA("/Length 42 ", "<x xmp:CreateDate=\"@\"/>") },
    NULL,
    NULL },
  { "metadata that the trailer names, too",
    XMP_DATES,
    DIFFERENT,
    { WITH_METADATA, [5] = METADATA("/Length 42 ", "<x xmp:CreateDate=\"@\"/>") },
    "/Root 1 0 R /X 6 0 R",
    NULL },
  { "metadata of a catalog that is none",
    XMP_DATES,
    DIFFERENT,
    { CATALOG, [5] = METADATA("/Length 42 ", "<x xmp:CreateDate=\"@\"/>"), [6] = WITH_METADATA },
    NULL,
    NULL },
  { "a text",
    { "hi", "ho" },
    DIFFERENT,
    { [3] = "<< /Length 7 >>\nstream\n(@) Tj\nendstream" },
    NULL,
    NULL },
  { "a text with a length elsewhere",
    { "hi", "hi" },
    EQUAL,
    { [3] = "<< /Length 6 0 R >>\nstream\n(@) Tj\nendstream", [5] = "7" },
    NULL,
    NULL },
  { "what looks like information, and is a text",
    DATES,
    DIFFERENT,
    { [3] = "<< /Length 53 >>\nstream\n5 0 obj << /ModDate (D:@) >> endobj xxxx\nendstream" },
    NULL,
    NULL },
  { "a comment", { "a", "b" }, DIFFERENT, { [4] = "<< >> % @" }, NULL, NULL },
  { "behind its end", { "a", "b" }, DIFFERENT, { NULL }, NULL, "%%EOF\n% @" },
  { "a text whose length is another",
    { "1", "1" },
    REFUSED,
    { [3] = "<< /Length 6 >>\nstream\n(hi) Tj\nendstream" },
    NULL,
    NULL },
  { "a text whose length is no number",
    { "1", "1" },
    REFUSED,
    { [3] = "<< /Length 6 0 R >>\nstream\n(hi) Tj\nendstream", [5] = "(7)" },
    NULL,
    NULL },
  { "a text without a length",
    { "1", "1" },
    REFUSED,
    { [3] = "<< >>\nstream\n(hi) Tj\nendstream" },
    NULL,
    NULL },
  { "a text longer than the file",
    { "1", "1" },
    REFUSED,
    { [3] = "<< /Length 99999 >>\nstream\n(hi) Tj\nendstream" },
    NULL,
    NULL },
  { "a key twice", DATES, REFUSED, { [4] = "<< /ModDate (D:@) /ModDate (D:@) >>" }, NULL, NULL },
  { "a key in another spelling", DATES, REFUSED, { [4] = "<< /Mod#44ate (D:@) >>" }, NULL, NULL },
  { "a dictionary without an end", { "1", "1" }, REFUSED, { [4] = "<< /X [ >>" }, NULL, NULL },
  { "an object in an object", { "1", "1" }, REFUSED, { [4] = "<< >> 9 0 obj << >>" }, NULL, NULL },
  { "a word between objects",
    { "1", "1" },
    REFUSED,
    { [4] = "<< >> endobj evil 9 0 obj 1" },
    NULL,
    NULL },
  { "encrypted", { "1", "1" }, REFUSED, { NULL }, "/Root 1 0 R /Encrypt 5 0 R", NULL },
  { "two tables", { "1", "1" }, REFUSED, { NULL }, "/Root 1 0 R /XRefStm 9", NULL },
  { "a table before it that is none",
    { "1", "1" },
    REFUSED,
    { NULL },
    "/Root 1 0 R /Prev 3",
    NULL },
  { "a table before it that is no number",
    { "1", "1" },
    REFUSED,
    { NULL },
    "/Root 1 0 R /Prev (x)",
    NULL },
  { "a word behind its end", { "1", "1" }, REFUSED, { NULL }, NULL, "evil" },
};

/* shift: of the place in the table of the last object, which then is not there. */
static void make(struct buf *out, const struct document *document, const char *value, int shift)
{
  size_t places[OBJECTS_MAX];
  size_t n = 0;
  size_t table;

  buf_puts(out, "%PDF-1.4\n");
  for (size_t i = 0; i < OBJECTS_MAX; i++) {
    const char *text = document->objects[i] ? document->objects[i] : usual[i];

    if (!text)
      continue;
    assert_int_equal(n, i); /* none is left out before others */
    places[n++] = out->len;
    buf_printf(out, "%zu 0 obj\n", i + 1);
    for (; *text; text++) {
      if (*text == '@')
        buf_puts(out, value);
      else
        buf_putc(out, *text);
    }
    buf_puts(out, "\nendobj\n");
  }
  table = out->len;
  buf_printf(out, "xref\n0 %zu\n0000000000 65535 f \n", n + 1);
  for (size_t i = 0; i < n; i++)
    buf_printf(out, "%010zu 00000 n \n", places[i] + (size_t)(i + 1 == n ? shift : 0));
  buf_puts(out, "trailer\n<< ");
  for (const char *text = document->trailer ? document->trailer : "/Root 1 0 R /Info 5 0 R"; *text;
       text++) {
    if (*text == '@')
      buf_puts(out, value);
    else
      buf_putc(out, *text);
  }
  buf_printf(out, " >>\nstartxref\n%zu\n", table);
  for (const char *text = document->behind ? document->behind : "%%EOF"; *text; text++) {
    if (*text == '@')
      buf_puts(out, value);
    else
      buf_putc(out, *text);
  }
  buf_putc(out, '\n');
}

/* All that counts: fields that are no times, a bar between them. False: it is not read. */
static bool read_document(struct str bytes, struct buf *out)
{
  struct format_budget budget = { 1 << 20 };
  struct format_parts parts;
  struct error err;
  const bool read = format_read(&format_pdf, &parts, bytes, STR("x.pdf"), &budget, &err) == 0;

  for (size_t i = 0; read && i < parts.n_fields; i++) {
    buf_putc(out, '|');
    if (parts.fields[i].class != FORMAT_TIME)
      buf_add_str(out, parts.fields[i].value);
  }
  format_release(&parts);
  return read;
}

static enum answer answer_of(const struct document *document)
{
  AUTO_BUF found0 = BUF_INIT(1 << 16);
  AUTO_BUF found1 = BUF_INIT(1 << 16);
  struct buf *const found[2] = { &found0, &found1 };
  bool read = true;

  for (int i = 0; i < 2; i++) {
    AUTO_BUF file = BUF_INIT(1 << 16);

    make(&file, document, document->values[i], 0);
    assert_true(format_pdf.detect(buf_str(&file), STR("x")));
    read &= read_document(buf_str(&file), found[i]);
  }
  return !read ? REFUSED : str_equal(buf_str(&found0), buf_str(&found1)) ? EQUAL : DIFFERENT;
}

static void what_may_differ(void **state)
{
  static const char *const words[] = { "equal", "different", "refused" };
  int faults = 0;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(documents); i++) {
    const enum answer found = answer_of(&documents[i]);

    if (found == documents[i].wanted)
      continue;
    faults++;
    print_error("%s: wanted %s, found %s\n", documents[i].what, words[documents[i].wanted],
                words[found]);
  }
  assert_int_equal(faults, 0);
}

/* A table that leads to where no object begins, or into one. */
static void tables_that_lie(void **state)
{
  static const struct document document = { .what = "" };

  (void)state;
  for (int shift = -3; shift <= 3; shift++) {
    AUTO_BUF file = BUF_INIT(1 << 16);
    AUTO_BUF found = BUF_INIT(1 << 16);

    make(&file, &document, "", shift);
    assert_int_equal(read_document(buf_str(&file), &found), shift == 0);
  }
}

/* A table in which two objects have each other's places. */
static void objects_that_are_others(void **state)
{
  static const struct document document = { .what = "" };
  AUTO_BUF file = BUF_INIT(1 << 16);
  AUTO_BUF found = BUF_INIT(1 << 16);
  char *line;
  char kept[20];

  (void)state;
  make(&file, &document, "", 0);
  line = (char *)memmem(file.ptr, file.len, "65535 f \n", 9) + 9;
  memcpy(kept, line, sizeof(kept));
  memmove(line, line + sizeof(kept), sizeof(kept));
  memcpy(line + sizeof(kept), kept, sizeof(kept));
  assert_false(read_document(buf_str(&file), &found));
}

/* Two objects 5, of which an update (7.5.6) says that the document's is the second one, or says
 * nothing, so that it is the first one: the dates of the other are no longer the document's, and
 * are shown by who goes back. changes: in which of them the date is another. */
static bool is_same_with(bool says_second, int changes)
{
  static const struct document document = { .objects = { [4] = "<< /ModDate (D:@) >>" } };
  static const char *const values[] = DATES;
  AUTO_BUF found0 = BUF_INIT(1 << 16);
  AUTO_BUF found1 = BUF_INIT(1 << 16);

  for (int i = 0; i < 2; i++) {
    AUTO_BUF file = BUF_INIT(1 << 16);
    size_t object;
    size_t table;
    size_t first;

    make(&file, &document, values[changes == 0 ? i : 0], 0);
    first = (size_t)((const char *)memmem(file.ptr, file.len, "xref", 4) - file.ptr);
    object = file.len;
    buf_printf(&file, "5 0 obj\n<< /ModDate (D:%s) >>\nendobj\n", values[changes == 1 ? i : 0]);
    table = file.len;
    buf_puts(&file, "xref\n");
    if (says_second)
      buf_printf(&file, "5 1\n%010zu 00000 n \n", object);
    buf_printf(&file, "trailer\n<< /Root 1 0 R /Info 5 0 R /Prev %zu >>\nstartxref\n%zu\n%%%%EOF\n",
               first, table);
    assert_true(read_document(buf_str(&file), i ? &found1 : &found0));
  }
  return str_equal(buf_str(&found0), buf_str(&found1));
}

static void older_information(void **state)
{
  (void)state;
  for (int says_second = 0; says_second < 2; says_second++)
    for (int changes = 0; changes < 2; changes++)
      assert_int_equal(is_same_with(says_second, changes), says_second == changes);
}

/* A table that lies in a text, where nobody who reads one object after the other meets it. */
static void table_in_a_text(void **state)
{
  struct document document = {
    .objects = { [3] = "<< /Length 36 >>\nstream\nxref\n0 0\ntrailer\n<< /Root 1 0 R >>.\n"
                       "endstream" },
  };
  AUTO_BUF file = BUF_INIT(1 << 16);
  AUTO_BUF found = BUF_INIT(1 << 16);
  char trailer[64];

  (void)state;
  make(&file, &document, "", 0);
  assert_true(read_document(buf_str(&file), &found));
  snprintf(trailer, sizeof(trailer), "/Root 1 0 R /Prev %zu",
           (size_t)((const char *)memmem(file.ptr, file.len, "xref", 4) - file.ptr));
  document.trailer = trailer;
  buf_clear(&file);
  make(&file, &document, "", 0);
  assert_false(read_document(buf_str(&file), &found));
}

/* One table behind another (7.5.6), of which one that leads to itself is none. */
static void updates(void **state)
{
  static const struct document document = { .what = "" };
  AUTO_BUF file = BUF_INIT(1 << 16);
  AUTO_BUF found = BUF_INIT(1 << 16);
  size_t first;
  size_t second;
  size_t len;

  (void)state;
  make(&file, &document, "", 0);
  first = (size_t)((const char *)memmem(file.ptr, file.len, "xref", 4) - file.ptr);
  len = file.len;
  for (int i = 0; i < 3; i++) {
    file.len = len;
    second = len;
    buf_printf(&file, "xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev %zu >>\nstartxref\n%zu\n%%%%EOF\n",
               i == 0   ? first
               : i == 1 ? second
                        : first + 1,
               second);
    buf_clear(&found);
    assert_int_equal(read_document(buf_str(&file), &found), i == 0);
  }
}

static void cut_short(void **state)
{
  static const struct document document = { .what = "" };
  AUTO_BUF file = BUF_INIT(1 << 16);

  (void)state;
  make(&file, &document, "", 0);
  for (size_t len = 0; len + 8 < file.len; len++) { /* without "\n%%EOF\n" it is whole */
    AUTO_BUF found = BUF_INIT(1 << 16);
    AUTO_BUF copy = BUF_INIT(1 << 16);

    buf_add(&copy, file.ptr, len);
    assert_false(format_pdf.detect(buf_str(&copy), STR("x")) &&
                 read_document(buf_str(&copy), &found));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_may_differ),
    cmocka_unit_test(tables_that_lie),
    cmocka_unit_test(objects_that_are_others),
    cmocka_unit_test(older_information),
    cmocka_unit_test(table_in_a_text),
    cmocka_unit_test(updates),
    cmocka_unit_test(cut_short),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
