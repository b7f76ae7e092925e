#include "source/kept.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/map.h"
#include "base/tempfile.h"
#include "source/referrers.h"

struct kept_blobs {
  struct tempfile file;
  pthread_mutex_t lock; /* for all below */
  struct map places;    /* digest -> struct place, of those that are whole */
  struct arena arena;
  uint64_t end; /* of what was given out of the file */
};

struct place {
  uint64_t at, size;
};

struct kept_blobs *kept_blobs_new(struct error *err)
{
  struct kept_blobs *blobs = xcalloc(1, sizeof(*blobs));

  if (tempfile_open(&blobs->file, err)) {
    free(blobs);
    return NULL;
  }
  pthread_mutex_init(&blobs->lock, NULL);
  return blobs;
}

void kept_blobs_free(struct kept_blobs *blobs)
{
  if (!blobs)
    return;
  tempfile_close(&blobs->file);
  pthread_mutex_destroy(&blobs->lock);
  map_release(&blobs->places);
  arena_release(&blobs->arena);
  free(blobs);
}

static struct str kept_key(const struct descriptor *blob)
{
  return (struct str) { (const char *)blob->digest.bytes, sizeof(blob->digest.bytes) };
}

/* *out: where it is. */
static bool kept_find(struct kept_blobs *blobs, const struct descriptor *blob, struct place *out)
{
  const struct map_entry *found;

  pthread_mutex_lock(&blobs->lock);
  found = map_find(&blobs->places, kept_key(blob));
  if (found)
    *out = *(const struct place *)found->value;
  pthread_mutex_unlock(&blobs->lock);
  return found && out->size == (uint64_t)blob->size;
}

/* ---- a blob that is kept as it is read ---- */

struct kept_stream {
  struct stream base;
  struct kept_blobs *blobs;
  struct stream *inner;
  struct digest digest;
  struct place place;
  uint64_t written;
  bool given_up;
};

/* The reader checks the digest: one that is wrong ends the comparison in an error. */
static void kept_note(struct kept_stream *stream)
{
  struct kept_blobs *blobs = stream->blobs;
  const struct str key = { (const char *)stream->digest.bytes, sizeof(stream->digest.bytes) };
  struct map_entry *found;

  pthread_mutex_lock(&blobs->lock);
  found = map_put(&blobs->places, key);
  if (!found->value) {
    struct place *place = arena_alloc(&blobs->arena, sizeof(*place));

    *place = stream->place;
    found->key = arena_str(&blobs->arena, key);
    found->value = place;
  }
  pthread_mutex_unlock(&blobs->lock);
}

static ssize_t kept_read(struct stream *base, void *buffer, size_t size, struct error *err)
{
  struct kept_stream *stream = (struct kept_stream *)base;
  ssize_t n = stream_read(stream->inner, buffer, size, err);
  struct error file_err;

  if (n == 0 && !stream->given_up && stream->written == stream->place.size)
    kept_note(stream);
  if (n <= 0 || stream->given_up)
    return n;
  stream->given_up = (uint64_t)n > stream->place.size - stream->written;
  if (!stream->given_up && tempfile_write(&stream->blobs->file, buffer, (size_t)n,
                                          stream->place.at + stream->written, &file_err)) {
    log_debug("%s", file_err.message);
    stream->given_up = true;
  }
  stream->written += (uint64_t)n;
  return n;
}

static void kept_close(struct stream *base)
{
  struct kept_stream *stream = (struct kept_stream *)base;

  stream_close(stream->inner);
  free(stream);
}

/* ---- the source ---- */

struct kept {
  struct source base;
  struct source *inner;
  struct kept_blobs *blobs;
};

static int kept_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct source *inner = ((struct kept *)source)->inner;

  return inner->ops->resolve(inner, out, err);
}

static struct stream *kept_open(struct source *source, const struct descriptor *blob,
                                struct error *err)
{
  static const struct stream_ops ops = { kept_read, kept_close };
  const struct kept *kept = (const struct kept *)source;
  struct kept_blobs *blobs = kept->blobs;
  struct kept_stream *stream;
  struct stream *inner;
  struct place place;

  if (kept_find(blobs, blob, &place))
    return stream_of_file(blobs->file.fd, false, place.at, place.size);
  inner = kept->inner->ops->open(kept->inner, blob, err);
  if (!inner || blob->size < 0)
    return inner;
  stream = xcalloc(1, sizeof(*stream));
  *stream = (struct kept_stream) { { &ops }, blobs, inner, .digest = blob->digest };
  stream->place.size = (uint64_t)blob->size;
  pthread_mutex_lock(&blobs->lock);
  stream->place.at = blobs->end;
  blobs->end += stream->place.size;
  pthread_mutex_unlock(&blobs->lock);
  return &stream->base;
}

static bool kept_at_hand(struct source *source, const struct descriptor *blob)
{
  const struct kept *kept = (const struct kept *)source;
  struct place place;

  return kept_find(kept->blobs, blob, &place) || source_at_hand(kept->inner, blob);
}

static int kept_referrers(struct source *source, const struct descriptor *subject,
                          struct referrers *out, struct error *err)
{
  return source_referrers(((const struct kept *)source)->inner, subject, out, err);
}

static void kept_free(struct source *source)
{
  struct kept *kept = (struct kept *)source;

  source_free(kept->inner);
  free(kept);
}

struct source *source_kept(struct source *inner, struct kept_blobs *blobs)
{
  static const struct source_ops ops = {
    .resolve = kept_resolve,
    .open = kept_open,
    .free = kept_free,
    .referrers = kept_referrers,
  };
  struct kept *kept = xcalloc(1, sizeof(*kept));

  kept->base.ops = &ops;
  kept->base.label = xstrdup(inner->label ? inner->label : "");
  kept->base.at_hand = kept_at_hand;
  kept->inner = inner;
  kept->blobs = blobs;
  return &kept->base;
}
