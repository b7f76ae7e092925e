#include "tar/pax.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"

enum { SHOWN_MAX = 100 }; /* bytes of a key or value in a message */

void tar_pax_init(struct tar_pax *pax)
{
  *pax = (struct tar_pax) { .body = BUF_INIT(LIMIT_PAX_BYTES),
                            .sparse_map = BUF_INIT(LIMIT_PAX_BYTES) };
}

void tar_pax_release(struct tar_pax *pax)
{
  buf_release(&pax->body);
  buf_release(&pax->sparse_map);
  free(pax->records);
  *pax = (struct tar_pax) { 0 };
}

bool tar_decimal(struct str text, int64_t *out)
{
  if (text.len > 1 && text.ptr[0] == '+' && text.ptr[1] != '-')
    text = str_skip(text, 1);
  return str_to_i64(text, out);
}

/* Cuts text at the first c; false if there is none. */
static bool cut(struct str text, char c, struct str *before, struct str *after)
{
  const char *at = text.len ? memchr(text.ptr, c, text.len) : NULL;

  if (!at)
    return false;
  *before = (struct str) { text.ptr, (size_t)(at - text.ptr) };
  *after = str_skip(text, before->len + 1);
  return true;
}

static bool has_nul(struct str s)
{
  return s.len && memchr(s.ptr, '\0', s.len);
}

/* These become strings that end at a NUL for whoever unpacks the archive. */
static bool is_text_key(struct str key)
{
  return str_equal(key, STR("path")) || str_equal(key, STR("linkpath")) ||
         str_equal(key, STR("uname")) || str_equal(key, STR("gname"));
}

static int fault(const char *what, const struct tar_pax *pax, struct str rest, struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "malformed PAX record (%s) at byte %zu of %zu", what,
                   pax->body.len - rest.len, pax->body.len);
}

/* "LENGTH KEY=VALUE\n", LENGTH counting all of it. */
static int next_record(const struct tar_pax *pax, struct str *rest, struct tar_record *out,
                       struct error *err)
{
  struct str number;
  struct str record;
  int64_t len;

  if (!cut(*rest, ' ', &number, &record) || !tar_decimal(number, &len))
    return fault("no length", pax, *rest, err);
  if (len < 5 || (uint64_t)len > rest->len || (size_t)len <= number.len + 1)
    return fault("its length does not fit", pax, *rest, err);
  record.len = (size_t)len - number.len - 1;
  if (record.ptr[record.len - 1] != '\n')
    return fault("its length does not lead to its end", pax, *rest, err);
  record.len--;
  if (!cut(record, '=', &out->key, &out->value) || !out->key.len)
    return fault("no key", pax, *rest, err);
  if (has_nul(is_text_key(out->key) ? out->value : out->key))
    return fault("a NUL where a name is", pax, *rest, err);
  *rest = str_skip(*rest, (size_t)len);
  return 0;
}

static void pax_append(struct tar_pax *pax, struct tar_record record)
{
  if (pax->n == pax->cap)
    pax->records = xgrow(pax->records, pax->n, &pax->cap, sizeof(*pax->records));
  pax->records[pax->n++] = record;
}

/* A later record comes later in the body: that decides between two of one key. */
static int compare_records(const void *va, const void *vb)
{
  const struct tar_record *a = va;
  const struct tar_record *b = vb;
  int order = str_compare(a->key, b->key);

  return order ? order : (a->key.ptr > b->key.ptr) - (a->key.ptr < b->key.ptr);
}

static void sort_records(struct tar_pax *pax)
{
  bool sorted = true;
  size_t kept = 0;

  for (size_t i = 1; i < pax->n && sorted; i++)
    sorted = str_compare(pax->records[i - 1].key, pax->records[i].key) < 0;
  if (sorted)
    return;
  qsort(pax->records, pax->n, sizeof(*pax->records), compare_records);
  for (size_t i = 0; i < pax->n; i++)
    if (i + 1 == pax->n || !str_equal(pax->records[i].key, pax->records[i + 1].key))
      pax->records[kept++] = pax->records[i];
  pax->n = kept;
}

/* Version 0.0 gives a sparse map as pairs of records, all of the same two keys, which PAX does not
 * allow; version 0.1 puts the same numbers into one record. */
static int add_sparse_number(struct tar_pax *pax, const struct tar_record *record, size_t n,
                             struct str rest, struct error *err)
{
  bool is_offset = str_equal(record->key, STR("GNU.sparse.offset"));

  if (is_offset != (n % 2 == 0) ||
      (record->value.len && memchr(record->value.ptr, ',', record->value.len)))
    return fault("a sparse map out of order", pax, rest, err);
  if (n)
    buf_putc(&pax->sparse_map, ',');
  buf_add_str(&pax->sparse_map, record->value);
  return 0;
}

int tar_pax_parse(struct tar_pax *pax, struct error *err)
{
  struct str rest = buf_str(&pax->body);
  size_t n_sparse = 0;

  pax->n = 0;
  buf_clear(&pax->sparse_map);
  while (rest.len) {
    struct tar_record record;

    if (next_record(pax, &rest, &record, err) < 0)
      return -1;
    if (!str_equal(record.key, STR("GNU.sparse.offset")) &&
        !str_equal(record.key, STR("GNU.sparse.numbytes")))
      pax_append(pax, record);
    else if (add_sparse_number(pax, &record, n_sparse++, rest, err) < 0)
      return -1;
  }
  sort_records(pax);
  if (n_sparse) {
    struct tar_record map = { STR("GNU.sparse.map"), buf_str(&pax->sparse_map) };
    size_t at = 0;

    while (at < pax->n && str_compare(pax->records[at].key, map.key) < 0)
      at++;
    if (at < pax->n && str_equal(pax->records[at].key, map.key)) {
      pax->records[at] = map;
      return 0;
    }
    pax_append(pax, map);
    memmove(pax->records + at + 1, pax->records + at, (pax->n - 1 - at) * sizeof(map));
    pax->records[at] = map;
  }
  return 0;
}

struct str tar_pax_get(const struct tar_pax *pax, struct str key)
{
  for (size_t i = 0; i < pax->n; i++)
    if (str_equal(pax->records[i].key, key))
      return pax->records[i].value;
  return (struct str) { NULL, 0 };
}

/* [-]SECONDS[.FRACTION], of which nine digits count. */
static bool parse_time(struct str text, struct tar_time *out)
{
  struct str seconds = text;
  struct str fraction = { NULL, 0 };
  int32_t nanoseconds = 0;
  int64_t value;

  cut(text, '.', &seconds, &fraction);
  if (!tar_decimal(seconds, &value))
    return false;
  for (size_t i = 0; i < fraction.len; i++)
    if (fraction.ptr[i] < '0' || fraction.ptr[i] > '9')
      return false;
  for (size_t i = 0; i < 9; i++)
    nanoseconds = nanoseconds * 10 + (i < fraction.len ? fraction.ptr[i] - '0' : 0);
  if (nanoseconds && seconds.ptr[0] == '-') {
    if (value == INT64_MIN)
      return false;
    value--;
    nanoseconds = 1000000000 - nanoseconds;
  }
  *out = (struct tar_time) { value, nanoseconds, true };
  return true;
}

enum kind { KIND_TEXT, KIND_NUMBER, KIND_TIME };

static bool apply_record(const struct tar_record *record, struct tar_entry *entry)
{
  static const struct {
    struct str key;
    enum kind kind;
    size_t offset; /* of the field in the entry */
  } fields[] = {
    { STR("path"), KIND_TEXT, offsetof(struct tar_entry, name) },
    { STR("linkpath"), KIND_TEXT, offsetof(struct tar_entry, link_name) },
    { STR("uname"), KIND_TEXT, offsetof(struct tar_entry, user_name) },
    { STR("gname"), KIND_TEXT, offsetof(struct tar_entry, group_name) },
    { STR("uid"), KIND_NUMBER, offsetof(struct tar_entry, uid) },
    { STR("gid"), KIND_NUMBER, offsetof(struct tar_entry, gid) },
    { STR("size"), KIND_NUMBER, offsetof(struct tar_entry, size) },
    { STR("mtime"), KIND_TIME, offsetof(struct tar_entry, mtime) },
    { STR("atime"), KIND_TIME, offsetof(struct tar_entry, atime) },
    { STR("ctime"), KIND_TIME, offsetof(struct tar_entry, ctime) },
  };

  for (size_t i = 0; i < ARRAY_LEN(fields) && record->value.len; i++) {
    void *field = (char *)entry + fields[i].offset;

    if (!str_equal(record->key, fields[i].key))
      continue;
    if (fields[i].kind == KIND_NUMBER)
      return tar_decimal(record->value, field);
    if (fields[i].kind == KIND_TIME)
      return parse_time(record->value, field);
    *(struct str *)field = record->value;
    return true;
  }
  return true;
}

int tar_pax_apply(const struct tar_pax *pax, struct tar_entry *entry, struct error *err)
{
  for (size_t i = 0; i < pax->n; i++) {
    const struct tar_record *record = &pax->records[i];

    if (!apply_record(record, entry))
      return error_set(err, ERROR_CORRUPT, "PAX record %.*s: \"%.*s\" is no number",
                       STR_ARGS(record->key), (int)MIN_OF(record->value.len, (size_t)SHOWN_MAX),
                       record->value.ptr);
  }
  entry->records = pax->records;
  entry->n_records = pax->n;
  return 0;
}
