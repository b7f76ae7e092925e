#include "net/config/registries.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "image/json.h"
#include "net/config/toml.h"

enum { ENTRIES_MAX = 4096 };

struct registries {
  json_t *by_prefix; /* prefix -> the table of a [[registry]], checked */
  json_t *aliases;   /* name -> full name */
};

struct registries *registries_new(void)
{
  struct registries *registries = xcalloc(1, sizeof(*registries));

  registries->by_prefix = json_object();
  registries->aliases = json_object();
  return registries;
}

void registries_free(struct registries *registries)
{
  if (!registries)
    return;
  json_decref(registries->by_prefix);
  json_decref(registries->aliases);
  free(registries);
}

static int check_location(const char *text, const char *what, struct error *err)
{
  if (strstr(text, "://"))
    return error_set(err, ERROR_CORRUPT, "%s \"%.200s\": expected HOST[:PORT][/PATH], found a URL",
                     what, text);
  if (strpbrk(text, " \t?#@%\\\"<>"))
    return error_set(err, ERROR_CORRUPT, "%s \"%.200s\": expected HOST[:PORT][/PATH]", what, text);
  return 0;
}

static int check_mirror(const json_t *mirror, struct error *err)
{
  const char *location;
  const char *pull;
  bool flag;

  if (!json_is_object(mirror))
    return error_set(err, ERROR_CORRUPT, "expected a table");
  if (json_get_string(mirror, "location", &location, err) < 0 ||
      json_get_bool(mirror, "insecure", &flag, err) < 0 ||
      json_get_string(mirror, "pull-from-mirror", &pull, err) < 0)
    return -1;
  if (!*location)
    return error_set(err, ERROR_CORRUPT, "expected a location");
  if (*pull && strcmp(pull, "all") != 0 && strcmp(pull, "digest-only") != 0 &&
      strcmp(pull, "tag-only") != 0)
    return error_set(err, ERROR_CORRUPT,
                     "pull-from-mirror \"%.100s\": expected all, digest-only "
                     "or tag-only",
                     pull);
  return check_location(location, "location", err);
}

/* The prefix of a [[registry]] in *prefix; borrowed. */
static int check_registry(const json_t *table, const char **prefix, struct error *err)
{
  const char *location;
  json_t *mirrors;
  json_t *mirror;
  size_t i;
  bool flag;

  if (!json_is_object(table))
    return error_set(err, ERROR_CORRUPT, "expected a table");
  if (json_get_string(table, "prefix", prefix, err) < 0 ||
      json_get_string(table, "location", &location, err) < 0 ||
      json_get_bool(table, "insecure", &flag, err) < 0 ||
      json_get_bool(table, "blocked", &flag, err) < 0 ||
      json_get_bool(table, "mirror-by-digest-only", &flag, err) < 0 ||
      json_get_array(table, "mirror", &mirrors, err) < 0)
    return -1;
  if (!**prefix)
    *prefix = location;
  if (!**prefix)
    return error_set(err, ERROR_CORRUPT, "expected a prefix or a location");
  if (check_location(*prefix, "prefix", err) < 0 || check_location(location, "location", err) < 0)
    return -1;
  if (!*location && strncmp(*prefix, "*.", 2) != 0)
    json_object_set_new((json_t *)(uintptr_t)table, "location", json_string(*prefix));
  json_array_foreach(mirrors, i, mirror)
  {
    if (check_mirror(mirror, err) < 0)
      return error_wrap(err, "mirror %zu", i);
  }
  return 0;
}

static int add_registries(struct registries *registries, const json_t *document, struct error *err)
{
  const json_t *tables = json_object_get(document, "registry");
  json_t *table;
  size_t i;

  if (tables && !json_is_array(tables))
    return error_set(err, ERROR_CORRUPT, "\"registry\": expected tables [[registry]]");
  json_array_foreach(tables, i, table)
  {
    const char *prefix;

    if (check_registry(table, &prefix, err) < 0)
      return error_wrap(err, "[[registry]] %zu", i);
    json_object_set(registries->by_prefix, prefix, table);
  }
  if (json_object_size(registries->by_prefix) > ENTRIES_MAX)
    return error_set(err, ERROR_LIMIT, "more than %d registries", ENTRIES_MAX);
  return 0;
}

int registries_add(struct registries *registries, struct str text, struct error *err)
{
  AUTO_JSON document = toml_parse(text, err);
  json_t *aliases;
  json_t *search;

  if (!document)
    return -1;
  /* In version 1, this was a table [registries] with tables search, insecure and block. */
  if (json_is_object(json_object_get(document, "registries")))
    return error_set(err, ERROR_UNSUPPORTED,
                     "[registries] is version 1 of this format; version 2 is read, with "
                     "[[registry]] tables");
  if (json_get_string_map(document, "aliases", &aliases, err) < 0 ||
      json_get_string_array(document, "unqualified-search-registries", &search, err) < 0)
    return -1;
  if (aliases)
    json_object_update(registries->aliases, aliases);
  return add_registries(registries, document, err);
}

const char *registries_alias(const struct registries *registries, struct str name)
{
  AUTO_FREE char *key = str_dup(name);
  const char *full = json_string_value(json_object_get(registries->aliases, key));

  return full && *full ? full : NULL;
}

/* How much of DOMAIN/PATH a prefix covers, in bytes; 0: it does not match. */
static size_t covered(const char *prefix, const char *domain, const char *full)
{
  size_t len = strlen(prefix);
  size_t domain_len = strlen(domain);

  if (strncmp(prefix, "*.", 2) == 0)
    return domain_len > len - 1 && strcmp(domain + domain_len - (len - 1), prefix + 1) == 0
               ? domain_len
               : 0;
  if (strncmp(full, prefix, len) != 0 || (full[len] != '/' && full[len] != '\0'))
    return 0;
  return len;
}

static const json_t *find_table(const struct registries *registries, const char *domain,
                                const char *full, size_t *cover)
{
  const json_t *best = NULL;
  size_t best_len = 0;
  const char *prefix;
  json_t *table;

  json_object_foreach(registries->by_prefix, prefix, table)
  {
    size_t len = covered(prefix, domain, full);

    if (len > 0 && strlen(prefix) > best_len) {
      best = table;
      best_len = strlen(prefix);
      *cover = len;
    }
  }
  return best;
}

static int add_endpoint(struct endpoint_list *list, const char *location, const char *rest,
                        bool insecure, struct error *err)
{
  AUTO_FREE char *full = xasprintf("%s%s", location, rest);
  char *slash = strchr(full, '/');

  if (!slash || slash == full || !slash[1])
    return error_set(err, ERROR_CORRUPT, "registries.conf: \"%.200s\" names no repository", full);
  list->items = xreallocarray(list->items, list->n + 1, sizeof(*list->items));
  list->items[list->n++] = (struct endpoint) {
    xstrndup(full, (size_t)(slash - full)),
    xstrdup(slash + 1),
    insecure,
  };
  return 0;
}

static bool is_true(const json_t *table, const char *key)
{
  return json_is_true(json_object_get(table, key));
}

static bool mirror_serves(const json_t *table, const json_t *mirror, bool by_digest)
{
  const char *pull = json_string_value(json_object_get(mirror, "pull-from-mirror"));

  if (pull && strcmp(pull, "digest-only") == 0)
    return by_digest;
  if (pull && strcmp(pull, "tag-only") == 0)
    return !by_digest;
  return by_digest || (pull && *pull) || !is_true(table, "mirror-by-digest-only");
}

static int registries_add_all(const json_t *table, const char *domain, const char *full,
                              size_t cover, bool by_digest, struct endpoint_list *list,
                              struct error *err)
{
  const json_t *mirrors = json_object_get(table, "mirror");
  const char *location = json_string_value(json_object_get(table, "location"));
  json_t *mirror;
  size_t i;

  json_array_foreach(mirrors, i, mirror)
  {
    if (mirror_serves(table, mirror, by_digest) &&
        add_endpoint(list, json_string_value(json_object_get(mirror, "location")), full + cover,
                     is_true(mirror, "insecure"), err) < 0)
      return -1;
  }
  return add_endpoint(list, location && *location ? location : domain, full + cover,
                      is_true(table, "insecure"), err);
}

int registries_endpoints(const struct registries *registries, const char *domain, const char *path,
                         bool by_digest, struct endpoint_list *out, struct error *err)
{
  AUTO_FREE char *full = xasprintf("%s/%s", domain, path);
  struct endpoint_list list = { 0 };
  size_t cover = strlen(domain);
  const json_t *table = find_table(registries, domain, full, &cover);
  int result;

  if (is_true(table, "blocked"))
    return error_set(err, ERROR_PERMISSION, "%s is blocked in registries.conf", full);
  result = registries_add_all(table, domain, full, cover, by_digest, &list, err);
  if (result < 0)
    endpoint_list_release(&list);
  else
    *out = list;
  return result;
}

void endpoint_list_release(struct endpoint_list *list)
{
  for (size_t i = 0; i < list->n; i++) {
    free(list->items[i].domain);
    free(list->items[i].path);
  }
  free(list->items);
  *list = (struct endpoint_list) { 0 };
}
