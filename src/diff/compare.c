#include "diff/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "diff/left_out.h"

struct kept {
  struct kept *next;
  void *object;
  void (*release)(void *object);
};

void *diff_keep(struct diff *diff, void *object, void (*release)(void *object))
{
  struct kept *kept = xmalloc(sizeof(*kept));

  *kept = (struct kept) { diff->kept, object, release };
  diff->kept = kept;
  return object;
}

void diff_release_kept(struct diff *diff)
{
  while (diff->kept) {
    struct kept *next = diff->kept->next;

    diff->kept->release(diff->kept->object);
    free(diff->kept);
    diff->kept = next;
  }
}

void diff_fail(struct diff *diff, const struct error *err)
{
  if (diff->failed)
    return;
  diff->failed = true;
  diff->error = *err;
}

/* Shadows and the comparison that they stand beside read for the same purpose. */
static struct diff *diff_primary(struct diff *diff)
{
  return diff->primary ? diff->primary : diff;
}

static struct str blob_key(const struct descriptor *blob)
{
  return (struct str) { (const char *)blob->digest.bytes, sizeof(blob->digest.bytes) };
}

struct opened_blob {
  bool read; /* to its end: fingerprint is known */
  uint64_t fingerprint;
};

/* The blob, which is taken for opened from now on. With the lock of primary. */
static struct opened_blob *opened_put(struct diff *primary, int side, const struct descriptor *blob)
{
  struct map_entry *opened = map_put(&primary->opened[side], blob_key(blob));

  if (!opened->value) {
    opened->key = arena_str(&primary->arena, opened->key);
    opened->value = arena_alloc(&primary->arena, sizeof(struct opened_blob));
  }
  return opened->value;
}

struct stream *diff_open(struct diff *diff, int side, const struct descriptor *blob,
                         struct error *err)
{
  struct diff *primary = diff_primary(diff);

  pthread_mutex_lock(&primary->lock);
  opened_put(primary, side, blob);
  pthread_mutex_unlock(&primary->lock);
  return source_blob(diff->options->sources[side], blob, err);
}

void diff_note_content(struct diff *diff, int side, const struct descriptor *blob,
                       uint64_t fingerprint)
{
  struct diff *primary = diff_primary(diff);

  pthread_mutex_lock(&primary->lock);
  *opened_put(primary, side, blob) = (struct opened_blob) { true, fingerprint };
  pthread_mutex_unlock(&primary->lock);
}

bool diff_knows_content(struct diff *diff, int side, const struct descriptor *blob,
                        uint64_t *fingerprint)
{
  struct diff *primary = diff_primary(diff);
  const struct opened_blob *opened = NULL;
  const struct map_entry *found;
  bool knows;

  pthread_mutex_lock(&primary->lock);
  found = map_find(&primary->opened[side], blob_key(blob));
  if (found)
    opened = found->value;
  knows = opened && opened->read;
  *fingerprint = knows ? opened->fingerprint : 0;
  pthread_mutex_unlock(&primary->lock);
  return knows;
}

bool diff_is_about_root(const struct diff *diff)
{
  return diff->options->sources[0]->is_root || diff->options->sources[1]->is_root;
}

bool diff_has_opened(struct diff *diff, int side, const struct descriptor *blob)
{
  struct diff *primary = diff_primary(diff);
  bool has;

  pthread_mutex_lock(&primary->lock);
  has = map_find(&primary->opened[side], blob_key(blob)) != NULL;
  pthread_mutex_unlock(&primary->lock);
  return has;
}

int diff_wrap_input(const struct diff *diff, int side, struct error *err)
{
  const char *label = diff->options->sources[side]->label;

  if (strcmp(label, diff->options->sources[1 - side]->label) == 0)
    return error_wrap(err, "%s (input %d)", label, side);
  return error_wrap(err, "%s", label);
}

const char *diff_context(struct diff *diff, const struct event_node *parent, const char *name)
{
  const char *context;

  pthread_mutex_lock(&diff->lock);
  context = arena_printf(&diff->arena, "%s/%s", parent->parent ? parent->context : "", name);
  pthread_mutex_unlock(&diff->lock);
  return context;
}

struct event_node *diff_node(struct diff *diff, const struct event_node *parent, const char *name,
                             enum event_type type, const char *note,
                             const struct event_input inputs[2])
{
  const char *context = parent ? diff_context(diff, parent, name) : "/";
  struct event_node *node;

  pthread_mutex_lock(&diff->lock);
  node = arena_alloc(&diff->arena, sizeof(*node));
  node->parent = parent;
  node->context = context;
  node->type = type;
  node->note = note ? arena_strdup(&diff->arena, note) : "";
  if (inputs)
    memcpy(node->inputs, inputs, sizeof(node->inputs));
  pthread_mutex_unlock(&diff->lock);
  return node;
}

void diff_send(struct diff *diff, const struct event *event)
{
  __atomic_fetch_add(&diff->sent, 1, __ATOMIC_RELAXED);
  pthread_mutex_lock(&diff->lock);
  diff->options->sink->event(diff->options->sink, event);
  pthread_mutex_unlock(&diff->lock);
}

static bool has_digest(const struct fields *fields)
{
  for (size_t i = 0; fields && i < fields->n; i++)
    if (strcmp(fields->items[i].name, "digest") == 0)
      return true;
  return false;
}

void diff_leaf(struct diff *diff, const struct event_node *parent, const char *name,
               enum event_type type, const char *note, const struct event_input inputs[2],
               struct fields *fields)
{
  struct event event = { .parent = parent,
                         .context = diff_context(diff, parent, name),
                         .type = type,
                         .note = note ? note : "",
                         .digests_count = diff->strict || has_digest(fields) };

  memcpy(event.inputs, inputs, sizeof(event.inputs));
  if (fields) {
    event.fields = fields->items;
    event.n_fields = fields->n;
    if (left_out_fields(diff, &event, fields, STR(""), false))
      return;
  }
  diff_send(diff, &event);
}

bool diff_has_sent(const struct diff *diff)
{
  return __atomic_load_n(&diff->sent, __ATOMIC_RELAXED) != 0;
}

void diff_note_images(struct diff *diff, const struct descriptor *d0, const struct descriptor *d1,
                      const struct manifest *m0, const struct manifest *m1)
{
  if (diff->in_passing || diff->primary)
    return;
  diff->pairs = xgrow(diff->pairs, diff->n_pairs, &diff->cap_pairs, sizeof(*diff->pairs));
  diff->pairs[diff->n_pairs++] = (struct image_pair) { .descriptors = { d0, d1 },
                                                       .manifests = { m0, m1 },
                                                       .first_task = diff->n_tasks };
}

void diff_note_unpaired(struct diff *diff)
{
  diff->unpaired = diff->unpaired || !diff->in_passing;
}

bool same_blob(const struct descriptor *d0, const struct descriptor *d1)
{
  return d0->size == d1->size && digest_equal(&d0->digest, &d1->digest);
}

/* Reads a JSON blob of side (0 or 1), checked, within the limit. The error names input and blob. */
static int diff_read(struct diff *diff, int side, const struct descriptor *blob, struct buf *out,
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
static struct str make_key(struct buf *key, int side, const struct descriptor *blob,
                           const struct document *kind)
{
  char digest[DIGEST_MAX_TEXT];

  buf_printf(key, "%d %s %s %lld", side, kind->name, digest_format(&blob->digest, digest),
             (long long)blob->size);
  return buf_str(key);
}

/* A document is kept until the comparison ends. */
static int compare_parse(struct diff *diff, const struct document *kind, void *out, struct str text,
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
static const void *compare_load(struct diff *diff, int side, const struct descriptor *blob,
                                const struct document *kind, struct error *err)
{
  AUTO_BUF key = BUF_INIT(diff->options->limits->json_bytes + 256);
  AUTO_BUF text = BUF_INIT(diff->options->limits->json_bytes);
  AUTO_FREE void *document = NULL;
  struct map_entry *found;
  char digest[DIGEST_MAX_TEXT];

  diff = diff->primary ? diff->primary : diff;
  found = map_find(&diff->documents, make_key(&key, side, blob, kind));
  if (found)
    return found->value;
  document = xcalloc(1, kind->size);
  if (diff_read(diff, side, blob, &text, err) ||
      compare_parse(diff, kind, document, buf_str(&text), err)) {
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
  return compare_load(diff, side, blob, &kind_index, err);
}

const struct manifest *diff_load_manifest(struct diff *diff, int side,
                                          const struct descriptor *blob, struct error *err)
{
  return compare_load(diff, side, blob, &kind_manifest, err);
}

const struct config *diff_load_config(struct diff *diff, int side, const struct descriptor *blob,
                                      struct error *err)
{
  return compare_load(diff, side, blob, &kind_config, err);
}

static const void *compare_loaded(struct diff *diff, int side, const struct descriptor *blob,
                                  const struct document *kind)
{
  AUTO_BUF key = BUF_INIT(256);
  const struct map_entry *found = map_find(&diff->documents, make_key(&key, side, blob, kind));

  return found ? found->value : NULL;
}

const struct index *diff_loaded_index(struct diff *diff, int side, const struct descriptor *blob)
{
  return compare_loaded(diff, side, blob, &kind_index);
}

const struct manifest *diff_loaded_manifest(struct diff *diff, int side,
                                            const struct descriptor *blob)
{
  return compare_loaded(diff, side, blob, &kind_manifest);
}

const struct config *diff_loaded_config(struct diff *diff, int side, const struct descriptor *blob)
{
  return compare_loaded(diff, side, blob, &kind_config);
}
