/* Run configurations: what decides how a container is started, put into one form and compared. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diff/documents/json_diff.h"
#include "diff/effective/effective.h"
#include "image/schema.h"

static const struct json_field run_config[] = {
  { "Env", JSON_KIND_MAP, NULL },
  { "Entrypoint", JSON_KIND_LIST, NULL },
  { "Cmd", JSON_KIND_LIST, NULL },
  { "User", JSON_KIND_SCALAR, NULL },
  { "WorkingDir", JSON_KIND_SCALAR, NULL },
  { "ExposedPorts", JSON_KIND_MAP, NULL },
  { "Volumes", JSON_KIND_MAP, NULL },
  { "Labels", JSON_KIND_MAP, NULL },
  { "StopSignal", JSON_KIND_SCALAR, NULL },
  { "Healthcheck", JSON_KIND_OBJECT, schema_healthcheck },
  { "Shell", JSON_KIND_LIST, NULL },
  { "OnBuild", JSON_KIND_LIST, NULL },
  { "ArgsEscaped", JSON_KIND_SCALAR, NULL },
  { NULL, JSON_KIND_ANY, NULL },
};

static const struct json_field effective_config[] = {
  { "os", JSON_KIND_SCALAR, NULL },        { "architecture", JSON_KIND_SCALAR, NULL },
  { "variant", JSON_KIND_SCALAR, NULL },   { "os.version", JSON_KIND_SCALAR, NULL },
  { "os.features", JSON_KIND_LIST, NULL }, { "config", JSON_KIND_OBJECT, run_config },
  { NULL, JSON_KIND_ANY, NULL },
};

/* A list of KEY=VALUE as an object. Of a key that comes twice the last one counts, as for runtimes;
 * one without a value is null. */
static json_t *env_map(const json_t *list)
{
  json_t *map = json_object();
  size_t i;
  json_t *item;

  json_array_foreach((json_t *)list, i, item)
  {
    const char *text = json_string_value(item);
    const char *equals = text ? strchr(text, '=') : NULL;
    AUTO_FREE char *key = NULL;

    if (!text)
      continue;
    key = equals ? xstrndup(text, (size_t)(equals - text)) : xstrdup(text);
    json_object_set_new(map, key, equals ? json_string(equals + 1) : json_null());
  }
  return map;
}

/* The keys alone: what stands behind them has no meaning. `protocol` is put behind a key without
 * one. */
static json_t *key_set(const json_t *object, const char *protocol)
{
  json_t *set = json_object();
  const char *key;
  json_t *value;

  json_object_foreach((json_t *)object, key, value)
  {
    AUTO_FREE char *full = xasprintf("%s%s", key, protocol && !strchr(key, '/') ? protocol : "");

    json_object_set_new(set, full, json_object());
  }
  return set;
}

/* Docker takes a word for a list of one; others never look at a shell. NULL: none. */
static json_t *shell_list(const json_t *value)
{
  return json_is_string(value) ? json_pack("[O]", value) : json_incref((json_t *)value);
}

/* None is "/"; slashes at the end mean nothing. */
static json_t *working_directory(const json_t *value)
{
  const char *text = json_string_value(value);
  size_t len = text ? strlen(text) : 0;

  while (len && text[len - 1] == '/')
    len--;
  return len ? json_stringn(text, len) : json_string("/");
}

/* What some systems alone look at. The version of Linux is its host's, whatever an image says of
 * it; a host of another system refuses images of other versions. Windows gets a command as one
 * line, which ArgsEscaped says is quoted already (image-spec, config.md). Which features an image
 * wants is for every system. */
static void keep_what_systems_look_at(json_t *form, json_t *run, const struct platform *platform,
                                      json_t *features)
{
  if (strcmp(platform->os, "linux") != 0)
    json_object_set_new(form, "os.version", json_string(platform->os_version));
  if (json_array_size(features))
    json_object_set(form, "os.features", features);
  if (strcmp(platform->os, "windows") != 0 || !json_is_true(json_object_get(run, "ArgsEscaped")))
    json_object_del(run, "ArgsEscaped");
}

/* What counts of a config, in one form. */
static json_t *normal_form(const struct config *config)
{
  struct platform platform = platform_normalize(&config->platform);
  json_t *form = json_object();
  json_t *run = json_object();
  const json_t *given = json_object_get(config->json, "config");

  if (json_is_object(given))
    json_object_update(run, (json_t *)given);
  json_object_set_new(run, "Env", env_map(json_object_get(run, "Env")));
  json_object_set_new(run, "ExposedPorts", key_set(json_object_get(run, "ExposedPorts"), "/tcp"));
  if (!json_is_object(json_object_get(run, "Labels")))
    json_object_set_new(run, "Labels", json_object());
  json_object_set_new(run, "Volumes", key_set(json_object_get(run, "Volumes"), NULL));
  json_object_set_new(run, "WorkingDir", working_directory(json_object_get(run, "WorkingDir")));
  if (json_object_get(run, "Shell"))
    json_object_set_new(run, "Shell", shell_list(json_object_get(run, "Shell")));
  /* In capitals it is the same to containerd and Podman, and none to Docker. */
  json_object_set_new(form, "os",
                      json_string(config->platform.os[0] ? config->platform.os : platform.os));
  json_object_set_new(form, "architecture", json_string(platform.architecture));
  json_object_set_new(form, "variant", json_string(platform.variant));
  keep_what_systems_look_at(form, run, &platform, json_object_get(config->json, "os.features"));
  json_object_set_new(form, "config", run);
  return form;
}

bool effective_compare_configs(struct diff *diff, const struct event_node *parent,
                               const struct config *const configs[2],
                               const struct event_input config_inputs[2])
{
  static const struct json_diff_options options = { .empty_is_absent = true };
  AUTO_FIELDS fields = FIELDS_INIT;
  json_t *forms[2];

  if (configs[0] == configs[1])
    return false;
  for (int side = 0; side < 2; side++)
    forms[side] = normal_form(configs[side]);
  json_diff(&fields, effective_config, forms[0], forms[1], &options);
  for (size_t i = 0; i < fields.n; i++) {
    struct fields one = { .items = &fields.items[i], .n = 1 };

    diff_leaf(diff, parent, "config", EVENT_CONFIG, NULL, config_inputs, &one);
  }
  json_decref(forms[0]);
  json_decref(forms[1]);
  return fields.n > 0;
}

/* ---- annotations ---- */

/* Podman hands the annotations of an image's manifest to what starts the container: crun (crun(1),
 * "Extensions and customizations"; krun(1), "OCI Annotations"), runc (docs/systemd.md,
 * docs/checkpoint-restore.md), Kata Containers, gVisor (runsc, config.go) and NVIDIA's runtime
 * (Container Device Interface) act upon these. CRI-O takes a seccomp profile from an image
 * (crio.conf(5), allowed_annotations). Podman itself goes by those under io.podman; hooks, such as
 * the one that traces system calls (oci-seccomp-bpf-hook), by others of containers.io, and Kata
 * Containers by io.kubernetes.cri. */
static bool reaches_container(const char *key)
{
  static const char *const prefixes[] = {
    "run.oci.",
    "module.wasm.image/",
    "krun.",
    "org.systemd.property.",
    "org.criu.",
    "io.katacontainers.",
    "dev.gvisor.",
    "cdi.k8s.io/",
    "seccomp-profile.kubernetes.cri-o.io",
    "seccomp-profile.crio.io",
    "io.podman.",
    "io.containers.",
    "io.kubernetes.cri",
  };

  for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
    if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0)
      return true;
  return false;
}

/* The annotations that reach a container; to be released. */
static json_t *annotations_for_container(const struct manifest *manifest)
{
  json_t *map = json_object();
  const char *key;
  json_t *value;

  json_object_foreach(json_object_get(manifest->json, "annotations"), key, value)
  {
    if (reaches_container(key))
      json_object_set(map, key, value);
  }
  return map;
}

void effective_compare_annotations(struct diff *diff, const struct event_node *parent,
                                   const struct manifest *const manifests[2],
                                   const struct event_input inputs[2])
{
  static const struct json_field table[] = { { "annotations", JSON_KIND_MAP, NULL },
                                             { NULL, JSON_KIND_ANY, NULL } };
  static const struct json_diff_options options = { .empty_is_absent = true };
  AUTO_FIELDS fields = FIELDS_INIT;
  json_t *forms[2];

  for (int side = 0; side < 2; side++) {
    forms[side] = json_object();
    json_object_set_new(forms[side], "annotations", annotations_for_container(manifests[side]));
  }
  json_diff(&fields, table, forms[0], forms[1], &options);
  for (size_t i = 0; i < fields.n; i++) {
    struct fields one = { .items = &fields.items[i], .n = 1 };

    diff_leaf(diff, parent, "annotations", EVENT_MANIFEST, NULL, inputs, &one);
  }
  for (int side = 0; side < 2; side++)
    json_decref(forms[side]);
}
