/* The table of objects in clear text (ISO 32000-1, 7.5.4 to 7.5.6). Private to pdf*.c. */
#ifndef DIFFOCI_FORMATS_PDF_TABLE_H
#define DIFFOCI_FORMATS_PDF_TABLE_H

#include "formats/pdf_syntax.h"

enum {
  PDF_SECTIONS_MAX = 32, /* of the table: one for each time that the file was saved */
};

/* Where an object is. */
struct pdf_place {
  uint64_t number, at; /* at 0: it is free */
  size_t section;      /* of the table that says so */
};

/* A part of the table, with the trailer behind it. */
struct pdf_section {
  size_t at, end;
  size_t trailer; /* where the dictionary begins */
  bool met;       /* on the way through the file */
};

struct pdf_table {
  struct str bytes;                              /* the whole file; not owned */
  struct pdf_section sections[PDF_SECTIONS_MAX]; /* the last one saved is the first */
  size_t n_sections;
  struct pdf_place *places; /* by number, then by section; owned */
  size_t n_places, cap_places;
  struct str info, id, root; /* values in the first trailer; ptr NULL: it has none */
};

/* Reads the table from the end of the file on, back to the first time that it was saved. 0/-1; the
 * table is to be released in both cases. */
MUST_CHECK int pdf_table_read(struct str bytes, struct pdf_table *out, struct error *err);
void pdf_table_release(struct pdf_table *table);

/* Where an object is, by the newest section that knows it; 0: nowhere. */
uint64_t pdf_table_find(const struct pdf_table *table, uint64_t number);

/* On the way through the file: the word "xref" ends at *at. Passes over the section, which has to
 * be one that was read and not met yet. */
MUST_CHECK int pdf_table_meet(struct pdf_table *table, size_t *at, struct error *err);

/* At the end of the file: whether all sections were met, and every object that the table names is
 * among the n that there are, sorted by their places. */
MUST_CHECK int pdf_table_check(const struct pdf_table *table, const struct pdf_place *objects,
                               size_t n, struct error *err);

/* An error of ERROR_UNSUPPORTED: "WHAT at byte AT". Returns -1. */
int pdf_bad(struct error *err, const char *what, size_t at);

#endif
