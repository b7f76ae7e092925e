#include "formats/cpio_early.h"

#include "base/map.h"
#include "base/path.h"
#include "formats/record.h"

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

void cpio_early_mark(struct format_parts *parts)
{
  struct map directories = MAP_INIT;

  early_note(&directories, parts);
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct map_entry *above =
        map_find(&directories, path_directory(early_plain(&parts->members[i])));

    if (above && (uintptr_t)above->value > i + 1)
      format_add_record(parts, &parts->members[i], TAR_RECORD_OF_MEMBER "cpio.too-early",
                        STR("yes"));
  }
  map_release(&directories);
}

void cpio_early_mark_loaded(struct format_parts *parts)
{
  unsigned n = 0;

  for (size_t i = 0; i < parts->n_members; i++) {
    struct format_member *member = &parts->members[i];
    const struct str content = member->content.stored;
    const size_t at = content.len ? (size_t)(content.ptr - parts->bytes.ptr) : 0;

    if (member->entry.type == TAR_REGULAR && str_has_prefix(early_plain(member), STR("kernel/")))
      format_add_record(
          parts, member, TAR_RECORD_OF_MEMBER "cpio.loaded-early",
          str_of(arena_printf(&parts->arena, "%u, %.*s, %s, aligned to %d", ++n,
                              STR_ARGS(member->entry.name),
                              content.len ? "with its content" : "empty", at % 16 ? 4 : 16)));
  }
}
