#include "policy/field.h"

#include <string.h>

#include "base/buf.h"

/* Whether more may follow behind a '.'. */
enum suffix {
  SUFFIX_NONE,
  SUFFIX_ANY,
};

struct field_name {
  const char *name;  /* as users write it */
  const char *event; /* as events call it; of an entry */
  enum policy_field_kind kind;
  enum suffix suffix;
};

static const struct field_name names[] = {
  { "presence", NULL, FIELD_PRESENCE, SUFFIX_NONE },
  { "type", "Typeflag", FIELD_TYPE, SUFFIX_NONE },
  { "content", "Digest", FIELD_CONTENT, SUFFIX_NONE },
  { "size", "Size", FIELD_SIZE, SUFFIX_NONE },
  { "linkname", "Linkname", FIELD_LINKNAME, SUFFIX_NONE },
  { "dev", "Dev", FIELD_DEV, SUFFIX_NONE },
  { "mode", "Mode", FIELD_MODE, SUFFIX_NONE },
  { "uid", "Uid", FIELD_UID, SUFFIX_NONE },
  { "gid", "Gid", FIELD_GID, SUFFIX_NONE },
  { "uname", "Uname", FIELD_UNAME, SUFFIX_NONE },
  { "gname", "Gname", FIELD_GNAME, SUFFIX_NONE },
  { "xattr", NULL, FIELD_XATTR, SUFFIX_ANY },
  { "pax", NULL, FIELD_PAX, SUFFIX_ANY },
  { "member", NULL, FIELD_MEMBER, SUFFIX_ANY },
  { "mtime", "ModTime", FIELD_MTIME, SUFFIX_NONE },
  { "atime", "AccessTime", FIELD_ATIME, SUFFIX_NONE },
  { "ctime", "ChangeTime", FIELD_CTIME, SUFFIX_NONE },
  { "order", "Index", FIELD_ORDER, SUFFIX_NONE },
  { "format", "Format", FIELD_FORMAT, SUFFIX_NONE },
  { "os", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "os.version", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "os.features", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "architecture", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "variant", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "author", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "created", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "history", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "rootfs", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.User", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.ExposedPorts", NULL, FIELD_CONFIG, SUFFIX_ANY },
  { "config.Env", NULL, FIELD_CONFIG, SUFFIX_ANY },
  { "config.Entrypoint", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.Cmd", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.Volumes", NULL, FIELD_CONFIG, SUFFIX_ANY },
  { "config.WorkingDir", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.Labels", NULL, FIELD_CONFIG, SUFFIX_ANY },
  { "config.StopSignal", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.ArgsEscaped", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.Healthcheck", NULL, FIELD_CONFIG, SUFFIX_ANY },
  { "config.OnBuild", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "config.Shell", NULL, FIELD_CONFIG, SUFFIX_NONE },
  { "annotations", NULL, FIELD_ANNOTATION, SUFFIX_ANY },
  { "mediaType", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
  { "artifactType", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
  { "urls", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
  { "platform", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
  { "subject", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
  { "digest", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
  { "layers", NULL, FIELD_DOCUMENT, SUFFIX_NONE },
};

bool field_is_of_entry(enum policy_field_kind kind)
{
  return kind < FIELD_CONFIG;
}

/* Kinds whose fields are told apart by the whole name as users write it. */
static bool is_named_in_full(enum policy_field_kind kind)
{
  return kind == FIELD_CONFIG || kind == FIELD_DOCUMENT;
}

static int unknown(struct str text, struct error *err)
{
  AUTO_BUF list = BUF_INIT(sizeof(err->message));

  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    buf_printf(&list, "%s%s%s", i ? ", " : "", names[i].name,
               names[i].suffix == SUFFIX_ANY ? "[.NAME]" : "");
  return error_set(err, ERROR_USAGE, "unknown field \"%.*s\"; known are %s",
                   (int)MIN_OF(text.len, (size_t)100), text.len ? text.ptr : "", list.ptr);
}

int field_parse(struct policy_field *out, struct str text, struct error *err)
{
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    struct str name = str_of(names[i].name);
    struct str rest;

    if (!str_has_prefix(text, name))
      continue;
    rest = str_skip(text, name.len);
    if (rest.len && (names[i].suffix == SUFFIX_NONE || rest.len < 2 || rest.ptr[0] != '.'))
      continue;
    out->kind = names[i].kind;
    out->name = is_named_in_full(names[i].kind) ? text : str_skip(rest, 1);
    return 0;
  }
  return unknown(text, err);
}

static const char *kind_name(enum policy_field_kind kind)
{
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (names[i].kind == kind)
      return names[i].name;
  return "";
}

const char *field_format(const struct policy_field *field, struct arena *arena)
{
  if (is_named_in_full(field->kind))
    return arena_str(arena, field->name).ptr;
  if (!field->name.len)
    return arena_strdup(arena, kind_name(field->kind));
  return arena_printf(arena, "%s.%.*s", kind_name(field->kind), STR_ARGS(field->name));
}

/* What a PAX record says again, or better, about the header. */
static const struct {
  const char *key;
  enum policy_field_kind kind;
} records[] = {
  { "mtime", FIELD_MTIME },       { "atime", FIELD_ATIME },
  { "ctime", FIELD_CTIME },       { "LIBARCHIVE.creationtime", FIELD_CTIME },
  { "uid", FIELD_UID },           { "gid", FIELD_GID },
  { "uname", FIELD_UNAME },       { "gname", FIELD_GNAME },
  { "linkpath", FIELD_LINKNAME }, { "size", FIELD_SIZE },
  { "size", FIELD_CONTENT },
};

static bool record_says(struct str key, enum policy_field_kind kind)
{
  for (size_t i = 0; i < ARRAY_LEN(records); i++)
    if (records[i].kind == kind && str_equal(key, str_of(records[i].key)))
      return true;
  return false;
}

bool field_of_record(struct str key, enum policy_field_kind *kind)
{
  if (str_equal(key, STR("LIBARCHIVE.creationtime"))) /* no header has it */
    return false;
  for (size_t i = 0; i < ARRAY_LEN(records); i++)
    if (str_equal(key, str_of(records[i].key))) {
      *kind = records[i].kind;
      return true;
    }
  return false;
}

bool field_may_cover(enum policy_field_kind named, enum policy_field_kind differing)
{
  if (named == differing || (named == FIELD_CONTENT && differing == FIELD_SIZE))
    return true;
  for (size_t i = 0; i < ARRAY_LEN(records) && differing == FIELD_PAX; i++)
    if (records[i].kind == named)
      return true;
  return false;
}

/* "config.Labels" is above "config.Labels.x", "history" above "history[0].comment" and "history
 * (items)". */
static bool is_above(struct str name, struct str other)
{
  struct str rest = str_skip(other, name.len);

  return str_has_prefix(other, name) && (!rest.len || strchr(".[ ", rest.ptr[0]));
}

bool field_covers(const struct policy_field *named, const struct policy_field *differing)
{
  if (named->kind == FIELD_CONTENT && differing->kind == FIELD_SIZE)
    return true;
  if (differing->kind == FIELD_PAX && record_says(differing->name, named->kind))
    return true;
  if (named->kind != differing->kind)
    return false;
  if (is_named_in_full(named->kind))
    return is_above(named->name, differing->name);
  return !named->name.len || str_equal(named->name, differing->name);
}

static bool field_set(struct policy_field *out, enum policy_field_kind kind, struct str name)
{
  *out = (struct policy_field) { kind, name };
  return true;
}

bool field_of_event(struct policy_field *out, enum field_place place, struct str name)
{
  static const enum policy_field_kind kinds[] = {
    [PLACE_CONFIG] = FIELD_CONFIG,
    [PLACE_ANNOTATIONS] = FIELD_ANNOTATION,
    [PLACE_DOCUMENT] = FIELD_DOCUMENT,
  };

  if (place != PLACE_ENTRY)
    return field_set(out, kinds[place], name);
  if (str_has_prefix(name, STR("Xattr ")))
    return field_set(out, FIELD_XATTR, str_skip(name, 6));
  if (str_has_prefix(name, STR("PAX ")))
    return field_set(out, FIELD_PAX, str_skip(name, 4));
  if (str_has_prefix(name, STR("Member ")))
    return field_set(out, FIELD_MEMBER, str_skip(name, 7));
  if (str_equal(name, STR("Hardlink"))) /* of which other names it is one file */
    return field_set(out, FIELD_LINKNAME, (struct str) { NULL, 0 });
  for (size_t i = 0; i < ARRAY_LEN(names); i++)
    if (names[i].event && str_equal(name, str_of(names[i].event)))
      return field_set(out, names[i].kind, (struct str) { NULL, 0 });
  return false;
}

const char *field_name_at(size_t i)
{
  return i < ARRAY_LEN(names) ? names[i].name : NULL;
}
