#include "source/cached.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "source/referrers.h"
#include "source/used.h"

struct stored {
  struct source base;
  struct store *store;
  char *name;
  struct used_blobs used;
};

static int stored_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct stored *stored = (struct stored *)source;

  return store_find(stored->store, stored->name, out, err);
}

static struct stream *stored_open(struct source *source, const struct descriptor *blob,
                                  struct error *err)
{
  struct stored *stored = (struct stored *)source;

  used_add(&stored->used, blob);
  return store_open_blob(stored->store, blob, err);
}

static int stored_mend(struct source *source, struct error *err)
{
  struct stored *stored = (struct stored *)source;
  char what[DIGEST_MAX_TEXT];
  int damaged = used_check(&stored->used, stored->store, what, err);

  if (damaged <= 0)
    return damaged;
  error_set(err, ERROR_CORRUPT,
            "the store's copy of blob %s is damaged: pull the image again, or load it again", what);
  return source_wrap(source, NULL, err);
}

static void stored_free(struct source *source)
{
  struct stored *stored = (struct stored *)source;

  used_release(&stored->used);
  free(stored->name);
  free(stored);
}

struct source *source_of_store(struct store *store, const char *name, struct error *err)
{
  static const struct source_ops ops = {
    .mend = stored_mend,
    .resolve = stored_resolve,
    .open = stored_open,
    .free = stored_free,
  };
  struct descriptor root;
  struct stored *stored;

  if (store_find(store, name, &root, err) < 0)
    return NULL;
  descriptor_release(&root);
  stored = xcalloc(1, sizeof(*stored));
  stored->base.ops = &ops;
  stored->base.label = xstrdup(name);
  stored->store = store;
  used_init(&stored->used);
  stored->name = xstrdup(name);
  return &stored->base;
}

struct cached {
  struct source base;
  struct source *inner;
  struct store *store;
  char *name; /* NULL: none */
  bool refresh;
  uint64_t json_bytes;
  void (*warn)(void *context, const struct error *err);
  void *warn_context;
  int warned; /* atomic */
  struct used_blobs used;
};

/* What cannot be stored can still be compared. */
static void give_up(struct cached *cached, const struct error *err)
{
  log_debug("%s", err->message);
  if (!__atomic_exchange_n(&cached->warned, 1, __ATOMIC_RELAXED) && cached->warn)
    cached->warn(cached->warn_context, err);
}

struct tee_stream {
  struct stream base;
  struct cached *cached;
  struct stream *done;        /* what the store has of it from before; NULL: nothing more */
  struct stream *inner;       /* what follows; NULL: nothing */
  struct blob_writer *writer; /* NULL: not (any longer) stored */
};

/* What was there from before is not written again. */
static ssize_t tee_read_inner(struct tee_stream *tee, void *buffer, size_t size, bool *is_new,
                              struct error *err)
{
  ssize_t n = tee->done ? stream_read(tee->done, buffer, size, err) : 0;

  *is_new = n <= 0;
  if (n != 0)
    return n;
  stream_close(steal_pointer(&tee->done));
  return tee->inner ? stream_read(tee->inner, buffer, size, err) : 0;
}

static ssize_t tee_read(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct tee_stream *tee = (struct tee_stream *)stream;
  bool is_new;
  ssize_t n = tee_read_inner(tee, buffer, size, &is_new, err);
  struct error store_err;

  if (!tee->writer || !is_new)
    return n;
  if (n == 0) {
    /* A wrong digest is for the reader to see, who checks it as well. */
    if (blob_writer_commit(steal_pointer(&tee->writer), NULL, NULL, &store_err) < 0 &&
        store_err.code != ERROR_CORRUPT)
      give_up(tee->cached, &store_err);
  } else if (n < 0 && error_is_transient(err)) {
    blob_writer_keep(steal_pointer(&tee->writer));
  } else if (n < 0) {
    blob_writer_abort(steal_pointer(&tee->writer));
  } else if (blob_writer_add(tee->writer, buffer, (size_t)n, &store_err) < 0) {
    if (store_err.code != ERROR_CORRUPT)
      give_up(tee->cached, &store_err);
    blob_writer_abort(steal_pointer(&tee->writer));
  }
  return n;
}

static void tee_close(struct stream *stream)
{
  struct tee_stream *tee = (struct tee_stream *)stream;

  blob_writer_abort(tee->writer);
  stream_close(tee->done);
  stream_close(tee->inner);
  free(tee);
}

/* The blob, from inner and what the store has of it, stored on the way. Takes the writer. */
static struct stream *tee_new(struct cached *cached, const struct descriptor *blob,
                              struct blob_writer *writer, struct error *err)
{
  static const struct stream_ops ops = { tee_read, tee_close };
  struct tee_stream *tee = xcalloc(1, sizeof(*tee));
  uint64_t done = blob_writer_done(writer);

  *tee = (struct tee_stream) { .base = { &ops }, .cached = cached, .writer = writer };
  if (done > 0 && !(tee->done = blob_writer_read_done(writer, err))) {
    log_debug("%s", err->message);
    done = 0;
    if (blob_writer_restart(writer, err) < 0) {
      give_up(cached, err);
      blob_writer_abort(steal_pointer(&tee->writer));
    }
  }
  if (done == 0)
    tee->inner = cached->inner->ops->open(cached->inner, blob, err);
  else if (done < (uint64_t)blob->size)
    tee->inner = source_blob_from(cached->inner, blob, done, err);
  if (tee->inner || (done > 0 && done == (uint64_t)blob->size))
    return &tee->base;
  tee_close(&tee->base);
  return NULL;
}

static struct stream *cached_open(struct source *source, const struct descriptor *blob,
                                  struct error *err)
{
  struct cached *cached = (struct cached *)source;
  struct blob_writer *writer = NULL;
  struct error store_err;
  struct stream *stream;
  int found;

  if (used_is_damaged(&cached->used, blob)) /* and cannot be replaced there */
    return cached->inner->ops->open(cached->inner, blob, err);
  used_add(&cached->used, blob);
  stream = store_open_blob(cached->store, blob, &store_err);
  if (stream)
    return stream;
  found = blob_writer_open(&writer, cached->store, blob, STORE_WAIT_IF_IDLE, &store_err);
  if (found == BLOB_IS_THERE) {
    stream = store_open_blob(cached->store, blob, &store_err);
    if (stream)
      return stream;
  }
  if (found < 0)
    give_up(cached, &store_err);
  return found == BLOB_TO_WRITE ? tee_new(cached, blob, writer, err)
                                : cached->inner->ops->open(cached->inner, blob, err);
}

/* Stores the root, so that index.json never names what is not there, and the name. */
static void keep_image(struct cached *cached, const struct descriptor *root)
{
  AUTO_BUF text = BUF_INIT(cached->json_bytes);
  struct error err;
  int found;

  /* Reading through ourselves is what stores it; a failure shows again when it is compared. */
  if (source_read(&cached->base, root, cached->json_bytes, &text, &err) < 0) {
    source_wrap(&cached->base, root, &err);
    log_debug("%s", err.message);
    return;
  }
  found = store_has(cached->store, root, &err);
  if (found > 0)
    found = store_put_image(cached->store, cached->name, root, true, &err);
  if (found < 0)
    give_up(cached, &err);
}

static int cached_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct cached *cached = (struct cached *)source;
  struct descriptor root;
  struct error ignored;

  if (cached->name && !cached->refresh &&
      store_find(cached->store, cached->name, &root, &ignored) == 0) {
    log_debug("%s: found in the store", cached->name);
    *out = root;
    return 0;
  }
  if (cached->inner->ops->resolve(cached->inner, &root, err) < 0)
    return -1;
  if (cached->name)
    keep_image(cached, &root);
  *out = root;
  return 0;
}

static bool cached_at_hand(struct source *source, const struct descriptor *blob)
{
  struct cached *cached = (struct cached *)source;
  struct error err;
  int found = store_has(cached->store, blob, &err);

  if (found < 0)
    log_debug("%s", err.message);
  return found > 0 || source_at_hand(cached->inner, blob);
}

static int cached_mend(struct source *source, struct error *err)
{
  struct cached *cached = (struct cached *)source;
  char what[DIGEST_MAX_TEXT];
  int damaged = used_check(&cached->used, cached->store, what, err);

  if (damaged > 0)
    log_debug("%s: the store's copy of blob %s was damaged", source->label, what);
  return damaged > 0 ? 1 : damaged;
}

/* These are asked for each time: nothing in the store tells that there are no others by now. */
static int cached_referrers(struct source *source, const struct descriptor *subject,
                            struct referrers *out, struct error *err)
{
  const struct cached *cached = (const struct cached *)source;

  return source_referrers(cached->inner, subject, out, err);
}

static void cached_free(struct source *source)
{
  struct cached *cached = (struct cached *)source;

  source_free(cached->inner);
  used_release(&cached->used);
  free(cached->name);
  free(cached);
}

struct source *source_cached(struct source *inner, struct store *store,
                             const struct cached_options *options)
{
  static const struct source_ops ops = {
    .mend = cached_mend,
    .resolve = cached_resolve,
    .open = cached_open,
    .free = cached_free,
    .referrers = cached_referrers,
  };
  struct cached *cached = xcalloc(1, sizeof(*cached));

  cached->base.ops = &ops;
  cached->base.label = xstrdup(inner->label ? inner->label : "");
  cached->base.at_hand = cached_at_hand;
  cached->inner = inner;
  used_init(&cached->used);
  cached->store = store;
  cached->name = options->name ? xstrdup(options->name) : NULL;
  cached->refresh = options->refresh;
  cached->json_bytes = options->json_bytes;
  cached->warn = options->warn;
  cached->warn_context = options->warn_context;
  return &cached->base;
}
