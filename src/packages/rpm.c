/* Both databases hold the header of each package as a blob: the table of tags and the store of
 * RPM's "Package format", without magic. Numbers of headers are big-endian, those of ndb
 * little-endian. */
#include "packages/rpm.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "formats/format.h"

enum {
  INTRO = 8,
  ENTRY = 16,
  TAG_NAME = 1000,
  TAG_VERSION = 1001,
  TAG_RELEASE = 1002,
  TAG_EPOCH = 1003,
  TAG_ARCH = 1022,
  TAG_DIRINDEXES = 1116,
  TAG_BASENAMES = 1117,
  TAG_DIRNAMES = 1118,
  BLOB_MAX = 64 << 20,
};

/* The names of rpmpkg.c. */
enum { PAGE_SIZE = 4096, SLOT_SIZE = 16, SLOT_START = 2, BLOCK_SIZE = 16, BLOB_HEAD = 16 };

/* Memory that reading a database takes: so much, and so much for each of its bytes. */
enum { SQLITE_LEAST = 4 << 20, SQLITE_EACH = 8 };

static const char rpm[] = "rpm";

struct header {
  struct str index, store;
};

/* What a tag holds. count 0: it is not there. */
struct held {
  struct str data; /* to the end of the store */
  uint32_t count;
};

static bool rpm_header(struct str blob, struct header *out)
{
  uint64_t index;
  uint64_t store;

  if (blob.len < INTRO)
    return false;
  index = (uint64_t)format_be32(blob.ptr) * ENTRY;
  store = format_be32(blob.ptr + 4);
  if (index > blob.len - INTRO || store > blob.len - INTRO - index)
    return false;
  *out = (struct header) { { blob.ptr + INTRO, (size_t)index },
                           { blob.ptr + INTRO + index, (size_t)store } };
  return true;
}

static struct held held_by(const struct header *header, uint32_t tag)
{
  for (size_t i = 0; i < header->index.len; i += ENTRY) {
    const char *entry = header->index.ptr + i;
    const uint32_t place = format_be32(entry + 8);

    if (format_be32(entry) == tag && place <= header->store.len)
      return (struct held) { str_skip(header->store, place), format_be32(entry + 12) };
  }
  return (struct held) { STR(""), 0 };
}

/* Takes a string off; empty, with a NULL pointer, if none is left. */
static struct str take_string(struct str *data)
{
  const char *end = data->len ? memchr(data->ptr, '\0', data->len) : NULL;
  struct str text = { NULL, 0 };

  if (end) {
    text = (struct str) { data->ptr, (size_t)(end - data->ptr) };
    *data = str_skip(*data, text.len + 1);
  }
  return text;
}

static struct str string_of(const struct header *header, uint32_t tag)
{
  struct held held = held_by(header, tag);
  const struct str text = held.count ? take_string(&held.data) : STR("");

  return text.ptr ? text : STR("");
}

/* The directories' names, of which files have the numbers; to be freed. */
static struct str *directories_of(const struct header *header, size_t *n)
{
  struct held held = held_by(header, TAG_DIRNAMES);
  struct str *names = NULL;
  size_t cap = 0;

  for (*n = 0; *n < held.count; (*n)++) {
    const struct str name = take_string(&held.data);

    if (!name.ptr)
      break;
    names = xgrow(names, *n, &cap, sizeof(*names));
    names[*n] = name;
  }
  return names;
}

static void rpm_add_files(struct package_list *list, const struct header *header, struct str name)
{
  struct held names = held_by(header, TAG_BASENAMES);
  const struct held indexes = held_by(header, TAG_DIRINDEXES);
  size_t n;
  AUTO_FREE struct str *directories = directories_of(header, &n);
  const struct package_owner *owner;
  AUTO_BUF path = BUF_INIT((size_t)64 * 1024);

  if (!names.count || !name.len || name.len > PACKAGE_MAX_TEXT)
    return;
  owner = package_list_owner(list, rpm, name, STR(""));
  for (size_t i = 0; i < names.count && i < indexes.count && 4 * i + 4 <= indexes.data.len; i++) {
    const uint32_t directory = format_be32(indexes.data.ptr + 4 * i);
    const struct str base = take_string(&names.data);

    if (!base.ptr)
      return;
    if (directory >= n || directories[directory].len > LIMIT_PATH_BYTES)
      continue;
    buf_clear(&path);
    buf_add_str(&path, directories[directory]);
    buf_add_str(&path, base);
    if (!path.overflow && path.len)
      package_list_own_by(list, package_path(buf_str(&path)), owner);
    path.overflow = false;
  }
}

static void rpm_add_package(struct package_list *list, struct str blob)
{
  struct header header;
  struct held epoch;
  AUTO_BUF version = BUF_INIT((size_t)4 * PACKAGE_MAX_TEXT);
  struct package package = { .type = rpm };

  if (!rpm_header(blob, &header))
    return;
  package.name = string_of(&header, TAG_NAME);
  package.architecture = string_of(&header, TAG_ARCH);
  epoch = held_by(&header, TAG_EPOCH);
  if (epoch.count && epoch.data.len >= 4)
    buf_printf(&version, "%" PRIu32 ":", format_be32(epoch.data.ptr));
  buf_add_str(&version, string_of(&header, TAG_VERSION));
  buf_putc(&version, '-');
  buf_add_str(&version, string_of(&header, TAG_RELEASE));
  if (version.overflow)
    return;
  package.version = buf_str(&version);
  package_list_add(list, &package);
  rpm_add_files(list, &header, package.name);
}

/* ---- sqlite ---- */

static int nibble(char c)
{
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The bytes of x'…' at the start of the text, which go over it. */
static struct str take_blob(char *text, size_t len)
{
  size_t n = 0;

  while (2 * n + 1 < len && nibble(text[2 * n]) >= 0 && nibble(text[2 * n + 1]) >= 0) {
    text[n] = (char)(nibble(text[2 * n]) << 4 | nibble(text[2 * n + 1]));
    n++;
  }
  return (struct str) { text, n };
}

/* Rows as the reader of databases writes them (docs/formats.md): "NUMBER, x'BLOB'". */
static void read_rows(struct package_list *list, struct str rows)
{
  static const char mark[] = ", x'";
  AUTO_FREE char *row = NULL;
  size_t cap = 0;

  while (rows.len) {
    const char *end = memchr(rows.ptr, '\n', rows.len);
    const struct str line = { rows.ptr, end ? (size_t)(end - rows.ptr) : rows.len };
    const char *blob = memmem(line.ptr, line.len, mark, sizeof(mark) - 1);
    const struct str hex =
        blob ? str_skip(line, (size_t)(blob - line.ptr) + sizeof(mark) - 1) : STR("");

    while (cap < hex.len)
      row = xgrow(row, cap, &cap, 1);
    if (row && hex.len) {
      memcpy(row, hex.ptr, hex.len);
      rpm_add_package(list, take_blob(row, hex.len));
    }
    rows = str_skip(rows, line.len + (end ? 1 : 0));
  }
}

void rpm_read_sqlite(struct package_list *list, struct str path, struct str bytes)
{
  const struct format *format = format_detect(bytes, path);
  /* The rows are text with two digits a byte; they are made, and grow, one after the other. */
  const uint64_t memory = SQLITE_LEAST + SQLITE_EACH * (uint64_t)bytes.len;
  struct format_budget budget = { memory };
  struct format_parts parts;
  struct error err;

  if (!format || strcmp(format->name, "sqlite") != 0)
    return;
  if (!budget_take_spare(list->memory, memory)) {
    list->cut = true;
    return;
  }
  if (format_read(format, &parts, bytes, path, &budget, &err) == 0) {
    for (size_t i = 0; i < parts.n_members; i++)
      if (str_equal(parts.members[i].entry.name, STR("Packages")))
        read_rows(list, parts.members[i].content.stored);
  } else {
    list->cut = list->cut || err.code == ERROR_LIMIT;
  }
  format_release(&parts);
  budget_give(list->memory, memory);
}

/* ---- ndb ---- */

/* Returns how many bytes the blob takes; 0: there is none. */
static uint32_t read_blob(struct package_list *list, struct str bytes, uint64_t at, uint32_t number)
{
  const char *head;
  uint32_t len;

  if (at > bytes.len || bytes.len - at < BLOB_HEAD)
    return 0;
  head = bytes.ptr + at;
  len = format_le32(head + 12);
  if (memcmp(head, "BlbS", 4) != 0 || format_le32(head + 4) != number ||
      len > bytes.len - at - BLOB_HEAD || len > BLOB_MAX)
    return 0;
  rpm_add_package(list, (struct str) { head + BLOB_HEAD, len });
  return BLOB_HEAD + len;
}

void rpm_read_ndb(struct package_list *list, struct str path, struct str bytes)
{
  uint64_t left = bytes.len; /* blobs do not share bytes */
  uint64_t slots;

  (void)path;
  if (bytes.len < PAGE_SIZE || memcmp(bytes.ptr, "RpmP", 4) != 0)
    return;
  slots = (uint64_t)format_le32(bytes.ptr + 12) * (PAGE_SIZE / SLOT_SIZE);
  slots = MIN_OF(slots, (uint64_t)(bytes.len / SLOT_SIZE));
  for (uint64_t i = SLOT_START; i < slots && !list->cut; i++) {
    const char *slot = bytes.ptr + i * SLOT_SIZE;
    const uint32_t place = format_le32(slot + 8);

    uint32_t taken;

    if (memcmp(slot, "Slot", 4) != 0 || !place)
      continue;
    taken = read_blob(list, bytes, (uint64_t)place * BLOCK_SIZE, format_le32(slot + 4));
    if (taken > left)
      return;
    left -= taken;
  }
}
