/* Descriptors, their annotations, and the choice of what stands behind a pair of them. */
#include <string.h>

#include "diff/compare.h"
#include "diff/documents/json_diff.h"
#include "diff/layers/tasks.h"
#include "image/schema.h"

static void add_annotation(struct fields *fields, const char *key, const json_t *v0,
                           const json_t *v1)
{
  struct str values[2] = { { NULL, 0 }, { NULL, 0 } };

  if (v0)
    values[0] = (struct str) { json_string_value(v0), json_string_length(v0) };
  if (v1)
    values[1] = (struct str) { json_string_value(v1), json_string_length(v1) };
  fields_add(fields, arena_strdup(&fields->arena, key), arena_printf(&fields->arena, "%s ", key),
             values[0], values[1]);
}

static bool annotation_counts(const struct diff *diff, const char *key, bool is_root)
{
  const uint32_t ignore = diff->options->ignore;

  if (strcmp(key, "org.opencontainers.image.created") == 0 ||
      strcmp(key, "buildkit/rewritten-timestamp") == 0) /* BuildKit's rewrite-timestamp=true */
    return !is_root && !(ignore & IGNORE_IMAGE_TIMESTAMPS);
  if (strcmp(key, "io.containerd.image.name") == 0 ||
      strcmp(key, "org.opencontainers.image.ref.name") == 0)
    return !(ignore & IGNORE_IMAGE_NAME) && (!is_root || diff->options->compare_root_name);
  return !is_root;
}

/* Whether any annotation of the map counts. */
static bool any_counts(const struct diff *diff, json_t *map, bool is_root)
{
  const char *key;
  json_t *value;

  json_object_foreach(map, key, value)
  {
    if (annotation_counts(diff, key, is_root))
      return true;
  }
  return false;
}

void compare_annotations(struct diff *diff, const struct event_node *parent, enum event_type type,
                         json_t *const object[2], const struct event_input inputs[2], bool is_root)
{
  AUTO_FIELDS fields = FIELDS_INIT;
  json_t *maps[2];
  const char *key;
  json_t *value;

  if (diff->options->effective)
    return;
  for (int side = 0; side < 2; side++) {
    maps[side] = json_object_get(object[side], "annotations");
    if (!json_is_object(maps[side]))
      maps[side] = NULL;
  }
  json_object_foreach(maps[0], key, value)
  {
    json_t *other = json_object_get(maps[1], key);

    if (annotation_counts(diff, key, is_root) && !json_equal(value, other))
      add_annotation(&fields, key, value, other);
  }
  json_object_foreach(maps[1], key, value)
  {
    if (annotation_counts(diff, key, is_root) && !json_object_get(maps[0], key))
      add_annotation(&fields, key, NULL, value);
  }
  /* Strictly, no map is not an empty map; for the root, where names are left out, it is. */
  if (diff->strict && !is_root && !fields.n && !maps[0] != !maps[1] &&
      !any_counts(diff, maps[0] ? maps[0] : maps[1], is_root))
    fields_add(&fields, "annotations", "annotations ", maps[0] ? STR("{}") : STR("null"),
               maps[1] ? STR("{}") : STR("null"));
  if (fields.n)
    diff_leaf(diff, parent, "annotations", type, "field \"Annotations\"", inputs, &fields);
}

/* What refers to two images that are compared refers to different digests where they differ. */
static bool refer_to_images(const struct diff *diff, json_t *const object[2])
{
  char text[DIGEST_MAX_TEXT];

  for (int side = 0; side < 2; side++) {
    const json_t *subject = json_object_get(object[side], "subject");
    const char *digest = json_string_value(json_object_get(subject, "digest"));

    if (!diff->subjects[side] || !digest ||
        strcmp(digest, digest_format(&diff->subjects[side]->digest, text)) != 0)
      return false;
  }
  return !diff->strict;
}

void compare_subjects(struct diff *diff, const struct event_node *parent, enum event_type type,
                      json_t *const object[2], const struct event_input inputs[2])
{
  static const struct json_field subject_only[] = {
    { "subject", JSON_KIND_OBJECT, schema_descriptor },
    { NULL, JSON_KIND_ANY, NULL },
  };
  AUTO_FIELDS fields = FIELDS_INIT;
  struct json_diff_options options = { .empty_is_absent = !diff->strict };

  if (!diff->options->effective && !refer_to_images(diff, object) &&
      json_diff(&fields, subject_only, object[0], object[1], &options))
    diff_leaf(diff, parent, "subject", type, "field \"Subject\"", inputs, &fields);
}

/* What is called by its descriptor only has no JSON of its own beyond it. */
void compare_descriptors(struct diff *diff, const struct event_node *parent,
                         const struct descriptor *d0, const struct descriptor *d1,
                         enum descriptor_place place, bool opaque)
{
  static const char *const blob_fields[] = { "digest", "size", "data", NULL };
  static const char *const beside_root[] = { "urls", "platform", "artifactType", "data", NULL };
  static const char *const but_type[] = { "urls", "platform", "artifactType", "data", "digest",
                                          "size", NULL };
  const bool all = diff->strict || opaque;
  AUTO_FIELDS fields = FIELDS_INIT;
  struct event_input inputs[2] = { { .descriptor = d0 }, { .descriptor = d1 } };
  json_t *const objects[2] = { d0->json, d1->json };
  struct json_diff_options options = {
    .empty_is_absent = !diff->strict,
    .skip = place == DESCRIPTOR_ROOT ? (all ? beside_root : but_type)
            : all                    ? NULL
                                     : blob_fields,
  };

  if ((opaque || !diff->options->effective) &&
      json_diff(&fields, schema_descriptor, d0->json, d1->json, &options))
    diff_leaf(diff, parent, "desc", EVENT_DESCRIPTOR, NULL, inputs, &fields);
  compare_annotations(diff, parent, EVENT_DESCRIPTOR, objects, inputs, place != DESCRIPTOR_INSIDE);
}

void compare_objects(struct diff *diff, const struct event_node *parent,
                     const struct descriptor *d0, const struct descriptor *d1, unsigned depth)
{
  const struct descriptor *const subjects[2] = { d0, d1 };
  const struct descriptor *const none[2] = { NULL, NULL };

  if (d0->kind == d1->kind)
    compare_referrers(diff, parent, subjects, none);
  if (d0->kind == MEDIA_INDEX && d1->kind == MEDIA_INDEX)
    compare_indexes(diff, parent, d0, d1, depth);
  else if (d0->kind == MEDIA_INDEX && d1->kind == MEDIA_MANIFEST)
    compare_index_with_manifest(diff, parent, d0, d1, 0, depth);
  else if (d0->kind == MEDIA_MANIFEST && d1->kind == MEDIA_INDEX)
    compare_index_with_manifest(diff, parent, d0, d1, 1, depth);
  else if (d0->kind == MEDIA_MANIFEST && d1->kind == MEDIA_MANIFEST)
    compare_manifests(diff, parent, d0, d1);
  else if (diff->options->verify)
    tasks_add_check(diff, d0, d1);
  if ((d0->kind == MEDIA_OTHER || d1->kind == MEDIA_OTHER) && !same_blob(d0, d1))
    diff_note_unpaired(diff);
}
