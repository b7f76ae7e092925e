#include "pair/pending.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

/* What stands before each entry. The entries of one name that wait are a ring in the order in which
 * they came: the last one's `next` is the first. */
struct record {
  uint64_t hash;
  uint64_t next;
  uint32_t key_len;
  uint32_t packed_len;
  uint8_t side;
  uint8_t hashed;
  uint8_t taken;   /* it waits no longer */
  uint8_t in_slot; /* a slot leads to it */
  uint32_t zero;   /* 0: no byte of it is left unset, since all are written to a file */
};

/* A slot leads to the last entry of a name: upper bits of the hash, and 1 + where it lies. */
enum { PLACE_BITS = 40, FIRST_SLOTS = 64 };
#define PLACE_MASK ((UINT64_C(1) << PLACE_BITS) - 1)

struct pending_table {
  struct budget *memory;
  struct spool *spool;
  uint64_t *slots;
  size_t n, n_slots;
  uint64_t waiting;
  struct buf scratch;
};

struct pending_table *pending_new(struct budget *memory)
{
  struct pending_table *table = xcalloc(1, sizeof(*table));

  table->memory = memory;
  table->spool = spool_new(memory);
  table->scratch = BUF_INIT(PENDING_MAX_BYTES);
  return table;
}

void pending_free(struct pending_table *table)
{
  if (!table)
    return;
  budget_give(table->memory, table->n_slots * sizeof(*table->slots));
  free(table->slots);
  spool_free(table->spool);
  buf_release(&table->scratch);
  free(table);
}

void pending_release(struct pending *pending)
{
  buf_release(&pending->bytes);
  arena_release(&pending->records);
  *pending = PENDING_INIT;
}

uint64_t pending_waiting(const struct pending_table *table)
{
  return table->waiting;
}

/* ---- records ---- */

static int pending_read_record(struct pending_table *table, uint64_t at, struct record *out,
                               struct error *err)
{
  return spool_read(table->spool, at, out, sizeof(*out), err);
}

static int pending_write_record(struct pending_table *table, uint64_t at,
                                const struct record *record, struct error *err)
{
  return spool_write(table->spool, at, record, sizeof(*record), err);
}

static uint64_t pending_behind(uint64_t at, const struct record *record)
{
  return at + sizeof(*record) + record->key_len + record->packed_len;
}

/* The entry of a record. */
static int pending_load(struct pending_table *table, uint64_t at, const struct record *record,
                        struct pending *out, struct error *err)
{
  const size_t len = (size_t)record->key_len + record->packed_len;
  struct tar_entry base = { 0 };
  struct unpacked unpacked;
  const char *packed;
  char *room;

  buf_clear(&out->bytes);
  arena_reset(&out->records);
  room = buf_reserve(&out->bytes, len);
  if (!room)
    return budget_error(table->memory, "an entry that waits for its partner", err);
  if (spool_read(table->spool, at + sizeof(*record), room, len, err))
    return -1;
  out->key = (struct str) { room, record->key_len };
  base.name = out->key;
  packed = room + record->key_len;
  unpack_entry(&unpacked, &packed, &base, &out->records);
  out->entry = unpacked.entry;
  out->content = unpacked.content;
  out->hashed = record->hashed;
  out->side = record->side;
  return 0;
}

/* ---- slots ---- */

static uint64_t pending_tag(uint64_t hash)
{
  return hash & ~PLACE_MASK;
}

static int pending_is_key(struct pending_table *table, uint64_t at, uint64_t hash, struct str key,
                          struct record *record, bool *out, struct error *err)
{
  char *room;

  *out = false;
  if (pending_read_record(table, at, record, err))
    return -1;
  if (record->hash != hash || record->key_len != key.len)
    return 0;
  buf_clear(&table->scratch);
  room = buf_reserve(&table->scratch, key.len);
  if (!room)
    return budget_error(table->memory, "the names of entries that wait", err);
  if (spool_read(table->spool, at + sizeof(*record), room, key.len, err))
    return -1;
  *out = str_equal((struct str) { room, key.len }, key);
  return 0;
}

/* The slot of a key, or the free one where it belongs. *record: what it leads to. */
static int pending_find(struct pending_table *table, uint64_t hash, struct str key, size_t *slot,
                        struct record *record, struct error *err)
{
  const size_t mask = table->n_slots - 1;
  size_t at = (size_t)hash & mask;

  for (; table->slots[at]; at = (at + 1) & mask) {
    bool found;

    if (pending_tag(table->slots[at]) != pending_tag(hash))
      continue;
    if (pending_is_key(table, (table->slots[at] & PLACE_MASK) - 1, hash, key, record, &found, err))
      return -1;
    if (found)
      break;
  }
  *slot = at;
  return 0;
}

static void pending_set_slot(struct pending_table *table, size_t slot, uint64_t hash, uint64_t at)
{
  table->slots[slot] = pending_tag(hash) | (at + 1);
}

/* The records tell what they hash to, so they are gone through. */
static int pending_fill_slots(struct pending_table *table, struct error *err)
{
  const size_t mask = table->n_slots - 1;
  struct record record;

  for (uint64_t at = 0; at < spool_size(table->spool); at = pending_behind(at, &record)) {
    size_t slot;

    if (pending_read_record(table, at, &record, err))
      return -1;
    if (!record.in_slot)
      continue;
    slot = (size_t)record.hash & mask;
    while (table->slots[slot])
      slot = (slot + 1) & mask;
    pending_set_slot(table, slot, record.hash, at);
  }
  return 0;
}

static int pending_grow(struct pending_table *table, struct error *err)
{
  const size_t n_old = table->n_slots;
  const size_t n_slots = n_old ? n_old * 2 : FIRST_SLOTS;

  /* The old ones are not needed for the new ones. */
  free(table->slots);
  budget_give(table->memory, n_old * sizeof(*table->slots));
  table->slots = NULL;
  table->n_slots = 0;
  if (!budget_take(table->memory, n_slots * sizeof(*table->slots)))
    return budget_error(table->memory, "entries that wait for their partners", err);
  table->n_slots = n_slots;
  table->slots = xcalloc(n_slots, sizeof(*table->slots));
  return pending_fill_slots(table, err);
}

/* ---- entries ---- */

static int pending_append(struct pending_table *table, const struct record *record, struct str key,
                          struct str packed, struct error *err)
{
  if (spool_size(table->spool) + sizeof(*record) + key.len + packed.len >= PLACE_MASK)
    return error_set(err, ERROR_LIMIT, "entries that wait for their partners take over 1 TiB");
  if (spool_add(table->spool, record, sizeof(*record), err) ||
      spool_add(table->spool, key.ptr, key.len, err) ||
      spool_add(table->spool, packed.ptr, packed.len, err))
    return -1;
  return 0;
}

/* The new record, at the end of the spool, comes behind the last one of its name. */
static int pending_link(struct pending_table *table, uint64_t last_at, struct record *last,
                        struct record *record, struct error *err)
{
  record->next = last->taken ? spool_size(table->spool) : last->next;
  if (!last->taken)
    last->next = spool_size(table->spool);
  last->in_slot = false;
  return pending_write_record(table, last_at, last, err);
}

int pending_add(struct pending_table *table, int side, struct str key,
                const struct tar_entry *entry, const struct digest *content, struct error *err)
{
  const struct tar_entry base = { .name = key };
  struct record record = { .hash = hash_str(key), .side = (uint8_t)side, .in_slot = true };
  AUTO_BUF packed = BUF_INIT(PENDING_MAX_BYTES);
  struct record last;
  size_t slot;

  if (table->n_slots / 4 * 3 < table->n + 1 && pending_grow(table, err))
    return -1;
  if (pending_find(table, record.hash, key, &slot, &last, err))
    return -1;
  pack_entry(&packed, entry, &base, content);
  if (packed.overflow || key.len > UINT32_MAX)
    return error_set(err, ERROR_LIMIT, "an entry's header of more than %d bytes",
                     PENDING_MAX_BYTES);
  record.key_len = (uint32_t)key.len;
  record.packed_len = (uint32_t)packed.len;
  record.hashed = content != NULL;
  record.next = spool_size(table->spool);
  if (!table->slots[slot])
    table->n++;
  else if (pending_link(table, (table->slots[slot] & PLACE_MASK) - 1, &last, &record, err))
    return -1;
  pending_set_slot(table, slot, record.hash, spool_size(table->spool));
  table->waiting++;
  return pending_append(table, &record, key, buf_str(&packed), err);
}

int pending_take(struct pending_table *table, int side, struct str key, struct pending *out,
                 struct error *err)
{
  const uint64_t hash = table->waiting ? hash_str(key) : 0;
  struct record last;
  struct record first;
  uint64_t last_at;
  uint64_t first_at;
  size_t slot;

  if (!table->waiting)
    return 0;
  if (pending_find(table, hash, key, &slot, &last, err))
    return -1;
  if (!table->slots[slot] || last.taken || last.side != side)
    return 0;
  last_at = (table->slots[slot] & PLACE_MASK) - 1;
  first_at = last.next;
  if (pending_read_record(table, first_at, &first, err) ||
      pending_load(table, first_at, &first, out, err))
    return -1;
  if (first_at != last_at) {
    last.next = first.next;
    if (pending_write_record(table, last_at, &last, err))
      return -1;
  }
  first.taken = true;
  if (pending_write_record(table, first_at, &first, err))
    return -1;
  table->waiting--;
  return 1;
}

/* How many of a name wait, if the one at `at` is the last of them; most often it is the only one.
 */
static int pending_count(struct pending_table *table, uint64_t at, const struct record *record,
                         struct str key, uint64_t *times, struct error *err)
{
  struct record other;
  size_t slot;
  uint64_t next;

  *times = 1;
  if (record->next == at)
    return 0;
  if (pending_find(table, record->hash, key, &slot, &other, err))
    return -1;
  *times = 0;
  if ((table->slots[slot] & PLACE_MASK) - 1 != at)
    return 0;
  *times = 1;
  for (next = record->next; next != at; next = other.next, (*times)++)
    if (pending_read_record(table, next, &other, err))
      return -1;
  return 0;
}

int pending_next(struct pending_table *table, uint64_t *at, struct pending *out, uint64_t *times,
                 struct error *err)
{
  struct record record;

  while (table->waiting && *at < spool_size(table->spool)) {
    const uint64_t here = *at;

    if (pending_read_record(table, here, &record, err))
      return -1;
    *at = pending_behind(here, &record);
    if (record.taken)
      continue;
    if (pending_load(table, here, &record, out, err) ||
        pending_count(table, here, &record, out->key, times, err))
      return -1;
    return 1;
  }
  return 0;
}
