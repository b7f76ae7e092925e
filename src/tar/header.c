#include "tar/header.h"
#include "tar/tar.h"

/* Where the fields lie; those from UNAME on only in the formats after v7. */
enum {
  NAME = 0,
  MODE = 100,
  UID = 108,
  GID = 116,
  SIZE = 124,
  MTIME = 136,
  CHECKSUM = 148,
  TYPE = 156,
  LINK_NAME = 157,
  MAGIC = 257, /* and version: 8 bytes */
  UNAME = 265,
  GNAME = 297,
  DEV_MAJOR = 329,
  DEV_MINOR = 337,
  PREFIX = 345,
  GNU_ATIME = 345,
  GNU_CTIME = 357,
  STAR_ATIME = 476,
  STAR_CTIME = 488,
  STAR_TRAILER = 508,
  PREFIX_LEN = 155,
  STAR_PREFIX_LEN = 131,
};

enum dialect { DIALECT_V7, DIALECT_USTAR, DIALECT_STAR, DIALECT_GNU };

bool tar_block_is_zero(const unsigned char block[TAR_UNIT])
{
  return block[0] == 0 && memcmp(block, block + 1, TAR_UNIT - 1) == 0;
}

struct str tar_string(const void *bytes, size_t len)
{
  return (struct str) { bytes, len ? strnlen(bytes, len) : 0 };
}

bool tar_type_is_bare(char type)
{
  switch (type) {
  case TAR_LINK:
  case TAR_SYMLINK:
  case TAR_CHAR:
  case TAR_BLOCK:
  case TAR_DIR:
  case TAR_FIFO:
    return true;
  default:
    return false;
  }
}

static bool is_padding(unsigned char c)
{
  return c == ' ' || c == '\0';
}

static bool octal(const unsigned char *field, size_t len, int64_t *out)
{
  int64_t value = 0;

  while (len && is_padding(field[len - 1]))
    len--;
  while (len && is_padding(*field)) {
    field++;
    len--;
  }
  for (size_t i = 0; i < len && field[i]; i++) {
    unsigned digit = field[i] - (unsigned)'0';

    if (digit > 7 || value >> 60)
      return false;
    value = value * 8 + (int64_t)digit;
  }
  *out = value;
  return true;
}

/* Two's complement, the most significant byte first; the first bit only says that it is base-256,
 * the second is the sign. */
static bool base_256(const unsigned char *field, size_t len, int64_t *out)
{
  unsigned char flip = field[0] & 0x40 ? 0xff : 0;
  uint64_t value = (unsigned char)(field[0] ^ flip) & 0x7f;

  for (size_t i = 1; i < len; i++) {
    if (value >> 56)
      return false;
    value = value << 8 | (unsigned char)(field[i] ^ flip);
  }
  if (value >> 63)
    return false;
  *out = flip ? -(int64_t)value - 1 : (int64_t)value;
  return true;
}

bool tar_number(const unsigned char *field, size_t len, int64_t *out)
{
  return field[0] & 0x80 ? base_256(field, len, out) : octal(field, len, out);
}

static int field_number(const unsigned char *block, int at, size_t len, const char *what,
                        int64_t *out, struct error *err)
{
  if (tar_number(block + at, len, out))
    return 0;
  return error_set(err, ERROR_CORRUPT, "the header's field \"%s\" is no number", what);
}

static int field_time(const unsigned char *block, int at, const char *what, struct tar_time *out,
                      struct error *err)
{
  if (field_number(block, at, 12, what, &out->seconds, err) < 0)
    return -1;
  out->nanoseconds = 0;
  out->set = true;
  return 0;
}

struct sums {
  unsigned bytes; /* the sum of all bytes, the checksum's own counted as spaces */
  unsigned high;  /* how many of them are over 127; those of the checksum do not count */
  bool has_high;  /* whether any is, the checksum's too */
};

/* Eight bytes at a time, in four sums of 16 bits and eight of 8 bits: with a million headers this
 * is most of what the reader does. 64 words of two times 255 fit 16 bits. */
static struct sums sums_of(const unsigned char *block)
{
  const uint64_t every_second = UINT64_C(0x00ff00ff00ff00ff);
  const uint64_t low_bits = UINT64_C(0x0101010101010101);
  uint64_t bytes = 0;
  uint64_t high = 0;
  struct sums sums = { 8 * ' ', 0, false };

  for (int i = 0; i < TAR_UNIT; i += 8) {
    uint64_t word;

    memcpy(&word, block + i, sizeof(word));
    bytes += (word & every_second) + (word >> 8 & every_second);
    high += word >> 7 & low_bits;
  }
  for (int i = 0; i < 64; i += 16)
    sums.bytes += (unsigned)(bytes >> i & 0xffff);
  for (int i = 0; i < 64; i += 8)
    sums.high += (unsigned)(high >> i & 0xff);
  sums.has_high = sums.high > 0;
  for (int i = CHECKSUM; i < CHECKSUM + 8; i++) {
    sums.bytes -= block[i];
    sums.high -= block[i] >> 7;
  }
  return sums;
}

/* Old writers took bytes as signed: those over 127 count 256 less. */
static int check_sum(const unsigned char *block, const struct sums *sums, struct error *err)
{
  int64_t wanted;

  if (!octal(block + CHECKSUM, 8, &wanted))
    return error_set(err, ERROR_CORRUPT, "no tar header (its checksum is no number)");
  if (wanted != (int64_t)sums->bytes && wanted != (int64_t)sums->bytes - 256 * (int64_t)sums->high)
    return error_set(err, ERROR_CORRUPT, "wrong header checksum: expected %lld, found %u",
                     (long long)wanted, sums->bytes);
  return 0;
}

static enum dialect dialect_of(const unsigned char *block)
{
  if (memcmp(block + MAGIC, "ustar\0", 6) == 0)
    return memcmp(block + STAR_TRAILER, "tar\0", 4) == 0 ? DIALECT_STAR : DIALECT_USTAR;
  return memcmp(block + MAGIC, "ustar  \0", 8) == 0 ? DIALECT_GNU : DIALECT_V7;
}

/* The format that Go's archive/tar would report: one that breaks the rules of ustar a little is
 * read, but of no known format. */
static unsigned ustar_formats(const unsigned char *block, bool has_high_bytes)
{
  static const int last_bytes[] = {
    MODE + 7, UID + 7, GID + 7, SIZE + 11, MTIME + 11, DEV_MAJOR + 7, DEV_MINOR + 7,
  };

  if (has_high_bytes)
    return 0;
  for (size_t i = 0; i < ARRAY_LEN(last_bytes); i++)
    if (block[last_bytes[i]])
      return 0;
  return TAR_FORMAT_USTAR | TAR_FORMAT_PAX;
}

static bool is_ascii(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] >= 0x80)
      return false;
  return true;
}

/* Go's writer, before its version 1.8, at times put a name's prefix where GNU has its two times. */
static struct str parse_gnu(struct tar_block *out, const unsigned char *block)
{
  struct str prefix = { NULL, 0 };
  struct tar_time atime = { 0 };
  struct tar_time ctime = { 0 };
  struct error ignored;

  out->is_gnu = true;
  out->formats = TAR_FORMAT_GNU;
  if ((!block[GNU_ATIME] || field_time(block, GNU_ATIME, "", &atime, &ignored) == 0) &&
      (!block[GNU_CTIME] || field_time(block, GNU_CTIME, "", &ctime, &ignored) == 0)) {
    out->entry.atime = atime;
    out->entry.ctime = ctime;
    return prefix;
  }
  out->formats = 0;
  prefix = tar_string(block + PREFIX, PREFIX_LEN);
  return is_ascii(prefix) ? prefix : (struct str) { NULL, 0 };
}

static void join_name(struct tar_block *out, struct str prefix)
{
  struct tar_entry *entry = &out->entry;

  if (!prefix.len)
    return;
  memcpy(out->name, prefix.ptr, prefix.len);
  out->name[prefix.len] = '/';
  if (entry->name.len)
    memcpy(out->name + prefix.len + 1, entry->name.ptr, entry->name.len);
  entry->name = (struct str) { out->name, prefix.len + 1 + entry->name.len };
}

static int parse_later_fields(struct tar_block *out, const unsigned char *block,
                              enum dialect dialect, bool has_high_bytes, struct error *err)
{
  struct tar_entry *entry = &out->entry;
  struct str prefix = { NULL, 0 };

  entry->user_name = tar_string(block + UNAME, 32);
  entry->group_name = tar_string(block + GNAME, 32);
  if (field_number(block, DEV_MAJOR, 8, "devmajor", &entry->device_major, err) < 0 ||
      field_number(block, DEV_MINOR, 8, "devminor", &entry->device_minor, err) < 0)
    return -1;
  switch (dialect) {
  case DIALECT_USTAR:
    out->formats = ustar_formats(block, has_high_bytes);
    prefix = tar_string(block + PREFIX, PREFIX_LEN);
    break;
  case DIALECT_STAR:
    prefix = tar_string(block + PREFIX, STAR_PREFIX_LEN);
    if (field_time(block, STAR_ATIME, "atime", &entry->atime, err) < 0 ||
        field_time(block, STAR_CTIME, "ctime", &entry->ctime, err) < 0)
      return -1;
    break;
  case DIALECT_GNU:
    prefix = parse_gnu(out, block);
    break;
  case DIALECT_V7:
    break;
  }
  join_name(out, prefix);
  return 0;
}

int tar_block_parse(struct tar_block *out, const unsigned char block[TAR_UNIT], struct error *err)
{
  struct tar_entry *entry = &out->entry;
  enum dialect dialect = dialect_of(block);
  struct sums sums = sums_of(block);

  if (check_sum(block, &sums, err) < 0)
    return -1;
  entry->type = (char)block[TYPE];
  entry->name = tar_string(block + NAME, 100);
  entry->link_name = tar_string(block + LINK_NAME, 100);
  if (field_number(block, SIZE, 12, "size", &entry->size, err) < 0 ||
      field_number(block, MODE, 8, "mode", &entry->mode, err) < 0 ||
      field_number(block, UID, 8, "uid", &entry->uid, err) < 0 ||
      field_number(block, GID, 8, "gid", &entry->gid, err) < 0 ||
      field_time(block, MTIME, "mtime", &entry->mtime, err) < 0)
    return -1;
  if (dialect == DIALECT_V7)
    return 0;
  return parse_later_fields(out, block, dialect, sums.has_high, err);
}

bool tar_begins_with(const void *bytes, size_t len)
{
  struct tar_block block = { 0 };
  struct error ignored;

  return len >= TAR_UNIT &&
         (tar_block_is_zero(bytes) || tar_block_parse(&block, bytes, &ignored) == 0);
}
