#include "image_walk.h"

#include <stdlib.h>
#include <string.h>

#include "image/index.h"
#include "image/manifest.h"
#include "source/referrers.h"

/* Of one image: an index that names itself, or a thousand, is not for here. */
enum { DOCUMENTS_MAX = 32, DEPTH_MAX = 4, BLOBS_MAX = 16 };

struct walk {
  struct source *source;
  const struct limits *limits;
  unsigned documents;
  bool failed;
  struct error err; /* the last, where failed */
};

static void image_walk_failed(struct walk *walk, const struct error *err)
{
  if (err->code == ERROR_NONE || !err->message[0])
    abort();
  walk->failed = true;
  walk->err = *err;
}

/* Reads a stream to its end: the bytes' number in *size, their digest in *digest. -1: it failed. */
static int drain(struct stream *stream, enum digest_algorithm algorithm, uint64_t *size,
                 struct digest *digest, struct error *err)
{
  AUTO_BUF all = BUF_INIT((size_t)16 * 1024 * 1024);
  char bytes[4096];
  ssize_t n;

  do {
    n = stream_read(stream, bytes, sizeof(bytes), err);
    if (n > 0)
      buf_add(&all, bytes, (size_t)n);
  } while (n > 0);
  if (n < 0)
    return -1;
  if (all.overflow)
    abort();
  *size = all.len;
  *digest = digest_of(algorithm, all.len ? all.ptr : "", all.len);
  return 0;
}

static bool check_whole(struct walk *walk, const struct descriptor *blob, struct stream *stream)
{
  struct digest digest;
  struct error err = { 0 };
  uint64_t size = 0;
  const int result = drain(stream, blob->digest.algorithm, &size, &digest, &err);

  stream_close(stream);
  if (result < 0)
    image_walk_failed(walk, &err);
  else if (size != (uint64_t)blob->size || !digest_equal(&digest, &blob->digest))
    abort();
  return result == 0;
}

static void read_blob(struct walk *walk, const struct descriptor *blob)
{
  const uint64_t middle = (uint64_t)blob->size / 2;
  struct error err = { 0 };
  struct stream *stream = source_blob(walk->source, blob, &err);
  struct digest ignored;
  uint64_t size;

  (void)source_at_hand(walk->source, blob);
  if (!stream) {
    image_walk_failed(walk, &err);
    return;
  }
  if (!check_whole(walk, blob, stream))
    return;
  stream = source_blob_again(walk->source, blob, &err);
  if (stream)
    stream_close(stream);
  stream = source_blob_from(walk->source, blob, middle, &err);
  if (stream)
    (void)!drain(stream, DIGEST_SHA256, &size, &ignored, &err);
  stream_close(stream);
}

static void read_document(struct walk *walk, const struct descriptor *document, unsigned depth);

static void read_index(struct walk *walk, struct str text, unsigned depth)
{
  struct index index;
  struct error err = { 0 };

  if (index_parse(&index, text, walk->limits, &err) < 0) {
    image_walk_failed(walk, &err);
    return;
  }
  for (size_t i = 0; i < index.n_manifests; i++)
    read_document(walk, &index.manifests[i], depth + 1);
  index_release(&index);
}

static void read_manifest(struct walk *walk, struct str text)
{
  struct manifest manifest;
  struct error err = { 0 };

  if (manifest_parse(&manifest, text, walk->limits, &err) < 0) {
    image_walk_failed(walk, &err);
    return;
  }
  read_blob(walk, &manifest.config);
  for (size_t i = 0; i < manifest.n_layers && i < BLOBS_MAX; i++)
    read_blob(walk, &manifest.layers[i]);
  manifest_release(&manifest);
}

static void read_document(struct walk *walk, const struct descriptor *document, unsigned depth)
{
  AUTO_BUF text = BUF_INIT(walk->limits->json_bytes);
  struct error err = { 0 };
  struct digest found;

  if (walk->documents++ >= DOCUMENTS_MAX || depth > DEPTH_MAX)
    return;
  if (source_read(walk->source, document, walk->limits->json_bytes, &text, &err) < 0) {
    image_walk_failed(walk, &err);
    return;
  }
  found = digest_of(document->digest.algorithm, text.len ? text.ptr : "", text.len);
  if (text.len != (uint64_t)document->size || !digest_equal(&found, &document->digest))
    abort();
  if (document->kind == MEDIA_INDEX)
    read_index(walk, buf_str(&text), depth);
  else
    read_manifest(walk, buf_str(&text));
}

static void read_referrers(struct walk *walk, const struct descriptor *subject)
{
  struct referrers referrers = { 0 };
  struct error err = { 0 };

  if (source_referrers(walk->source, subject, &referrers, &err) < 0)
    image_walk_failed(walk, &err);
  for (size_t i = 0; i < referrers.n; i++)
    read_document(walk, &referrers.items[i], DEPTH_MAX);
  referrers_release(&referrers);
}

bool image_walk(struct source *source, const struct limits *limits)
{
  struct walk walk = { .source = source, .limits = limits };
  struct descriptor root;
  struct descriptor again;
  struct error err = { 0 };

  if (source_resolve(source, &root, &err) < 0) {
    image_walk_failed(&walk, &err);
    return false;
  }
  read_document(&walk, &root, 0);
  read_referrers(&walk, &root);
  if (source_resolve(source, &again, &err) < 0 || !digest_equal(&root.digest, &again.digest))
    abort();
  descriptor_release(&again);
  descriptor_release(&root);
  if (walk.failed && source_may_mend(&walk.err))
    (void)!source_mend(source, &err);
  return !walk.failed;
}
