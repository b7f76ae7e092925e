#include "formats/zip_extra.h"

#include <stdlib.h>

const struct format_rule zip_rule_sums = { "zip-3", FORMAT_FORM,
                                           "checksums and places, which are right" };
static const struct format_rule rule_time = { "zip-6", FORMAT_TIME, "times in extra fields" };
static const struct format_rule rule_local_time = { "zip-6", FORMAT_TIME,
                                                    "times in extra fields of local headers" };

int zip_add_record(struct zip_records *records, const char *key, struct str value,
                   struct error *err)
{
  for (size_t i = 0; i < records->n; i++)
    if (str_equal(records->items[i].key, str_of(key)))
      return error_set(err, ERROR_UNSUPPORTED, "a member has two fields \"%s\"", key);
  if (records->n == ZIP_RECORDS_MAX)
    return error_set(err, ERROR_LIMIT, "a member has more than %d extra fields", ZIP_RECORDS_MAX);
  records->items[records->n++] = (struct tar_record) { str_of(key), value };
  return 0;
}

int zip_add_number(struct zip_records *records, struct arena *arena, const char *key,
                   uint32_t number, struct error *err)
{
  return number ? zip_add_record(records, key, str_of(arena_printf(arena, "0x%x", number)), err)
                : 0;
}

static int by_key(const void *a, const void *b)
{
  return str_compare(((const struct tar_record *)a)->key, ((const struct tar_record *)b)->key);
}

void zip_keep_records(struct zip_records *records, struct arena *arena, struct tar_entry *entry)
{
  struct tar_record *kept;

  if (!records->n)
    return;
  qsort(records->items, records->n, sizeof(records->items[0]), by_key);
  kept = arena_alloc(arena, records->n * sizeof(*kept));
  memcpy(kept, records->items, records->n * sizeof(*kept));
  entry->records = kept;
  entry->n_records = records->n;
}

/* ---- extra fields (4.5, 4.6) ---- */

/* Info-ZIP's extended timestamp: flags that say which of three times follow; in the directory only
 * the first does. NTFS's (4.5.5): one attribute, of three times. */
static bool is_time(uint16_t id, struct str data, bool is_local)
{
  if (id == ZIP_EXTRA_NTFS)
    return data.len == 32 && format_le32(data.ptr) == 0 && format_le16(data.ptr + 4) == 1 &&
           format_le16(data.ptr + 6) == 24;
  if (id == ZIP_EXTRA_TIME && data.len && (data.ptr[0] & ~7) == 0) {
    const unsigned flags = (unsigned char)data.ptr[0];
    const size_t times = (flags & 1) + (flags >> 1 & 1) + (flags >> 2);

    /* The directory has that of the content alone; libarchive puts all of them there as well. */
    return data.len == 1 + 4 * times || (!is_local && data.len == 1 + 4 * (size_t)(flags & 1));
  }
  return false;
}

/* In a local header the zip64 field has both sizes, or a zero where a descriptor has one. */
static bool repeats_sizes(const struct zip_record *record, struct str data)
{
  const bool is_later = record->flags & ZIP_FLAG_DESCRIPTOR;
  uint64_t size;
  uint64_t stored;

  if (data.len != 16)
    return false;
  size = format_le64(data.ptr);
  stored = format_le64(data.ptr + 8);
  return (size == record->size || (is_later && !size)) &&
         (stored == record->stored || (is_later && !stored));
}

/* Accounts for an extra field, and makes records of what counts of it. zip64 fields were read. */
int zip_add_extra(struct format_parts *parts, const struct zip_record *record, struct str extra,
                  bool is_local, struct zip_records *records, struct error *err)
{
  struct str rest = extra;
  struct str data;
  uint16_t id;
  int got;

  while ((got = zip_next_extra(&rest, &id, &data)) > 0) {
    const uint64_t at = (uint64_t)(data.ptr - parts->bytes.ptr) - 4;

    if (id == ZIP_EXTRA_ZIP64 && is_local && !repeats_sizes(record, data))
      return error_set(err, ERROR_CORRUPT,
                       "the header of \"%.*s\" says other things than the directory",
                       STR_ARGS(record->name));
    /* Some releases of Java open no archive with a field that is empty. */
    if (id == ZIP_EXTRA_ZIP64 && data.len) {
      format_account(parts, at, data.len + 4, &zip_rule_sums);
    } else if (is_time(id, data, is_local)) {
      format_account(parts, at, 4, NULL);
      format_account(parts, at + 4, data.len, is_local ? &rule_local_time : &rule_time);
    } else {
      format_account(parts, at, data.len + 4, NULL);
      if (zip_add_record(records,
                         arena_printf(&parts->arena, TAR_RECORD_OF_MEMBER "zip.%s.0x%04x",
                                      is_local ? "local" : "extra", id),
                         data, err))
        return -1;
    }
  }
  return got < 0 ? error_set(err, ERROR_CORRUPT, "a member's extra field does not fit") : 0;
}
