#include "report/explain/explain_renamed.h"

#include "base/alloc.h"
#include "report/explain/explain_pattern.h"

static const char *cause_of_parts(unsigned parts)
{
  return parts & PATTERN_HASH ? "hashed-name" : "dated-name";
}

/* Of names of one pattern, those that are alone on each side are one file; of several it is only
 * known that such names change. */
static void say_pattern(struct moved_search *search, struct moved_entry *item, unsigned parts)
{
  AUTO_DRAFT draft = DRAFT_INIT;

  if (item->known.n)
    return;
  draft_add(&draft, cause_named(str_of(cause_of_parts(parts))), CAUSE_BY_NAME, CAUSE_LIKELY, NULL);
  search->set(search->context, item->record, draft_finish(&draft, &search->moved->arena));
}

struct named {
  struct moved_seen seen;
  unsigned parts;
};

void explain_renamed(struct moved_search *search)
{
  struct map keys = MAP_INIT;
  AUTO_FREE struct named **of = xcalloc(search->moved->n + 1, sizeof(*of));

  for (size_t i = 0; i < search->moved->n; i++) {
    struct moved_entry *item = &search->moved->items[i];
    struct map_entry *entry;
    unsigned parts;
    struct str key;

    if (item->paired)
      continue;
    key = explain_pattern(item->path, &search->moved->arena, &parts);
    if (!parts)
      continue;
    entry = map_put(&keys, key);
    if (!entry->value) {
      entry->value = arena_alloc(&search->moved->arena, sizeof(struct named));
      *(struct named *)entry->value = (struct named) { .parts = parts };
    }
    of[i] = entry->value;
    of[i]->seen.many |= of[i]->seen.items[item->side] != NULL;
    of[i]->seen.items[item->side] = item;
  }
  for (size_t i = 0; i < search->moved->n; i++) {
    struct moved_entry *item = &search->moved->items[i];
    const struct moved_seen *seen = of[i] ? &of[i]->seen : NULL;

    if (!seen || item->paired || !seen->items[0] || !seen->items[1])
      continue;
    if (!seen->many && seen->items[0]->entry.type == seen->items[1]->entry.type &&
        !seen->items[0]->known.n)
      moved_join(search, seen->items[0], seen->items[1], cause_of_parts(of[i]->parts),
                 moved_values(search, seen->items[0]->path, seen->items[1]->path));
    else
      say_pattern(search, item, of[i]->parts);
  }
  map_release(&keys);
}
