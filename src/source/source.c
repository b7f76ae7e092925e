#include "source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/verify.h"
#include "net/progress.h"
#include "source/external.h"

enum { COUNTED_LEAST = 1024 * 1024, NAME_COLUMNS = 32 };

static void source_forget_root(struct descriptor *root)
{
  if (root)
    descriptor_release(root);
  free(root);
}

/* Of two threads that are the first at the same time, both get what one of them found. */
int source_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct descriptor *root = __atomic_load_n(&source->root, __ATOMIC_ACQUIRE);

  if (!root) {
    struct descriptor *found = xcalloc(1, sizeof(*found));

    if (source->ops->resolve(source, found, err)) {
      free(found);
      return -1;
    }
    if (__atomic_compare_exchange_n(&source->root, &root, found, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
      root = found;
    else
      source_forget_root(found);
  }
  *out = descriptor_copy(root);
  return 0;
}

int source_wrap(const struct source *source, const struct descriptor *blob, struct error *err)
{
  char text[DIGEST_MAX_TEXT];

  if (!blob)
    return error_wrap(err, "%s", source->label);
  return error_wrap(err, "%s: blob %s", source->label, digest_format(&blob->digest, text));
}

/* *err says that the source has it not. */
static struct stream *open_elsewhere(struct source *source, const struct descriptor *blob,
                                     struct error *err)
{
  void *data = descriptor_data(blob);

  if (data)
    return stream_of_owned(data, (size_t)blob->size);
  if (!external_has(blob))
    return NULL;
  if (source->fetch)
    return source->fetch(source->fetch_context, blob, err);
  if (!source->fetches_again) {
    const struct error missing = *err;

    error_set(err, missing.code, "%.400s (--foreign-urls fetches it from its urls)",
              missing.message);
  }
  return NULL;
}

/* Opens a blob, and has it counted where that is wanted. */
static struct stream *open_counted(struct source *source, const struct descriptor *blob,
                                   struct error *err)
{
  const bool counts =
      source->progress && blob->size >= COUNTED_LEAST && source_at_hand(source, blob);
  struct stream *stored = source->ops->open(source, blob, err);
  char digest[DIGEST_MAX_TEXT];
  char name[PROGRESS_NAME_MAX];

  if (!stored || !counts)
    return stored;
  digest_format(&blob->digest, digest);
  snprintf(name, sizeof(name), "%.*s %.12s", NAME_COLUMNS, source->label, strchr(digest, ':') + 1);
  return stream_counted(stored, source->progress, name, (uint64_t)blob->size);
}

struct stream *source_stored(struct source *source, const struct descriptor *blob,
                             struct error *err)
{
  struct stream *stored = open_counted(source, blob, err);

  if (!stored && err->code == ERROR_NOT_FOUND)
    stored = open_elsewhere(source, blob, err);
  return stored;
}

struct stream *source_blob(struct source *source, const struct descriptor *blob, struct error *err)
{
  struct stream *stored = source_stored(source, blob, err);

  return stored ? stream_verified(stored, &blob->digest, (uint64_t)blob->size) : NULL;
}

struct stream *source_blob_from(struct source *source, const struct descriptor *blob, uint64_t from,
                                struct error *err)
{
  AUTO_STREAM stream = NULL;

  if (source->ops->open_from) {
    stream = source->ops->open_from(source, blob, from, err);
    if (stream)
      return steal_pointer(&stream);
  } else {
    stream = source->ops->open(source, blob, err);
  }
  if (!stream && err->code == ERROR_NOT_FOUND)
    stream = open_elsewhere(source, blob, err);
  if (!stream || stream_pass(stream, from, err) < 0)
    return NULL;
  return steal_pointer(&stream);
}

struct stream *source_blob_again(struct source *source, const struct descriptor *blob,
                                 struct error *err)
{
  struct stream *stored = NULL;

  if (source_at_hand(source, blob))
    stored = open_counted(source, blob, err);
  return stored ? stored : source_blob(source, blob, err);
}

int source_read(struct source *source, const struct descriptor *blob, uint64_t max, struct buf *out,
                struct error *err)
{
  AUTO_STREAM stream = NULL;

  if ((uint64_t)blob->size > max)
    return error_set(err, ERROR_LIMIT, "%lld bytes, at most %llu allowed (see --max-scale)",
                     (long long)blob->size, (unsigned long long)max);
  stream = source_blob(source, blob, err);
  if (!stream)
    return -1;
  return stream_read_checked(stream, (uint64_t)blob->size, out, err);
}

bool source_may_mend(const struct error *err)
{
  return err->code == ERROR_CORRUPT || err->code == ERROR_LIMIT || err->code == ERROR_UNSUPPORTED;
}

int source_mend(struct source *source, struct error *err)
{
  return source->ops->mend ? source->ops->mend(source, err) : 0;
}

bool source_at_hand(struct source *source, const struct descriptor *blob)
{
  if (source->fetch && !source->at_hand &&
      external_has(blob)) /* it may be one that is fetched from its urls */
    return false;
  return source->at_hand ? source->at_hand(source, blob) : !source->fetches_again;
}

void source_free(struct source *source)
{
  if (!source)
    return;
  free(source->label);
  free(source->unseen);
  source_forget_root(source->root);
  source->ops->free(source);
}
