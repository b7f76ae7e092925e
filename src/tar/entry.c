#include "tar/entry.h"

bool tar_record_xattr(const struct tar_record *record, struct str *name)
{
  struct str prefix = STR("SCHILY.xattr.");

  if (!str_has_prefix(record->key, prefix))
    return false;
  *name = str_skip(record->key, prefix.len);
  return true;
}

bool tar_entry_has_xattrs(const struct tar_entry *entry)
{
  struct str name;

  for (size_t i = 0; i < entry->n_records; i++)
    if (tar_record_xattr(&entry->records[i], &name))
      return true;
  return false;
}

bool tar_record_of_member(const struct tar_record *record, struct str *name)
{
  struct str prefix = STR(TAR_RECORD_OF_MEMBER);

  if (!str_has_prefix(record->key, prefix))
    return false;
  *name = str_skip(record->key, prefix.len);
  return true;
}

bool tar_time_equal(const struct tar_time *a, const struct tar_time *b)
{
  return a->set == b->set &&
         (!a->set || (a->seconds == b->seconds && a->nanoseconds == b->nanoseconds));
}

struct tar_entry *tar_entry_copy(const struct tar_entry *entry, struct arena *arena)
{
  struct tar_entry *copy = arena_alloc(arena, sizeof(*copy));
  struct tar_record *records = NULL;

  *copy = *entry;
  if (entry->n_records)
    records = arena_alloc(arena, entry->n_records * sizeof(*records));
  for (size_t i = 0; i < entry->n_records; i++)
    records[i] = (struct tar_record) { arena_str(arena, entry->records[i].key),
                                       arena_str(arena, entry->records[i].value) };
  copy->records = records;
  copy->name = arena_str(arena, entry->name);
  copy->link_name = arena_str(arena, entry->link_name);
  copy->user_name = arena_str(arena, entry->user_name);
  copy->group_name = arena_str(arena, entry->group_name);
  return copy;
}

bool tar_entry_has_content(const struct tar_entry *entry)
{
  switch (entry->type) {
  case TAR_LINK:
  case TAR_SYMLINK:
  case TAR_CHAR:
  case TAR_BLOCK:
  case TAR_DIR:
  case TAR_FIFO:
  case TAR_GLOBAL:
    return false;
  default:
    return true;
  }
}
