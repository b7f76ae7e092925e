#include <stdlib.h>

#include "base/alloc.h"
#include "base/verify.h"
#include "image/index.h"
#include "store/containerd/containerd.pb-c.h"
#include "store/containerd/containerd_client.h"
#include "store/containerd/containerd_labels.h"
#include "store/ops.h"

enum { SCALE = 1000 }; /* what was fetched with a high --max-scale is labelled, too */

static int update_labels(struct containerd *containerd, const struct descriptor *blob,
                         struct str document, struct error *err)
{
  static const struct containerd_method update = { CONTAINERD_API "content.v1.Content/Update", NULL,
                                                   0 };
  Containerd__UpdateInfoRequest request = CONTAINERD__UPDATE_INFO_REQUEST__INIT;
  Containerd__Info info = CONTAINERD__INFO__INIT;
  Containerd__FieldMask mask = CONTAINERD__FIELD_MASK__INIT;
  char digest[DIGEST_MAX_TEXT];
  struct containerd_labels labels;
  int result = 0;

  containerd_labels_make(&labels, blob->kind, document, &containerd->origin);
  digest_format(&blob->digest, digest);
  info.digest = digest;
  info.labels = labels.pointers;
  info.n_labels = labels.n;
  mask.n_paths = labels.n;
  mask.paths = xcalloc(labels.n + 1, sizeof(char *));
  for (size_t i = 0; i < labels.n; i++)
    mask.paths[i] = xasprintf("labels.%s", labels.items[i].key);
  request.info = &info;
  request.update_mask = &mask;
  if (labels.n > 0)
    result = containerd_call(containerd, &update, &request.base, NULL, NULL, err);
  for (size_t i = 0; i < mask.n_paths; i++)
    free(mask.paths[i]);
  free(mask.paths);
  containerd_labels_release(&labels);
  return result;
}

/* All of a small blob, checked. */
static int containerd_label_read_document(struct containerd *containerd,
                                          const struct descriptor *blob, struct buf *out,
                                          struct error *err)
{
  AUTO_STREAM stream = containerd_read(containerd, &blob->digest, err);

  if (!stream)
    return -1;
  stream = stream_verified(steal_pointer(&stream), &blob->digest, (uint64_t)blob->size);
  return stream_read_checked(stream, (uint64_t)blob->size, out, err);
}

static int label_node(struct containerd *containerd, const struct descriptor *node, int depth,
                      struct error *err);

static int label_children(struct containerd *containerd, struct str document, int depth,
                          struct error *err)
{
  const struct limits limits = limits_scaled(SCALE);
  struct index index;
  int result = 0;

  if (index_parse(&index, document, &limits, err) < 0)
    return -1;
  for (size_t i = 0; result == 0 && i < index.n_manifests; i++)
    result = label_node(containerd, &index.manifests[i], depth + 1, err);
  index_release(&index);
  return result;
}

static int label_node(struct containerd *containerd, const struct descriptor *node, int depth,
                      struct error *err)
{
  AUTO_BUF document = BUF_INIT(STORE_MANIFEST_MAX);
  bool labelled;
  int64_t size;
  int found;

  if ((node->kind != MEDIA_INDEX && node->kind != MEDIA_MANIFEST) || depth >= LIMIT_INDEX_DEPTH)
    return 0;
  found = containerd_blob_info(containerd, &node->digest, &size, &labelled, err);
  if (found <= 0)
    return found;
  if (labelled && node->kind == MEDIA_MANIFEST)
    return 0;
  if (containerd_label_read_document(containerd, node, &document, err) < 0 ||
      (!labelled && update_labels(containerd, node, buf_str(&document), err) < 0))
    return -1;
  return node->kind == MEDIA_INDEX ? label_children(containerd, buf_str(&document), depth, err) : 0;
}

int containerd_label(struct containerd *containerd, const struct descriptor *root,
                     struct error *err)
{
  return label_node(containerd, root, 0, err);
}
