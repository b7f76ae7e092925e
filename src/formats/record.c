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
