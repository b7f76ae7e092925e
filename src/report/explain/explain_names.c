#include "report/explain/explain_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "image/media_type.h"

static struct str last_part(struct str name)
{
  const char *dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;

  return dot ? str_skip(name, (size_t)(dot - name.ptr) + 1) : name;
}

static bool is_of_bytes(struct str part)
{
  return str_equal(part, STR("digest")) || str_equal(part, STR("size")) ||
         str_equal(part, STR("data"));
}

/* ---- media types ---- */

static struct str without_compression(struct str type)
{
  static const char *const endings[] = { "+gzip", "+zstd", ".gzip", ".zstd" };

  for (size_t i = 0; i < ARRAY_LEN(endings); i++)
    if (str_has_suffix(type, str_of(endings[i])))
      return (struct str) { type.ptr, type.len - strlen(endings[i]) };
  return type;
}

/* Whether two media types differ only in how the bytes are compressed, which is to be found there.
 */
static bool says_compression(const struct event_field *field, struct str part)
{
  return str_equal(part, STR("mediaType")) && field->value[0].ptr && field->value[1].ptr &&
         str_equal(without_compression(field->value[0]), without_compression(field->value[1]));
}

/* Layers that are fetched from elsewhere, as far as they are. */
static bool is_foreign(struct str type)
{
  return str_has_prefix(type, STR(MEDIA_DOCKER_LAYER_FOREIGN)) ||
         str_has_prefix(type, STR(MEDIA_OCI_LAYER_NONDIST));
}

/* Whether it is Docker's on one side and OCI's, or none, on the other; of the same kind of thing,
 * which engines take for the same. */
static bool is_other_family(const struct event_field *field)
{
  enum media_kind kinds[2];
  bool docker[2];

  for (int side = 0; side < 2; side++) {
    AUTO_FREE char *type = str_dup(field->value[side].ptr ? field->value[side] : STR(""));

    kinds[side] = media_kind(type);
    docker[side] = str_has_prefix(field->value[side], STR("application/vnd.docker."));
  }
  for (int side = 0; side < 2; side++)
    if (!field->value[side].ptr)
      return kinds[1 - side] == MEDIA_MANIFEST || kinds[1 - side] == MEDIA_INDEX;
  return docker[0] != docker[1] && kinds[0] == kinds[1] && kinds[0] != MEDIA_OTHER &&
         is_foreign(field->value[0]) == is_foreign(field->value[1]);
}

/* Whether one of the two is a blob that nobody looks into: then its digest is the difference. */
static bool is_opaque(const struct event *event)
{
  for (int side = 0; side < 2; side++)
    if (event->type == EVENT_DESCRIPTOR && event->inputs[side].descriptor &&
        event->inputs[side].descriptor->kind == MEDIA_OTHER)
      return true;
  return false;
}

bool explain_names_field(const struct event *event, const struct event_field *field,
                         struct policy_field *out)
{
  static const char annotations[] = ".annotations.";
  const char *found = strstr(field->name, annotations);
  struct str part = last_part(str_of(field->name));

  if (!event_field_named(event, field, out))
    return false;
  if (out->kind != FIELD_DOCUMENT)
    return true;
  if (found)
    *out = (struct policy_field) { FIELD_ANNOTATION, str_of(found + sizeof(annotations) - 1) };
  else if (is_of_bytes(part) || says_compression(field, part))
    *out = (struct policy_field) { FIELD_DOCUMENT, STR("digest") };
  else
    out->name = part;
  if (str_equal(part, STR("mediaType")) && !says_compression(field, part))
    return is_other_family(field);
  return !(is_of_bytes(part) && is_opaque(event));
}

bool explain_names_follows(const struct policy_field *field)
{
  return (field->kind == FIELD_DOCUMENT && str_equal(field->name, STR("digest"))) ||
         (field->kind == FIELD_CONFIG && str_has_prefix(field->name, STR("rootfs.diff_ids")));
}

/* "/manifests-0/config/config" without what names the document: "/manifests-0". */
static struct str image_of(const char *context)
{
  static const char *const documents[] = { "/config/config", "/config", "/manifest", "/index",
                                           "/desc" };
  const struct str whole = str_of(context);

  for (size_t i = 0; i < ARRAY_LEN(documents); i++)
    if (str_has_suffix(whole, str_of(documents[i])))
      return (struct str) { whole.ptr, whole.len - strlen(documents[i]) };
  return (struct str) { whole.ptr, 0 };
}

/* The number of a field such as "layers[3].digest"; false if it is not one of this list. */
static bool number_in(const char *field, const char *list, uint64_t *number)
{
  const struct str text = str_of(field);
  const struct str open = str_of(list);
  const char *end = strchr(field, ']');

  return str_has_prefix(text, open) && end &&
         str_to_u64((struct str) { field + open.len, (size_t)(end - field) - open.len }, UINT64_MAX,
                    number);
}

void explain_names_place(struct explain_below *below, struct below_item *item,
                         const struct event *event, const struct event_field *field)
{
  const struct str image = image_of(event->context);
  uint64_t number;

  if (number_in(field->name, "rootfs.diff_ids[", &number)) {
    explain_below_place(below, item, "%.*s/layers-%" PRIu64 "/", STR_ARGS(image), number);
    explain_below_place(below, item, "%.*s/layer", STR_ARGS(image));
    explain_below_place(below, item, "%.*s/layer/", STR_ARGS(image));
  } else if (number_in(field->name, "layers[", &number)) {
    explain_below_place(below, item, "%.*s/layers-%" PRIu64 "/", STR_ARGS(image), number);
  } else if (number_in(field->name, "manifests[", &number)) {
    explain_below_place(below, item, "%.*s/manifests-%" PRIu64 "/", STR_ARGS(image), number);
  } else if (strncmp(field->name, "config.", 7) == 0) {
    explain_below_place(below, item, "%.*s/config/", STR_ARGS(image));
  } else {
    explain_below_place(below, item, "%.*s/", STR_ARGS(image));
  }
}
