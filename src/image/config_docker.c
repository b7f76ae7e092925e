/* What Docker alone knows of a config, by its Go types. */
#include "image/config.h"

#include "base/macros.h"

enum type { TYPE_TEXT, TYPE_FLAG, TYPE_NUMBER, TYPE_TEXTS, TYPE_COMMAND, TYPE_TEXT_MAP, TYPE_SET };

struct member {
  const char *key;
  enum type type;
};

static const struct member image_members[] = {
  { "id", TYPE_TEXT },        { "parent", TYPE_TEXT },         { "comment", TYPE_TEXT },
  { "container", TYPE_TEXT }, { "docker_version", TYPE_TEXT }, { "Size", TYPE_NUMBER },
};

static const struct member run_members[] = {
  { "Hostname", TYPE_TEXT },    { "Domainname", TYPE_TEXT },    { "User", TYPE_TEXT },
  { "AttachStdin", TYPE_FLAG }, { "AttachStdout", TYPE_FLAG },  { "AttachStderr", TYPE_FLAG },
  { "ExposedPorts", TYPE_SET }, { "Tty", TYPE_FLAG },           { "OpenStdin", TYPE_FLAG },
  { "StdinOnce", TYPE_FLAG },   { "Env", TYPE_TEXTS },          { "Cmd", TYPE_COMMAND },
  { "ArgsEscaped", TYPE_FLAG }, { "Image", TYPE_TEXT },         { "Volumes", TYPE_SET },
  { "WorkingDir", TYPE_TEXT },  { "Entrypoint", TYPE_COMMAND }, { "NetworkDisabled", TYPE_FLAG },
  { "MacAddress", TYPE_TEXT },  { "OnBuild", TYPE_TEXTS },      { "Labels", TYPE_TEXT_MAP },
  { "StopSignal", TYPE_TEXT },  { "StopTimeout", TYPE_NUMBER }, { "Shell", TYPE_COMMAND },
};

static const struct member healthcheck_members[] = {
  { "Test", TYPE_TEXTS },         { "Interval", TYPE_NUMBER },      { "Timeout", TYPE_NUMBER },
  { "StartPeriod", TYPE_NUMBER }, { "StartInterval", TYPE_NUMBER }, { "Retries", TYPE_NUMBER },
};

static int wrong_item(const char *key, const char *expected, struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "field \"%s\": expected %s", key, expected);
}

/* A null is a string, the empty one. */
static bool is_text(const json_t *value)
{
  return json_is_null(value) || (json_is_string(value) && !json_is_digits(value));
}

static int check_texts(const json_t *object, const char *key, struct error *err)
{
  json_t *array;
  json_t *item;
  size_t i;

  if (json_get_array(object, key, &array, err) < 0)
    return -1;
  json_array_foreach(array, i, item)
  {
    if (!is_text(item))
      return wrong_item(key, "strings", err);
  }
  return 0;
}

/* is_set: values are empty objects, else strings. */
static int check_map(const json_t *object, const char *key, bool is_set, struct error *err)
{
  json_t *map;
  const char *name;
  json_t *value;

  if (json_get_object(object, key, &map, err) < 0)
    return -1;
  json_object_foreach(map, name, value)
  {
    if (is_set ? !json_is_object(value) && !json_is_null(value) : !is_text(value))
      return wrong_item(key, is_set ? "empty objects" : "strings", err);
  }
  return 0;
}

static int check_member(const json_t *object, const struct member *member, struct error *err)
{
  const json_t *value = json_object_get(object, member->key);
  bool flag;
  int64_t number;

  switch (member->type) {
  case TYPE_TEXT:
    return json_check_string(object, member->key, err);
  case TYPE_FLAG:
    return json_get_bool(object, member->key, &flag, err);
  case TYPE_NUMBER:
    return json_get_int(object, member->key, &number, err);
  case TYPE_COMMAND: /* a string is a command of one word */
    return value && is_text(value) ? 0 : check_texts(object, member->key, err);
  case TYPE_TEXTS:
    return check_texts(object, member->key, err);
  case TYPE_TEXT_MAP:
  case TYPE_SET:
    break;
  }
  return check_map(object, member->key, member->type == TYPE_SET, err);
}

static int check_members(const json_t *object, const struct member *members, size_t n,
                         struct error *err)
{
  for (size_t i = 0; i < n; i++)
    if (check_member(object, &members[i], err) < 0)
      return -1;
  return 0;
}

static int check_run_config(const json_t *json, const char *key, struct error *err)
{
  json_t *run;
  json_t *healthcheck;

  if (json_get_object(json, key, &run, err) < 0)
    return -1;
  if (!run)
    return 0;
  if (check_members(run, run_members, ARRAY_LEN(run_members), err) < 0 ||
      json_get_object(run, "Healthcheck", &healthcheck, err) < 0)
    return error_wrap(err, "field \"%s\"", key);
  if (healthcheck &&
      check_members(healthcheck, healthcheck_members, ARRAY_LEN(healthcheck_members), err) < 0)
    return error_wrap(err, "field \"%s\": field \"Healthcheck\"", key);
  return 0;
}

static int check_layers(const struct config *config, struct error *err)
{
  const size_t n_ids = json_array_size(config->diff_ids);
  size_t n = 0;
  size_t i;
  json_t *item;

  json_array_foreach(config->history, i, item)
  {
    n += !json_is_true(json_object_get(item, "empty_layer"));
  }
  if (n <= n_ids)
    return 0;
  return error_set(err, ERROR_CORRUPT,
                   "%zu items of the history make a layer, of which there are %zu", n, n_ids);
}

bool config_docker_takes(const struct config *config, struct error *err)
{
  return check_members(config->json, image_members, ARRAY_LEN(image_members), err) == 0 &&
         check_run_config(config->json, "config", err) == 0 &&
         check_run_config(config->json, "container_config", err) == 0 &&
         check_layers(config, err) == 0;
}
