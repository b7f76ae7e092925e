/* Rules from the command line, and from files of patterns. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/suggest.h"
#include "policy/policy_rules.h"

enum {
  MAX_FILE = 1024 * 1024, /* bytes */
  READ_STEP = 64 * 1024,
};

static void add_rule(struct policy *policy, const struct policy_rule *rule)
{
  struct policy_rule *kept = arena_alloc(&policy->arena, sizeof(*kept));

  *kept = *rule;
  policy->rules = xgrow(policy->rules, policy->n, &policy->cap, sizeof(struct policy_rule *));
  policy->rules[policy->n++] = kept;
  policy->n_path_rules += rule->kind == POLICY_PATH;
  policy->n_cause_rules += rule->kind == POLICY_CAUSE;
}

/* Copies what the rule says of itself. */
static void policy_add_describe(struct policy *policy, struct policy_rule *rule, struct str text,
                                const char *source, const char *reason)
{
  rule->text = arena_str(&policy->arena, text).ptr;
  rule->source = arena_strdup(&policy->arena, source);
  rule->reason = reason && *reason ? arena_strdup(&policy->arena, reason) : NULL;
}

int policy_add_path(struct policy *policy, struct str pattern, const char *source,
                    const char *reason, struct error *err)
{
  struct policy_rule rule = { .kind = POLICY_PATH, .has_pattern = true };

  if (pattern_compile(&rule.pattern, pattern, &policy->arena, err))
    return -1;
  policy_add_describe(policy, &rule, pattern, source, reason);
  add_rule(policy, &rule);
  return 0;
}

int policy_add_field_rule(struct policy *policy, const struct policy_field *fields, size_t n_fields,
                          struct str path, struct str text, const char *source, const char *reason,
                          struct error *err)
{
  struct policy_rule rule = { .kind = POLICY_FIELDS, .has_pattern = path.ptr != NULL };
  struct policy_field *kept;

  for (size_t i = 0; i < n_fields && rule.has_pattern; i++)
    if (!field_is_of_entry(fields[i].kind))
      return error_set(err, ERROR_USAGE,
                       "field \"%s\" belongs to no file: give it without a pattern",
                       field_format(&fields[i], &policy->arena));
  if (rule.has_pattern && pattern_compile(&rule.pattern, path, &policy->arena, err))
    return -1;
  kept = arena_alloc(&policy->arena, MAX_OF(n_fields, (size_t)1) * sizeof(*kept));
  for (size_t i = 0; i < n_fields; i++) {
    kept[i].kind = fields[i].kind;
    kept[i].name = arena_str(&policy->arena, fields[i].name);
  }
  rule.fields = kept;
  rule.n_fields = n_fields;
  policy_add_describe(policy, &rule, text, source, reason);
  add_rule(policy, &rule);
  return 0;
}

int policy_add_fields(struct policy *policy, struct str text, const char *source,
                      const char *reason, struct error *err)
{
  struct policy_field fields[POLICY_MAX_FIELDS];
  const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
  struct str names = { text.ptr, colon ? (size_t)(colon - text.ptr) : text.len };
  struct str path = { NULL, 0 };
  size_t n = 0;

  if (colon)
    path = str_skip(text, names.len + 1);
  if (colon && !path.len)
    return error_set(err, ERROR_USAGE, "\"%.*s\": expected a pattern behind ':'", STR_ARGS(text));
  for (;;) {
    const char *comma = names.len ? memchr(names.ptr, ',', names.len) : NULL;
    struct str name = { names.ptr, comma ? (size_t)(comma - names.ptr) : names.len };

    if (n == POLICY_MAX_FIELDS)
      return error_set(err, ERROR_USAGE, "expected at most %d fields", POLICY_MAX_FIELDS);
    if (field_parse(&fields[n], name, err))
      return -1;
    n++;
    if (!comma)
      break;
    names = str_skip(names, name.len + 1);
  }
  return policy_add_field_rule(policy, fields, n, path, text, source, reason, err);
}

static int unknown_cause(struct str id, struct error *err)
{
  struct suggestion nearest = suggestion_for(id);

  for (size_t i = 0; i < causes_count(); i++)
    suggestion_consider(&nearest, str_of(cause_id(cause_at(i))));
  if (nearest.nearest.ptr)
    return error_set(err, ERROR_USAGE, "there is no cause \"%.*s\" (did you mean %s?)",
                     STR_ARGS(id), nearest.nearest.ptr);
  return error_set(err, ERROR_USAGE,
                   "there is no cause \"%.*s\" (the manual page lists where to find them)",
                   STR_ARGS(id));
}

static int add_cause(struct policy *policy, struct str text, const char *source, const char *reason,
                     struct error *err)
{
  const bool likely = str_has_suffix(text, STR("?"));
  const struct str id = { text.ptr, text.len - likely };
  struct policy_rule rule = { .kind = POLICY_CAUSE, .cause = cause_named(id), .likely = likely };

  if (!id.len)
    return error_set(err, ERROR_USAGE, "expected the name of a cause, found \"%.*s\"",
                     STR_ARGS(text));
  if (!rule.cause)
    return unknown_cause(id, err);
  if (cause_is_consequence(rule.cause))
    return error_set(err, ERROR_USAGE,
                     "\"%.*s\" is no cause that can be accepted: accept what it follows from",
                     STR_ARGS(id));
  policy_add_describe(policy, &rule, text, source, reason);
  add_rule(policy, &rule);
  return 0;
}

int policy_add_causes(struct policy *policy, struct str text, const char *source,
                      const char *reason, struct error *err)
{
  for (;;) {
    const char *comma = text.len ? memchr(text.ptr, ',', text.len) : NULL;
    const struct str id = { text.ptr, comma ? (size_t)(comma - text.ptr) : text.len };

    if (add_cause(policy, id, source, reason, err))
      return -1;
    if (!comma)
      return 0;
    text = str_skip(text, id.len + 1);
  }
}

int policy_read_lines(struct policy *policy, struct str text, const char *name, struct error *err)
{
  if (str_has_prefix(text, STR("\xef\xbb\xbf"))) /* a byte order mark */
    text = str_skip(text, 3);
  for (unsigned number = 1; text.len; number++) {
    const char *end = memchr(text.ptr, '\n', text.len);
    struct str line = { text.ptr, end ? (size_t)(end - text.ptr) : text.len };
    struct str pattern;
    AUTO_FREE char *source = NULL;

    text = str_skip(text, line.len + 1);
    if (!pattern_line(line, &pattern))
      continue;
    source = xasprintf("%s:%u", name, number);
    if (policy_add_path(policy, pattern, source, NULL, err))
      return error_wrap(err, "%s", source);
  }
  return 0;
}

static int read_all(int fd, const char *path, struct buf *out, struct error *err)
{
  while (out->len <= MAX_FILE) {
    void *room = buf_reserve(out, READ_STEP);
    ssize_t got = room ? read(fd, room, READ_STEP) : 0;

    if (got < 0 && errno != EINTR)
      return error_sys(err, errno, "%s", path);
    if (got == 0 && room)
      return 0;
    out->len += got > 0 ? (size_t)got : 0;
  }
  return error_set(err, ERROR_LIMIT, "%s: expected at most %d bytes", path, MAX_FILE);
}

static int read_file(const char *path, struct buf *out, struct error *err)
{
  AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return error_sys(err, errno, "%s", path);
  return read_all(fd, path, out, err);
}

/* Group members can write where the group is more than the user's own: one that is not the
 * process's counts as others. */
static const char *why_not_trusted(const struct stat *status)
{
  if (S_ISDIR(status->st_mode))
    return "is a directory";
  if (!S_ISREG(status->st_mode))
    return "is no regular file";
  if (status->st_uid != 0 && status->st_uid != geteuid())
    return "belongs to neither root nor the user who runs this";
  if (status->st_mode & S_IWOTH)
    return "may be written by anybody";
  if (status->st_mode & S_IWGRP && status->st_gid != 0 && status->st_gid != getegid())
    return "may be written by a group that is not the user's own";
  return NULL;
}

static int not_trusted(const char *why, struct error *err)
{
  return error_set(err, ERROR_PERMISSION,
                   "%s %s, so it is not used without being named: --policy=%s, or --no-policy",
                   POLICY_FILE_NAME, why, POLICY_FILE_NAME);
}

int policy_add_ignore_file(struct policy *policy, const char *path, struct error *err)
{
  AUTO_BUF text = BUF_INIT(MAX_FILE + 2 * READ_STEP);

  if (read_file(path, &text, err))
    return -1;
  return policy_read_lines(policy, buf_str(&text), path, err);
}

int policy_add_file(struct policy *policy, const char *path, struct error *err)
{
  AUTO_BUF text = BUF_INIT(MAX_FILE + 2 * READ_STEP);

  if (read_file(path, &text, err))
    return -1;
  return policy_read_yaml(policy, buf_str(&text), path, err);
}

int policy_add_default_file(struct policy *policy, struct error *err)
{
  AUTO_BUF text = BUF_INIT(MAX_FILE + 2 * READ_STEP);
  /* A FIFO opened without O_NONBLOCK would wait for a writer. */
  AUTO_CLOSE int fd = open(POLICY_FILE_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat status;
  const char *why;

  if (fd < 0 && errno == ENOENT)
    return 1;
  if (fd < 0 && errno == ELOOP)
    return not_trusted("is a symbolic link", err);
  if (fd < 0 && errno == ENXIO) /* a socket */
    return not_trusted("is no regular file", err);
  if (fd < 0 || fstat(fd, &status) < 0)
    return error_sys(err, errno, "%s", POLICY_FILE_NAME);
  why = why_not_trusted(&status);
  if (why)
    return not_trusted(why, err);
  if (read_all(fd, POLICY_FILE_NAME, &text, err))
    return -1;
  return policy_read_yaml(policy, buf_str(&text), POLICY_FILE_NAME, err);
}
