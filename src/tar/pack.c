#include "tar/pack.h"

/* Which fields follow; those that do not are as in the base. */
enum {
  HAS_INDEX = 1 << 0,
  HAS_TYPE = 1 << 1,
  HAS_FORMAT = 1 << 2,
  HAS_NAME = 1 << 3,
  HAS_LINK_NAME = 1 << 4,
  HAS_USER = 1 << 5,
  HAS_GROUP = 1 << 6,
  HAS_SIZE = 1 << 7,
  HAS_MODE = 1 << 8,
  HAS_UID = 1 << 9,
  HAS_GID = 1 << 10,
  HAS_DEVICE = 1 << 11,
  HAS_MTIME = 1 << 12,
  HAS_ATIME = 1 << 13,
  HAS_CTIME = 1 << 14,
  HAS_RECORDS = 1 << 15,
  HAS_CONTENT = 1 << 16,
  HAS_SKIPPED = 1 << 17,
};

void pack_number(struct buf *out, uint64_t number)
{
  for (; number >= 0x80; number >>= 7)
    buf_putc(out, (char)(number | 0x80));
  buf_putc(out, (char)number);
}

uint64_t unpack_number(const char **packed)
{
  uint64_t number = 0;
  unsigned shift = 0;
  unsigned char byte;

  do {
    byte = (unsigned char)*(*packed)++;
    number |= (uint64_t)(byte & 0x7f) << shift;
    shift += 7;
  } while (byte & 0x80 && shift < 64);
  return number;
}

void pack_str(struct buf *out, struct str s)
{
  pack_number(out, s.len);
  buf_add_str(out, s);
}

struct str unpack_str(const char **packed)
{
  struct str s;

  s.len = (size_t)unpack_number(packed);
  s.ptr = *packed;
  *packed += s.len;
  return s;
}

/* Small numbers of either sign in few bytes: the sign goes to the lowest bit. */
static void pack_signed(struct buf *out, int64_t number)
{
  uint64_t twice = (uint64_t)number << 1;

  pack_number(out, number < 0 ? ~twice : twice);
}

static int64_t unpack_signed(const char **packed)
{
  uint64_t number = unpack_number(packed);

  return (int64_t)(number & 1 ? ~(number >> 1) : number >> 1);
}

static void pack_time(struct buf *out, const struct tar_time *time)
{
  pack_number(out, time->set);
  pack_signed(out, time->seconds);
  pack_signed(out, time->nanoseconds);
}

static void unpack_time(struct tar_time *time, const char **packed)
{
  time->set = unpack_number(packed) != 0;
  time->seconds = unpack_signed(packed);
  time->nanoseconds = (int32_t)unpack_signed(packed);
}

static bool records_equal(const struct tar_entry *a, const struct tar_entry *b)
{
  if (a->n_records != b->n_records)
    return false;
  for (size_t i = 0; i < a->n_records; i++)
    if (!str_equal(a->records[i].key, b->records[i].key) ||
        !str_equal(a->records[i].value, b->records[i].value))
      return false;
  return true;
}

static uint64_t fields_of(const struct tar_entry *a, const struct tar_entry *b)
{
  uint64_t fields = 0;

  fields |= a->index != b->index ? HAS_INDEX : 0;
  fields |= a->skipped != b->skipped ? HAS_SKIPPED : 0;
  fields |= a->type != b->type ? HAS_TYPE : 0;
  fields |= a->format != b->format ? HAS_FORMAT : 0;
  fields |= !str_equal(a->name, b->name) ? HAS_NAME : 0;
  fields |= !str_equal(a->link_name, b->link_name) ? HAS_LINK_NAME : 0;
  fields |= !str_equal(a->user_name, b->user_name) ? HAS_USER : 0;
  fields |= !str_equal(a->group_name, b->group_name) ? HAS_GROUP : 0;
  fields |= a->size != b->size ? HAS_SIZE : 0;
  fields |= a->mode != b->mode ? HAS_MODE : 0;
  fields |= a->uid != b->uid ? HAS_UID : 0;
  fields |= a->gid != b->gid ? HAS_GID : 0;
  fields |=
      a->device_major != b->device_major || a->device_minor != b->device_minor ? HAS_DEVICE : 0;
  fields |= !tar_time_equal(&a->mtime, &b->mtime) ? HAS_MTIME : 0;
  fields |= !tar_time_equal(&a->atime, &b->atime) ? HAS_ATIME : 0;
  fields |= !tar_time_equal(&a->ctime, &b->ctime) ? HAS_CTIME : 0;
  fields |= !records_equal(a, b) ? HAS_RECORDS : 0;
  return fields;
}

static void pack_fields(struct buf *out, const struct tar_entry *entry, uint64_t fields)
{
  if (fields & HAS_INDEX)
    pack_number(out, entry->index);
  if (fields & HAS_SKIPPED)
    pack_number(out, entry->skipped);
  if (fields & HAS_TYPE)
    buf_putc(out, entry->type);
  if (fields & HAS_FORMAT)
    pack_number(out, entry->format);
  if (fields & HAS_NAME)
    pack_str(out, entry->name);
  if (fields & HAS_LINK_NAME)
    pack_str(out, entry->link_name);
  if (fields & HAS_USER)
    pack_str(out, entry->user_name);
  if (fields & HAS_GROUP)
    pack_str(out, entry->group_name);
  if (fields & HAS_SIZE)
    pack_signed(out, entry->size);
  if (fields & HAS_MODE)
    pack_signed(out, entry->mode);
  if (fields & HAS_UID)
    pack_signed(out, entry->uid);
  if (fields & HAS_GID)
    pack_signed(out, entry->gid);
  if (fields & HAS_DEVICE) {
    pack_signed(out, entry->device_major);
    pack_signed(out, entry->device_minor);
  }
  if (fields & HAS_MTIME)
    pack_time(out, &entry->mtime);
  if (fields & HAS_ATIME)
    pack_time(out, &entry->atime);
  if (fields & HAS_CTIME)
    pack_time(out, &entry->ctime);
}

void pack_entry(struct buf *out, const struct tar_entry *entry, const struct tar_entry *base,
                const struct digest *content)
{
  static const struct tar_entry nothing;
  uint64_t fields = fields_of(entry, base ? base : &nothing);

  if (content && content->algorithm != DIGEST_NONE)
    fields |= HAS_CONTENT;
  pack_number(out, fields);
  pack_fields(out, entry, fields);
  if (fields & HAS_RECORDS) {
    pack_number(out, entry->n_records);
    for (size_t i = 0; i < entry->n_records; i++) {
      pack_str(out, entry->records[i].key);
      pack_str(out, entry->records[i].value);
    }
  }
  if (fields & HAS_CONTENT) {
    pack_number(out, content->algorithm);
    buf_add(out, content->bytes, content->algorithm == DIGEST_SHA256 ? 32 : DIGEST_MAX_BYTES);
  }
}

static void unpack_fields(struct tar_entry *entry, uint64_t fields, const char **packed)
{
  if (fields & HAS_INDEX)
    entry->index = unpack_number(packed);
  if (fields & HAS_SKIPPED)
    entry->skipped = unpack_number(packed);
  if (fields & HAS_TYPE)
    entry->type = *(*packed)++;
  if (fields & HAS_FORMAT)
    entry->format = (enum tar_format)unpack_number(packed);
  if (fields & HAS_NAME)
    entry->name = unpack_str(packed);
  if (fields & HAS_LINK_NAME)
    entry->link_name = unpack_str(packed);
  if (fields & HAS_USER)
    entry->user_name = unpack_str(packed);
  if (fields & HAS_GROUP)
    entry->group_name = unpack_str(packed);
  if (fields & HAS_SIZE)
    entry->size = unpack_signed(packed);
  if (fields & HAS_MODE)
    entry->mode = unpack_signed(packed);
  if (fields & HAS_UID)
    entry->uid = unpack_signed(packed);
  if (fields & HAS_GID)
    entry->gid = unpack_signed(packed);
  if (fields & HAS_DEVICE) {
    entry->device_major = unpack_signed(packed);
    entry->device_minor = unpack_signed(packed);
  }
  if (fields & HAS_MTIME)
    unpack_time(&entry->mtime, packed);
  if (fields & HAS_ATIME)
    unpack_time(&entry->atime, packed);
  if (fields & HAS_CTIME)
    unpack_time(&entry->ctime, packed);
}

void unpack_entry(struct unpacked *out, const char **packed, const struct tar_entry *base,
                  struct arena *arena)
{
  uint64_t fields = unpack_number(packed);

  *out = (struct unpacked) { 0 };
  if (base)
    out->entry = *base;
  unpack_fields(&out->entry, fields, packed);
  if (fields & HAS_RECORDS) {
    size_t n = (size_t)unpack_number(packed);
    struct tar_record *records = arena_alloc(arena, n * sizeof(*records));

    for (size_t i = 0; i < n; i++) {
      records[i].key = unpack_str(packed);
      records[i].value = unpack_str(packed);
    }
    out->entry.records = records;
    out->entry.n_records = n;
  }
  if (fields & HAS_CONTENT) {
    size_t len;

    out->content.algorithm = (enum digest_algorithm)unpack_number(packed);
    len = out->content.algorithm == DIGEST_SHA256 ? 32 : DIGEST_MAX_BYTES;
    memcpy(out->content.bytes, *packed, len);
    *packed += len;
  }
}
