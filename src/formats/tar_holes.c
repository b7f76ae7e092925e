#include "formats/tar_holes.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/path.h"
#include "formats/codec.h"
#include "formats/tar_number.h"
#include "tar/header.h"
#include "tar/pax.h"

/* Where the map is in a header of type S (GNU tar's struct oldgnu_header). */
enum {
  BEFORE_MAP = 369, /* offset, longnames and a byte that nobody uses */
  IN_HEADER = 386,
  REAL_SIZE = 483,
  BEHIND_SIZE = 495,
  NUMBER = 12,
  PAIR = 2 * NUMBER,
  PAIRS_IN_HEADER = 4,
  PAIRS_IN_BLOCK = 21,
};

static struct str record_value(const struct tar_entry *entry, struct str key)
{
  for (size_t i = 0; i < entry->n_records; i++)
    if (str_equal(entry->records[i].key, key))
      return entry->records[i].value;
  return (struct str) { NULL, 0 };
}

enum tar_holes tar_holes_kind(const struct tar_reader *reader, const struct tar_entry *entry)
{
  if (!tar_is_sparse(reader))
    return TAR_HOLES_NONE;
  if (entry->type == TAR_GNU_SPARSE)
    return TAR_HOLES_GNU;
  return str_equal(record_value(entry, STR("GNU.sparse.major")), STR("1")) ? TAR_HOLES_PAX_1_0
                                                                           : TAR_HOLES_PAX_0_1;
}

/* ---- records ---- */

/* "LENGTH KEY=VALUE\n", LENGTH counting itself. */
static uint64_t record_size(size_t key, size_t value)
{
  const uint64_t rest = (uint64_t)key + value + 3; /* " ", "=", "\n" */
  uint64_t len = rest + 1;
  char text[24];

  while (len != rest + (uint64_t)snprintf(text, sizeof(text), "%" PRIu64, len))
    len = rest + strlen(text);
  return len;
}

/* The numbers of a map, each as a record of its own, by turns. */
static uint64_t numbers_size(struct str map)
{
  static const size_t keys[] = { sizeof("GNU.sparse.offset") - 1,
                                 sizeof("GNU.sparse.numbytes") - 1 };
  uint64_t size = 0;

  for (size_t i = 0;; i++) {
    const char *comma = map.len ? memchr(map.ptr, ',', map.len) : NULL;
    const size_t len = comma ? (size_t)(comma - map.ptr) : map.len;

    size += record_size(keys[i % 2], len);
    if (!comma)
      return size;
    map = str_skip(map, len + 1);
  }
}

/* Which maps a body has, which the reader has found to be well formed. */
static void find_maps(struct str body, bool *has_map, bool *has_numbers)
{
  int64_t len;

  while (body.len) {
    const char *space = memchr(body.ptr, ' ', body.len);
    const struct str number = { body.ptr, space ? (size_t)(space - body.ptr) : 0 };
    struct str key;

    if (!tar_decimal(number, &len) || len <= 0 || (uint64_t)len > body.len)
      return;
    key = str_skip((struct str) { body.ptr, (size_t)len }, number.len + 1);
    *has_map = *has_map || str_has_prefix(key, STR("GNU.sparse.map="));
    *has_numbers = *has_numbers || str_has_prefix(key, STR("GNU.sparse.offset=")) ||
                   str_has_prefix(key, STR("GNU.sparse.numbytes="));
    body = str_skip(body, (size_t)len);
  }
}

int tar_holes_records(struct str body, const struct tar_entry *entry, enum tar_holes *kind,
                      uint64_t *size, struct error *err)
{
  bool has_map = false;
  bool has_numbers = false;

  find_maps(body, &has_map, &has_numbers);
  if (has_numbers && (has_map || *kind != TAR_HOLES_PAX_0_1))
    return error_set(err, ERROR_UNSUPPORTED,
                     "an extended header has a sparse map that its entry does not use");
  if (has_numbers)
    *kind = TAR_HOLES_PAX_0_0;
  *size = 0;
  for (size_t i = 0; i < entry->n_records; i++) {
    const struct tar_record *record = &entry->records[i];

    *size += has_numbers && str_equal(record->key, STR("GNU.sparse.map"))
                 ? numbers_size(record->value)
                 : record_size(record->key.len, record->value.len);
  }
  return 0;
}

/* ---- names ---- */

bool tar_holes_stands_for(struct str name, struct str real)
{
  const struct str base = path_name(real);
  struct str directory = { real.ptr, real.len - base.len };

  if (!directory.len && str_has_prefix(name, STR("./")))
    directory = STR("./");
  if (!base.len || !str_has_prefix(name, directory))
    return false;
  name = str_skip(name, directory.len);
  if (!str_has_prefix(name, STR("GNUSparseFile.")))
    return false;
  name = str_skip(name, sizeof("GNUSparseFile.") - 1);
  while (name.len && name.ptr[0] >= '0' && name.ptr[0] <= '9')
    name = str_skip(name, 1);
  return str_has_prefix(name, STR("/")) && str_equal(str_skip(name, 1), base);
}

/* ---- maps ---- */

/* A number of a map as GNU tar takes it: where it begins with a NUL its map ends, and where it is
 * nothing but spaces it fails; Go reads both as 0. Such a map is not looked into. */
static void account_map_number(struct format_parts *parts, uint64_t at)
{
  const char *field = parts->bytes.ptr + at;
  size_t i = 0;

  while (i < NUMBER && field[i] == ' ')
    i++;
  if ((unsigned char)field[0] & 0x80 || (i < NUMBER && field[i]))
    tar_account_number(parts, at, NUMBER, NULL);
}

/* How many of n pairs there are, up to the first that is empty. */
static size_t count_pairs(const struct format_parts *parts, uint64_t at, size_t n)
{
  size_t used = 0;

  while (used < n && parts->bytes.ptr[at + used * PAIR])
    used++;
  return used;
}

/* Pairs up to the first that is empty, and the byte that says whether more follow. */
static void account_pairs(struct format_parts *parts, uint64_t at, size_t n)
{
  const uint64_t end = at + n * PAIR;
  const uint64_t used = at + count_pairs(parts, at, n) * PAIR;
  const char flag = parts->bytes.ptr[end];

  for (; at < used; at += NUMBER)
    account_map_number(parts, at);
  tar_account_zeros(parts, used, end);
  if (flag == 0 || flag == 1)
    format_account(parts, end, 1, NULL);
}

void tar_holes_account_header(struct format_parts *parts, uint64_t header)
{
  tar_account_zeros(parts, header + BEFORE_MAP, header + IN_HEADER);
  account_pairs(parts, header + IN_HEADER, PAIRS_IN_HEADER);
  account_map_number(parts, header + REAL_SIZE);
  tar_account_zeros(parts, header + BEHIND_SIZE, header + TAR_UNIT);
}

/* The pieces of the map, all numbers with a separator between them. */
static int add_map(struct format_parts *parts, const struct tar_reader *reader, char separator,
                   struct buf *out, struct error *err)
{
  const size_t n = tar_pieces(reader);

  for (size_t i = 0; i < n; i++) {
    int64_t offset;
    int64_t length;

    tar_piece(reader, i, &offset, &length);
    buf_printf(out, "%s%" PRId64 "%c%" PRId64, i ? (char[]) { separator, '\0' } : "", offset,
               separator, length);
  }
  return format_charge(parts->budget, out->len, err);
}

/* Lines that say the numbers in the one usual way. */
static int account_lines(struct format_parts *parts, const struct tar_reader *reader, uint64_t from,
                         uint64_t to, struct error *err)
{
  AUTO_BUF lines = BUF_INIT(to - from);

  buf_printf(&lines, "%zu\n", tar_pieces(reader));
  if (add_map(parts, reader, '\n', &lines, err))
    return -1;
  if (tar_pieces(reader))
    buf_putc(&lines, '\n');
  if (lines.overflow || memcmp(parts->bytes.ptr + from, lines.ptr, lines.len) != 0)
    return error_set(err, ERROR_UNSUPPORTED,
                     "the sparse map at byte %" PRIu64 " is written in an unusual way", from);
  format_account(parts, from, lines.len, NULL);
  tar_account_zeros(parts, from + lines.len, to);
  return 0;
}

int tar_holes_account_map(struct format_parts *parts, const struct tar_reader *reader,
                          enum tar_holes kind, uint64_t from, uint64_t to, struct error *err)
{
  if (kind == TAR_HOLES_PAX_1_0)
    return account_lines(parts, reader, from, to, err);
  for (; from < to; from += TAR_UNIT) {
    account_pairs(parts, from, PAIRS_IN_BLOCK);
    tar_account_zeros(parts, from + PAIRS_IN_BLOCK * PAIR + 1, from + TAR_UNIT);
  }
  return 0;
}

/* ---- what comes out ---- */

/* How the pairs are spread over the header, which ends at byte `map`, and the blocks behind it: GNU
 * tar does not read on behind a block that is not full, Go does. All blocks but the last are marked
 * as followed by another. */
static int add_spread(struct format_parts *parts, uint64_t map, uint64_t to, struct buf *out,
                      struct error *err)
{
  buf_printf(out, "; pairs in each block: %zu",
             count_pairs(parts, map - TAR_UNIT + IN_HEADER, PAIRS_IN_HEADER));
  for (; map < to; map += TAR_UNIT)
    buf_printf(out, ",%zu", count_pairs(parts, map, PAIRS_IN_BLOCK));
  return format_charge(parts->budget, out->len, err);
}

static int add_kind(struct format_parts *parts, const struct tar_reader *reader,
                    enum tar_holes kind, uint64_t map, uint64_t content, struct tar_entry *entry,
                    struct error *err)
{
  static const char *const names[] = {
    [TAR_HOLES_GNU] = "GNU",
    [TAR_HOLES_PAX_0_0] = "PAX 0.0",
    [TAR_HOLES_PAX_0_1] = "PAX 0.1",
    [TAR_HOLES_PAX_1_0] = "PAX 1.0",
  };
  const struct str key = STR("tar.sparse");
  AUTO_BUF text = BUF_INIT(SIZE_MAX);
  struct tar_record *records;
  size_t at = 0;

  buf_puts(&text, names[kind]);
  if (kind == TAR_HOLES_GNU || kind == TAR_HOLES_PAX_1_0) {
    buf_puts(&text, ": ");
    if (add_map(parts, reader, ',', &text, err))
      return -1;
  }
  if (kind == TAR_HOLES_GNU && add_spread(parts, map, content, &text, err))
    return -1;
  while (at < entry->n_records && str_compare(entry->records[at].key, key) < 0)
    at++;
  records = arena_alloc(&parts->arena, (entry->n_records + 1) * sizeof(*records));
  for (size_t i = 0; i < entry->n_records; i++)
    records[i + (i >= at)] = entry->records[i];
  records[at] = (struct tar_record) { key, arena_str(&parts->arena, buf_str(&text)) };
  entry->records = records;
  entry->n_records++;
  return 0;
}

static int add_chunk(struct format_output *out, struct str bytes, struct error *err)
{
  while (bytes.len) {
    size_t room;

    if (format_output_room(out, &room, err))
      return -1;
    room = MIN_OF(room, bytes.len);
    memcpy(out->bytes + out->len, bytes.ptr, room);
    out->len += room;
    bytes = str_skip(bytes, room);
  }
  return 0;
}

static int fill_holes(struct tar_reader *reader, struct format_output *out, struct error *err)
{
  struct tar_chunk chunk;
  int got;

  while ((got = tar_read(reader, &chunk, err)) > 0)
    if (add_chunk(out, (struct str) { (const char *)chunk.bytes, chunk.len }, err))
      return -1;
  return got;
}

int tar_holes_take(struct format_parts *parts, struct tar_reader *reader, enum tar_holes kind,
                   uint64_t map, struct format_member *member, struct error *err)
{
  const uint64_t from = tar_offset(reader);
  struct format_output out;
  uint64_t stored = 0;

  for (size_t i = 0; i < tar_pieces(reader); i++) {
    int64_t offset;
    int64_t length;

    tar_piece(reader, i, &offset, &length);
    stored += (uint64_t)length;
  }
  out = format_output_begin(parts, (size_t)stored);
  if (fill_holes(reader, &out, err)) {
    format_output_drop(&out);
    return error_wrap(err, "sparse file");
  }
  member->content.stored = format_output_keep(parts, &out);
  member->content.size = member->content.stored.len;
  format_account(parts, from, tar_offset(reader) - from, NULL);
  return add_kind(parts, reader, kind, map, from, &member->entry, err);
}
