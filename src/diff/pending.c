#include "diff/pending.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* One allocation holds the record, its PAX records and all its strings: a million of them may wait.
 */
static struct str pack(char **at, struct str s)
{
  char *copy = *at;

  if (s.len)
    memcpy(copy, s.ptr, s.len);
  *at += s.len;
  return (struct str) { copy, s.len };
}

static struct pending *pending_new(const struct tar_entry *entry)
{
  size_t size = sizeof(struct pending) + entry->n_records * sizeof(struct tar_record) +
                entry->name.len + entry->link_name.len + entry->user_name.len +
                entry->group_name.len;
  struct pending *pending;
  struct tar_record *records;
  char *at;

  for (size_t i = 0; i < entry->n_records; i++)
    size += entry->records[i].key.len + entry->records[i].value.len;
  pending = xmalloc(size);
  *pending = (struct pending) { .entry = *entry };
  records = (struct tar_record *)(pending + 1);
  at = (char *)(records + entry->n_records);
  for (size_t i = 0; i < entry->n_records; i++) {
    records[i].key = pack(&at, entry->records[i].key);
    records[i].value = pack(&at, entry->records[i].value);
  }
  pending->entry.records = records;
  pending->entry.name = pack(&at, entry->name);
  pending->entry.link_name = pack(&at, entry->link_name);
  pending->entry.user_name = pack(&at, entry->user_name);
  pending->entry.group_name = pack(&at, entry->group_name);
  return pending;
}

void pending_free(struct pending *pending)
{
  free(pending);
}

void pending_release(struct pending_table *table)
{
  for (size_t i = 0; i < table->names.n; i++) {
    struct pending_name *name = table->names.entries[i].value;

    for (int side = 0; side < 2; side++)
      while (name->first[side])
        pending_free(pending_take(table, name, side));
  }
  map_release(&table->names);
  arena_release(&table->arena);
}

struct pending_name *pending_find(const struct pending_table *table, struct str key)
{
  struct map_entry *found = table->waiting ? map_find(&table->names, key) : NULL;

  return found ? found->value : NULL;
}

struct pending *pending_add(struct pending_table *table, int side, struct str key,
                            const struct tar_entry *entry)
{
  struct map_entry *found = map_put(&table->names, key);
  struct pending *pending = pending_new(entry);
  struct pending_name *name;

  if (!found->value) {
    found->key = arena_str(&table->arena, key);
    found->value = arena_alloc(&table->arena, sizeof(*name));
  }
  name = found->value;
  if (name->last[side])
    name->last[side]->next = pending;
  else
    name->first[side] = pending;
  name->last[side] = pending;
  table->waiting++;
  return pending;
}

struct pending *pending_take(struct pending_table *table, struct pending_name *name, int side)
{
  struct pending *pending = name->first[side];

  name->first[side] = pending->next;
  if (!pending->next)
    name->last[side] = NULL;
  pending->next = NULL;
  table->waiting--;
  return pending;
}
