#include "source/copy.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/config.h"
#include "image/index.h"
#include "image/manifest.h"
#include "image/platform_match.h"

enum { COPY_BLOCK = 256 * 1024, JOBS_MAX = 16 };

struct copier {
  struct source *from;
  struct store *to;
  const struct copy_options *options;
};

static int fill_blob(struct stream *stream, struct blob_writer *writer, struct error *err)
{
  AUTO_FREE char *block = xmalloc(COPY_BLOCK);
  ssize_t n;

  while ((n = stream_read(stream, block, COPY_BLOCK, err)) > 0) {
    if (blob_writer_add(writer, block, (size_t)n, err) < 0)
      return -1;
  }
  return n < 0 ? -1 : 0;
}

/* What another try may go on with is kept. */
static int write_blob(struct source *from, struct blob_writer *writer,
                      const struct descriptor *blob, struct error *err)
{
  uint64_t done = blob_writer_done(writer);
  AUTO_STREAM stream = NULL;

  if (done < (uint64_t)blob->size || done == 0) {
    stream = done ? source_blob_from(from, blob, done, err) : source_blob(from, blob, err);
    if (!stream || fill_blob(stream, writer, err) < 0) {
      if (error_is_transient(err))
        blob_writer_keep(writer);
      else
        blob_writer_abort(writer);
      return -1;
    }
  }
  return blob_writer_commit(writer, NULL, NULL, err);
}

/* Counts it. Returns 0. */
static int copied(struct copy_counts *counts, const struct descriptor *blob, bool fetched)
{
  if (!counts)
    return 0;
  __atomic_add_fetch(fetched ? &counts->fetched : &counts->there, 1, __ATOMIC_RELAXED);
  __atomic_add_fetch(fetched ? &counts->fetched_bytes : &counts->there_bytes, (uint64_t)blob->size,
                     __ATOMIC_RELAXED);
  return 0;
}

static int copy_counted(struct source *from, struct store *to, const struct descriptor *blob,
                        struct copy_counts *counts, struct error *err)
{
  bool went_on = true;
  int result = -1;

  /* What was there from before may be what is wrong: once more, then from its beginning. */
  while (result < 0 && went_on) {
    struct blob_writer *writer;
    int found = blob_writer_open(&writer, to, blob, STORE_WAIT, err);

    if (found != BLOB_TO_WRITE)
      return found < 0 ? -1 : copied(counts, blob, false);
    went_on = blob_writer_done(writer) > 0;
    result = write_blob(from, writer, blob, err);
    if (result < 0 && error_is_transient(err))
      went_on = false;
  }
  return result < 0 ? source_wrap(from, blob, err) : copied(counts, blob, true);
}

/* Writes one blob, unless it is there. */
static int copy_blob(struct source *from, struct store *to, const struct descriptor *blob,
                     struct error *err)
{
  return copy_counted(from, to, blob, NULL, err);
}

static int check_stored(const struct copier *copier, const struct descriptor *blob,
                        struct error *err)
{
  return copier->options->check && store_check(copier->to, blob, err) < 0 ? -1 : 0;
}

/* A small blob, from the store where it is there; put there where not. */
static int copy_read_document(const struct copier *copier, const struct descriptor *blob,
                              struct buf *text, struct error *err)
{
  struct error stored_err;
  AUTO_STREAM stream = NULL;
  struct digest digest;
  void *room;

  if ((uint64_t)blob->size > text->max)
    return error_set(err, ERROR_LIMIT, "%lld bytes, at most %zu allowed (see --max-scale)",
                     (long long)blob->size, text->max);
  if (check_stored(copier, blob, err) < 0)
    return -1;
  room = buf_reserve(text, (size_t)blob->size);
  stream = store_open_blob(copier->to, blob, &stored_err);
  if (stream && room &&
      stream_read_full(stream, room, (size_t)blob->size, &stored_err) == blob->size) {
    digest = digest_of(blob->digest.algorithm, room, (size_t)blob->size);
    if (digest_equal(&digest, &blob->digest)) {
      text->len = (size_t)blob->size;
      return 0;
    }
  }
  if (source_read(copier->from, blob, text->max, text, err) < 0)
    return source_wrap(copier->from, blob, err);
  return store_put_blob(copier->to, &blob->digest, text->ptr, text->len, err);
}

/* The blobs of a manifest, shared out among threads. */
struct batch {
  const struct copier *copier;
  const struct descriptor **blobs;
  size_t n;
  size_t next;
  pthread_mutex_t mutex; /* around next, failed, err */
  bool failed;
  struct error *err;
};

static const struct descriptor *next_blob(struct batch *batch)
{
  const struct descriptor *blob = NULL;

  pthread_mutex_lock(&batch->mutex);
  if (!batch->failed && batch->next < batch->n)
    blob = batch->blobs[batch->next++];
  pthread_mutex_unlock(&batch->mutex);
  return blob;
}

static void *copy_work(void *argument)
{
  struct batch *batch = argument;
  const struct descriptor *blob;

  while ((blob = next_blob(batch))) {
    struct error err;

    if (check_stored(batch->copier, blob, &err) == 0 &&
        copy_counted(batch->copier->from, batch->copier->to, blob, batch->copier->options->counts,
                     &err) == 0)
      continue;
    pthread_mutex_lock(&batch->mutex);
    if (!batch->failed)
      *batch->err = err;
    batch->failed = true;
    pthread_mutex_unlock(&batch->mutex);
  }
  return NULL;
}

static int copy_batch(struct batch *batch)
{
  pthread_t threads[JOBS_MAX];
  size_t want = MIN_OF(MIN_OF((size_t)batch->copier->options->jobs, batch->n), (size_t)JOBS_MAX);
  size_t started = 0;

  pthread_mutex_init(&batch->mutex, NULL);
  while (started + 1 < want && pthread_create(&threads[started], NULL, copy_work, batch) == 0)
    started++;
  copy_work(batch);
  while (started > 0)
    pthread_join(threads[--started], NULL);
  pthread_mutex_destroy(&batch->mutex);
  return batch->failed ? -1 : 0;
}

/* What another process has finished or begun of them stays from here on. */
static int lease_batch(const struct batch *batch)
{
  for (size_t i = 0; i < batch->n; i++) {
    if (store_has(batch->copier->to, batch->blobs[i], batch->err) < 0)
      return -1;
  }
  return 0;
}

static int copy_parts(const struct copier *copier, const struct manifest *manifest,
                      struct error *err)
{
  struct batch batch = { .copier = copier, .err = err };
  int result;

  batch.blobs = xcalloc(manifest->n_layers + 1, sizeof(struct descriptor *));
  batch.blobs[batch.n++] = &manifest->config;
  for (size_t i = 0; i < manifest->n_layers; i++)
    batch.blobs[batch.n++] = &manifest->layers[i];
  result = lease_batch(&batch) < 0 ? -1 : copy_batch(&batch);
  free(batch.blobs);
  return result;
}

static int copy_manifest(const struct copier *copier, const struct descriptor *descriptor,
                         struct error *err)
{
  AUTO_BUF text = BUF_INIT(copier->options->limits->json_bytes);
  struct manifest manifest;
  int result;

  if (copy_read_document(copier, descriptor, &text, err) < 0 ||
      manifest_parse(&manifest, buf_str(&text), copier->options->limits, err) < 0)
    return -1;
  result = copy_parts(copier, &manifest, err);
  manifest_release(&manifest);
  return result;
}

static bool is_chosen(const struct copier *copier, const struct descriptor *manifest)
{
  const struct platform_set *platforms = copier->options->platforms;

  return !platforms || platforms->all || !manifest->has_platform ||
         platform_set_has(platforms, &manifest->platform);
}

/* Whether the manifest that this one attests is chosen. */
static bool attests_chosen(const struct copier *copier, const struct index *index,
                           const char *refers_to)
{
  struct digest digest;
  struct error ignored;

  if (digest_parse(&digest, str_of(refers_to), &ignored) < 0)
    return false;
  for (size_t i = 0; i < index->n_manifests; i++) {
    if (digest_equal(&index->manifests[i].digest, &digest))
      return is_chosen(copier, &index->manifests[i]);
  }
  return false;
}

static int copy_node(const struct copier *copier, const struct descriptor *node, int depth,
                     struct error *err);

static int no_platform(const struct copier *copier, const struct index *index, struct error *err)
{
  const struct platform_set *wanted = copier->options->platforms;
  AUTO_BUF list = BUF_INIT(1024);
  AUTO_BUF asked = BUF_INIT(1024);

  for (size_t i = 0; i < index->n_manifests; i++) {
    char text[PLATFORM_MAX_TEXT];
    const struct descriptor *manifest = &index->manifests[i];

    if (manifest->has_platform && !platform_is_unknown(&manifest->platform))
      buf_printf(&list, "%s%s", list.len ? ", " : "", platform_format(&manifest->platform, text));
  }
  for (size_t i = 0; wanted && i < wanted->n; i++) {
    char text[PLATFORM_MAX_TEXT];

    buf_printf(&asked, "%s%s", i ? ", " : "", platform_format(&wanted->items[i], text));
  }
  error_set(err, ERROR_NOT_FOUND, "no platform %s; the image has: %s (see --platform)",
            asked.len ? asked.ptr : "at all", list.len ? list.ptr : "none");
  return source_wrap(copier->from, NULL, err);
}

/* Whether a manifest that is not there is left out. */
static bool may_lack(const struct copier *copier, bool attestation)
{
  const struct platform_set *platforms = copier->options->platforms;

  return !platforms || (!copier->from->fetches_again && (attestation || platforms->all));
}

static void note_missing(const struct copier *copier, size_t missing)
{
  AUTO_FREE char *line = NULL;

  if (!missing || !copier->options->notice)
    return;
  line = xasprintf("%s: its index names %zu manifest%s that it lacks: left out",
                   copier->from->label, missing, missing == 1 ? "" : "s");
  copier->options->notice(copier->options->notice_context, line);
}

static int copy_children(const struct copier *copier, const struct index *index, int depth,
                         struct error *err)
{
  size_t copied = 0;
  size_t missing = 0;

  for (size_t i = 0; i < index->n_manifests; i++) {
    const struct descriptor *manifest = &index->manifests[i];
    const char *refers_to;
    bool attestation = descriptor_is_attestation(manifest, &refers_to);

    if (attestation ? !attests_chosen(copier, index, refers_to) : !is_chosen(copier, manifest))
      continue;
    if (copy_node(copier, manifest, depth + 1, err) == 0)
      copied += !attestation;
    else if (err->code == ERROR_NOT_FOUND && may_lack(copier, attestation))
      missing++;
    else
      return -1;
  }
  if (copied || (index->n_manifests == 0 && !missing)) {
    note_missing(copier, missing);
    return 0;
  }
  return missing ? -1 : no_platform(copier, index, err);
}

static int copy_index(const struct copier *copier, const struct descriptor *descriptor, int depth,
                      struct error *err)
{
  AUTO_BUF text = BUF_INIT(copier->options->limits->json_bytes);
  struct index index;
  int result;

  if (depth >= LIMIT_INDEX_DEPTH)
    return error_set(err, ERROR_LIMIT, "indexes nested more than %d levels deep",
                     LIMIT_INDEX_DEPTH);
  if (copy_read_document(copier, descriptor, &text, err) < 0 ||
      index_parse(&index, buf_str(&text), copier->options->limits, err) < 0)
    return -1;
  result = copy_children(copier, &index, depth, err);
  index_release(&index);
  return result;
}

static int copy_node(const struct copier *copier, const struct descriptor *node, int depth,
                     struct error *err)
{
  switch (node->kind) {
  case MEDIA_INDEX:
    return copy_index(copier, node, depth, err);
  case MEDIA_MANIFEST:
    return copy_manifest(copier, node, err);
  default:
    return copy_blob(copier->from, copier->to, node, err);
  }
}

/* Of an image without an index: whether it is for one of the platforms asked for. */
static int copy_check_platform(const struct copier *copier, const struct descriptor *root,
                               struct error *err)
{
  const struct copy_options *options = copier->options;
  AUTO_BUF text = BUF_INIT(options->limits->json_bytes);
  AUTO_BUF config_text = BUF_INIT(options->limits->json_bytes);
  struct manifest manifest;
  struct config config;
  int result = 0;

  if (copy_read_document(copier, root, &text, err) < 0 ||
      manifest_parse(&manifest, buf_str(&text), options->limits, err) < 0)
    return -1;
  if (!manifest.is_artifact && manifest.config.kind == MEDIA_CONFIG) {
    result = copy_read_document(copier, &manifest.config, &config_text, err);
    if (result == 0)
      result = config_parse(&config, buf_str(&config_text), err);
    if (result == 0) {
      result = platform_check_alone(options->platforms->items, options->platforms->n,
                                    &config.platform, err);
      config_release(&config);
    }
    if (result < 0)
      source_wrap(copier->from, NULL, err);
  }
  manifest_release(&manifest);
  return result;
}

int copy_image(struct source *from, struct store *to, const struct descriptor *root,
               const struct copy_options *options, struct error *err)
{
  const struct copier copier = { from, to, options };

  if (options->platforms_asked && !options->platforms->all && root->kind == MEDIA_MANIFEST &&
      copy_check_platform(&copier, root, err) < 0)
    return -1;
  return copy_node(&copier, root, 0, err);
}
