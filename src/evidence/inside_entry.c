#include "evidence/inside_entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"
#include "base/digit.h"

void inside_leave(struct inside *inside, struct str what)
{
  content_leave(inside->out, what);
  inside->out->headless = true;
}

const char *inside_cause_of_times(const struct inside *inside, const struct format *format)
{
  static const struct {
    const char *format, *id;
  } table[] = {
    { "gzip", "gzip-time" },    { "tar", "tar-inside" },           { "zip", "zip-times" },
    { "ar", "ar-members" },     { "cpio", "cpio-inside" },         { "pyc", "pyc-header" },
    { "jks", "java-keystore" }, { "squashfs", "squashfs-inside" },
  };

  if (inside->packed)
    return inside->packed;
  for (size_t i = 0; i < ARRAY_LEN(table); i++)
    if (strcmp(format->name, table[i].format) == 0)
      return table[i].id;
  return "embedded-date";
}

static const char *time_text(struct arena *arena, int64_t seconds)
{
  char text[CIVIL_TEXT_MAX];

  return arena_strdup(arena, civil_rfc3339(seconds, text));
}

static void add_times(struct inside *inside, const struct format *format, const struct tar_entry *a,
                      const struct tar_entry *b)
{
  if (a->mtime.seconds == b->mtime.seconds && a->mtime.nanoseconds == b->mtime.nanoseconds)
    return;
  content_add(inside->out, inside->arena, inside_cause_of_times(inside, format), "time",
              str_of(time_text(inside->arena, a->mtime.seconds)),
              str_of(time_text(inside->arena, b->mtime.seconds)));
}

static void add_owner(struct inside *inside, const char *name, uint64_t a, uint64_t b)
{
  char texts[2][32];

  if (a == b)
    return;
  snprintf(texts[0], sizeof(texts[0]), "%" PRIu64, a);
  snprintf(texts[1], sizeof(texts[1]), "%" PRIu64, b);
  content_assume(inside->out, inside->arena, "archive-owner", name, str_of(texts[0]),
                 str_of(texts[1]));
}

/* The next record that counts: all but those that say again what a field of the entry says. A
 * global header has no such fields. NULL behind the last. */
static const struct tar_record *next_counting(const struct tar_entry *entry, size_t *at)
{
  static const char *const fields[] = { "path",  "linkpath", "size",  "uid",   "gid",
                                        "uname", "gname",    "mtime", "atime", "ctime" };

  while (*at < entry->n_records) {
    const struct tar_record *record = &entry->records[(*at)++];
    bool repeats = false;

    for (size_t i = 0; i < ARRAY_LEN(fields) && entry->type != TAR_GLOBAL; i++)
      repeats = repeats || str_equal(record->key, str_of(fields[i]));
    if (!repeats)
      return record;
  }
  return NULL;
}

static bool same_counting(const struct tar_entry *a, const struct tar_entry *b)
{
  size_t in_a = 0;
  size_t in_b = 0;

  for (;;) {
    const struct tar_record *x = next_counting(a, &in_a);
    const struct tar_record *y = next_counting(b, &in_b);

    if (!x || !y)
      return !x && !y;
    if (!str_equal(x->key, y->key) || !str_equal(x->value, y->value))
      return false;
  }
}

/* What an entry without a content says of its size: some programs go over so many bytes behind the
 * header (GNU tar's of a directory), some over none. */
static bool same_bare_size(const struct tar_entry *a, const struct tar_entry *b)
{
  return tar_entry_has_content(a) || a->size == b->size;
}

/* git archive notes the commit (git-get-tar-commit-id(1)): a hash of it, as SHA-1 or SHA-256. */
static bool is_commit(const struct tar_record *record)
{
  size_t n = 0;

  while (n < record->value.len && digit_hex_value(record->value.ptr[n]) >= 0)
    n++;
  return str_equal(record->key, STR("comment")) && n == record->value.len && (n == 40 || n == 64);
}

/* Whether two global headers are commits alone: these are told. */
static bool add_commits(struct inside *inside, const struct tar_entry *a, const struct tar_entry *b)
{
  if (a->type != TAR_GLOBAL || a->n_records != 1 || b->n_records != 1 ||
      !is_commit(&a->records[0]) || !is_commit(&b->records[0]))
    return false;
  content_assume(inside->out, inside->arena, "embedded-hash", "commit", a->records[0].value,
                 b->records[0].value);
  return true;
}

bool inside_look_at_entry(struct inside *inside, const struct format *format,
                          const struct tar_entry *a, const struct tar_entry *b)
{
  if (a->type != b->type || !str_equal(a->link_name, b->link_name) || a->mode != b->mode ||
      a->device_major != b->device_major || a->device_minor != b->device_minor ||
      !same_bare_size(a, b) || !(same_counting(a, b) || add_commits(inside, a, b))) {
    inside_leave(inside, a->name);
    return false;
  }
  add_times(inside, format, a, b);
  add_owner(inside, "uid", (uint64_t)a->uid, (uint64_t)b->uid);
  add_owner(inside, "gid", (uint64_t)a->gid, (uint64_t)b->gid);
  if (!str_equal(a->user_name, b->user_name) || !str_equal(a->group_name, b->group_name))
    content_assume(inside->out, inside->arena, "archive-owner", "owner", a->user_name,
                   b->user_name);
  return true;
}
