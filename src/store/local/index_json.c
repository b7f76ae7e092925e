#include "store/local/index_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/json.h"
#include "image/reference.h"
#include "store/name.h"
#include "store/store.h"

enum { ENTRIES_MAX = 1 << 20 };

/* The full form of an image name, or the text as it stands if it is none; to be freed. */
static char *full_name(const char *text)
{
  struct reference reference;
  struct error ignored;
  char *full;

  if (reference_parse(&reference, str_of(text), &ignored) < 0)
    return xstrdup(text);
  full = reference_format(&reference);
  reference_release(&reference);
  return full;
}

static void entry_release(struct index_entry *entry)
{
  descriptor_release(&entry->target);
  free(entry->name);
}

static int entry_init(struct index_entry *entry, json_t *json, struct error *err)
{
  const char *name;

  if (descriptor_from_json(&entry->target, json, err) < 0)
    return -1;
  entry->json = json;
  name = descriptor_annotation(&entry->target, ANNOTATION_IMAGE_NAME);
  if (!name || !*name)
    name = descriptor_annotation(&entry->target, ANNOTATION_REF_NAME);
  entry->name = name && *name ? full_name(name) : NULL;
  entry->cached = descriptor_annotation(&entry->target, ANNOTATION_CACHED) != NULL;
  return 0;
}

void index_json_init(struct index_json *index)
{
  *index = (struct index_json) { 0 };
  index->json = json_object();
  json_object_set_new(index->json, "schemaVersion", json_integer(2));
  json_object_set_new(index->json, "manifests", json_array());
}

void index_json_release(struct index_json *index)
{
  for (size_t i = 0; i < index->n; i++)
    entry_release(&index->entries[i]);
  free(index->entries);
  json_decref(index->json);
  *index = (struct index_json) { 0 };
}

static int index_json_check_version(const json_t *json, struct error *err)
{
  int64_t version;

  if (!json_is_object(json))
    return error_set(err, ERROR_CORRUPT, "expected a JSON object");
  if (json_get_int(json, "schemaVersion", &version, err) < 0)
    return -1;
  if (version != 2 && version != 0)
    return error_set(err, ERROR_UNSUPPORTED, "field \"schemaVersion\": expected 2, found %lld",
                     (long long)version);
  return 0;
}

static int read_entries(struct index_json *index, struct error *err)
{
  json_t *manifests;
  size_t n;

  if (index_json_check_version(index->json, err) < 0 ||
      json_get_array(index->json, "manifests", &manifests, err) < 0)
    return -1;
  n = json_array_size(manifests);
  if (n > ENTRIES_MAX)
    return error_set(err, ERROR_LIMIT, "field \"manifests\": at most %d allowed, found %zu",
                     ENTRIES_MAX, n);
  if (!manifests)
    json_object_set_new(index->json, "manifests", json_array());
  index->entries = xcalloc(n + 1, sizeof(*index->entries));
  for (; index->n < n; index->n++) {
    if (entry_init(&index->entries[index->n], json_array_get(manifests, index->n), err) < 0)
      return error_wrap(err, "field \"manifests\": element %zu", index->n);
  }
  return 0;
}

int index_json_parse(struct index_json *out, struct str text, struct error *err)
{
  struct index_json index = { 0 };

  index.json = json_decode(text, &document_index_or_manifest, err);
  if (!index.json)
    return -1;
  if (read_entries(&index, err) < 0) {
    index_json_release(&index);
    return -1;
  }
  *out = index;
  return 0;
}

size_t index_json_find(const struct index_json *index, const char *name, size_t from)
{
  struct wanted_name wanted;
  size_t i;

  wanted_name_init(&wanted, name);
  for (i = from; i < index->n && !wanted_name_fits(&wanted, index->entries[i].name,
                                                   &index->entries[i].target.digest);
       i++)
    ;
  wanted_name_release(&wanted);
  return i;
}

void index_json_remove(struct index_json *index, size_t position)
{
  json_array_remove(json_object_get(index->json, "manifests"), position);
  entry_release(&index->entries[position]);
  index->n--;
  memmove(&index->entries[position], &index->entries[position + 1],
          (index->n - position) * sizeof(*index->entries));
}

/* A deep copy of the descriptor with these annotations set, or removed where the value is NULL. */
static json_t *annotated(const struct descriptor *descriptor, const char *name, bool cached)
{
  json_t *copy = json_deep_copy(descriptor->json);
  json_t *annotations = json_object_get(copy, "annotations");

  if (!json_is_object(annotations)) {
    annotations = json_object();
    json_object_set_new(copy, "annotations", annotations);
  }
  json_object_del(annotations, ANNOTATION_IMAGE_NAME);
  json_object_del(annotations, ANNOTATION_REF_NAME);
  json_object_del(annotations, ANNOTATION_CACHED);
  if (name) {
    json_object_set_new(annotations, ANNOTATION_IMAGE_NAME, json_string(name));
    json_object_set_new(annotations, ANNOTATION_REF_NAME, json_string(name));
  }
  if (cached)
    json_object_set_new(annotations, ANNOTATION_CACHED, json_string("true"));
  if (json_object_size(annotations) == 0)
    json_object_del(copy, "annotations");
  return copy;
}

int index_json_append(struct index_json *index, const char *name, const struct descriptor *root,
                      bool cached, struct error *err)
{
  json_t *json = annotated(root, name, cached);
  struct index_entry entry = { 0 };

  if (index->n >= ENTRIES_MAX || entry_init(&entry, json, err) < 0) {
    json_decref(json);
    return index->n >= ENTRIES_MAX
               ? error_set(err, ERROR_LIMIT, "the store holds %d images already", ENTRIES_MAX)
               : -1;
  }
  json_array_append_new(json_object_get(index->json, "manifests"), json);
  index->entries = xreallocarray(index->entries, index->n + 1, sizeof(*index->entries));
  index->entries[index->n++] = entry;
  return 0;
}

/* Whatever went wrong on the way: a text that cannot be read, or names other images, never takes
 * the place of one that can. */
static int is_what_was_meant(const struct index_json *index, struct str text, struct error *err)
{
  struct index_json again;
  bool same;

  if (index_json_parse(&again, text, err) < 0)
    return error_wrap(err, "index.json as it would be written cannot be read");
  same = again.n == index->n && json_equal(again.json, index->json);
  for (size_t i = 0; same && i < again.n; i++)
    same = str_equal(str_of(again.entries[i].name), str_of(index->entries[i].name)) &&
           digest_equal(&again.entries[i].target.digest, &index->entries[i].target.digest);
  index_json_release(&again);
  return same ? 0 : error_set(err, ERROR_IO, "index.json as it would be written says other things");
}

int index_json_format(const struct index_json *index, struct buf *out, struct error *err)
{
  AUTO_FREE char *text = json_dumps(index->json, JSON_COMPACT);

  if (!text)
    return error_set(err, ERROR_IO, "index.json cannot be written as JSON");
  buf_puts(out, text);
  buf_putc(out, '\n');
  if (out->overflow)
    return error_set(err, ERROR_LIMIT, "index.json would be over %zu bytes", out->max);
  return is_what_was_meant(index, buf_str(out), err);
}

int index_entry_target(const struct index_entry *entry, struct descriptor *out, struct error *err)
{
  json_t *copy;
  json_t *annotations;
  int result;

  if (!entry->cached) {
    *out = descriptor_copy(&entry->target);
    return 0;
  }
  copy = json_deep_copy(entry->json);
  annotations = json_object_get(copy, "annotations");
  json_object_del(annotations, ANNOTATION_CACHED);
  if (json_object_size(annotations) == 0)
    json_object_del(copy, "annotations");
  result = descriptor_from_json(out, copy, err);
  json_decref(copy);
  return result;
}
