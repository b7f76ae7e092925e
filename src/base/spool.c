#include "base/spool.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/tempfile.h"

enum { CHUNK = 256 * 1024, WINDOW = 16 * 1024 };

struct spool {
  struct budget *memory;
  char **chunks; /* of CHUNK bytes each; NULL: it is in the file */
  size_t n, cap; /* chunks */
  size_t first;  /* all before it are in the file */
  uint64_t size;
  struct tempfile file;
  /* What was last read of the file, so that bytes read one after the other cost no call each. */
  char *window;
  uint64_t window_at;
  size_t window_len;
};

struct spool *spool_new(struct budget *memory)
{
  struct spool *spool = xcalloc(1, sizeof(*spool));

  spool->memory = memory;
  spool->file = TEMPFILE_INIT;
  return spool;
}

static void spool_drop_chunk(struct spool *spool, size_t number)
{
  free(spool->chunks[number]);
  spool->chunks[number] = NULL;
  budget_give(spool->memory, CHUNK);
}

void spool_free(struct spool *spool)
{
  if (!spool)
    return;
  for (size_t i = spool->first; i < spool->n; i++)
    spool_drop_chunk(spool, i);
  free(spool->chunks);
  free(spool->window);
  tempfile_close(&spool->file);
  free(spool);
}

uint64_t spool_size(const struct spool *spool)
{
  return spool->size;
}

/* All chunks go to the file. */
static int spool_flush(struct spool *spool, struct error *err)
{
  if (spool->file.fd < 0 && tempfile_open(&spool->file, err))
    return -1;
  for (; spool->first < spool->n; spool->first++) {
    if (tempfile_write(&spool->file, spool->chunks[spool->first], CHUNK,
                       (uint64_t)spool->first * CHUNK, err))
      return -1;
    spool_drop_chunk(spool, spool->first);
  }
  return 0;
}

static int spool_add_chunk(struct spool *spool, struct error *err)
{
  const bool first = spool->first == spool->n; /* none is in memory */

  if (first ? !budget_take(spool->memory, CHUNK) : !budget_take_spare(spool->memory, CHUNK)) {
    if (spool_flush(spool, err))
      return -1;
    if (!budget_take(spool->memory, CHUNK))
      return budget_error(spool->memory, "what waits to be written to a temporary file", err);
  }
  spool->chunks = xgrow(spool->chunks, spool->n, &spool->cap, sizeof(*spool->chunks));
  spool->chunks[spool->n++] = xmalloc(CHUNK);
  return 0;
}

/* Of bytes that are in the file; chunks are there as wholes. */
static int spool_read_file(struct spool *spool, uint64_t at, char *out, size_t len,
                           struct error *err)
{
  const uint64_t end = (uint64_t)spool->first * CHUNK;

  if (len > WINDOW / 4)
    return tempfile_read(&spool->file, out, len, at, err);
  if (at < spool->window_at || at + len > spool->window_at + spool->window_len) {
    if (!spool->window)
      spool->window = xmalloc(WINDOW);
    spool->window_at = at;
    spool->window_len = 0;
    if (tempfile_read(&spool->file, spool->window, (size_t)MIN_OF(end - at, (uint64_t)WINDOW), at,
                      err))
      return -1;
    spool->window_len = (size_t)MIN_OF(end - at, (uint64_t)WINDOW);
  }
  memcpy(out, spool->window + (at - spool->window_at), len);
  return 0;
}

static int spool_write_file(struct spool *spool, uint64_t at, const char *bytes, size_t len,
                            struct error *err)
{
  spool->window_len = 0;
  return tempfile_write(&spool->file, bytes, len, at, err);
}

/* Copies to or from what is there already. */
static int spool_copy(struct spool *spool, uint64_t at, char *bytes, size_t len, bool in,
                      struct error *err)
{
  while (len > 0) {
    size_t number = (size_t)(at / CHUNK);
    size_t offset = (size_t)(at % CHUNK);
    size_t piece = MIN_OF(len, CHUNK - offset);
    char *chunk = spool->chunks[number];

    if (!chunk) {
      if (in ? spool_write_file(spool, at, bytes, piece, err)
             : spool_read_file(spool, at, bytes, piece, err))
        return -1;
    } else if (in) {
      memcpy(chunk + offset, bytes, piece);
    } else {
      memcpy(bytes, chunk + offset, piece);
    }
    at += piece;
    bytes += piece;
    len -= piece;
  }
  return 0;
}

int spool_add(struct spool *spool, const void *bytes, size_t len, struct error *err)
{
  const char *from = bytes;

  while (len > 0) {
    size_t room = (size_t)((uint64_t)spool->n * CHUNK - spool->size);
    size_t piece;

    if (!room) {
      if (spool_add_chunk(spool, err))
        return -1;
      room = CHUNK;
    }
    piece = MIN_OF(len, room);
    if (spool_copy(spool, spool->size, (char *)from, piece, true, err))
      return -1;
    spool->size += piece;
    from += piece;
    len -= piece;
  }
  return 0;
}

int spool_read(struct spool *spool, uint64_t at, void *out, size_t len, struct error *err)
{
  return spool_copy(spool, at, out, len, false, err);
}

int spool_write(struct spool *spool, uint64_t at, const void *bytes, size_t len, struct error *err)
{
  return spool_copy(spool, at, (char *)bytes, len, true, err);
}
