#include "diff/documents/loaded.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/budget.h"

/* Reads a JSON blob of side (0 or 1), checked, within the limit. The error names input and blob. */
static int loaded_read(struct diff *diff, int side, const struct descriptor *blob, struct buf *out,
                       struct error *err)
{
  return source_read(diff->options->sources[side], blob, diff->options->limits->json_bytes, out,
                     err);
}

/* A kind of document: how it is parsed, and released. */
struct document {
  const char *name;
  size_t size;
  int (*parse)(const struct diff *diff, void *out, struct str text, struct error *err);
  const json_t *(*json)(const void *document);
  void (*clear)(void *document);
  void (*release)(void *document); /* and frees it */
};

/* What is found again: the same bytes of the same side, taken for the same thing. */
static struct str loaded_key(struct buf *key, int side, const struct descriptor *blob,
                             const struct document *kind)
{
  char digest[DIGEST_MAX_TEXT];

  buf_printf(key, "%d %s %s %lld", side, kind->name, digest_format(&blob->digest, digest),
             (long long)blob->size);
  return buf_str(key);
}

/* A document is kept until the comparison ends. */
static int loaded_parse(struct diff *diff, const struct document *kind, void *out, struct str text,
                        struct error *err)
{
  struct budget *memory = diff->options->limits->memory;
  uint64_t bytes;

  if (kind->parse(diff, out, text, err))
    return -1;
  bytes = kind->size + json_memory(kind->json(out));
  if (!budget_take(memory, bytes)) {
    kind->clear(out);
    return budget_error(memory, "the images' documents", err);
  }
  diff->document_bytes += bytes;
  return 0;
}

/* Reads a document and has it parsed; the error names the input, what it is, and the digest. */
static const void *loaded_load(struct diff *diff, int side, const struct descriptor *blob,
                               const struct document *kind, struct error *err)
{
  AUTO_BUF key = BUF_INIT(diff->options->limits->json_bytes + 256);
  AUTO_BUF text = BUF_INIT(diff->options->limits->json_bytes);
  AUTO_FREE void *document = NULL;
  struct map_entry *found;
  char digest[DIGEST_MAX_TEXT];

  diff = diff->primary ? diff->primary : diff;
  found = map_find(&diff->documents, loaded_key(&key, side, blob, kind));
  if (found)
    return found->value;
  document = xcalloc(1, kind->size);
  if (loaded_read(diff, side, blob, &text, err) ||
      loaded_parse(diff, kind, document, buf_str(&text), err)) {
    error_wrap(err, "%s %s", kind->name, digest_format(&blob->digest, digest));
    diff_wrap_input(diff, side, err);
    return NULL;
  }
  found = map_put(&diff->documents, buf_str(&key));
  found->key = arena_str(&diff->document_keys, buf_str(&key));
  found->value = diff_keep(diff, steal_pointer(&document), kind->release);
  return found->value;
}

static int parse_index(const struct diff *diff, void *out, struct str text, struct error *err)
{
  return index_parse(out, text, diff->options->limits, err);
}

static int parse_manifest(const struct diff *diff, void *out, struct str text, struct error *err)
{
  return manifest_parse(out, text, diff->options->limits, err);
}

static int parse_config(const struct diff *diff, void *out, struct str text, struct error *err)
{
  (void)diff;
  return config_parse(out, text, err);
}

static const json_t *json_of_index(const void *document)
{
  return ((const struct index *)document)->json;
}

static const json_t *json_of_manifest(const void *document)
{
  return ((const struct manifest *)document)->json;
}

static const json_t *json_of_config(const void *document)
{
  return ((const struct config *)document)->json;
}

static void clear_index(void *index)
{
  index_release(index);
}

static void release_index(void *index)
{
  clear_index(index);
  free(index);
}

static void clear_manifest(void *manifest)
{
  manifest_release(manifest);
}

static void release_manifest(void *manifest)
{
  clear_manifest(manifest);
  free(manifest);
}

static void clear_config(void *config)
{
  config_release(config);
}

static void release_config(void *config)
{
  clear_config(config);
  free(config);
}

static const struct document kind_index = { "index",       sizeof(struct index), parse_index,
                                            json_of_index, clear_index,          release_index };
static const struct document kind_manifest = { "manifest",     sizeof(struct manifest),
                                               parse_manifest, json_of_manifest,
                                               clear_manifest, release_manifest };
static const struct document kind_config = {
  "config", sizeof(struct config), parse_config, json_of_config, clear_config, release_config
};

const struct index *diff_load_index(struct diff *diff, int side, const struct descriptor *blob,
                                    struct error *err)
{
  return loaded_load(diff, side, blob, &kind_index, err);
}

const struct manifest *diff_load_manifest(struct diff *diff, int side,
                                          const struct descriptor *blob, struct error *err)
{
  return loaded_load(diff, side, blob, &kind_manifest, err);
}

const struct config *diff_load_config(struct diff *diff, int side, const struct descriptor *blob,
                                      struct error *err)
{
  return loaded_load(diff, side, blob, &kind_config, err);
}

static const void *loaded_find(struct diff *diff, int side, const struct descriptor *blob,
                               const struct document *kind)
{
  AUTO_BUF key = BUF_INIT(256);
  const struct map_entry *found = map_find(&diff->documents, loaded_key(&key, side, blob, kind));

  return found ? found->value : NULL;
}

const struct index *diff_loaded_index(struct diff *diff, int side, const struct descriptor *blob)
{
  return loaded_find(diff, side, blob, &kind_index);
}

const struct manifest *diff_loaded_manifest(struct diff *diff, int side,
                                            const struct descriptor *blob)
{
  return loaded_find(diff, side, blob, &kind_manifest);
}

const struct config *diff_loaded_config(struct diff *diff, int side, const struct descriptor *blob)
{
  return loaded_find(diff, side, blob, &kind_config);
}
