#include "diff/layers/entry.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "diff/layers/entry_text.h"

struct str entry_canonical(const struct entry_rules *rules, struct str path)
{
  if (!(rules->ignore & IGNORE_CANONICAL_PATHS))
    return path;
  if (str_has_prefix(path, STR("/")))
    path = str_skip(path, 1);
  if (str_has_prefix(path, STR("./")))
    path = str_skip(path, 2);
  return path;
}

static bool same_mode(const struct entry_rules *rules, const struct tar_entry *a,
                      const struct tar_entry *b)
{
  int64_t mask = rules->ignore & IGNORE_FILE_MODE_REDUNDANT_BITS ? 07777 : -1;

  if ((rules->ignore & IGNORE_UNSEEN) && a->type == TAR_SYMLINK && b->type == TAR_SYMLINK)
    return true; /* Linux has one mode for all of them */
  return (a->mode & mask) == (b->mode & mask);
}

static bool same_type(const struct entry_rules *rules, char a, char b)
{
  static const struct str regular = STR("07S"); /* three ways to write one file */

  return a == b || ((rules->ignore & IGNORE_UNSEEN) && memchr(regular.ptr, a, regular.len) &&
                    memchr(regular.ptr, b, regular.len));
}

/* What a symbolic link says, users see to the letter; of hard links it is compared elsewhere which
 * paths are one file. */
static bool same_link_name(const struct entry_rules *rules, const struct tar_entry *a,
                           const struct tar_entry *b)
{
  if (!(rules->ignore & IGNORE_UNSEEN) || a->type == TAR_LINK || b->type == TAR_LINK)
    return str_equal(entry_canonical(rules, a->link_name), entry_canonical(rules, b->link_name));
  return a->type != TAR_SYMLINK || b->type != TAR_SYMLINK || str_equal(a->link_name, b->link_name);
}

static bool has_device(const struct entry_rules *rules, const struct tar_entry *entry)
{
  return !(rules->ignore & IGNORE_UNSEEN) || entry->type == TAR_CHAR || entry->type == TAR_BLOCK;
}

static bool same_device(const struct entry_rules *rules, const struct tar_entry *a,
                        const struct tar_entry *b)
{
  return !has_device(rules, a) || !has_device(rules, b) ||
         (a->device_major == b->device_major && a->device_minor == b->device_minor);
}

/* ---- PAX records ---- */

static bool key_is_one_of(struct str key, const char *const *keys)
{
  for (; *keys; keys++)
    if (str_equal(key, str_of(*keys)))
      return true;
  return false;
}

static bool is_ignored_time(const struct entry_rules *rules, struct str key)
{
  static const struct {
    const char *key;
    uint32_t ignore;
  } times[] = {
    { "mtime", IGNORE_FILE_MTIME },
    { "atime", IGNORE_FILE_ATIME },
    { "ctime", IGNORE_FILE_CTIME },
    { "LIBARCHIVE.creationtime", IGNORE_FILE_TIMESTAMPS },
  };

  for (size_t i = 0; i < ARRAY_LEN(times); i++)
    if (rules->ignore & times[i].ignore && str_equal(key, str_of(times[i].key)))
      return true;
  return false;
}

/* Whether what a record says is seen in a container: xattrs; what Windows' engines give files,
 * their security descriptors among it (github.com/Microsoft/go-winio, backuptar); and, on a BSD,
 * the flags of files. */
static bool record_is_seen(const struct entry_rules *rules, const struct tar_record *record)
{
  struct str xattr;

  if (tar_record_xattr(record, &xattr) || str_has_prefix(record->key, STR("MSWINDOWS.")))
    return true;
  return !(rules->ignore & IGNORE_FILE_FLAGS) && str_equal(record->key, STR("SCHILY.fflags"));
}

/* Records that say again what the header says, or say it better: what they say is compared as the
 * entry's own field. */
static bool record_counts(const struct entry_rules *rules, const struct tar_record *record)
{
  static const char *const header[] = { "path",  "linkpath", "size",  "uid",   "gid", "uname",
                                        "gname", "mtime",    "atime", "ctime", NULL };
  struct str xattr;

  if ((rules->ignore & IGNORE_UNSEEN) && !record_is_seen(rules, record))
    return false;
  if (is_ignored_time(rules, record->key))
    return false;
  if (rules->ignore & IGNORE_TAR_FORMAT && key_is_one_of(record->key, header))
    return false;
  if (rules->skip_security_xattrs && tar_record_xattr(record, &xattr) &&
      str_has_prefix(xattr, STR("security.")))
    return false;
  return true;
}

static bool same_value(const struct entry_rules *rules, const struct tar_record *a,
                       const struct tar_record *b)
{
  static const char *const paths[] = { "path", "linkpath", NULL };

  if ((rules->ignore & IGNORE_CANONICAL_PATHS) && key_is_one_of(a->key, paths))
    return str_equal(entry_canonical(rules, a->value), entry_canonical(rules, b->value));
  return str_equal(a->value, b->value);
}

static void entry_add_record(struct fields *fields, const struct tar_record *r0,
                             const struct tar_record *r1)
{
  struct str key = r0 ? r0->key : r1->key;
  struct str xattr;
  const char *kind = "PAX";
  const char *name;

  if (tar_record_xattr(r0 ? r0 : r1, &xattr)) {
    kind = "Xattr";
    key = xattr;
  } else if (tar_record_of_member(r0 ? r0 : r1, &key)) {
    kind = "Member";
  }
  name = arena_printf(&fields->arena, "%s %.*s", kind, STR_ARGS(key));
  fields_add(fields, name, arena_printf(&fields->arena, "%s ", name),
             r0 ? r0->value : (struct str) { NULL, 0 }, r1 ? r1->value : (struct str) { NULL, 0 });
}

/* Which records are added to the fields. */
enum record_kind { RECORDS_XATTR, RECORDS_PAX };

static bool record_is(const struct tar_record *record, enum record_kind kind)
{
  struct str xattr;

  return tar_record_xattr(record, &xattr) == (kind == RECORDS_XATTR);
}

/* Walks the two sorted lists in step. With fields NULL it returns at the first difference, of
 * whatever kind. */
static bool records_differ(const struct entry_rules *rules, const struct tar_entry *e0,
                           const struct tar_entry *e1, enum record_kind kind, struct fields *fields)
{
  size_t i = 0;
  size_t j = 0;
  bool differ = false;

  while (i < e0->n_records || j < e1->n_records) {
    const struct tar_record *r0 = i < e0->n_records ? &e0->records[i] : NULL;
    const struct tar_record *r1 = j < e1->n_records ? &e1->records[j] : NULL;
    int order = !r0 ? 1 : !r1 ? -1 : str_compare(r0->key, r1->key);
    bool counts;

    if (order < 0)
      r1 = NULL;
    if (order > 0)
      r0 = NULL;
    assert(r0 || r1);
    i += r0 != NULL;
    j += r1 != NULL;
    if (r0 && r1 && str_equal(r0->value, r1->value))
      continue;
    counts = record_counts(rules, r0 ? r0 : r1) && !(r0 && r1 && same_value(rules, r0, r1));
    if (counts && !fields)
      return true;
    differ = differ || counts;
    if (fields && record_is(r0 ? r0 : r1, kind)) {
      fields->ignored = !counts;
      entry_add_record(fields, r0, r1);
    }
  }
  if (fields)
    fields->ignored = false;
  return differ;
}

/* ---- all fields ---- */

static bool ignores_format(const struct entry_rules *rules)
{
  return rules->ignore & (IGNORE_TAR_FORMAT | IGNORE_FILE_META_FORMAT);
}

/* An entry that is left out moves no other. */
static uint64_t position(const struct tar_entry *entry)
{
  return entry->index - entry->skipped;
}

bool entry_headers_differ(const struct entry_rules *rules, const struct tar_entry *e0,
                          const struct tar_entry *e1)
{
  const uint32_t ignore = rules->ignore;

  if (!same_type(rules, e0->type, e1->type) || !same_mode(rules, e0, e1) || e0->uid != e1->uid ||
      e0->gid != e1->gid || !same_device(rules, e0, e1) || !same_link_name(rules, e0, e1))
    return true;
  if (!(ignore & IGNORE_UNSEEN) &&
      (e0->size != e1->size || !str_equal(e0->user_name, e1->user_name) ||
       !str_equal(e0->group_name, e1->group_name)))
    return true;
  if ((!(ignore & IGNORE_FILE_MTIME) && !tar_time_equal(&e0->mtime, &e1->mtime)) ||
      (!(ignore & IGNORE_FILE_ATIME) && !tar_time_equal(&e0->atime, &e1->atime)) ||
      (!(ignore & IGNORE_FILE_CTIME) && !tar_time_equal(&e0->ctime, &e1->ctime)))
    return true;
  if (!(ignore & IGNORE_FILE_ORDER) && !rules->ignore_position && position(e0) != position(e1))
    return true;
  if (!ignores_format(rules) && e0->format != e1->format)
    return true;
  return records_differ(rules, e0, e1, RECORDS_PAX, NULL);
}

static void entry_add_number(struct fields *fields, const char *name, const char *label,
                             const char *format, int64_t a, int64_t b)
{
  char text[2][48];
  int64_t numbers[2] = { a, b };

  for (int i = 0; i < 2; i++) {
    if (format[0] == 'x')
      snprintf(text[i], sizeof(text[i]), "0x%" PRIx64, (uint64_t)numbers[i]);
    else
      snprintf(text[i], sizeof(text[i]), "%" PRId64, numbers[i]);
  }
  fields_add(fields, name, label, str_of(text[0]), str_of(text[1]));
}

/* A header always has these, be they empty. */
static void add_text(struct fields *fields, const char *name, const char *label, struct str a,
                     struct str b)
{
  fields_add(fields, name, label, a.len ? a : STR(""), b.len ? b : STR(""));
}

static void add_time(struct fields *fields, const char *name, const char *label,
                     const struct tar_time *a, const struct tar_time *b)
{
  char text[2][ENTRY_TIME_MAX];

  if (!tar_time_equal(a, b))
    fields_add(fields, name, label, str_of(entry_time_text(a, text[0])),
               str_of(entry_time_text(b, text[1])));
}

static void add_type(struct fields *fields, char a, char b)
{
  char text[2][48];
  char types[2] = { a, b };

  for (int i = 0; i < 2; i++) {
    if (types[i] >= ' ' && types[i] <= '~')
      snprintf(text[i], sizeof(text[i]), "%s (%c)", entry_type_name(types[i]), types[i]);
    else
      snprintf(text[i], sizeof(text[i]), "%s (0x%02x)", entry_type_name(types[i]),
               (unsigned)(unsigned char)types[i]);
  }
  fields_add(fields, "Typeflag", "Type ", str_of(text[0]), str_of(text[1]));
}

/* Targets that differ, be it only in how they are written. */
static void add_link_name(const struct entry_rules *rules, const struct tar_entry *e0,
                          const struct tar_entry *e1, struct fields *fields)
{
  if (str_equal(e0->link_name, e1->link_name))
    return;
  fields->ignored = same_link_name(rules, e0, e1);
  add_text(fields, "Linkname", "Linkname ", e0->link_name, e1->link_name);
  fields->ignored = false;
}

static void owner_fields(const struct entry_rules *rules, const struct tar_entry *e0,
                         const struct tar_entry *e1, struct fields *fields)
{
  /* Two entries are only compared where their names are the same to the rules. */
  fields->ignored = true;
  if (!str_equal(e0->name, e1->name))
    add_text(fields, "Name", "", e0->name, e1->name);
  fields->ignored = false;
  add_link_name(rules, e0, e1, fields);
  if (e0->mode != e1->mode) {
    fields->ignored = rules->ignore & IGNORE_EXTRA_MODE || same_mode(rules, e0, e1);
    entry_add_number(fields, "Mode", "Mode ", "x", e0->mode, e1->mode);
    fields->ignored = false;
  }
  fields->ignored = rules->ignore & IGNORE_EXTRA_PERMISSIONS;
  if (e0->uid != e1->uid)
    entry_add_number(fields, "Uid", "Uid ", "d", e0->uid, e1->uid);
  if (e0->gid != e1->gid)
    entry_add_number(fields, "Gid", "Gid ", "d", e0->gid, e1->gid);
  fields->ignored = rules->ignore & IGNORE_UNSEEN;
  if (!str_equal(e0->user_name, e1->user_name))
    add_text(fields, "Uname", "Uname ", e0->user_name, e1->user_name);
  if (!str_equal(e0->group_name, e1->group_name))
    add_text(fields, "Gname", "Gname ", e0->group_name, e1->group_name);
  fields->ignored = false;
}

static void device_field(const struct entry_rules *rules, const struct tar_entry *e0,
                         const struct tar_entry *e1, struct fields *fields)
{
  char text[2][64];

  if (same_device(rules, e0, e1))
    return;
  snprintf(text[0], sizeof(text[0]), "%" PRId64 ":%" PRId64, e0->device_major, e0->device_minor);
  snprintf(text[1], sizeof(text[1]), "%" PRId64 ":%" PRId64, e1->device_major, e1->device_minor);
  fields_add(fields, "Dev", "Dev ", str_of(text[0]), str_of(text[1]));
}

static void content_field(const struct digest *const contents[2], struct fields *fields)
{
  char text[2][DIGEST_MAX_TEXT];

  if (contents[0] && contents[1])
    fields_add(fields, "Digest", "", str_of(digest_hex(contents[0], text[0])),
               str_of(digest_hex(contents[1], text[1])));
}

/* Where only what counts is of interest: not even the names of two entries need be alike. */
static void drop_ignored(struct fields *fields)
{
  size_t n = 0;

  for (size_t i = 0; i < fields->n; i++)
    if (!fields->items[i].ignored)
      fields->items[n++] = fields->items[i];
  fields->n = n;
}

void entry_fields(const struct entry_rules *rules, const struct tar_entry *e0,
                  const struct tar_entry *e1, const struct digest *const contents[2],
                  struct fields *fields)
{
  const uint32_t ignore = rules->ignore;
  char text[2][ENTRY_FORMAT_MAX];

  if (ignore & IGNORE_UNSEEN && !same_type(rules, e0->type, e1->type))
    add_type(fields, e0->type, e1->type);
  owner_fields(rules, e0, e1, fields);
  device_field(rules, e0, e1, fields);
  fields->ignored = ignore & IGNORE_EXTRA_CONTENT;
  content_field(contents, fields);
  fields->ignored = false;
  records_differ(rules, e0, e1, RECORDS_XATTR, fields);
  fields->ignored = ignore & IGNORE_FILE_MTIME;
  add_time(fields, "ModTime", "", &e0->mtime, &e1->mtime);
  fields->ignored = ignore & IGNORE_FILE_ATIME;
  add_time(fields, "AccessTime", "Atime ", &e0->atime, &e1->atime);
  fields->ignored = ignore & IGNORE_FILE_CTIME;
  add_time(fields, "ChangeTime", "Ctime ", &e0->ctime, &e1->ctime);
  fields->ignored = ignore & IGNORE_FILE_ORDER;
  if (!rules->ignore_position && position(e0) != position(e1))
    entry_add_number(fields, "Index", "Index ", "d", (int64_t)position(e0), (int64_t)position(e1));
  fields->ignored = ignores_format(rules);
  if (e0->format != e1->format)
    fields_add(fields, "Format", "Format ", str_of(entry_format_text(e0->format, text[0])),
               str_of(entry_format_text(e1->format, text[1])));
  fields->ignored = false;
  if (e0->type != e1->type && !(ignore & IGNORE_UNSEEN))
    add_type(fields, e0->type, e1->type);
  fields->ignored = ignore & IGNORE_UNSEEN && !(contents[0] && contents[1]);
  if (e0->size != e1->size)
    entry_add_number(fields, "Size", "Size ", "d", e0->size, e1->size);
  fields->ignored = false;
  records_differ(rules, e0, e1, RECORDS_PAX, fields);
  if (ignore & IGNORE_UNSEEN)
    drop_ignored(fields);
}
