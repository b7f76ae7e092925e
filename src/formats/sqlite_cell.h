/* Pages of b-trees and their cells (SQLite's file format, 1.6). Private to formats/sqlite*.c. */
#ifndef DIFFOCI_FORMATS_SQLITE_CELL_H
#define DIFFOCI_FORMATS_SQLITE_CELL_H

#include "formats/format.h"

enum {
  SQLITE_INDEX_INTERIOR = 2,
  SQLITE_TABLE_INTERIOR = 5,
  SQLITE_INDEX_LEAF = 10,
  SQLITE_TABLE_LEAF = 13,
  SQLITE_PAGE_NUMBER = 4, /* bytes of one */
};

/* A page of a tree. */
struct sqlite_page {
  const unsigned char *bytes;
  size_t header; /* where it begins: behind the file's own on the first page */
  size_t n_cells;
  unsigned type;
};

struct sqlite_cell {
  uint32_t child;    /* what is left of it; 0: it is on a leaf */
  uint64_t key;      /* of a table's */
  uint64_t payload;  /* bytes of all of it; 0 in a table's interior */
  size_t at, local;  /* where it begins on the page, and how much of it is there */
  uint32_t overflow; /* the page where it goes on; 0: nowhere */
  size_t end;        /* of the cell */
};

bool sqlite_is_interior(unsigned type);
bool sqlite_is_table(unsigned type);
/* Where the pointers to cells begin. */
size_t sqlite_pointers(const struct sqlite_page *page);

size_t sqlite_be16(const unsigned char *p);
/* The length of a number of variable length, which may be no longer than it must; 0: it is none, or
 * goes over the end. */
size_t sqlite_varint(const unsigned char *p, size_t len, uint64_t *out);

/* The cell that the pointer i leads to; all pointers have to lie on the page. Pages keep no space
 * for extensions. False if the cell does not lie on the page. */
bool sqlite_read_cell(size_t page_size, const struct sqlite_page *page, size_t i,
                      struct sqlite_cell *cell);

#endif
