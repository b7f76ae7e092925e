/* cpio(5) of FreeBSD; Linux, Documentation/driver-api/early-userspace/buffer-format.rst for what
 * stands between archives; POSIX.1-2001, pax, for odc. */
#include "formats/cpio.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/digit.h"
#include "formats/cpio_early.h"
#include "formats/cpio_links.h"
#include "formats/record.h"

static const struct format_rule rule_number = { "cpio-1", FORMAT_WRITTEN,
                                                "how numbers are written" };
static const struct format_rule rule_inode = { "cpio-2", FORMAT_FORM, "inode and device numbers" };
static const struct format_rule rule_zeros = { "cpio-3", FORMAT_WRITTEN,
                                               "zeros that fill up, and those behind archives" };

#define TRAILER "TRAILER!!!"

enum { ENTRY_MAX = 4096, MAGIC = 6, ALIGN = 4, EARLY_ALIGN = 16 };

/* The fields of a header, as far as both kinds have them. */
struct header {
  uint64_t inode, mode, uid, gid, links, mtime, size, device, device_minor;
  uint64_t device_of, device_of_minor; /* what a device file stands for */
  uint64_t name_len, sum;
  size_t len;     /* of the header */
  unsigned align; /* of what follows the name and the content */
  bool has_sum;   /* sum is that of all bytes of the content */
};

/* ---- numbers ---- */

static bool digit_of(char c, unsigned base, unsigned *out)
{
  const int value = digit_hex_value(c);

  *out = (unsigned)value;
  return value >= 0 && *out < base;
}

/* A field of len digits, of which the case of letters is how it is written. rule: what it is, if
 * not carried. */
static bool cpio_take(struct format_parts *parts, uint64_t *at, size_t len, unsigned base,
                      const struct format_rule *rule, uint64_t *out)
{
  const char *field = parts->bytes.ptr + *at;

  *out = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned digit;

    if (!digit_of(field[i], base, &digit))
      return false;
    *out = *out * base + digit;
    format_account(parts, *at + i, 1, rule || digit < 10 ? rule : &rule_number);
  }
  *at += len;
  return true;
}

/* ---- headers ---- */

static bool is_newc(const char *p)
{
  return memcmp(p, "070701", 6) == 0 || memcmp(p, "070702", 6) == 0;
}

static bool read_newc(struct format_parts *parts, uint64_t at, struct header *out)
{
  uint64_t *const fields[] = {
    &out->inode,           &out->mode,     &out->uid,    &out->gid,          &out->links,
    &out->mtime,           &out->size,     &out->device, &out->device_minor, &out->device_of,
    &out->device_of_minor, &out->name_len, &out->sum,
  };

  out->len = 110;
  out->align = 4;
  out->has_sum = parts->bytes.ptr[at + 5] == '2';
  format_account(parts, at, 6, NULL);
  at += 6;
  for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
    const bool is_place = i == 0 || i == 7 || i == 8;

    if (!cpio_take(parts, &at, 8, 16, is_place ? &rule_inode : NULL, fields[i]))
      return false;
  }
  return true;
}

static bool read_odc(struct format_parts *parts, uint64_t at, struct header *out)
{
  const struct {
    uint64_t *field;
    size_t len;
  } fields[] = {
    { &out->device, 6 },   { &out->inode, 6 }, { &out->mode, 6 },      { &out->uid, 6 },
    { &out->gid, 6 },      { &out->links, 6 }, { &out->device_of, 6 }, { &out->mtime, 11 },
    { &out->name_len, 6 }, { &out->size, 11 },
  };

  out->len = 76;
  out->align = 1;
  format_account(parts, at, 6, NULL);
  at += 6;
  for (size_t i = 0; i < ARRAY_LEN(fields); i++)
    if (!cpio_take(parts, &at, fields[i].len, 8, i < 2 ? &rule_inode : NULL, fields[i].field))
      return false;
  return true;
}

static int cpio_read_header(struct format_parts *parts, uint64_t at, struct header *out,
                            struct error *err)
{
  const char *p = parts->bytes.ptr + at;
  const uint64_t left = parts->bytes.len - at;

  *out = (struct header) { 0 };
  if (left >= 110 && is_newc(p) && read_newc(parts, at, out))
    return 0;
  if (left >= 76 && memcmp(p, "070707", 6) == 0 && read_odc(parts, at, out))
    return 0;
  return error_set(err, ERROR_CORRUPT, "there is no header at byte %llu", (unsigned long long)at);
}

/* ---- entries ---- */

static char cpio_type_of(uint64_t mode)
{
  if (mode > 0177777)
    return '\0';
  switch (mode & S_IFMT) {
  case S_IFREG:
    return TAR_REGULAR;
  case S_IFDIR:
    return TAR_DIR;
  case S_IFLNK:
    return TAR_SYMLINK;
  case S_IFCHR:
    return TAR_CHAR;
  case S_IFBLK:
    return TAR_BLOCK;
  case S_IFIFO:
    return TAR_FIFO;
  default:
    return '\0';
  }
}

/* Zeros up to a multiple of `align` from the archive's start; what else is there stays outside.
 * Where the file ends before, what is returned is no such multiple. */
static uint64_t pad(struct format_parts *parts, uint64_t start, uint64_t at, unsigned align)
{
  const uint64_t to =
      MIN_OF(start + (at - start + align - 1) / align * align, (uint64_t)parts->bytes.len);

  for (uint64_t i = at; i < to; i++)
    if (!parts->bytes.ptr[i])
      format_account(parts, i, 1, &rule_zeros);
  return to;
}

/* A link that has no sum of its target. */
static bool is_unsummed_link(const struct header *header)
{
  return header->has_sum && !header->sum && (header->mode & S_IFMT) == S_IFLNK;
}

/* What a reader of entries does not know. */
static void set_records(struct format_parts *parts, const struct header *header,
                        struct tar_entry *entry)
{
  struct tar_record *records = arena_alloc(&parts->arena, 2 * sizeof(*records));

  records[0] = (struct tar_record) { STR(TAR_RECORD_OF_MEMBER "cpio.links"),
                                     str_of(arena_printf(&parts->arena, "%llu",
                                                         (unsigned long long)header->links)) };
  records[1] = (struct tar_record) { STR(TAR_RECORD_OF_MEMBER "cpio.sum"), STR("none") };
  entry->records = records;
  entry->n_records = is_unsummed_link(header) ? 2 : 1;
}

static int fill_entry(struct format_parts *parts, struct cpio_links *links_of, uint64_t at,
                      const struct header *header, struct str name, struct str content,
                      struct error *err)
{
  struct tar_entry entry = {
    .type = cpio_type_of(header->mode),
    .name = name,
    .mode = (int64_t)(header->mode & 07777),
    .uid = (int64_t)header->uid,
    .gid = (int64_t)header->gid,
    .size = (int64_t)content.len,
    .mtime = { (int64_t)header->mtime, 0, true },
    .device_major = (int64_t)header->device_of,
    .device_minor = (int64_t)header->device_of_minor,
  };
  struct format_member *member;

  if (!entry.type)
    return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" in it is of unknown type", STR_ARGS(name));
  if (entry.type == TAR_SYMLINK)
    entry.link_name = content;
  else if (entry.type != TAR_REGULAR && content.len)
    return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" in it has a content, and is no file",
                     STR_ARGS(name));
  /* Linux makes links of symbolic links and directories in no case. */
  if (header->links > 1 && entry.type != TAR_DIR && entry.type != TAR_SYMLINK &&
      entry.type != TAR_REGULAR)
    return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" in it is a hard link", STR_ARGS(name));
  set_records(parts, header, &entry);
  member = format_add_member(parts, &entry, err);
  if (!member)
    return -1;
  member->at = at;
  if (entry.type == TAR_REGULAR)
    member->content = (struct format_content) { .stored = content, .size = content.len };
  if (entry.type == TAR_REGULAR && header->links > 1)
    cpio_links_add(links_of, (struct cpio_link) { header->device, header->device_minor,
                                                  header->inode, parts->n_members - 1 });
  return 0;
}

static int check_sum(const struct header *header, struct str name, struct str content,
                     struct error *err)
{
  uint32_t sum = 0;

  for (size_t i = 0; i < content.len && header->has_sum; i++)
    sum += (unsigned char)content.ptr[i];
  /* GNU cpio has sums of files only; without one, a link has a record that tells it. */
  if (sum == header->sum || is_unsummed_link(header))
    return 0;
  return error_set(err, ERROR_CORRUPT, "the checksum of \"%.*s\" in it is wrong", STR_ARGS(name));
}

/* An entry at *at; 1, or 0 if it was the archive's last. */
static int read_entry(struct format_parts *parts, struct cpio_links *links, uint64_t start,
                      uint64_t *at, struct error *err)
{
  struct header header;
  struct str name;
  struct str content;
  const uint64_t begin = *at;
  uint64_t place;

  if (cpio_read_header(parts, *at, &header, err))
    return -1;
  place = *at + header.len;
  if (header.name_len < 1 || header.name_len > ENTRY_MAX ||
      header.name_len > parts->bytes.len - place)
    return error_set(err, ERROR_CORRUPT, "the name at byte %llu does not fit",
                     (unsigned long long)place);
  name = (struct str) { parts->bytes.ptr + place, header.name_len - 1 };
  if (name.ptr[name.len] || memchr(name.ptr, '\0', name.len))
    return error_set(err, ERROR_CORRUPT, "the name at byte %llu does not end with its only NUL",
                     (unsigned long long)place);
  format_account(parts, place, header.name_len, NULL);
  place = pad(parts, start, place + header.name_len, header.align);
  if (header.size > parts->bytes.len - place)
    return error_set(err, ERROR_CORRUPT, "\"%.*s\" in it is cut short", STR_ARGS(name));
  content = (struct str) { parts->bytes.ptr + place, header.size };
  format_account(parts, place, header.size, NULL);
  *at = pad(parts, start, place + header.size, header.align);
  if (check_sum(&header, name, content, err))
    return -1;
  if (str_equal(name, STR(TRAILER)))
    return header.size || header.mode || header.uid || header.gid || header.mtime ||
                   header.links != 1 || header.device_of || header.device_of_minor
               ? error_set(err, ERROR_UNSUPPORTED, "its end says more than that it is the end")
               : 0;
  return fill_entry(parts, links, begin, &header, name, content, err) ? -1 : 1;
}

/* ---- archives ---- */

static uint64_t skip_zeros(struct format_parts *parts, uint64_t at)
{
  const uint64_t from = at;

  while (at < parts->bytes.len && !parts->bytes.ptr[at])
    at++;
  format_account(parts, from, at - from, &rule_zeros);
  return at;
}

static bool is_cpio(struct str bytes)
{
  return bytes.len >= 76 && (is_newc(bytes.ptr) || memcmp(bytes.ptr, "070707", 6) == 0);
}

/* Linux finds an archive that is not compressed only where a header may lie; and what it takes from
 * there as it lies (cpio_early.h) may have to lie on 16 bytes. */
static int add_alignment(struct format_parts *parts, uint64_t at, struct str rest,
                         struct error *err)
{
  const bool is_taken = is_cpio(rest) && memmem(rest.ptr, rest.len, "kernel/", 7);
  const uint64_t off = at % (is_taken ? EARLY_ALIGN : ALIGN);

  if (!off)
    return 0;
  return format_add_field(parts, FORMAT_COUNTS, "alignment",
                          str_of(arena_printf(&parts->arena, "%llu", (unsigned long long)off)),
                          err);
}

/* What follows the zeros behind an archive: the kernel goes on with it, whatever compresses it. It
 * is a member that is looked into in turn. */
static int add_rest(struct format_parts *parts, uint64_t at, struct error *err)
{
  const struct str rest = str_skip(parts->bytes, at);

  if (!rest.len)
    return 0;
  format_account(parts, at, rest.len, NULL);
  if (add_alignment(parts, at, rest, err))
    return -1;
  return format_add_file(parts, STR("(archive behind it)"), rest, err) ? 0 : -1;
}

/* Not every program reads each of the three kinds: Linux takes no odc. */
static int check_magic(const struct format_parts *parts, uint64_t at, struct error *err)
{
  if (parts->bytes.len - at < MAGIC || memcmp(parts->bytes.ptr, parts->bytes.ptr + at, MAGIC) == 0)
    return 0; /* what is cut short is told elsewhere */
  return error_set(err, ERROR_UNSUPPORTED, "its header at byte %llu is of another kind",
                   (unsigned long long)at);
}

/* GNU cpio and Linux read the zeros behind the last entry's name as well. */
static int add_end(struct format_parts *parts, uint64_t at, struct error *err)
{
  if (!is_newc(parts->bytes.ptr) || at % ALIGN == 0)
    return 0;
  return format_add_field(parts, FORMAT_COUNTS, "end", STR("without zeros to fill it up"), err);
}

static int cpio_read(struct format_parts *parts, struct error *err)
{
  struct cpio_links links = { 0 };
  uint64_t at = 0;
  int got;

  do {
    got = check_magic(parts, at, err) ? -1 : read_entry(parts, &links, 0, &at, err);
  } while (got > 0);
  if (got == 0 && add_end(parts, at, err))
    got = -1;
  if (got == 0) {
    cpio_early_mark_loaded(parts);
    got = cpio_links_resolve(&links, parts, err);
  }
  cpio_links_release(&links);
  if (got == 0) {
    cpio_early_mark(parts);
    format_mark_absolute(parts);
  }
  if (got < 0 ||
      format_add_field(parts, FORMAT_COUNTS, "kind", (struct str) { parts->bytes.ptr, MAGIC }, err))
    return -1;
  return add_rest(parts, skip_zeros(parts, at), err);
}

static bool cpio_detect(struct str bytes, struct str name)
{
  (void)name;
  return is_cpio(bytes);
}

const struct format format_cpio = {
  .name = "cpio",
  .may_be_equal = true,
  .is_tree = true,
  .has_loose_names = true,
  .detect = cpio_detect,
  .read = cpio_read,
};
