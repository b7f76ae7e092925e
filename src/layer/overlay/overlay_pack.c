#include "layer/overlay/overlay_pack.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"

/* What is there at all, in a byte of its own. */
enum {
  HAS_MTIME = 1,
  HAS_ATIME = 2,
  HAS_CTIME = 4,
  HAS_LINK_NAME = 8,
  HAS_DEVICE = 16,
  HAS_SHA256 = 32,
  HAS_SHA512 = 64,
  HAS_TOKEN = HAS_SHA256 | HAS_SHA512, /* that is neither of the two */
  HAS_RECORDS = 128,
};

/* How an entry writes its path. */
enum {
  NAME_PLAIN = 0,
  NAME_DOT_SLASH = 1,
  NAME_SLASH = 2,
  NAME_PREFIXES = 3,
  NAME_OTHER = 3,
  NAME_ENDS_IN_SLASH = 4
};

enum { NAME_ROOM = LIMIT_PATH_BYTES + 4 };

void string_table_release(struct string_table *table)
{
  map_release(&table->map);
  free(table->items);
  table->items = NULL;
}

static uint64_t number_of(struct string_table *table, struct str s)
{
  struct map_entry *found = map_put(&table->map, s);

  if (!found->value) {
    found->key = arena_str(table->arena, s);
    if (table->n == table->cap)
      table->items = xgrow(table->items, table->n, &table->cap, sizeof(*table->items));
    table->items[table->n++] = found->key;
    found->value = (void *)(uintptr_t)table->n;
  }
  return (uintptr_t)found->value - 1;
}

/* Seven bits to a byte, the lowest first, the eighth bit on all but the last. */
static void put_number(struct buf *out, uint64_t value)
{
  char bytes[10];
  size_t n = 0;

  for (; value >= 0x80; value >>= 7)
    bytes[n++] = (char)(value | 0x80);
  bytes[n++] = (char)value;
  buf_add(out, bytes, n);
}

/* Small numbers of either sign stay small. */
static void put_signed(struct buf *out, int64_t value)
{
  put_number(out, (uint64_t)value << 1 ^ (uint64_t)(value >> 63));
}

static void put_str(struct buf *out, struct str s)
{
  put_number(out, s.len);
  buf_add_str(out, s);
}

static void put_time(struct buf *out, const struct tar_time *time)
{
  if (!time->set)
    return;
  put_signed(out, time->seconds);
  put_number(out, (uint64_t)time->nanoseconds);
}

static void put_name(struct buf *out, struct str name, struct str path)
{
  static const struct str prefixes[] = { STR(""), STR("./"), STR("/") };

  for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
    struct str rest = str_skip(name, prefixes[i].len);
    bool slash = path.len && rest.len == path.len + 1 && rest.ptr[path.len] == '/';

    if (!str_has_prefix(name, prefixes[i]))
      continue;
    if (slash)
      rest.len--;
    if (str_equal(rest, path)) {
      buf_putc(out, (char)(i | (slash ? NAME_ENDS_IN_SLASH : 0)));
      return;
    }
  }
  buf_putc(out, NAME_OTHER);
  put_str(out, name);
}

static unsigned presence(const struct tar_entry *entry, const struct digest *content,
                         uint64_t token)
{
  unsigned has = 0;

  has |= entry->mtime.set ? HAS_MTIME : 0;
  has |= entry->atime.set ? HAS_ATIME : 0;
  has |= entry->ctime.set ? HAS_CTIME : 0;
  has |= entry->link_name.len ? HAS_LINK_NAME : 0;
  has |= entry->device_major || entry->device_minor ? HAS_DEVICE : 0;
  has |= entry->n_records ? HAS_RECORDS : 0;
  if (content && content->algorithm == DIGEST_SHA256)
    has |= HAS_SHA256;
  if (content && content->algorithm == DIGEST_SHA512)
    has |= HAS_SHA512;
  has |= !content && token ? HAS_TOKEN : 0;
  return has;
}

void overlay_pack(struct buf *out, const struct tar_entry *entry, struct str path,
                  const struct digest *content, uint64_t token, struct string_table *strings)
{
  unsigned has = presence(entry, content, token);

  buf_putc(out, (char)has);
  buf_putc(out, entry->type);
  buf_putc(out, (char)entry->format);
  put_name(out, entry->name, path);
  put_number(out, entry->index);
  put_signed(out, entry->size);
  put_signed(out, entry->mode);
  put_signed(out, entry->uid);
  put_signed(out, entry->gid);
  put_number(out, number_of(strings, entry->user_name));
  put_number(out, number_of(strings, entry->group_name));
  put_time(out, &entry->mtime);
  put_time(out, &entry->atime);
  put_time(out, &entry->ctime);
  if (has & HAS_LINK_NAME)
    put_str(out, entry->link_name);
  if (has & HAS_DEVICE) {
    put_signed(out, entry->device_major);
    put_signed(out, entry->device_minor);
  }
  if (has & HAS_RECORDS)
    put_number(out, entry->n_records);
  for (size_t i = 0; i < entry->n_records; i++) {
    put_number(out, number_of(strings, entry->records[i].key));
    put_str(out, entry->records[i].value);
  }
  if ((has & HAS_TOKEN) == HAS_TOKEN)
    put_number(out, token);
  else if (has & HAS_TOKEN)
    buf_add(out, content->bytes, has & HAS_SHA256 ? 32 : 64);
}

char overlay_packed_type(const unsigned char *packed)
{
  return (char)packed[1]; /* behind what is there at all */
}

bool overlay_packed_has_records(const unsigned char *packed)
{
  return packed[0] & HAS_RECORDS;
}

void overlay_unpacked_init(struct overlay_unpacked *unpacked)
{
  *unpacked = (struct overlay_unpacked) { .name = BUF_INIT(NAME_ROOM) };
}

void overlay_unpacked_release(struct overlay_unpacked *unpacked)
{
  buf_release(&unpacked->name);
  free(unpacked->records);
  unpacked->records = NULL;
}

static uint64_t get_number(const unsigned char **p)
{
  uint64_t value = 0;
  unsigned shift = 0;

  for (; **p & 0x80; (*p)++, shift += 7)
    value |= (uint64_t)(**p & 0x7f) << shift;
  return value | (uint64_t) * (*p)++ << shift;
}

static int64_t get_signed(const unsigned char **p)
{
  uint64_t value = get_number(p);

  return (int64_t)(value >> 1 ^ -(value & 1));
}

static struct str get_str(const unsigned char **p)
{
  size_t len = (size_t)get_number(p);
  struct str s = { (const char *)*p, len };

  *p += len;
  return s;
}

static void get_time(const unsigned char **p, struct tar_time *out)
{
  out->seconds = get_signed(p);
  out->nanoseconds = (int32_t)get_number(p);
  out->set = true;
}

static struct str get_name(struct overlay_unpacked *out, const unsigned char **p, struct str path)
{
  static const char *const prefixes[] = { "", "./", "/" };
  unsigned form = *(*p)++;

  if (form == NAME_OTHER)
    return get_str(p);
  if (form == NAME_PLAIN)
    return path;
  buf_clear(&out->name);
  buf_puts(&out->name, prefixes[form & NAME_PREFIXES]);
  buf_add_str(&out->name, path);
  if (form & NAME_ENDS_IN_SLASH)
    buf_putc(&out->name, '/');
  return buf_str(&out->name);
}

static void get_records(struct overlay_unpacked *out, const unsigned char **p,
                        const struct string_table *strings)
{
  size_t n = (size_t)get_number(p);

  if (n > out->records_cap) {
    out->records = xreallocarray(out->records, n, sizeof(*out->records));
    out->records_cap = n;
  }
  for (size_t i = 0; i < n; i++) {
    out->records[i].key = strings->items[get_number(p)];
    out->records[i].value = get_str(p);
  }
  out->entry.records = out->records;
  out->entry.n_records = n;
}

void overlay_unpack(struct overlay_unpacked *out, const unsigned char *packed, struct str path,
                    const struct string_table *strings)
{
  const unsigned char *p = packed;
  struct tar_entry *entry = &out->entry;
  unsigned has = *p++;

  *entry = (struct tar_entry) { 0 };
  out->content = (struct digest) { 0 };
  out->token = 0;
  entry->type = (char)*p++;
  entry->format = (enum tar_format) * p++;
  entry->name = get_name(out, &p, path);
  entry->index = get_number(&p);
  entry->size = get_signed(&p);
  entry->mode = get_signed(&p);
  entry->uid = get_signed(&p);
  entry->gid = get_signed(&p);
  entry->user_name = strings->items[get_number(&p)];
  entry->group_name = strings->items[get_number(&p)];
  if (has & HAS_MTIME)
    get_time(&p, &entry->mtime);
  if (has & HAS_ATIME)
    get_time(&p, &entry->atime);
  if (has & HAS_CTIME)
    get_time(&p, &entry->ctime);
  if (has & HAS_LINK_NAME)
    entry->link_name = get_str(&p);
  if (has & HAS_DEVICE) {
    entry->device_major = get_signed(&p);
    entry->device_minor = get_signed(&p);
  }
  if (has & HAS_RECORDS)
    get_records(out, &p, strings);
  if ((has & HAS_TOKEN) == HAS_TOKEN) {
    out->token = get_number(&p);
  } else if (has & HAS_TOKEN) {
    out->content.algorithm = has & HAS_SHA256 ? DIGEST_SHA256 : DIGEST_SHA512;
    memcpy(out->content.bytes, p, has & HAS_SHA256 ? 32 : 64);
  }
}

/* ---- hard links ---- */

static void remove_record(struct overlay_unpacked *file, size_t at)
{
  struct tar_record *records = file->records;

  memmove(records + at, records + at + 1, (file->entry.n_records - at - 1) * sizeof(*records));
  file->entry.n_records--;
}

/* In its place by the order of keys, instead of one of the same key. */
static void set_record(struct overlay_unpacked *file, const struct tar_record *record)
{
  size_t n = file->entry.n_records;
  size_t at = 0;

  while (at < n && str_compare(file->records[at].key, record->key) < 0)
    at++;
  if (at < n && str_equal(file->records[at].key, record->key)) {
    file->records[at] = *record;
    return;
  }
  if (n == file->records_cap)
    file->records = xgrow(file->records, n, &file->records_cap, sizeof(*file->records));
  memmove(file->records + at + 1, file->records + at, (n - at) * sizeof(*file->records));
  file->records[at] = *record;
  file->entry.records = file->records;
  file->entry.n_records = n + 1;
}

void overlay_unpacked_apply(struct overlay_unpacked *file, const struct tar_entry *link,
                            bool lazy_owner)
{
  bool chown = !lazy_owner || file->entry.uid != link->uid || file->entry.gid != link->gid;
  struct str xattr;

  file->entry.mode = link->mode;
  file->entry.uid = link->uid;
  file->entry.gid = link->gid;
  for (size_t i = chown && file->entry.type != TAR_DIR ? file->entry.n_records : 0; i-- > 0;)
    if (tar_record_xattr(&file->records[i], &xattr) && str_equal(xattr, STR("security.capability")))
      remove_record(file, i);
  for (size_t i = 0; i < link->n_records; i++)
    if (tar_record_xattr(&link->records[i], &xattr))
      set_record(file, &link->records[i]);
}
