#include "diff/layers/names.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/spool.h"

/* What stands before each name. */
struct name_head {
  uint32_t len;
  uint32_t is_directory;
};

enum { NAME_MAX_BYTES = INT32_MAX };

struct names {
  struct spool *spool;
  bool forgotten;
};

struct names *names_new(struct budget *memory)
{
  struct names *names = xcalloc(1, sizeof(*names));

  names->spool = spool_new(memory);
  return names;
}

void names_free(struct names *names)
{
  if (!names)
    return;
  spool_free(names->spool);
  free(names);
}

void names_add(struct names *names, struct str name, bool is_directory)
{
  const struct name_head head = { .len = (uint32_t)name.len, .is_directory = is_directory };
  struct error ignored;

  if (names->forgotten)
    return;
  if (name.len > NAME_MAX_BYTES || spool_add(names->spool, &head, sizeof(head), &ignored) ||
      spool_add(names->spool, name.ptr, name.len, &ignored))
    names->forgotten = true;
}

/* 1, 0 after the last one; -1 where they cannot be read back. */
static int names_next(struct names *names, uint64_t *at, struct name_head *head, struct buf *name)
{
  struct error ignored;
  char *room;

  if (*at == spool_size(names->spool))
    return 0;
  buf_clear(name);
  if (spool_read(names->spool, *at, head, sizeof(*head), &ignored))
    return -1;
  room = buf_reserve(name, head->len);
  if (!room || spool_read(names->spool, *at + sizeof(*head), room, head->len, &ignored))
    return -1;
  *at += sizeof(*head) + head->len;
  return 1;
}

void names_weigh(struct names *names, struct findings *findings)
{
  AUTO_BUF name = BUF_INIT(NAME_MAX_BYTES);
  struct name_head head;
  uint64_t at = 0;
  int result = names->forgotten ? -1 : 0;

  while (!result && findings->n_strong && (result = names_next(names, &at, &head, &name)) > 0) {
    findings_weigh_own(findings, (struct str) { name.ptr, head.len }, head.is_directory);
    result = 0;
  }
  if (result < 0)
    findings->n_strong = 0;
  else
    findings_weighed(findings);
}
