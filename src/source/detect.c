#include "base/alloc.h"
#include "image/json.h"
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
