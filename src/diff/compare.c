#include "diff/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
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
