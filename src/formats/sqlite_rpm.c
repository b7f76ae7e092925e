#include "formats/sqlite_rpm.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "formats/rpm_header.h"
#include "formats/sqlite_cell.h"

enum {
  COLUMNS_MAX = 3,
  BLOB_OF_4 = 20, /* its serial type */
};

/* A record's columns. */
struct columns {
  uint64_t types[COLUMNS_MAX];
  struct str values[COLUMNS_MAX];
  size_t n;
};

void sqlite_rpm_release(struct sqlite_rpm *rpm)
{
  free(rpm->items);
  *rpm = (struct sqlite_rpm) { 0 };
}

#define PACKAGES_SQL                                                                               \
  "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"
#define TIDS_SQL                                                                                   \
  "CREATE TABLE 'Installtid' (key 'BLOB' NOT NULL, hnum INTEGER NOT NULL, idx INTEGER NOT NULL"

/* SQLite goes by the SQL, whatever the type and the name say. */
enum sqlite_rpm_table sqlite_rpm_table(struct sqlite_rpm *rpm, struct str sql)
{
  const struct str rest = str_skip(sql, MIN_OF(sizeof(TIDS_SQL) - 1, sql.len));

  if (sql.len && !str_has_prefix(sql, STR("CREATE TABLE ")) &&
      !str_has_prefix(sql, STR("CREATE INDEX ")))
    rpm->computes = true;
  if (str_equal(sql, STR(PACKAGES_SQL)))
    return SQLITE_RPM_PACKAGES;
  if (str_has_prefix(sql, STR(TIDS_SQL)) &&
      (str_equal(rest, STR(")")) ||
       str_equal(rest, STR(", FOREIGN KEY (hnum) REFERENCES 'Packages'(hnum))"))))
    return SQLITE_RPM_TIDS;
  return SQLITE_RPM_NONE;
}

/* Bytes of a value by its serial type (2.1). */
static uint64_t rpm_value_size(uint64_t type)
{
  static const unsigned char fixed[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0 };

  return type < ARRAY_LEN(fixed) ? fixed[type] : (type - 12) / 2;
}

static bool take_columns(const unsigned char *record, size_t len, struct columns *out)
{
  uint64_t header;
  size_t at = sqlite_varint(record, len, &header);
  uint64_t body = header;

  out->n = 0;
  if (!at || header < at || header > len)
    return false;
  while (at < header) {
    const size_t used = out->n < COLUMNS_MAX
                            ? sqlite_varint(record + at, (size_t)header - at, &out->types[out->n])
                            : 0;
    const uint64_t size = used ? rpm_value_size(out->types[out->n]) : 0;

    if (!used || size > len - body)
      return false;
    out->values[out->n++] = (struct str) { (const char *)record + body, (size_t)size };
    at += used;
    body += size;
  }
  return body == len;
}

static uint64_t integer_of(const struct columns *columns, size_t i)
{
  uint64_t value = columns->types[i] == 9;

  for (size_t k = 0; k < columns->values[i].len; k++)
    value = value << 8 | (unsigned char)columns->values[i].ptr[k];
  return value;
}

static void clear(unsigned char *record, struct str value)
{
  memset(record + ((const unsigned char *)value.ptr - record), 0, value.len);
}

static void mask_package(struct sqlite_rpm *rpm, uint64_t number, unsigned char *record,
                         const struct columns *columns)
{
  static const uint32_t noted[] = { RPM_TAG_INSTALLTIME, RPM_TAG_INSTALLTID };
  struct rpm_header header;
  struct str values[ARRAY_LEN(noted)];
  uint32_t numbers[ARRAY_LEN(noted)];

  if (columns->n != 2 || columns->types[1] < 12 || columns->types[1] % 2 ||
      !rpm_header_open(columns->values[1], &header))
    return;
  for (size_t i = 0; i < ARRAY_LEN(noted); i++)
    if (!rpm_header_number(&header, noted[i], &numbers[i], &values[i]) ||
        !rpm_header_has_alone(&header, noted[i], values[i]))
      return;
  rpm->items = xgrow(rpm->items, rpm->n, &rpm->cap, sizeof(*rpm->items));
  rpm->items[rpm->n++] = (struct sqlite_rpm_item) { number, numbers[1] };
  for (size_t i = 0; i < ARRAY_LEN(noted); i++)
    clear(record, values[i]);
}

/* Packages have ascending numbers. */
static int by_number(const void *a, const void *b)
{
  const struct sqlite_rpm_item *x = a;
  const struct sqlite_rpm_item *y = b;

  return (x->number > y->number) - (x->number < y->number);
}

static void mask_tid(const struct sqlite_rpm *rpm, unsigned char *record,
                     const struct columns *columns)
{
  struct sqlite_rpm_item wanted = { 0 };
  const struct sqlite_rpm_item *found;

  if (columns->n != COLUMNS_MAX || columns->types[0] != BLOB_OF_4 || !rpm->n)
    return;
  wanted.number = integer_of(columns, 1);
  found = bsearch(&wanted, rpm->items, rpm->n, sizeof(*rpm->items), by_number);
  if (found && format_le32(columns->values[0].ptr) == found->tid)
    clear(record, columns->values[0]);
}

void sqlite_rpm_mask(struct sqlite_rpm *rpm, enum sqlite_rpm_table table, uint64_t number,
                     unsigned char *record, size_t len)
{
  struct columns columns;

  if (table == SQLITE_RPM_NONE || rpm->computes || !take_columns(record, len, &columns))
    return;
  if (table == SQLITE_RPM_PACKAGES)
    mask_package(rpm, number, record, &columns);
  else
    mask_tid(rpm, record, &columns);
}
