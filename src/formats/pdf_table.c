#include "formats/pdf_table.h"

#include <stdlib.h>

#include "base/alloc.h"

enum {
  ENTRY = 20,
  TAIL = 1024, /* where "startxref" stands (annex H, 3.4.4) */
};

int pdf_bad(struct error *err, const char *what, size_t at)
{
  return error_set(err, ERROR_UNSUPPORTED, "%s at byte %zu", what, at);
}

/* ---- reading ---- */

static int pdf_read_entries(struct pdf_table *table, size_t section, uint64_t first, uint64_t n,
                            size_t *at, struct error *err)
{
  /* What ends the line before them is one or two characters. */
  while (*at < table->bytes.len && strchr("\r\n ", table->bytes.ptr[*at]) && table->bytes.ptr[*at])
    ++*at;
  if (n > (table->bytes.len - *at) / ENTRY)
    return pdf_bad(err, "the table of objects does not fit", *at);
  for (uint64_t i = 0; i < n; i++, *at += ENTRY) {
    const char *p = table->bytes.ptr + *at;
    uint64_t place;
    uint64_t generation;

    if (!str_to_u64((struct str) { p, 10 }, UINT64_MAX, &place) || p[10] != ' ' ||
        !str_to_u64((struct str) { p + 11, 5 }, UINT64_MAX, &generation) || p[16] != ' ' ||
        (p[17] != 'n' && p[17] != 'f') || (p[18] != ' ' && p[18] != '\r') ||
        (p[19] != '\r' && p[19] != '\n'))
      return pdf_bad(err, "the table of objects has an odd line", *at);
    table->places =
        xgrow(table->places, table->n_places, &table->cap_places, sizeof(*table->places));
    table->places[table->n_places++] =
        (struct pdf_place) { first + i, p[17] == 'n' ? place : 0, section };
  }
  return 0;
}

/* A section of the table, and the trailer behind it. */
static int pdf_read_section(struct pdf_table *table, size_t at, struct pdf_dict *trailer,
                            struct error *err)
{
  struct pdf_section *section = &table->sections[table->n_sections];
  struct pdf_token token = pdf_next(table->bytes, &at);

  section->at = (size_t)(token.text.ptr - table->bytes.ptr);
  if (!pdf_is_word(&token, "xref"))
    return pdf_bad(err, "its table of objects is none in clear text", at);
  for (;;) {
    struct pdf_token n;

    token = pdf_next(table->bytes, &at);
    if (pdf_is_word(&token, "trailer"))
      break;
    n = pdf_next(table->bytes, &at);
    if (token.kind != PDF_NUMBER || n.kind != PDF_NUMBER)
      return pdf_bad(err, "the table of objects has an odd line", at);
    if (pdf_read_entries(table, table->n_sections, pdf_number(&token), pdf_number(&n), &at, err))
      return -1;
  }
  section->trailer = at;
  if (pdf_read_dict(table->bytes, &at, trailer, err))
    return -1;
  section->end = at;
  table->n_sections++;
  return 0;
}

static int by_number(const void *a, const void *b)
{
  const struct pdf_place *x = a;
  const struct pdf_place *y = b;

  if (x->number != y->number)
    return x->number < y->number ? -1 : 1;
  return (x->section > y->section) - (x->section < y->section);
}

/* What it says about the document. */
static void read_trailer(struct pdf_table *table, const struct pdf_dict *trailer)
{
  table->info = pdf_value(trailer, "/Info");
  table->id = pdf_value(trailer, "/ID");
  table->root = pdf_value(trailer, "/Root");
}

int pdf_table_read(struct str bytes, struct pdf_table *table, struct error *err)
{
  AUTO_FREE struct pdf_dict *trailer = xcalloc(1, sizeof(*trailer));
  const size_t tail = bytes.len - MIN_OF(bytes.len, (size_t)TAIL);
  uint64_t next = 0;
  size_t at = bytes.len;
  struct pdf_token token;

  *table = (struct pdf_table) { .bytes = bytes };
  while (at >= tail + 9 && memcmp(table->bytes.ptr + at - 9, "startxref", 9) != 0)
    at--;
  if (at < tail + 9)
    return pdf_bad(err, "it does not say where its table of objects is", tail);
  token = pdf_next(table->bytes, &at);
  next = pdf_number(&token);
  for (bool more = true; more;) {
    const bool is_first = table->n_sections == 0;

    if (table->n_sections == PDF_SECTIONS_MAX || next >= table->bytes.len)
      return pdf_bad(err, "its table of objects cannot be followed", table->bytes.len);
    if (pdf_read_section(table, (size_t)next, trailer, err))
      return -1;
    if (pdf_value(trailer, "/Encrypt").ptr || pdf_value(trailer, "/XRefStm").ptr)
      return pdf_bad(err, "it is encrypted, or its table is in two forms", (size_t)next);
    if (is_first)
      read_trailer(table, trailer);
    more = pdf_value(trailer, "/Prev").ptr != NULL;
    if (more && !pdf_is_integer(pdf_value(trailer, "/Prev"), &next))
      return pdf_bad(err, "its table of objects cannot be followed", (size_t)next);
  }
  if (table->n_places)
    qsort(table->places, table->n_places, sizeof(*table->places), by_number);
  return 0;
}

void pdf_table_release(struct pdf_table *table)
{
  free(table->places);
  *table = (struct pdf_table) { 0 };
}

/* ---- asking ---- */

uint64_t pdf_table_find(const struct pdf_table *table, uint64_t number)
{
  size_t low = 0;
  size_t high = table->n_places;

  while (low < high) {
    const size_t middle = (low + high) / 2;

    if (table->places[middle].number < number)
      low = middle + 1;
    else
      high = middle;
  }
  return low < table->n_places && table->places[low].number == number ? table->places[low].at : 0;
}

int pdf_table_meet(struct pdf_table *table, size_t *at, struct error *err)
{
  for (size_t i = 0; i < table->n_sections; i++)
    if (table->sections[i].at == *at - strlen("xref") && !table->sections[i].met) {
      table->sections[i].met = true;
      *at = table->sections[i].end;
      return 0;
    }
  return pdf_bad(err, "a table that nothing leads to ends", *at);
}

int pdf_table_check(const struct pdf_table *table, const struct pdf_place *objects, size_t n,
                    struct error *err)
{
  for (size_t i = 0; i < table->n_sections; i++)
    if (!table->sections[i].met)
      return pdf_bad(err, "a part of its table lies in another part", table->sections[i].at);
  for (size_t i = 0; i < table->n_places; i++) {
    const struct pdf_place *place = &table->places[i];
    size_t low = 0;
    size_t high = n;

    if (!place->at)
      continue;
    while (low < high) {
      const size_t middle = (low + high) / 2;

      if (objects[middle].at < place->at)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == n || objects[low].at != place->at || objects[low].number != place->number)
      return pdf_bad(err, "its table names an object that is not there,", (size_t)place->at);
  }
  return 0;
}
