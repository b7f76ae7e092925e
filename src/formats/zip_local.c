#include "formats/zip_local.h"

const struct format_rule zip_rule_version = { "zip-2", FORMAT_FORM,
                                              "versions, method and flags of compression" };
const struct format_rule zip_rule_local = {
  "zip-5", FORMAT_FORM, "what a local header and a data descriptor repeat, which is right"
};

/* ---- what is said twice ---- */

/* A checksum and two sizes. The local header's zip64 field has both sizes where they did not fit
 * (4.5.3). */
struct sums {
  uint64_t crc, stored, size;
};

static struct sums local_sums(const char *p, struct str extra)
{
  struct sums sums = { format_le32(p + 14), format_le32(p + 18), format_le32(p + 22) };
  struct str data;
  uint16_t id;

  while (zip_next_extra(&extra, &id, &data) > 0)
    if (id == ZIP_EXTRA_ZIP64 && data.len == 16) {
      sums.size = sums.size == UINT32_MAX ? format_le64(data.ptr) : sums.size;
      sums.stored = sums.stored == UINT32_MAX ? format_le64(data.ptr + 8) : sums.stored;
    }
  return sums;
}

/* With a descriptor all of them are zero by the specification; Info-ZIP and libarchive tell what
 * they know. */
static bool local_sums_agree(const struct sums *sums, const struct zip_record *record)
{
  const bool is_later = record->flags & ZIP_FLAG_DESCRIPTOR;

  return (sums->crc == record->crc || (is_later && !sums->crc)) &&
         (sums->stored == record->stored || (is_later && !sums->stored)) &&
         (sums->size == record->size || (is_later && !sums->size));
}

/* Who reads from a pipe cannot find the end of what is stored, unless its size stands before it;
 * Java's ZipInputStream takes no such member at all, though it is empty. */
static int add_endless(struct format_parts *parts, const struct sums *sums,
                       const struct zip_record *record, struct zip_records *records,
                       struct error *err)
{
  const bool is_endless = record->method == ZIP_STORED && record->flags & ZIP_FLAG_DESCRIPTOR;

  return zip_add_number(records, &parts->arena, TAR_RECORD_OF_MEMBER "zip.endless",
                        is_endless ? 1 | (sums->stored != 0) << 1 | (sums->size != 0) << 2 : 0,
                        err);
}

/* 4.3.7. Gives where the content begins. */
int zip_check_local(struct format_parts *parts, const struct zip_record *record,
                    struct zip_records *records, uint64_t *data, struct error *err)
{
  const char *p;
  size_t name_len;
  struct str extra;
  struct sums sums;

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
  sums = local_sums(p, extra);
  if (!str_equal((struct str) { p + ZIP_LOCAL, name_len }, record->name) ||
      format_le16(p + 6) != record->flags || format_le16(p + 8) != record->method ||
      format_le16(p + 10) != record->time || format_le16(p + 12) != record->date ||
      !local_sums_agree(&sums, record))
    return error_set(err, ERROR_CORRUPT,
                     "the header of \"%.*s\" says other things than the directory",
                     STR_ARGS(record->name));
  if (add_endless(parts, &sums, record, records, err) ||
      (format_le16(p + 4) > ZIP_VERSION_KNOWN &&
       zip_add_number(records, &parts->arena, TAR_RECORD_OF_MEMBER "zip.local.needed",
                      format_le16(p + 4), err)))
    return -1;
  format_account(parts, record->local, 4, NULL);
  format_account(parts, record->local + 4, 2, &zip_rule_version);
  format_account(parts, record->local + 6, ZIP_LOCAL + name_len - 6, &zip_rule_local);
  *data = record->local + ZIP_LOCAL + name_len + extra.len;
  return zip_add_extra(parts, record, extra, true, records, err);
}

/* Whether the local header, which was checked, has a zip64 field: then sizes behind the content
 * have 8 bytes (4.3.9.2). */
static bool has_long_sizes(const struct format_parts *parts, const struct zip_record *record)
{
  const char *p = parts->bytes.ptr + record->local;
  struct str extra = { p + ZIP_LOCAL + format_le16(p + 26), format_le16(p + 28) };
  struct str data;
  uint16_t id;

  while (zip_next_extra(&extra, &id, &data) > 0)
    if (id == ZIP_EXTRA_ZIP64)
      return true;
  return false;
}

/* Who reads from a pipe has to know how long the sizes are: Java's ZipInputStream takes 4 bytes,
 * libarchive what the local header says, and loses what follows where that is not so. Whether there
 * is a signature before them is for some to guess. */
static int add_width(struct format_parts *parts, unsigned width, bool is_long, bool is_marked,
                     struct zip_records *records, struct error *err)
{
  const unsigned common = is_marked ? 0 : 1U << 5;

  return zip_add_number(records, &parts->arena, TAR_RECORD_OF_MEMBER "zip.descriptor",
                        width == 8 || is_long ? width | (unsigned)is_long << 4 | common : common,
                        err);
}

/* 4.3.9: with or without its signature, with sizes of 4 or 8 bytes; of a member that is empty both
 * would fit. */
int zip_check_descriptor(struct format_parts *parts, const struct zip_record *record, uint64_t at,
                         struct zip_records *records, struct error *err)
{
  const struct str rest = str_skip(parts->bytes, at);
  const bool is_long = has_long_sizes(parts, record);

  for (unsigned signature = 0; signature < 2; signature++)
    for (unsigned tries = 0; tries < 2; tries++) {
      const unsigned width = is_long == (tries == 0) ? 8 : 4;
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
      return add_width(parts, width, is_long, !signature, records, err);
    }
  return error_set(err, ERROR_CORRUPT,
                   "what lies behind \"%.*s\" says other things than the directory",
                   STR_ARGS(record->name));
}
