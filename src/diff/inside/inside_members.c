#include "diff/inside/inside_members.h"

#include "base/alloc.h"
#include "base/map.h"

/* Positions of the members of one name: a list through `next`, in their order. */
struct names {
  struct map by_name; /* the value: 1 + the first position that has no partner yet */
  size_t *next;       /* 1 + the next one of that name; 0: none */
};

static void names_init(struct names *names, const struct format_parts *parts,
                       const struct entry_rules *rules)
{
  *names = (struct names) { .next = xcalloc(parts->n_members + 1, sizeof(*names->next)) };
  for (size_t i = parts->n_members; i-- > 0;) {
    struct map_entry *entry =
        map_put(&names->by_name, entry_canonical(rules, parts->members[i].entry.name));

    names->next[i] = (uintptr_t)entry->value;
    entry->value = (void *)(uintptr_t)(i + 1);
  }
}

static void names_release(struct names *names)
{
  map_release(&names->by_name);
  free(names->next);
}

struct inside_pair *inside_pair_members(const struct format_parts parts[2],
                                        const struct entry_rules *rules, size_t *n)
{
  struct inside_pair *pairs =
      xcalloc(parts[0].n_members + parts[1].n_members + 1, sizeof(struct inside_pair));
  AUTO_FREE bool *taken = xcalloc(parts[1].n_members + 1, sizeof(*taken));
  struct names names;

  names_init(&names, &parts[1], rules);
  *n = 0;
  for (size_t i = 0; i < parts[0].n_members; i++) {
    const struct format_member *member = &parts[0].members[i];
    struct map_entry *found = map_find(&names.by_name, entry_canonical(rules, member->entry.name));

    pairs[*n].members[0] = member;
    if (found && found->value) {
      const size_t at = (uintptr_t)found->value - 1;

      pairs[*n].members[1] = &parts[1].members[at];
      taken[at] = true;
      found->value = (void *)(uintptr_t)names.next[at];
    }
    ++*n;
  }
  for (size_t i = 0; i < parts[1].n_members; i++)
    if (!taken[i])
      pairs[(*n)++].members[1] = &parts[1].members[i];
  names_release(&names);
  return pairs;
}

bool inside_same_stored(const struct format_content *a, const struct format_content *b)
{
  return a->codec == b->codec && a->size == b->size && a->has_crc32 == b->has_crc32 &&
         (!a->has_crc32 || a->crc32 == b->crc32) && str_equal(a->stored, b->stored);
}
