/* A walk through all b-trees. A page is first gone through for what its bytes are used for, then
 * its cells are read in the order of their keys, with the pages below them. */
#include "formats/sqlite_pages.h"

#include "base/digest.h"
#include "formats/sqlite_cell.h"
#include "formats/sqlite_header.h"
#include "formats/sqlite_rpm.h"

enum {
  SCHEMA_COOKIE_AT = 40,
  SCHEMA_COOKIE = 4,  /* bytes; PRAGMA schema_version */
  FREE_BLOCK = 4,     /* where the next one is, and its size */
  DEPTH_MAX = 20,     /* of a tree (SQLite's BTCURSOR_MAX_DEPTH) */
  SCHEMA_COLUMNS = 5, /* type, name, tbl_name, rootpage, sql */
  ROOT_COLUMN = 3,
  SQL_COLUMN = 4,
  RECORD_MAX = 4 << 20, /* bytes of one of the schema, or of a package */
  ROOTS_MAX = 1 << 16,
  OLD_POINTER_MAX = 8192,
  OLD_BYTES_MAX = 1024, /* that SQLite left behind in all pages together */
};

struct walk {
  const unsigned char *bytes;
  size_t page_size;
  uint32_t n_pages;
  unsigned char *seen;   /* pages, by number */
  unsigned char *used;   /* bytes of one page */
  unsigned char *record; /* one of the schema, or of a package */
  uint32_t *roots;       /* what it says, in its order */
  unsigned char *kinds;  /* of each, enum sqlite_rpm_table */
  size_t n_roots;
  enum sqlite_rpm_table kind; /* of the tree that is walked */
  struct sqlite_rpm rpm;
  size_t n_old; /* bytes that SQLite left behind */
  struct hasher *records, *left_over;
};

/* A page that nothing has led to before; NULL. */
static const unsigned char *take_page(struct walk *walk, uint32_t number)
{
  if (number == 0 || number > walk->n_pages || walk->seen[number])
    return NULL;
  walk->seen[number] = 1;
  return walk->bytes + (size_t)(number - 1) * walk->page_size;
}

/* Notes a byte that nothing uses, unless it is zero. */
static void note_left_over(struct walk *walk, const unsigned char *byte)
{
  const uint64_t at = (uint64_t)(byte - walk->bytes);

  if (*byte == 0)
    return;
  hasher_add(walk->left_over, &at, sizeof(at));
  hasher_add(walk->left_over, byte, 1);
}

/* ---- what the bytes of a page are used for ---- */

/* Nothing is used twice. */
static bool use(const struct walk *walk, size_t from, size_t to)
{
  if (from > to || to > walk->page_size)
    return false;
  for (size_t i = from; i < to; i++) {
    if (walk->used[i])
      return false;
    walk->used[i] = 1;
  }
  return true;
}

static bool use_free_blocks(const struct walk *walk, const struct sqlite_page *page)
{
  size_t at = sqlite_be16(page->bytes + page->header + 1);

  while (at) {
    const size_t before = at;

    if (!use(walk, at, at + FREE_BLOCK))
      return false;
    at = sqlite_be16(page->bytes + at);
    if (at && at <= before)
      return false;
  }
  return true;
}

/* SQLite leaves two things behind when it zeroes what it deletes: pointers to cells, behind those
 * that are left, and the beginnings of free blocks that became part of the gap before the cells, or
 * of a larger block. As numbers below 8192 no such pointers are text. */
static size_t old_pointers(const struct walk *walk, const struct sqlite_page *page, size_t gap)
{
  size_t at = gap;

  if (walk->page_size > OLD_POINTER_MAX)
    return 0;
  while (at + 2 <= walk->page_size && !walk->used[at] && !walk->used[at + 1] &&
         sqlite_be16(page->bytes + at) > gap && sqlite_be16(page->bytes + at) < walk->page_size)
    at += 2;
  return at - gap;
}

/* Whether something used begins where unused bytes end, or the page ends. */
static bool is_end_of_unused(const struct walk *walk, size_t at)
{
  return at == walk->page_size || (at < walk->page_size && walk->used[at] && !walk->used[at - 1]);
}

/* Where the beginning of a free block would end whose first byte that is not zero is at `at`. The
 * block reaches up to what was in use behind it and still is, and the next one lies further on:
 * what lies less than four bytes behind a block is made part of it. */
static size_t old_block_end(const struct walk *walk, const struct sqlite_page *page, size_t gap,
                            size_t at)
{
  if (walk->page_size > OLD_POINTER_MAX)
    return at;
  for (size_t from = at < gap + 3 ? gap : at - 3; from <= at; from++) {
    const size_t end = from + FREE_BLOCK;
    const size_t next = sqlite_be16(page->bytes + from);
    const size_t size = end <= walk->page_size ? sqlite_be16(page->bytes + from + 2) : 0;

    if (size >= FREE_BLOCK && is_end_of_unused(walk, from + size) &&
        (next == 0 || (next >= from + size + FREE_BLOCK && next < walk->page_size)) &&
        !memchr(walk->used + from, 1, FREE_BLOCK) &&
        (end == walk->page_size || walk->used[end] || page->bytes[end] == 0))
      return end;
  }
  return at;
}

static void look_at_unused(struct walk *walk, const struct sqlite_page *page, size_t gap)
{
  size_t at = gap + old_pointers(walk, page, gap);

  walk->n_old += at - gap;
  while (at < walk->page_size) {
    const size_t end =
        walk->used[at] || page->bytes[at] == 0 ? at : old_block_end(walk, page, gap, at);

    if (end == at && !walk->used[at])
      note_left_over(walk, page->bytes + at);
    walk->n_old += end - at;
    at = end == at ? at + 1 : end;
  }
}

static bool go_through(struct walk *walk, const struct sqlite_page *page)
{
  const size_t pointers = sqlite_pointers(page);
  const size_t gap = pointers + 2 * page->n_cells;

  memset(walk->used, 0, walk->page_size);
  if (!use(walk, 0, gap) || !use_free_blocks(walk, page))
    return false;
  for (size_t i = 0; i < page->n_cells; i++) {
    const size_t at = sqlite_be16(page->bytes + pointers + 2 * i);
    struct sqlite_cell cell;

    if (!sqlite_read_cell(walk->page_size, page, i, &cell) || !use(walk, at, cell.end))
      return false;
  }
  look_at_unused(walk, page, gap);
  return walk->n_old <= OLD_BYTES_MAX;
}

/* ---- records ---- */

/* Gives a payload to the digest, or to memory, piece by piece. */
static void give(struct walk *walk, bool keep, uint64_t done, const unsigned char *p, size_t len)
{
  if (keep)
    memcpy(walk->record + done, p, len);
  else
    hasher_add(walk->records, p, len);
}

static bool read_record(struct walk *walk, const struct sqlite_page *page,
                        const struct sqlite_cell *cell, bool keep)
{
  uint64_t done = cell->local;
  uint32_t next = cell->overflow;

  if (cell->payload > (uint64_t)walk->n_pages * walk->page_size)
    return false;
  give(walk, keep, 0, page->bytes + cell->at, cell->local);
  while (done < cell->payload) {
    const unsigned char *p = take_page(walk, next);
    const size_t here = (size_t)MIN_OF(cell->payload - done, walk->page_size - SQLITE_PAGE_NUMBER);

    if (!p)
      return false;
    give(walk, keep, done, p + SQLITE_PAGE_NUMBER, here);
    done += here;
    next = format_be32(p);
    for (size_t i = SQLITE_PAGE_NUMBER + here; i < walk->page_size; i++)
      note_left_over(walk, p + i);
  }
  return next == 0;
}

/* Bytes of a value by its serial type (2.1). */
static uint64_t value_size(uint64_t type)
{
  static const unsigned char fixed[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };

  return type < ARRAY_LEN(fixed) ? fixed[type] : (type - 12) / 2;
}

/* A root's number, which is an integer or, of views and triggers, may be NULL. */
static bool read_root(const unsigned char *p, uint64_t type, uint32_t *out)
{
  uint64_t value = type == 9;

  if (type == 7 || type > 9)
    return false;
  for (uint64_t i = 0; i < value_size(type); i++)
    value = value << 8 | p[i];
  *out = (uint32_t)value;
  return value <= UINT32_MAX;
}

/* All columns of a record of the schema count but for where a tree begins; there are no others. */
static bool read_schema(struct walk *walk, uint64_t payload)
{
  uint64_t types[SCHEMA_COLUMNS];
  struct str values[SCHEMA_COLUMNS];
  uint64_t header;
  size_t at = sqlite_varint(walk->record, (size_t)payload, &header);
  uint64_t body;

  if (!at || header < at || header > payload)
    return false;
  for (size_t i = 0; i < SCHEMA_COLUMNS; i++) {
    const size_t n = sqlite_varint(walk->record + at, (size_t)header - at, &types[i]);

    at += n;
    if (!n)
      return false;
  }
  if (at != header)
    return false;
  body = header;
  for (size_t i = 0; i < SCHEMA_COLUMNS; i++) {
    const uint64_t size = value_size(types[i]);

    if (size > payload - body)
      return false;
    values[i] = (struct str) { (const char *)walk->record + body, (size_t)size };
    if (i == ROOT_COLUMN && !read_root(walk->record + body, types[i], &walk->roots[walk->n_roots]))
      return false;
    if (i != ROOT_COLUMN) {
      hasher_add(walk->records, &types[i], sizeof(types[i]));
      hasher_add(walk->records, walk->record + body, (size_t)size);
    }
    body += size;
  }
  walk->kinds[walk->n_roots++] = (unsigned char)sqlite_rpm_table(&walk->rpm, values[SQL_COLUMN]);
  return body == payload;
}

/* ---- trees ---- */

static bool look_at_cell(struct walk *walk, const struct sqlite_page *page,
                         const struct sqlite_cell *cell, bool schema)
{
  if (page->type == SQLITE_TABLE_INTERIOR)
    return true;
  hasher_add(walk->records, &cell->key, sizeof(cell->key));
  if (schema)
    return walk->n_roots < ROOTS_MAX && cell->payload <= RECORD_MAX &&
           read_record(walk, page, cell, true) && read_schema(walk, cell->payload);
  hasher_add(walk->records, &cell->payload, sizeof(cell->payload));
  if (!walk->kind || !sqlite_is_table(page->type) || cell->payload > RECORD_MAX)
    return read_record(walk, page, cell, false);
  if (!read_record(walk, page, cell, true))
    return false;
  sqlite_rpm_mask(&walk->rpm, walk->kind, cell->key, walk->record, (size_t)cell->payload);
  hasher_add(walk->records, walk->record, (size_t)cell->payload);
  return true;
}

static bool open_page(struct walk *walk, uint32_t number, struct sqlite_page *page)
{
  page->bytes = take_page(walk, number);
  if (!page->bytes)
    return false;
  page->header = number == 1 ? SQLITE_HEADER : 0;
  page->type = page->bytes[page->header];
  page->n_cells = sqlite_be16(page->bytes + page->header + 3);
  return page->type == SQLITE_INDEX_INTERIOR || page->type == SQLITE_TABLE_INTERIOR ||
         page->type == SQLITE_INDEX_LEAF || page->type == SQLITE_TABLE_LEAF;
}

/* Trees have no more than DEPTH_MAX pages from root to leaf, or are not walked. */
static bool walk_tree(struct walk *walk, uint32_t number, unsigned depth, bool schema, bool table)
{
  struct sqlite_page page;

  if (depth == DEPTH_MAX || !open_page(walk, number, &page) ||
      sqlite_is_table(page.type) != table || !go_through(walk, &page))
    return false;
  for (size_t i = 0; i < page.n_cells; i++) {
    struct sqlite_cell cell;

    if (!sqlite_read_cell(walk->page_size, &page, i, &cell) ||
        (cell.child && !walk_tree(walk, cell.child, depth + 1, schema, table)) ||
        !look_at_cell(walk, &page, &cell, schema))
      return false;
  }
  return !sqlite_is_interior(page.type) ||
         walk_tree(walk, format_be32(page.bytes + page.header + 8), depth + 1, schema, table);
}

static bool walk_all(struct walk *walk)
{
  hasher_add(walk->records, walk->bytes + SCHEMA_COOKIE_AT, SCHEMA_COOKIE);
  if (!walk_tree(walk, 1, 0, true, true))
    return false;
  for (size_t i = 0; i < walk->n_roots; i++) {
    const uint32_t root = walk->roots[i];

    hasher_add(walk->records, "tree", sizeof("tree"));
    walk->kind = walk->kinds[i];
    if (root > walk->n_pages)
      return false;
    if (root && !walk_tree(walk, root, 0, false,
                           sqlite_is_table(walk->bytes[(size_t)(root - 1) * walk->page_size])))
      return false;
  }
  for (uint32_t i = 1; i <= walk->n_pages; i++)
    if (!walk->seen[i])
      return false;
  return true;
}

static bool get_memory(struct walk *walk, struct format_parts *parts)
{
  struct error err;

  walk->seen = format_memory(parts, (size_t)walk->n_pages + 1, &err);
  walk->used = walk->seen ? format_memory(parts, walk->page_size, &err) : NULL;
  walk->record = walk->used ? format_memory(parts, RECORD_MAX, &err) : NULL;
  walk->roots = walk->record ? format_memory(parts, ROOTS_MAX * sizeof(*walk->roots), &err) : NULL;
  walk->kinds = walk->roots ? format_memory(parts, ROOTS_MAX, &err) : NULL;
  if (walk->kinds)
    memset(walk->seen, 0, (size_t)walk->n_pages + 1);
  return walk->kinds != NULL;
}

struct str sqlite_pages(struct format_parts *parts)
{
  struct walk walk = { .bytes = (const unsigned char *)parts->bytes.ptr,
                       .page_size = sqlite_page_size(parts->bytes) };
  struct str text = { "", 0 };

  if (!sqlite_pages_are_all(parts->bytes))
    return text;
  walk.n_pages = (uint32_t)(parts->bytes.len / walk.page_size);
  if (!get_memory(&walk, parts))
    return text;
  walk.records = hasher_new(DIGEST_SHA256);
  walk.left_over = hasher_new(DIGEST_SHA256);
  if (walk_all(&walk)) {
    const struct digest digests[2] = { hasher_finish(walk.records), hasher_finish(walk.left_over) };
    char hex[2][DIGEST_MAX_TEXT];

    text = str_of(arena_printf(&parts->arena, "%s %s", digest_hex(&digests[0], hex[0]),
                               digest_hex(&digests[1], hex[1])));
  }
  sqlite_rpm_release(&walk.rpm);
  hasher_free(walk.records);
  hasher_free(walk.left_over);
  return text;
}
