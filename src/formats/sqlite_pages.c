/* A walk through all b-trees. A page is first gone through for what its bytes are used for, then
 * its cells are read in the order of their keys, with the pages below them. */
#include "formats/sqlite_pages.h"

#include "base/digest.h"
#include "formats/sqlite_header.h"

enum {
  INDEX_INTERIOR = 2,
  TABLE_INTERIOR = 5,
  INDEX_LEAF = 10,
  TABLE_LEAF = 13,
  PAGE_NUMBER = 4,
  FREE_BLOCK = 4,     /* where the next one is, and its size */
  DEPTH_MAX = 20,     /* of a tree (SQLite's BTCURSOR_MAX_DEPTH) */
  SCHEMA_COLUMNS = 5, /* type, name, tbl_name, rootpage, sql */
  ROOT_COLUMN = 3,
  RECORD_MAX = 1 << 20, /* bytes of one of the schema */
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
  unsigned char *record; /* one of the schema */
  uint32_t *roots;       /* what it says, in its order */
  size_t n_roots;
  size_t n_old; /* bytes that SQLite left behind */
  struct hasher *records, *left_over;
};

/* A page of a tree. */
struct page {
  const unsigned char *bytes;
  size_t header; /* where it begins: behind the file's own on the first page */
  size_t n_cells;
  unsigned type;
};

struct cell {
  uint32_t child;    /* what is left of it; 0: it is on a leaf */
  uint64_t key;      /* of a table's */
  uint64_t payload;  /* bytes of all of it; 0 in a table's interior */
  size_t at, local;  /* where it begins on the page, and how much of it is there */
  uint32_t overflow; /* the page where it goes on; 0: nowhere */
  size_t end;        /* of the cell */
};

static bool is_interior(unsigned type)
{
  return type == INDEX_INTERIOR || type == TABLE_INTERIOR;
}

static bool is_table(unsigned type)
{
  return type == TABLE_INTERIOR || type == TABLE_LEAF;
}

static size_t be16(const unsigned char *p)
{
  return (size_t)p[0] << 8 | p[1];
}

/* The length of a number of variable length (1.6), which may be no longer than it must; 0: it is
 * none, or goes over the end. */
static size_t read_varint(const unsigned char *p, size_t len, uint64_t *out)
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

/* ---- cells ---- */

/* How much of a payload lies on the page itself (1.6, "Cell Payload Overflow Pages"). */
static size_t local_size(const struct walk *walk, unsigned type, uint64_t payload)
{
  const size_t usable = walk->page_size;
  const size_t most = type == TABLE_LEAF ? usable - 35 : (usable - 12) * 64 / 255 - 23;
  const size_t least = (usable - 12) * 32 / 255 - 23;
  size_t size;

  if (payload <= most)
    return (size_t)payload;
  size = least + (size_t)((payload - least) % (usable - PAGE_NUMBER));
  return size <= most ? size : least;
}

static bool read_payload(const struct walk *walk, const struct page *page, struct cell *cell)
{
  cell->local = local_size(walk, page->type, cell->payload);
  cell->end = cell->at + cell->local;
  if (cell->local < cell->payload) {
    if (cell->end + PAGE_NUMBER > walk->page_size)
      return false;
    cell->overflow = format_be32(page->bytes + cell->end);
    cell->end += PAGE_NUMBER;
  }
  return cell->end <= walk->page_size;
}

static bool read_cell(const struct walk *walk, const struct page *page, size_t i, struct cell *cell)
{
  const size_t pointers = page->header + (is_interior(page->type) ? 12 : 8);
  size_t at = be16(page->bytes + pointers + 2 * i);
  size_t n;

  *cell = (struct cell) { .child = 0 };
  if (is_interior(page->type)) {
    if (at + PAGE_NUMBER > walk->page_size)
      return false;
    cell->child = format_be32(page->bytes + at);
    at += PAGE_NUMBER;
  }
  if (page->type != TABLE_INTERIOR) {
    n = read_varint(page->bytes + at, walk->page_size - MIN_OF(at, walk->page_size),
                    &cell->payload);
    at += n;
    if (!n)
      return false;
  }
  if (is_table(page->type)) {
    n = read_varint(page->bytes + at, walk->page_size - MIN_OF(at, walk->page_size), &cell->key);
    at += n;
    if (!n)
      return false;
  }
  cell->at = at;
  cell->end = at;
  return page->type == TABLE_INTERIOR || read_payload(walk, page, cell);
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

static bool use_free_blocks(const struct walk *walk, const struct page *page)
{
  size_t at = be16(page->bytes + page->header + 1);

  while (at) {
    const size_t before = at;

    if (!use(walk, at, at + FREE_BLOCK))
      return false;
    at = be16(page->bytes + at);
    if (at && at <= before)
      return false;
  }
  return true;
}

/* SQLite leaves two things behind when it zeroes what it deletes: pointers to cells, behind those
 * that are left, and the beginnings of free blocks that became part of the gap before the cells.
 * As numbers below 8192 no such pointers are text. */
static size_t old_pointers(const struct walk *walk, const struct page *page, size_t gap)
{
  size_t at = gap;

  if (walk->page_size > OLD_POINTER_MAX)
    return 0;
  while (at + 2 <= walk->page_size && !walk->used[at] && !walk->used[at + 1] &&
         be16(page->bytes + at) > gap && be16(page->bytes + at) < walk->page_size)
    at += 2;
  return at - gap;
}

/* Where the beginning of a free block would end whose first byte that is not zero is at `at`. */
static size_t old_block_end(const struct walk *walk, const struct page *page, size_t gap, size_t at)
{
  for (size_t from = at < gap + 3 ? gap : at - 3; from <= at; from++) {
    const size_t end = from + FREE_BLOCK;
    const size_t next = be16(page->bytes + from);
    const size_t size = end <= walk->page_size ? be16(page->bytes + from + 2) : 0;

    if (size >= FREE_BLOCK && from + size <= walk->page_size &&
        (next == 0 || (next > from && next < walk->page_size)) &&
        !memchr(walk->used + from, 1, FREE_BLOCK) &&
        (end == walk->page_size || walk->used[end] || page->bytes[end] == 0))
      return end;
  }
  return at;
}

static void look_at_unused(struct walk *walk, const struct page *page, size_t gap)
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

static bool go_through(struct walk *walk, const struct page *page)
{
  const size_t pointers = page->header + (is_interior(page->type) ? 12 : 8);
  const size_t gap = pointers + 2 * page->n_cells;

  memset(walk->used, 0, walk->page_size);
  if (!use(walk, 0, gap) || !use_free_blocks(walk, page))
    return false;
  for (size_t i = 0; i < page->n_cells; i++) {
    const size_t at = be16(page->bytes + pointers + 2 * i);
    struct cell cell;

    if (!read_cell(walk, page, i, &cell) || !use(walk, at, cell.end))
      return false;
  }
  look_at_unused(walk, page, gap);
  return walk->n_old <= OLD_BYTES_MAX;
}

/* ---- records ---- */

/* Gives a payload to the digest, or a record of the schema to memory, piece by piece. */
static void give(struct walk *walk, bool schema, uint64_t done, const unsigned char *p, size_t len)
{
  if (schema)
    memcpy(walk->record + done, p, len);
  else
    hasher_add(walk->records, p, len);
}

static bool read_record(struct walk *walk, const struct page *page, const struct cell *cell,
                        bool schema)
{
  uint64_t done = cell->local;
  uint32_t next = cell->overflow;

  if (cell->payload > (uint64_t)walk->n_pages * walk->page_size)
    return false;
  give(walk, schema, 0, page->bytes + cell->at, cell->local);
  while (done < cell->payload) {
    const unsigned char *p = take_page(walk, next);
    const size_t here = (size_t)MIN_OF(cell->payload - done, walk->page_size - PAGE_NUMBER);

    if (!p)
      return false;
    give(walk, schema, done, p + PAGE_NUMBER, here);
    done += here;
    next = format_be32(p);
    for (size_t i = PAGE_NUMBER + here; i < walk->page_size; i++)
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
  uint64_t header;
  size_t at = read_varint(walk->record, (size_t)payload, &header);
  uint64_t body;

  if (!at || header > payload)
    return false;
  for (size_t i = 0; i < SCHEMA_COLUMNS; i++) {
    const size_t n = read_varint(walk->record + at, (size_t)header - at, &types[i]);

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
    if (i == ROOT_COLUMN && !read_root(walk->record + body, types[i], &walk->roots[walk->n_roots]))
      return false;
    if (i != ROOT_COLUMN) {
      hasher_add(walk->records, &types[i], sizeof(types[i]));
      hasher_add(walk->records, walk->record + body, (size_t)size);
    }
    body += size;
  }
  walk->n_roots++;
  return body == payload;
}

/* ---- trees ---- */

static bool look_at_cell(struct walk *walk, const struct page *page, const struct cell *cell,
                         bool schema)
{
  if (page->type == TABLE_INTERIOR)
    return true;
  if (schema)
    return walk->n_roots < ROOTS_MAX && cell->payload <= RECORD_MAX &&
           read_record(walk, page, cell, true) && read_schema(walk, cell->payload);
  hasher_add(walk->records, &cell->key, sizeof(cell->key));
  hasher_add(walk->records, &cell->payload, sizeof(cell->payload));
  return read_record(walk, page, cell, false);
}

static bool open_page(struct walk *walk, uint32_t number, struct page *page)
{
  page->bytes = take_page(walk, number);
  if (!page->bytes)
    return false;
  page->header = number == 1 ? SQLITE_HEADER : 0;
  page->type = page->bytes[page->header];
  page->n_cells = be16(page->bytes + page->header + 3);
  return page->type == INDEX_INTERIOR || page->type == TABLE_INTERIOR || page->type == INDEX_LEAF ||
         page->type == TABLE_LEAF;
}

/* Trees have no more than DEPTH_MAX pages from root to leaf, or are not walked. */
// NOLINTNEXTLINE(misc-no-recursion)
static bool walk_tree(struct walk *walk, uint32_t number, unsigned depth, bool schema, bool table)
{
  struct page page;

  if (depth == DEPTH_MAX || !open_page(walk, number, &page) || is_table(page.type) != table ||
      !go_through(walk, &page))
    return false;
  for (size_t i = 0; i < page.n_cells; i++) {
    struct cell cell;

    if (!read_cell(walk, &page, i, &cell) ||
        (cell.child && !walk_tree(walk, cell.child, depth + 1, schema, table)) ||
        !look_at_cell(walk, &page, &cell, schema))
      return false;
  }
  return !is_interior(page.type) ||
         walk_tree(walk, format_be32(page.bytes + page.header + 8), depth + 1, schema, table);
}

static bool walk_all(struct walk *walk)
{
  if (!walk_tree(walk, 1, 0, true, true))
    return false;
  for (size_t i = 0; i < walk->n_roots; i++) {
    const uint32_t root = walk->roots[i];

    hasher_add(walk->records, "tree", sizeof("tree"));
    if (root > walk->n_pages)
      return false;
    if (root && !walk_tree(walk, root, 0, false,
                           is_table(walk->bytes[(size_t)(root - 1) * walk->page_size])))
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
  if (walk->roots)
    memset(walk->seen, 0, (size_t)walk->n_pages + 1);
  return walk->roots != NULL;
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
  hasher_free(walk.records);
  hasher_free(walk.left_over);
  return text;
}
