#include "base/alloc.h"
#include "image/json.h"
#include "source/archive/root.h"
#include "source/kinds.h"

/* 1: there, 0: not, -1: failed. */
static int is_dir_transport(struct members *members, struct error *err)
{
  int has_version = members_has(members, STR("version"), err);

  return has_version > 0 ? members_has(members, STR("manifest.json"), err) : has_version;
}

/* What cannot be read is for whoever reads it to complain about. */
static bool names_no_image(struct members *members, const struct limits *limits)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  AUTO_JSON json = NULL;
  struct error ignored;
  json_t *manifests;

  if (members_read(members, STR("index.json"), limits->json_bytes, &text, &ignored) < 0)
    return false;
  json = json_decode(buf_str(&text), &document_index_or_manifest, &ignored);
  return json_is_object(json) && json_get_array(json, "manifests", &manifests, &ignored) == 0 &&
         json_array_size(manifests) == 0;
}

int source_is_oci_layout(struct members *members, const struct limits *limits, struct error *err)
{
  int found = members_has(members, STR("oci-layout"), err);
  int docker;

  if (found <= 0 || !names_no_image(members, limits))
    return found;
  docker = members_has(members, STR("manifest.json"), err);
  return docker < 0 ? -1 : !docker;
}

struct source *source_detect_docker(struct members *members, const char *ref,
                                    const struct source_options *options, struct error *err)
{
  int found = members_has(members, STR("manifest.json"), err);

  found = found == 0 ? members_has(members, STR("repositories"), err) : found;
  if (found > 0)
    return source_detect(members, ref, options, err);
  if (found == 0)
    error_set(err, ERROR_NOT_FOUND,
              "no Docker archive: it has no file \"manifest.json\" (oci-archive:FILE reads OCI "
              "image layouts)");
  members_free(members);
  return NULL;
}

/* None of them is there, and an archive looks as if it were unpacked into a container's root. */
static int is_root(struct members *members, struct error *err)
{
  static const char *const images[] = { "oci-layout", "manifest.json", "repositories" };
  int found = 0;

  for (size_t i = 0; i < ARRAY_LEN(images) && found == 0; i++)
    found = members_has(members, str_of(images[i]), err);
  return found ? found < 0 ? -1 : 0 : root_is_likely(members);
}

struct source *source_detect_any(struct members *members, const char *ref,
                                 const struct source_options *options, struct error *err)
{
  const int found = is_root(members, err);

  if (found < 0) {
    members_free(members);
    return NULL;
  }
  return (found ? source_of_root_archive : source_detect)(members, ref, options, err);
}

struct source *source_detect(struct members *members, const char *ref,
                             const struct source_options *options, struct error *err)
{
  int found = source_is_oci_layout(members, options->limits, err);

  if (found > 0)
    return source_of_oci_layout(members, ref, options, err);
  found = found < 0 ? -1 : is_dir_transport(members, err);
  if (found > 0)
    return source_of_dir_transport(members, ref, options, err);
  found = found < 0 ? -1 : members_has(members, STR("manifest.json"), err);
  if (found > 0)
    return source_of_docker_archive(members, ref, options, err);
  found = found < 0 ? -1 : members_has(members, STR("repositories"), err);
  if (found > 0)
    error_set(err, ERROR_UNSUPPORTED, "written by Docker before 1.10: its format is not read");
  else if (found == 0)
    error_set(err, ERROR_UNSUPPORTED,
              "neither an OCI image layout (it has no \"oci-layout\") nor a Docker archive (it has "
              "no \"manifest.json\")");
  members_free(members);
  return NULL;
}
