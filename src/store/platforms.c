#include "store/platforms.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/verify.h"
#include "image/config.h"
#include "image/index.h"
#include "image/manifest.h"

enum { SCALE = 1000 }; /* what was stored with a high --max-scale is listed, too */

struct finder {
  struct store *store;
  struct limits limits;
  struct store_platform *found;
  size_t n, cap;
  uint64_t left; /* documents that may still be read */
};

static int platforms_read_document(struct finder *finder, const struct descriptor *blob,
                                   struct buf *out, struct error *err)
{
  AUTO_STREAM stream = NULL;

  if (finder->left-- == 0)
    return error_set(err, ERROR_LIMIT, "too many manifests");
  stream = store_open_blob(finder->store, blob, err);
  if (!stream)
    return -1;
  stream = stream_verified(steal_pointer(&stream), &blob->digest, (uint64_t)blob->size);
  return stream_read_checked(stream, (uint64_t)blob->size, out, err);
}

/* As store_has. */
static int has_all(struct finder *finder, const struct manifest *manifest, struct error *err)
{
  int all = store_has(finder->store, &manifest->config, err);

  for (size_t i = 0; all > 0 && i < manifest->n_layers; i++)
    all = store_has(finder->store, &manifest->layers[i], err);
  return all;
}

static uint64_t bytes_of(const struct descriptor *descriptor, const struct manifest *manifest)
{
  uint64_t bytes = (uint64_t)descriptor->size + (uint64_t)manifest->config.size;

  for (size_t i = 0; i < manifest->n_layers; i++)
    bytes += (uint64_t)manifest->layers[i].size;
  return bytes;
}

/* The config's platform, unless the index gives one. */
static int platform_of(struct finder *finder, const struct descriptor *descriptor,
                       const struct manifest *manifest, struct platform *out, struct error *err)
{
  AUTO_BUF text = BUF_INIT(finder->limits.json_bytes);
  struct config config;

  if (descriptor->has_platform && descriptor->platform.architecture[0]) {
    *out = platform_normalize(&descriptor->platform);
    return 0;
  }
  if (platforms_read_document(finder, &manifest->config, &text, err) < 0 ||
      config_parse(&config, buf_str(&text), err) < 0)
    return -1;
  *out = platform_normalize(&config.platform);
  config_release(&config);
  return 0;
}

/* What is not there, or damaged, is not available. Where the system fails nobody knows. */
static int unless_system(const struct error *err)
{
  return err->code == ERROR_IO || err->code == ERROR_PERMISSION ? -1 : 0;
}

static int platforms_add_manifest(struct finder *finder, const struct descriptor *descriptor,
                                  struct error *err)
{
  AUTO_BUF text = BUF_INIT(finder->limits.json_bytes);
  struct manifest manifest;
  struct platform platform;
  int result;

  if (platforms_read_document(finder, descriptor, &text, err) < 0 ||
      manifest_parse(&manifest, buf_str(&text), &finder->limits, err) < 0)
    return unless_system(err);
  result = has_all(finder, &manifest, err);
  if (result > 0) {
    result = platform_of(finder, descriptor, &manifest, &platform, err);
    if (result == 0) {
      finder->found = xgrow(finder->found, finder->n, &finder->cap, sizeof(*finder->found));
      finder->found[finder->n++] =
          (struct store_platform) { platform, bytes_of(descriptor, &manifest) };
    } else {
      result = unless_system(err);
    }
  }
  manifest_release(&manifest);
  return result;
}

static int add_node(struct finder *finder, const struct descriptor *node, int depth,
                    struct error *err)
{
  AUTO_BUF text = BUF_INIT(finder->limits.json_bytes);
  const char *refers_to;
  struct index index;
  int result = 0;

  if (descriptor_is_attestation(node, &refers_to) || depth >= LIMIT_INDEX_DEPTH)
    return 0;
  if (node->kind != MEDIA_INDEX)
    return platforms_add_manifest(finder, node, err);
  if (platforms_read_document(finder, node, &text, err) < 0 ||
      index_parse(&index, buf_str(&text), &finder->limits, err) < 0)
    return -1;
  for (size_t i = 0; i < index.n_manifests && result == 0; i++) {
    /* A nested index that is not there has no platforms. */
    if (add_node(finder, &index.manifests[i], depth + 1, err) < 0)
      result = unless_system(err);
  }
  index_release(&index);
  return result;
}

int store_platforms(struct store *store, const struct descriptor *root, struct store_platform **out,
                    size_t *n, struct error *err)
{
  struct finder finder = { .store = store, .limits = limits_scaled(SCALE) };

  finder.limits.json_bytes = MIN_OF(finder.limits.json_bytes, (uint64_t)256 * 1024 * 1024);
  finder.left = finder.limits.manifests;
  if (add_node(&finder, root, 0, err) < 0) {
    free(finder.found);
    return -1;
  }
  *out = finder.found;
  *n = finder.n;
  return 0;
}
