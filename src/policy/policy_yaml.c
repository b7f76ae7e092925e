/* Rules from a policy file:
 *
 *   version: 1
 *   ignore:
 *     - /var/log/
 *     - path: "*.pyc"
 *       reason: compiled when the package is installed
 *   ignore-fields:
 *     - mtime
 *     - fields: [mtime, mode]
 *       path: /usr/lib/
 *       reason: …
 *   accept:
 *     - pyc-header
 *     - cause: dpkg-log?
 *       reason: removed by the next step
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "policy/policy_rules.h"
#include "policy/yaml_value.h"

struct context {
  struct policy *policy;
  const char *name;
};

/* A string member of a map; *out is ptr NULL if it is not there. */
static int string_member(const struct context *context, const struct yaml_value *map,
                         const char *key, struct str *out, struct error *err)
{
  const struct yaml_value *value = yaml_member(map, key);

  *out = (struct str) { NULL, 0 };
  if (!value)
    return 0;
  if (yaml_expect(value, YAML_STRING, key, context->name, err))
    return -1;
  if (!value->text.len)
    return yaml_error(err, context->name, value, "%s: expected a string, found nothing", key);
  *out = value->text;
  return 0;
}

static char *source_of(const struct context *context, const struct yaml_value *at)
{
  return xasprintf("%s:%u", context->name, at->line);
}

/* Where in the file the fault is that somebody else found. */
static int policy_yaml_wrap(const struct context *context, const struct yaml_value *at,
                            struct error *err)
{
  return error_wrap(err, "%s:%u:%u", context->name, at->line, at->column);
}

static int read_path_rule(const struct context *context, const struct yaml_value *item,
                          struct error *err)
{
  static const char *const keys[] = { "path", "reason", NULL };
  AUTO_FREE char *source = source_of(context, item);
  struct str path = item->text;
  struct str reason = { NULL, 0 };

  if (item->kind != YAML_STRING) {
    if (yaml_expect(item, YAML_MAP, "ignore", context->name, err) ||
        yaml_expect_keys(item, keys, context->name, err) ||
        string_member(context, item, "path", &path, err) ||
        string_member(context, item, "reason", &reason, err))
      return -1;
  }
  if (!path.len)
    return yaml_error(err, context->name, item, "ignore: expected a path, found nothing");
  if (policy_add_path(context->policy, path, source, reason.ptr, err))
    return policy_yaml_wrap(context, item, err);
  return 0;
}

/* The list of fields; also the text of the rule, as --ignore-fields would take it. */
static int policy_yaml_read_fields(const struct context *context, const struct yaml_value *item,
                                   struct policy_field fields[POLICY_MAX_FIELDS], size_t *n,
                                   struct buf *text, struct error *err)
{
  const struct yaml_value *list = yaml_member(item, "fields");

  if (!list)
    return yaml_error(err, context->name, item, "expected the key \"fields\"");
  if (yaml_expect(list, YAML_LIST, "fields", context->name, err))
    return -1;
  for (const struct yaml_value *name = list->first; name; name = name->next) {
    if (yaml_expect(name, YAML_STRING, "fields", context->name, err))
      return -1;
    if (*n == POLICY_MAX_FIELDS)
      return yaml_error(err, context->name, name, "expected at most %d fields", POLICY_MAX_FIELDS);
    if (field_parse(&fields[*n], name->text, err))
      return policy_yaml_wrap(context, name, err);
    buf_puts(text, *n ? "," : "");
    buf_add_str(text, name->text);
    (*n)++;
  }
  if (!*n)
    return yaml_error(err, context->name, list, "fields: expected a field, found none");
  return 0;
}

static int read_field_map(const struct context *context, const struct yaml_value *item,
                          const char *source, struct error *err)
{
  static const char *const keys[] = { "fields", "path", "reason", NULL };
  struct policy_field fields[POLICY_MAX_FIELDS];
  AUTO_BUF text = BUF_INIT(YAML_MAX_BYTES);
  struct str path;
  struct str reason;
  size_t n = 0;

  if (yaml_expect_keys(item, keys, context->name, err) ||
      string_member(context, item, "path", &path, err) ||
      string_member(context, item, "reason", &reason, err) ||
      policy_yaml_read_fields(context, item, fields, &n, &text, err))
    return -1;
  if (path.ptr) {
    buf_putc(&text, ':');
    buf_add_str(&text, path);
  }
  if (policy_add_field_rule(context->policy, fields, n, path, buf_str(&text), source, reason.ptr,
                            err))
    return policy_yaml_wrap(context, item, err);
  return 0;
}

static int read_field_rule(const struct context *context, const struct yaml_value *item,
                           struct error *err)
{
  AUTO_FREE char *source = source_of(context, item);

  if (item->kind == YAML_STRING) {
    if (policy_add_fields(context->policy, item->text, source, NULL, err))
      return policy_yaml_wrap(context, item, err);
    return 0;
  }
  if (yaml_expect(item, YAML_MAP, "ignore-fields", context->name, err))
    return -1;
  return read_field_map(context, item, source, err);
}

static int read_cause_rule(const struct context *context, const struct yaml_value *item,
                           struct error *err)
{
  static const char *const keys[] = { "cause", "reason", NULL };
  AUTO_FREE char *source = source_of(context, item);
  struct str cause = item->text;
  struct str reason = { NULL, 0 };

  if (item->kind != YAML_STRING) {
    if (yaml_expect(item, YAML_MAP, "accept", context->name, err) ||
        yaml_expect_keys(item, keys, context->name, err) ||
        string_member(context, item, "cause", &cause, err) ||
        string_member(context, item, "reason", &reason, err))
      return -1;
  }
  if (!cause.len)
    return yaml_error(err, context->name, item, "accept: expected a cause, found nothing");
  if (policy_add_causes(context->policy, cause, source, reason.ptr, err))
    return policy_yaml_wrap(context, item, err);
  return 0;
}

static int read_list(const struct context *context, const struct yaml_value *root, const char *key,
                     int (*read)(const struct context *, const struct yaml_value *, struct error *),
                     struct error *err)
{
  const struct yaml_value *list = yaml_member(root, key);

  if (!list || (list->kind == YAML_STRING && !list->text.len))
    return 0;
  if (yaml_expect(list, YAML_LIST, key, context->name, err))
    return -1;
  for (const struct yaml_value *item = list->first; item; item = item->next)
    if (read(context, item, err))
      return -1;
  return 0;
}

int policy_read_yaml(struct policy *policy, struct str text, const char *name, struct error *err)
{
  static const char *const keys[] = { "version", "ignore", "ignore-fields", "accept", NULL };
  const struct context context = { policy, name };
  CLEANUP(arena_release) struct arena arena = ARENA_INIT;
  const struct yaml_value *root = yaml_parse(text, name, &arena, err);
  const struct yaml_value *version;

  if (!root || yaml_expect(root, YAML_MAP, "policy", name, err) ||
      yaml_expect_keys(root, keys, name, err))
    return -1;
  version = yaml_member(root, "version");
  if (!version)
    return yaml_error(err, name, root, "expected \"version: 1\"");
  if (version->kind != YAML_STRING || !str_equal(version->text, STR("1")))
    return yaml_error(err, name, version, "version: expected 1, the only one there is");
  if (read_list(&context, root, "ignore", read_path_rule, err) ||
      read_list(&context, root, "ignore-fields", read_field_rule, err) ||
      read_list(&context, root, "accept", read_cause_rule, err))
    return -1;
  return 0;
}
