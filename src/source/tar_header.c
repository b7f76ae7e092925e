#include "source/tar_header.h"

#include <stdio.h>
#include <string.h>

/* Offsets and lengths of the ustar header's fields. */
enum {
  NAME_AT = 0,
  NAME_LEN = 100,
  SIZE_AT = 124,
  SIZE_LEN = 12,
  CHECKSUM_AT = 148,
  CHECKSUM_LEN = 8,
  TYPE_AT = 156,
  LINK_AT = 157,
  LINK_LEN = 100,
  MAGIC_AT = 257,
  PREFIX_AT = 345,
  PREFIX_LEN = 155,
  STAR_PREFIX_LEN = 131,
  GNU_CONTINUED_AT = 482,
  STAR_TRAILER_AT = 508,
};

/* Base-256: the first bit is set, the second is the sign, the rest a big-endian number. */
static bool read_binary(const unsigned char *field, size_t len, uint64_t *out)
{
  uint64_t value = field[0] & 0x3f;

  if (field[0] & 0x40)
    return false;
  for (size_t i = 1; i < len; i++) {
    if (value >> 55)
      return false;
    value = value << 8 | field[i];
  }
  *out = value;
  return true;
}

/* Octal digits with spaces before and spaces or NULs behind; nothing at all is 0. */
static bool read_octal(const unsigned char *field, size_t len, uint64_t *out)
{
  uint64_t value = 0;
  size_t i = 0;

  while (i < len && field[i] == ' ')
    i++;
  for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
    value = value << 3 | (uint64_t)(field[i] - '0');
  for (; i < len; i++) {
    if (field[i] != ' ' && field[i] != '\0')
      return false;
  }
  *out = value;
  return true;
}

static bool read_number(const unsigned char *field, size_t len, uint64_t *out)
{
  return field[0] & 0x80 ? read_binary(field, len, out) : read_octal(field, len, out);
}

static int check_sum(const unsigned char *block, struct error *err)
{
  uint64_t wanted;
  int64_t sum = 0;
  int64_t signed_sum = 0; /* as some old writers computed it */

  for (size_t i = 0; i < TAR_BLOCK; i++) {
    bool blank = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LEN;
    unsigned char c = blank ? ' ' : block[i];

    sum += c;
    signed_sum += (signed char)c;
  }
  if (!read_octal(block + CHECKSUM_AT, CHECKSUM_LEN, &wanted) ||
      ((int64_t)wanted != sum && (int64_t)wanted != signed_sum))
    return error_set(err, ERROR_CORRUPT, "not a tar header (its checksum is wrong)");
  return 0;
}

static size_t prefix_len(const unsigned char *block)
{
  if (memcmp(block + MAGIC_AT, "ustar", 6) != 0) /* the NUL tells POSIX from GNU */
    return 0;
  return memcmp(block + STAR_TRAILER_AT, "tar", 4) == 0 ? STAR_PREFIX_LEN : PREFIX_LEN;
}

int tar_header_parse(struct tar_header *out, const unsigned char block[TAR_BLOCK],
                     struct error *err)
{
  const char *text = (const char *)block;
  size_t prefix = prefix_len(block);

  if (check_sum(block, err) < 0)
    return -1;
  if (!read_number(block + SIZE_AT, SIZE_LEN, &out->size))
    return error_set(err, ERROR_CORRUPT, "tar header: the size is no number from 0 to 2^63 - 1");
  prefix = strnlen(text + PREFIX_AT, prefix);
  snprintf(out->name, sizeof(out->name), "%.*s%s%.*s", (int)prefix, text + PREFIX_AT,
           prefix ? "/" : "", NAME_LEN, text + NAME_AT);
  snprintf(out->target, sizeof(out->target), "%.*s", LINK_LEN, text + LINK_AT);
  out->type = text[TYPE_AT];
  if (!out->type)
    out->type = '0';
  out->continued = out->type == 'S' && block[GNU_CONTINUED_AT] != 0;
  return 0;
}

static int apply_record(struct tar_extension *out, struct str key, struct str value,
                        struct error *err)
{
  if (str_equal(key, STR("path")))
    out->path = value;
  else if (str_equal(key, STR("linkpath")))
    out->linkpath = value;
  else if (str_equal(key, STR("size"))) {
    if (!str_to_u64(value, INT64_MAX, &out->size))
      return error_set(err, ERROR_CORRUPT, "PAX header: the size is no number from 0 to 2^63 - 1");
    out->has_size = true;
  } else if (str_has_prefix(key, STR("GNU.sparse.")))
    out->sparse = true;
  return 0;
}

int tar_extension_parse(struct tar_extension *out, struct str records, struct error *err)
{
  while (records.len) {
    const char *space = memchr(records.ptr, ' ', records.len);
    struct str length = { records.ptr, space ? (size_t)(space - records.ptr) : 0 };
    struct str record;
    const char *equals;
    uint64_t len;

    if (!space || !str_to_u64(length, records.len, &len) || len < length.len + 3 ||
        records.ptr[len - 1] != '\n')
      return error_set(err, ERROR_CORRUPT, "PAX header: a record is not LENGTH KEY=VALUE");
    record = (struct str) { space + 1, len - length.len - 2 };
    equals = memchr(record.ptr, '=', record.len);
    if (!equals)
      return error_set(err, ERROR_CORRUPT, "PAX header: a record has no '='");
    if (apply_record(out, (struct str) { record.ptr, (size_t)(equals - record.ptr) },
                     str_skip(record, (size_t)(equals - record.ptr) + 1), err) < 0)
      return -1;
    records = str_skip(records, len);
  }
  return 0;
}
