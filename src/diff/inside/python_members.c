#include "diff/inside/python_members.h"

#include "base/arena.h"
#include "base/path.h"
#include "diff/inside/python_source.h"

void python_members_release(struct python_members *members)
{
  map_release(&members->by_name[0]);
  map_release(&members->by_name[1]);
}

static const char twice[] = "twice";

/* Programs give both the time of the link, or leave the target's, or do as the order has it. */
static bool is_odd_link(const struct map *by_name, const struct tar_entry *entry)
{
  const struct map_entry *target;
  const struct format_member *member;
  struct str path;

  if (entry->type != TAR_LINK)
    return false;
  (void)path_plain(entry->link_name, &path);
  target = map_find(by_name, path);
  if (!target || target->value == (const void *)twice)
    return true;
  member = target->value;
  return !entry->mtime.set || !member->entry.mtime.set ||
         entry->mtime.seconds != member->entry.mtime.seconds;
}

static void fill(struct python_members *members)
{
  const struct format_parts *parts = members->parts;

  members->is_filled = true;
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < parts[side].n_members; i++) {
      struct str path;
      struct map_entry *entry;

      (void)path_plain(parts[side].members[i].entry.name, &path);
      entry = map_put(&members->by_name[side], path);
      entry->value = entry->value ? (void *)(uintptr_t)twice : (void *)&parts[side].members[i];
    }
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < parts[side].n_members && !members->odd_links[side]; i++)
      members->odd_links[side] =
          is_odd_link(&members->by_name[side], &parts[side].members[i].entry);
}

static struct python_source source_of(const struct python_members *members, int side,
                                      struct str path)
{
  const struct map_entry *entry = map_find(&members->by_name[side], path);
  const struct format_member *member = entry ? entry->value : NULL;

  if (!member)
    return (struct python_source) { PYTHON_SOURCE_ABSENT, 0, 0 };
  if (entry->value == (const void *)twice || member->entry.type != TAR_REGULAR ||
      !member->entry.mtime.set || members->odd_links[side] ||
      strcmp(members->format->name, "zip") == 0)
    return (struct python_source) { PYTHON_SOURCE_ODD, 0, 0 };
  return (struct python_source) { PYTHON_SOURCE_THERE, member->entry.mtime.seconds,
                                  member->entry.size };
}

bool python_members_differ(struct looking *looking, struct python_members *members, struct str name,
                           const struct str content[2])
{
  struct arena arena = { 0 };
  char reasons[2][INSIDE_REASON_MAX];
  static const struct python_source odd[2] = { { PYTHON_SOURCE_ODD, 0, 0 },
                                               { PYTHON_SOURCE_ODD, 0, 0 } };
  struct python_sources sources;
  struct str path;
  bool same;

  if (!python_has_times(content))
    return false;
  (void)path_plain(name, &path);
  same = python_sources_of(path, &arena, &sources) || python_does_same(content, odd, reasons);
  if (!members->is_filled)
    fill(members);
  for (size_t i = 0; i < sources.n && same; i++) {
    const struct python_source found[2] = {
      source_of(members, 0, sources.paths[i]),
      source_of(members, 1, sources.paths[i]),
    };

    same = python_does_same(content, found, reasons);
  }
  for (int side = 0; side < 2 && !same; side++)
    looking_set_reason(looking, side, reasons[side]);
  arena_release(&arena);
  return !same;
}
