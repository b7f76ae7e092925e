#include "formats/cpio_early.h"

#include "base/map.h"
#include "base/path.h"

static struct str early_plain(const struct format_member *member)
{
  struct str plain;

  (void)path_plain(member->entry.name, &plain);
  return plain;
}

/* Where directories first stand: their positions, plus one. */
static void early_note(struct map *directories, const struct format_parts *parts)
{
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct str plain = early_plain(&parts->members[i]);
    struct map_entry *entry;

    if (parts->members[i].entry.type != TAR_DIR || !plain.len)
      continue;
    entry = map_put(directories, plain);
    if (!entry->value)
      entry->value = (void *)(uintptr_t)(i + 1);
  }
}

static void early_add(struct format_parts *parts, struct tar_entry *entry)
{
  struct tar_record *records =
      arena_alloc(&parts->arena, (entry->n_records + 1) * sizeof(*records));

  for (size_t i = 0; i < entry->n_records; i++)
    records[i] = entry->records[i];
  records[entry->n_records] =
      (struct tar_record) { STR(TAR_RECORD_OF_MEMBER "cpio.too-early"), STR("yes") };
  entry->records = records;
  entry->n_records++;
}

void cpio_early_mark(struct format_parts *parts)
{
  struct map directories = MAP_INIT;

  early_note(&directories, parts);
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct map_entry *above =
        map_find(&directories, path_directory(early_plain(&parts->members[i])));

    if (above && (uintptr_t)above->value > i + 1)
      early_add(parts, &parts->members[i].entry);
  }
  map_release(&directories);
}
