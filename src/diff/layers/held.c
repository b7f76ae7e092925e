#include "diff/layers/held.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/spool.h"
#include "tar/pack.h"

enum { HELD_MAX_BYTES = 1 << 30 };

struct held {
  struct budget *memory;
  struct spool *spool;
  uint64_t at; /* of the next one that is read */
  struct buf bytes;
  struct arena records;
  struct unpacked entries[2]; /* of the one that was read last */
};

/* What stands before each. */
struct held_head {
  uint64_t len;
  uint64_t head_len[2];
  bool has_head[2];
  bool hashed[2];
  bool in_step, headers_differ, contents_differ, same_rest;
};

struct held *held_new(struct budget *memory)
{
  struct held *held = xcalloc(1, sizeof(*held));

  held->memory = memory;
  held->spool = spool_new(memory);
  held->bytes = BUF_INIT(HELD_MAX_BYTES);
  return held;
}

void held_free(struct held *held)
{
  if (!held)
    return;
  spool_free(held->spool);
  buf_release(&held->bytes);
  arena_release(&held->records);
  free(held);
}

int held_add(struct held *held, const struct match_pair *pair, struct error *err)
{
  struct held_head head = {
    .in_step = pair->in_step,
    .headers_differ = pair->headers_differ,
    .contents_differ = pair->contents_differ,
    .same_rest = pair->same_rest,
  };

  buf_clear(&held->bytes);
  pack_entry(&held->bytes, pair->entries[0], NULL, pair->contents[0]);
  pack_entry(&held->bytes, pair->entries[1], pair->entries[0], pair->contents[1]);
  if (held->bytes.overflow)
    return error_set(err, ERROR_LIMIT, "two entries' headers of more than %d bytes",
                     HELD_MAX_BYTES);
  head.len = held->bytes.len;
  for (int side = 0; side < 2; side++) {
    head.hashed[side] = pair->contents[side] != NULL;
    head.has_head[side] = pair->heads[side].ptr != NULL;
    head.head_len[side] = pair->heads[side].len;
  }
  if (spool_add(held->spool, &head, sizeof(head), err) ||
      spool_add(held->spool, held->bytes.ptr, held->bytes.len, err))
    return -1;
  for (int side = 0; side < 2; side++)
    if (pair->heads[side].len &&
        spool_add(held->spool, pair->heads[side].ptr, pair->heads[side].len, err))
      return -1;
  return 0;
}

static void held_unpack(struct held *held, const struct held_head *head, struct match_pair *out)
{
  const char *packed = held->bytes.ptr;

  arena_reset(&held->records);
  *out = (struct match_pair) {
    .in_step = head->in_step,
    .headers_differ = head->headers_differ,
    .contents_differ = head->contents_differ,
    .same_rest = head->same_rest,
  };
  for (int side = 0; side < 2; side++) {
    unpack_entry(&held->entries[side], &packed, side ? &held->entries[0].entry : NULL,
                 &held->records);
    out->entries[side] = &held->entries[side].entry;
    out->contents[side] = head->hashed[side] ? &held->entries[side].content : NULL;
  }
  for (int side = 0; side < 2; side++) {
    if (head->has_head[side])
      out->heads[side] = (struct str) { packed, (size_t)head->head_len[side] };
    packed += head->head_len[side];
  }
}

int held_next(struct held *held, struct match_pair *out, struct error *err)
{
  struct held_head head;
  size_t len;
  char *room;

  if (held->at == spool_size(held->spool))
    return 0;
  if (spool_read(held->spool, held->at, &head, sizeof(head), err))
    return -1;
  len = (size_t)(head.len + head.head_len[0] + head.head_len[1]);
  buf_clear(&held->bytes);
  room = buf_reserve(&held->bytes, len);
  if (!room)
    return budget_error(held->memory, "entries that differ", err);
  if (spool_read(held->spool, held->at + sizeof(head), room, len, err))
    return -1;
  held->at += sizeof(head) + len;
  held_unpack(held, &head, out);
  return 1;
}
