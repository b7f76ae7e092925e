#include "show/contents_packages.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "packages/database.h"

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

int contents_databases_keep(struct contents_databases *databases, struct tar_reader *reader,
                            const struct tar_entry *entry, size_t token, struct budget *memory,
                            struct error *err)
{
  struct contents_database database = { .token = token };

  if (!package_database_is(entry->name) || entry->size > PACKAGE_DATABASE_MAX)
    return 0;
  if (!databases->spool)
    databases->spool = spool_new(memory);
  database.at = spool_size(databases->spool);
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

  if (!found || !package_database_is(path))
    return 0;
  bytes = xmalloc(found->len + 1);
  if (spool_read(databases->spool, found->at, bytes, found->len, err))
    return -1;
  package_database_read(list, path, (struct str) { bytes, found->len });
  return 0;
}
