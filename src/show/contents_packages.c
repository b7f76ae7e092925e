#include "show/contents_packages.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "packages/database.h"
#include "packages/go.h"

void contents_databases_release(struct contents_databases *databases)
{
  spool_free(databases->spool);
  free(databases->items);
  *databases = (struct contents_databases) { 0 };
}

static int spool_hole(struct spool *spool, uint64_t len, struct error *err)
{
  static const char zeros[4096];

  for (uint64_t done = 0; done < len; done += sizeof(zeros))
    if (spool_add(spool, zeros, (size_t)MIN_OF(len - done, (uint64_t)sizeof(zeros)), err))
      return -1;
  return 0;
}

static int spool_content(struct spool *spool, struct tar_reader *reader, struct error *err)
{
  struct tar_chunk chunk;
  int got;

  while ((got = tar_read(reader, &chunk, err)) > 0)
    if (chunk.block ? spool_add(spool, chunk.bytes, chunk.len, err)
                    : spool_hole(spool, chunk.len, err))
      return -1;
  return got;
}

/* Of a program that may be one of Go's, the beginning tells whether it is kept: then it is in the
 * spool. */
static int keep_program_head(struct spool *spool, struct tar_reader *reader, bool *keep,
                             struct error *err)
{
  AUTO_BUF head = BUF_INIT(PACKAGE_PROGRAM_HEAD + BLOCK_SIZE);
  struct tar_chunk chunk;
  int got = 1;

  while (head.len < PACKAGE_PROGRAM_HEAD && (got = tar_read(reader, &chunk, err)) > 0)
    buf_add(&head, chunk.bytes, chunk.len);
  if (got < 0)
    return -1;
  *keep = head.len && package_program_begins(buf_str(&head));
  return *keep ? spool_add(spool, head.ptr, head.len, err) : 0;
}

int contents_databases_keep(struct contents_databases *databases, struct tar_reader *reader,
                            const struct tar_entry *entry, size_t token, struct budget *memory,
                            struct error *err)
{
  struct contents_database database = { .token = token };
  bool keep = package_database_is(entry->name) && entry->size <= PACKAGE_DATABASE_MAX;

  database.is_program =
      !package_database_is(entry->name) && package_program_may_be(entry->mode, entry->size);
  if (!keep && !database.is_program)
    return 0;
  if (!databases->spool)
    databases->spool = spool_new(memory);
  database.at = spool_size(databases->spool);
  if (database.is_program && keep_program_head(databases->spool, reader, &keep, err))
    return -1;
  if (!keep)
    return 0;
  if (spool_content(databases->spool, reader, err))
    return -1;
  database.len = (size_t)(spool_size(databases->spool) - database.at);
  databases->items =
      xgrow(databases->items, databases->n, &databases->cap, sizeof(*databases->items));
  databases->items[databases->n++] = database;
  return 0;
}

static int by_token(const void *a, const void *b)
{
  const struct contents_database *database_a = a;
  const struct contents_database *database_b = b;

  return database_a->token < database_b->token ? -1 : database_a->token > database_b->token;
}

int contents_databases_read(const struct contents_databases *databases, size_t token,
                            struct str path, struct package_list *list, struct error *err)
{
  const struct contents_database key = { .token = token };
  const struct contents_database *found =
      databases->n
          ? bsearch(&key, databases->items, databases->n, sizeof(*databases->items), by_token)
          : NULL;
  AUTO_FREE char *bytes = NULL;

  if (!found || (!found->is_program && !package_database_is(path)))
    return 0;
  bytes = xmalloc(found->len + 1);
  if (spool_read(databases->spool, found->at, bytes, found->len, err))
    return -1;
  if (found->is_program)
    package_program_read(list, STR(""), (struct str) { bytes, found->len });
  else
    package_database_read(list, path, (struct str) { bytes, found->len });
  return 0;
}
