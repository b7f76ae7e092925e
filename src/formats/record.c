#include "formats/record.h"

void format_add_record(struct format_parts *parts, struct format_member *member, const char *key,
                       struct str value)
{
  struct tar_entry *entry = &member->entry;
  struct tar_record *records =
      arena_alloc(&parts->arena, (entry->n_records + 1) * sizeof(*records));
  const struct tar_record record = { str_of(key), value };
  size_t at = 0;

  while (at < entry->n_records && str_compare(entry->records[at].key, record.key) < 0)
    at++;
  for (size_t i = 0; i < entry->n_records; i++)
    records[i + (i >= at)] = entry->records[i];
  records[at] = record;
  entry->records = records;
  entry->n_records++;
}

void format_mark_absolute(struct format_parts *parts)
{
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct tar_entry *entry = &parts->members[i].entry;
    const bool has_name = str_has_prefix(entry->name, STR("/"));
    const bool has_target = entry->type == TAR_LINK && str_has_prefix(entry->link_name, STR("/"));

    if (has_name || has_target)
      format_add_record(parts, &parts->members[i], TAR_RECORD_OF_MEMBER "absolute",
                        !has_target ? STR("name")
                        : has_name  ? STR("name, target")
                                    : STR("target"));
  }
}
