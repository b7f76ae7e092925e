#include "formats/sqlite_cell.h"

bool sqlite_is_interior(unsigned type)
{
  return type == SQLITE_INDEX_INTERIOR || type == SQLITE_TABLE_INTERIOR;
}

bool sqlite_is_table(unsigned type)
{
  return type == SQLITE_TABLE_INTERIOR || type == SQLITE_TABLE_LEAF;
}

size_t sqlite_be16(const unsigned char *p)
{
  return (size_t)p[0] << 8 | p[1];
}

size_t sqlite_varint(const unsigned char *p, size_t len, uint64_t *out)
{
  size_t n = 0;

  *out = 0;
  while (n < len && n < 8) {
    *out = *out << 7 | (p[n] & 0x7f);
    if (p[n++] < 0x80)
      return n > 1 && *out >> (7 * (n - 1)) == 0 ? 0 : n;
  }
  if (n < 8 || n == len)
    return 0;
  *out = *out << 8 | p[n];
  return *out >> 56 ? n + 1 : 0;
}

size_t sqlite_pointers(const struct sqlite_page *page)
{
  return page->header + (sqlite_is_interior(page->type) ? 12 : 8);
}

/* How much of a payload lies on the page itself (1.6, "Cell Payload Overflow Pages"). */
static size_t local_size(size_t page_size, unsigned type, uint64_t payload)
{
  const size_t most = type == SQLITE_TABLE_LEAF ? page_size - 35 : (page_size - 12) * 64 / 255 - 23;
  const size_t least = (page_size - 12) * 32 / 255 - 23;
  size_t size;

  if (payload <= most)
    return (size_t)payload;
  size = least + (size_t)((payload - least) % (page_size - SQLITE_PAGE_NUMBER));
  return size <= most ? size : least;
}

static bool read_payload(size_t page_size, const struct sqlite_page *page, struct sqlite_cell *cell)
{
  cell->local = local_size(page_size, page->type, cell->payload);
  cell->end = cell->at + cell->local;
  if (cell->local < cell->payload) {
    if (cell->end + SQLITE_PAGE_NUMBER > page_size)
      return false;
    cell->overflow = format_be32(page->bytes + cell->end);
    cell->end += SQLITE_PAGE_NUMBER;
  }
  return cell->end <= page_size;
}

bool sqlite_read_cell(size_t page_size, const struct sqlite_page *page, size_t i,
                      struct sqlite_cell *cell)
{
  const size_t pointers = sqlite_pointers(page);
  size_t at = sqlite_be16(page->bytes + pointers + 2 * i);
  size_t n;

  *cell = (struct sqlite_cell) { .child = 0 };
  if (sqlite_is_interior(page->type)) {
    if (at + SQLITE_PAGE_NUMBER > page_size)
      return false;
    cell->child = format_be32(page->bytes + at);
    at += SQLITE_PAGE_NUMBER;
  }
  if (page->type != SQLITE_TABLE_INTERIOR) {
    n = sqlite_varint(page->bytes + at, page_size - MIN_OF(at, page_size), &cell->payload);
    at += n;
    if (!n)
      return false;
  }
  if (sqlite_is_table(page->type)) {
    n = sqlite_varint(page->bytes + at, page_size - MIN_OF(at, page_size), &cell->key);
    at += n;
    if (!n)
      return false;
  }
  cell->at = at;
  cell->end = at;
  return page->type == SQLITE_TABLE_INTERIOR || read_payload(page_size, page, cell);
}
