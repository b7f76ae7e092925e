#include "formats/zip_local.h"

const struct format_rule zip_rule_version = { "zip-2", FORMAT_FORM,
                                              "versions, method and flags of compression" };
const struct format_rule zip_rule_local = {
  "zip-5", FORMAT_FORM, "what a local header and a data descriptor repeat, which is right"
};

/* ---- what is said twice ---- */

/* The local header's zip64 field has both sizes where they did not fit (4.5.3). */
static bool local_sizes_agree(const char *p, struct str extra, const struct zip_record *record)
{
  uint64_t stored = format_le32(p + 18);
  uint64_t size = format_le32(p + 22);
  struct str data;
  uint16_t id;

  /* libarchive gives the size, where it knows that, and leaves the rest to the descriptor. */
  if (record->flags & ZIP_FLAG_DESCRIPTOR && format_le32(p + 14) == 0 && !stored &&
      (!size || size == record->size))
    return true;
  while (zip_next_extra(&extra, &id, &data) > 0)
    if (id == ZIP_EXTRA_ZIP64 && data.len == 16) {
      size = size == UINT32_MAX ? format_le64(data.ptr) : size;
      stored = stored == UINT32_MAX ? format_le64(data.ptr + 8) : stored;
    }
  if (record->flags & ZIP_FLAG_DESCRIPTOR && format_le32(p + 14) == 0 && !stored && !size)
    return true;
  return format_le32(p + 14) == record->crc && stored == record->stored && size == record->size;
}

/* 4.3.7. Gives where the content begins. */
int zip_check_local(struct format_parts *parts, const struct zip_record *record,
                    struct zip_records *records, uint64_t *data, struct error *err)
{
  const char *p;
  size_t name_len;
  struct str extra;

  if (record->local > parts->bytes.len || parts->bytes.len - record->local < ZIP_LOCAL ||
      memcmp(parts->bytes.ptr + record->local, "PK\3\4", 4) != 0)
    return error_set(err, ERROR_CORRUPT, "\"%.*s\" is not where the directory says",
                     STR_ARGS(record->name));
  p = parts->bytes.ptr + record->local;
  name_len = format_le16(p + 26);
  extra.len = format_le16(p + 28);
  extra.ptr = p + ZIP_LOCAL + name_len;
  if (parts->bytes.len - record->local - ZIP_LOCAL < name_len + extra.len)
    return error_set(err, ERROR_CORRUPT, "\"%.*s\" is cut short", STR_ARGS(record->name));
  if (!str_equal((struct str) { p + ZIP_LOCAL, name_len }, record->name) ||
      format_le16(p + 6) != record->flags || format_le16(p + 8) != record->method ||
      format_le16(p + 10) != record->time || format_le16(p + 12) != record->date ||
      !local_sizes_agree(p, extra, record))
    return error_set(err, ERROR_CORRUPT,
                     "the header of \"%.*s\" says other things than the directory",
                     STR_ARGS(record->name));
  if (format_le16(p + 4) > ZIP_VERSION_KNOWN &&
      zip_add_number(records, &parts->arena, TAR_RECORD_OF_MEMBER "zip.local.needed",
                     format_le16(p + 4), err))
    return -1;
  format_account(parts, record->local, 4, NULL);
  format_account(parts, record->local + 4, 2, &zip_rule_version);
  format_account(parts, record->local + 6, ZIP_LOCAL + name_len - 6, &zip_rule_local);
  *data = record->local + ZIP_LOCAL + name_len + extra.len;
  return zip_add_extra(parts, record, extra, true, records, err);
}

/* 4.3.9: with or without its signature, with sizes of 4 or 8 bytes. */
int zip_check_descriptor(struct format_parts *parts, const struct zip_record *record, uint64_t at,
                         struct error *err)
{
  const struct str rest = str_skip(parts->bytes, at);

  for (unsigned signature = 0; signature < 2; signature++)
    for (unsigned width = 4; width <= 8; width += 4) {
      const char *p = rest.ptr + (size_t)(4 * (1 - signature));
      const size_t len = (size_t)(4 * (1 - signature)) + 4 + 2 * (size_t)width;
      uint64_t stored;
      uint64_t size;

      if (rest.len < len || (!signature && memcmp(rest.ptr, "PK\7\10", 4) != 0) ||
          format_le32(p) != record->crc)
        continue;
      stored = width == 4 ? format_le32(p + 4) : format_le64(p + 4);
      size = width == 4 ? format_le32(p + 8) : format_le64(p + 12);
      if (stored != record->stored || size != record->size)
        continue;
      format_account(parts, at, len, &zip_rule_local);
      return 0;
    }
  return error_set(err, ERROR_CORRUPT,
                   "what lies behind \"%.*s\" says other things than the directory",
                   STR_ARGS(record->name));
}
