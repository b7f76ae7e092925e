#include "store/containerd/containerd_labels.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "image/index.h"
#include "image/manifest.h"
#include "store/containerd/containerd.pb-c.h"

enum { SCALE = 1000 }; /* what was fetched with a high --max-scale gets its labels, too */

static void containerd_labels_add(struct containerd_labels *labels, const char *kind, size_t number,
                                  const struct digest *digest)
{
  struct containerd_label *label;

  labels->items = xgrow(labels->items, labels->n, &labels->cap, sizeof(*labels->items));
  label = &labels->items[labels->n++];
  if (number == SIZE_MAX)
    snprintf(label->key, sizeof(label->key), CONTAINERD_REFERENCE_LABEL ".%s", kind);
  else
    snprintf(label->key, sizeof(label->key), CONTAINERD_REFERENCE_LABEL ".%s.%zu", kind, number);
  digest_format(digest, label->value);
}

static int containerd_labels_add_manifest(struct containerd_labels *labels, struct str text,
                                          const struct limits *limits, struct error *err)
{
  struct manifest manifest;

  if (manifest_parse(&manifest, text, limits, err) < 0)
    return -1;
  containerd_labels_add(labels, "config", SIZE_MAX, &manifest.config.digest);
  for (size_t i = 0; i < manifest.n_layers; i++)
    containerd_labels_add(labels, "l", i, &manifest.layers[i].digest);
  manifest_release(&manifest);
  return 0;
}

static int add_index(struct containerd_labels *labels, struct str text, const struct limits *limits,
                     struct error *err)
{
  struct index index;

  if (index_parse(&index, text, limits, err) < 0)
    return -1;
  for (size_t i = 0; i < index.n_manifests; i++)
    containerd_labels_add(labels, "m", i, &index.manifests[i].digest);
  index_release(&index);
  return 0;
}

static void make_messages(struct containerd_labels *labels)
{
  Containerd__Label *messages = xcalloc(labels->n + 1, sizeof(*messages));
  Containerd__Label **pointers = xcalloc(labels->n + 1, sizeof(Containerd__Label *));

  for (size_t i = 0; i < labels->n; i++) {
    messages[i] = (Containerd__Label)CONTAINERD__LABEL__INIT;
    messages[i].key = labels->items[i].key;
    messages[i].value = labels->items[i].value;
    pointers[i] = &messages[i];
  }
  labels->messages = messages;
  labels->pointers = pointers;
}

void containerd_labels_make(struct containerd_labels *out, enum media_kind kind, struct str text,
                            const struct containerd_label *further)
{
  const struct limits limits = limits_scaled(SCALE);
  struct error err;
  int result = 0;

  *out = (struct containerd_labels) { 0 };
  if (kind == MEDIA_MANIFEST)
    result = containerd_labels_add_manifest(out, text, &limits, &err);
  else if (kind == MEDIA_INDEX)
    result = add_index(out, text, &limits, &err);
  if (result < 0)
    log_debug("containerd is not told what this refers to: %s", err.message);
  if (further->key[0]) {
    out->items = xgrow(out->items, out->n, &out->cap, sizeof(*out->items));
    out->items[out->n++] = *further;
  }
  make_messages(out);
}

void containerd_labels_release(struct containerd_labels *labels)
{
  free(labels->items);
  free(labels->messages);
  free(labels->pointers);
  *labels = (struct containerd_labels) { 0 };
}
