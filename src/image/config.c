#include "image/config.h"

#include <string.h>

#include "base/civil.h"

/* n digits at *text, a number from min to max; moves *text behind them. */
static bool read_digits(const char **text, int n, int min, int max, int *out)
{
  int value = 0;

  for (int i = 0; i < n; i++, (*text)++) {
    if (**text < '0' || **text > '9')
      return false;
    value = value * 10 + (**text - '0');
  }
  *out = value;
  return value >= min && value <= max;
}

static bool read_char(const char **text, char c)
{
  if (**text != c)
    return false;
  (*text)++;
  return true;
}

/* "." and digits, if they are there; those behind the ninth do not count. */
static bool read_fraction(const char **text, int32_t *nanoseconds)
{
  int32_t unit = 100000000;

  *nanoseconds = 0;
  if (!read_char(text, '.'))
    return true;
  if (**text < '0' || **text > '9')
    return false;
  for (; **text >= '0' && **text <= '9'; (*text)++) {
    *nanoseconds += (**text - '0') * unit;
    unit /= 10;
  }
  return true;
}

static bool read_offset(const char **text, int *seconds)
{
  int sign = **text == '-' ? -1 : 1;
  int hours;
  int minutes;

  *seconds = 0;
  if (read_char(text, 'Z'))
    return true;
  if ((!read_char(text, '+') && !read_char(text, '-')) || !read_digits(text, 2, 0, 23, &hours) ||
      !read_char(text, ':') || !read_digits(text, 2, 0, 59, &minutes))
    return false;
  *seconds = sign * (hours * 3600 + minutes * 60);
  return true;
}

bool time_parse_rfc3339(const char *text, int64_t *seconds, int32_t *nanoseconds)
{
  int year;
  int month;
  int day;
  int hour;
  int minute;
  int second;
  int offset;
  int32_t fraction;

  if (!read_digits(&text, 4, 0, 9999, &year) || !read_char(&text, '-') ||
      !read_digits(&text, 2, 1, 12, &month) || !read_char(&text, '-') ||
      !read_digits(&text, 2, 1, civil_month_days(year, month), &day) || !read_char(&text, 'T') ||
      !read_digits(&text, 2, 0, 23, &hour) || !read_char(&text, ':') ||
      !read_digits(&text, 2, 0, 59, &minute) || !read_char(&text, ':') ||
      !read_digits(&text, 2, 0, 59, &second) || !read_fraction(&text, &fraction) ||
      !read_offset(&text, &offset) || *text)
    return false;
  *seconds = civil_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
  *nanoseconds = fraction;
  return true;
}

static int check_time(const json_t *object, const char *key, struct error *err)
{
  const char *text;
  int64_t seconds;
  int32_t nanoseconds;

  if (json_get_string(object, key, &text, err) < 0)
    return -1;
  if ((text[0] || json_is_string(json_object_get(object, key))) &&
      !time_parse_rfc3339(text, &seconds, &nanoseconds))
    return error_set(err, ERROR_CORRUPT,
                     "field \"%s\": expected a time such as 2023-08-01T11:24:33Z, found \"%.200s\"",
                     key, text);
  return 0;
}

static int check_strings(const json_t *object, const char *const *keys, size_t n, struct error *err)
{
  const char *value;

  for (size_t i = 0; i < n; i++) {
    if (json_get_string(object, keys[i], &value, err) < 0)
      return -1;
  }
  return 0;
}

static int check_string_arrays(const json_t *object, const char *const *keys, size_t n,
                               struct error *err)
{
  json_t *value;

  for (size_t i = 0; i < n; i++) {
    if (json_get_string_array(object, keys[i], &value, err) < 0)
      return -1;
  }
  return 0;
}

/* ExposedPorts and Volumes: objects whose values are empty objects or null. */
static int check_set(const json_t *object, const char *key, struct error *err)
{
  json_t *set;
  const char *name;
  json_t *value;

  if (json_get_object(object, key, &set, err) < 0)
    return -1;
  json_object_foreach(set, name, value)
  {
    if (!json_is_object(value) && !json_is_null(value))
      return error_set(err, ERROR_CORRUPT, "field \"%s\": \"%.200s\": expected an empty object",
                       key, name);
  }
  return 0;
}

static int check_execution(const json_t *json, struct error *err)
{
  static const char *const strings[] = { "User", "WorkingDir", "StopSignal" };
  static const char *const arrays[] = { "Env", "Entrypoint", "Cmd" };
  json_t *config;
  json_t *labels;
  bool args_escaped;

  if (json_get_object(json, "config", &config, err) < 0)
    return -1;
  if (!config)
    return 0;
  if (check_strings(config, strings, ARRAY_LEN(strings), err) < 0 ||
      check_string_arrays(config, arrays, ARRAY_LEN(arrays), err) < 0 ||
      check_set(config, "ExposedPorts", err) < 0 || check_set(config, "Volumes", err) < 0 ||
      json_get_string_map(config, "Labels", &labels, err) < 0 ||
      json_get_bool(config, "ArgsEscaped", &args_escaped, err) < 0)
    return error_wrap(err, "field \"config\"");
  return 0;
}

static int check_rootfs(struct config *config, struct error *err)
{
  json_t *rootfs;
  const char *type;

  if (json_get_object(config->json, "rootfs", &rootfs, err) < 0)
    return -1;
  if (rootfs && (json_get_string(rootfs, "type", &type, err) < 0 ||
                 json_get_string_array(rootfs, "diff_ids", &config->diff_ids, err) < 0))
    return error_wrap(err, "field \"rootfs\"");
  return 0;
}

static int check_history(struct config *config, struct error *err)
{
  size_t i;
  json_t *item;

  if (json_get_array(config->json, "history", &config->history, err) < 0)
    return -1;
  json_array_foreach(config->history, i, item)
  {
    bool empty_layer;

    if (!json_is_object(item))
      return error_set(err, ERROR_CORRUPT, "field \"history\": element %zu: expected an object", i);
    if (check_time(item, "created", err) < 0 || json_check_string(item, "created_by", err) < 0 ||
        json_check_string(item, "author", err) < 0 || json_check_string(item, "comment", err) < 0 ||
        json_get_bool(item, "empty_layer", &empty_layer, err) < 0)
      return error_wrap(err, "field \"history\": element %zu", i);
  }
  return 0;
}

int config_parse(struct config *out, struct str text, struct error *err)
{
  AUTO_JSON json = json_decode(text, &document_config, err);
  struct config config = { .json = json };

  if (!json)
    return -1;
  if (!json_is_object(json))
    return error_set(err, ERROR_CORRUPT, "expected an image configuration (a JSON object)");
  if (platform_from_json(&config.platform, json, err) < 0 || check_time(json, "created", err) < 0 ||
      json_check_string(json, "author", err) < 0 || check_execution(json, err) < 0 ||
      check_rootfs(&config, err) < 0 || check_history(&config, err) < 0)
    return -1;
  json = NULL; /* its reference is config's */
  *out = config;
  return 0;
}

void config_release(struct config *config)
{
  json_decref(config->json);
  *config = (struct config) { 0 };
}
