#include "formats/zip.h"

#include <sys/stat.h>

#include "base/civil.h"
#include "base/map.h"
#include "formats/codec.h"
#include "formats/zip_extra.h"
#include "formats/zip_local.h"
#include "formats/zip_readers.h"
#include "formats/zip_record.h"

static const struct format_rule rule_form = { "zip-4", FORMAT_FORM, "the compressed form" };

enum {
  SYSTEM_UNIX = 3,
  SYSTEM_MAC = 19,
  TARGET_MAX = 4096,
  PREFIX_LOOK = 4096,
  FLAGS_FORM = 0x000e, /* how hard it was compressed, and the descriptor */
};

/* MS-DOS's date and time (4.4.6), in a zone that nobody tells. One that there is not (month 0,
 * second 60) counts on into another that there is; so that they are told apart it has the bits that
 * make it as nanoseconds. */
static struct tar_time time_of(const struct zip_record *record)
{
  const int64_t year = 1980 + (record->date >> 9);
  const int month = record->date >> 5 & 15;
  const int day = record->date & 31;
  const int64_t days = civil_days(year, month, day);
  const bool exists = month >= 1 && month <= 12 && day >= 1 &&
                      day <= civil_month_days(year, month) && record->time >> 11 < 24 &&
                      (record->time >> 5 & 63) < 60 && (record->time & 31) < 30;

  return (struct tar_time) {
    .seconds = days * 86400 + (record->time >> 11) * 3600 + (record->time >> 5 & 63) * 60 +
               (record->time & 31) * 2,
    .nanoseconds = exists ? 0 : 1 + ((record->date & 0x1ff) << 16 | record->time),
    .set = true,
  };
}

static bool is_unix(const struct zip_record *record)
{
  const unsigned system = record->made_by >> 8;

  return system == SYSTEM_UNIX || system == SYSTEM_MAC;
}

/* The type by the name and, where there is one, by the mode: these have to agree. 0: they do not.
 */
static char zip_type_of(const struct zip_record *record)
{
  const bool is_dir = str_has_suffix(record->name, STR("/"));
  const uint32_t mode = is_unix(record) ? record->external >> 16 : 0;

  switch (mode & S_IFMT) {
  case 0:
  case S_IFMT: /* Maven's -1, which is no mode; that it stands there counts all the same */
    return is_dir ? TAR_DIR : TAR_REGULAR;
  case S_IFREG:
    return is_dir ? '\0' : TAR_REGULAR;
  case S_IFDIR:
    return is_dir ? TAR_DIR : '\0';
  case S_IFLNK:
    return is_dir ? '\0' : TAR_SYMLINK;
  default:
    return '\0';
  }
}

static bool is_readable(const struct zip_record *record)
{
  return !(record->flags & ZIP_FLAG_ENCRYPTED) &&
         (record->method == ZIP_STORED || record->method == ZIP_DEFLATED);
}

/* What a reader of entries does not know. */
static int add_records(struct format_parts *parts, const struct zip_record *record,
                       struct zip_records *records, struct error *err)
{
  struct arena *arena = &parts->arena;
  const uint32_t attributes = record->external & ~(is_unix(record) ? UINT32_C(07777) << 16 : 0);
  /* Programs leave out what needs a version later than theirs. */
  const uint32_t needed = record->needed > ZIP_VERSION_KNOWN ? record->needed : 0;
  bool is_ascii = true;

  for (size_t i = 0; i < record->name.len; i++)
    is_ascii = is_ascii && (unsigned char)record->name.ptr[i] < 0x80;
  for (size_t i = 0; i < record->comment.len; i++)
    is_ascii = is_ascii && (unsigned char)record->comment.ptr[i] < 0x80;
  /* Which letters a name's bytes are may hang on the program that wrote it. */
  if (!is_ascii && !(record->flags & ZIP_FLAG_UTF8) &&
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.version", record->made_by & 0xff,
                     err))
    return -1;
  if ((record->comment.len &&
       zip_add_record(records, TAR_RECORD_OF_MEMBER "zip.comment", record->comment, err)) ||
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.system", record->made_by >> 8,
                     err) ||
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.attributes", attributes, err) ||
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.internal", record->internal, err) ||
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.needed", needed, err) ||
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.zip64", record->zip64, err) ||
      zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.utf8",
                     !is_ascii && (record->flags & ZIP_FLAG_UTF8), err))
    return -1;
  /* BusyBox's unzip makes no link of what is compressed. */
  if (is_readable(record))
    return zip_type_of(record) == TAR_SYMLINK && record->method == ZIP_DEFLATED
               ? zip_add_record(records, TAR_RECORD_OF_MEMBER "zip.link", STR("deflated"), err)
               : 0;
  /* What comes out of these is not known: the form has to be the same. */
  return zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.method",
                        record->method | (record->flags & ZIP_FLAG_ENCRYPTED) << 16, err) ||
         zip_add_number(records, arena, TAR_RECORD_OF_MEMBER "zip.crc", record->crc, err);
}

/* 4.3.12. */
static int account_record(struct format_parts *parts, const struct zip_record *record,
                          struct zip_records *records, struct error *err)
{
  const uint64_t at = record->at;

  format_account(parts, at, 4, NULL);
  format_account(parts, at + 4, 1, &zip_rule_version);
  format_account(parts, at + 5, 1, NULL);
  format_account(parts, at + 6, 6, &zip_rule_version);
  format_account(parts, at + 12, 4, NULL); /* time and date */
  format_account(parts, at + 16, 8, &zip_rule_sums);
  format_account(parts, at + 24, 18, NULL); /* up to the attributes */
  format_account(parts, at + 42, 4, &zip_rule_sums);
  format_account(parts, at + ZIP_CENTRAL, record->name.len, NULL);
  format_account(parts, at + ZIP_CENTRAL + record->name.len + record->extra.len,
                 record->comment.len, NULL);
  return zip_add_extra(parts, record, record->extra, false, records, err);
}

static int check_record(const struct zip_record *record, struct error *err)
{
  const unsigned known = FLAGS_FORM | ZIP_FLAG_UTF8 | ZIP_FLAG_ENCRYPTED | ZIP_FLAG_DESCRIPTOR;

  if (record->flags & ~known)
    return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" has unknown flags (0x%04x)",
                     STR_ARGS(record->name), record->flags);
  if (!zip_type_of(record))
    return error_set(err, ERROR_UNSUPPORTED, "\"%.*s\" is of a type that does not fit its name",
                     STR_ARGS(record->name));
  if (!record->name.len || memchr(record->name.ptr, '\0', record->name.len))
    return error_set(err, ERROR_CORRUPT, "a member's name is empty, or has a NUL");
  /* JDK's jar deflates directories, too: nothing has to come out. */
  if (zip_type_of(record) == TAR_DIR &&
      (record->size ||
       (record->stored && (record->method != ZIP_DEFLATED || !is_readable(record)))))
    return error_set(err, ERROR_CORRUPT, "the directory \"%.*s\" has a content",
                     STR_ARGS(record->name));
  if (record->method == ZIP_STORED && is_readable(record) && record->stored != record->size)
    return error_set(err, ERROR_CORRUPT, "\"%.*s\" has two sizes", STR_ARGS(record->name));
  return 0;
}

/* A directory whose nothing is deflated. */
static int check_nothing(struct format_parts *parts, struct format_member *member,
                         struct error *err)
{
  struct format_opened opened;

  if (!member->content.stored.len)
    return 0;
  if (format_open(&member->content, parts->budget, &opened, err))
    return -1;
  format_close(&opened);
  member->content = (struct format_content) { .stored = { "", 0 } };
  return 0;
}

static int set_target(struct format_parts *parts, struct format_member *member, struct error *err)
{
  struct format_opened opened;

  if (member->content.size > TARGET_MAX)
    return error_set(err, ERROR_LIMIT, "\"%.*s\" is a link with a target of over %d bytes",
                     STR_ARGS(member->entry.name), TARGET_MAX);
  if (format_open(&member->content, parts->budget, &opened, err))
    return -1;
  member->entry.link_name = arena_str(&parts->arena, opened.bytes);
  format_close(&opened);
  member->content = (struct format_content) { .stored = { "", 0 } };
  member->entry.size = 0;
  return 0;
}

static int zip_add_member(struct format_parts *parts, const struct zip_record *record,
                          uint64_t data, struct zip_records *records, struct error *err)
{
  struct tar_entry entry = {
    .type = zip_type_of(record),
    .name = record->name,
    .size = (int64_t)MIN_OF(record->size, (uint64_t)INT64_MAX),
    .mode = is_unix(record) ? record->external >> 16 & 07777 : 0,
    .mtime = time_of(record),
  };
  struct format_member *member;

  zip_keep_records(records, &parts->arena, &entry);
  member = format_add_member(parts, &entry, err);
  if (!member)
    return -1;
  member->at = record->local;
  member->content = (struct format_content) {
    .stored = { parts->bytes.ptr + data, record->stored },
    .codec = is_readable(record) && record->method == ZIP_DEFLATED ? &format_deflate : NULL,
    .size = is_readable(record) ? record->size : record->stored,
    .crc32 = record->crc,
    .has_crc32 = is_readable(record),
  };
  format_account(parts, data, record->stored, member->content.codec ? &rule_form : NULL);
  if (entry.type == TAR_DIR)
    return check_nothing(parts, member, err);
  return entry.type == TAR_SYMLINK ? set_target(parts, member, err) : 0;
}

static int read_member(struct format_parts *parts, const struct zip_record *record,
                       struct map *names, struct error *err)
{
  struct zip_records records = { .n = 0 };
  struct map_entry *known = map_put(names, record->name);
  const char *in_place;
  uint64_t data;

  if (known->value)
    return error_set(err, ERROR_UNSUPPORTED, "it has two members called \"%.*s\"",
                     STR_ARGS(record->name));
  known->value = names;
  if (check_record(record, err) || zip_check_local(parts, record, &records, &data, err))
    return -1;
  if (parts->bytes.len - data < record->stored)
    return error_set(err, ERROR_CORRUPT, "\"%.*s\" is cut short", STR_ARGS(record->name));
  if (record->flags & ZIP_FLAG_DESCRIPTOR &&
      zip_check_descriptor(parts, record, data + record->stored, &records, err))
    return -1;
  in_place = zip_type_of(record) == TAR_REGULAR ? zip_in_place(parts, record, data) : NULL;
  if (in_place &&
      zip_add_record(&records, TAR_RECORD_OF_MEMBER "zip.in-place", str_of(in_place), err))
    return -1;
  if (add_records(parts, record, &records, err) || account_record(parts, record, &records, err))
    return -1;
  return zip_add_member(parts, record, data, &records, err);
}

/* What stands before the first member: a line for the shell, a program that unpacks. */
static int add_prefix(struct format_parts *parts, uint64_t len, struct error *err)
{
  if (!len)
    return 0;
  format_account(parts, 0, len, NULL);
  return format_add_field(parts, FORMAT_COUNTS, "prefix", (struct str) { parts->bytes.ptr, len },
                          err);
}

static int read_directory(struct format_parts *parts, const struct zip_directory *directory,
                          struct map *names, struct error *err)
{
  uint64_t at = directory->at;
  struct zip_firsts firsts = { .n = 0 };
  uint64_t n = 0;

  for (; at < directory->end; n++) {
    struct zip_record record;

    if (n == FORMAT_MEMBERS_MAX)
      return error_set(err, ERROR_LIMIT, "it has more than %d members", FORMAT_MEMBERS_MAX);
    if (zip_read_record(parts, at, directory->end, &record, err) ||
        read_member(parts, &record, names, err))
      return -1;
    zip_firsts_add(&firsts, &record);
    at += record.len;
  }
  if (n != directory->n)
    return error_set(err, ERROR_CORRUPT,
                     "its directory has another number of members than it says");
  if (add_prefix(parts, firsts.n ? firsts.records[0].local : directory->at, err))
    return -1;
  return zip_mark_places(parts, err) || zip_add_firsts(parts, &firsts, err) ? -1 : 0;
}

static int zip_read(struct format_parts *parts, struct error *err)
{
  struct zip_directory directory;
  struct map names = MAP_INIT;
  int status;

  if (zip_find_directory(parts, &directory, err))
    return -1;
  status = read_directory(parts, &directory, &names, err);
  map_release(&names);
  return status;
}

static bool zip_detect(struct str bytes, struct str name)
{
  (void)name;
  if (bytes.len < ZIP_END)
    return false;
  if (memcmp(bytes.ptr, "PK\3\4", 4) == 0 || memcmp(bytes.ptr, "PK\5\6", 4) == 0)
    return true;
  return memcmp(bytes.ptr, "#!", 2) == 0 &&
         memmem(bytes.ptr, MIN_OF(bytes.len, (size_t)PREFIX_LOOK), "PK\3\4", 4) != NULL;
}

const struct format format_zip = {
  .name = "zip",
  .may_be_equal = true,
  .is_tree = true,
  .detect = zip_detect,
  .read = zip_read,
};
