#include "packages/jar.h"

#include <string.h>

#include "base/buf.h"
#include "formats/codec.h"

static const char maven[] = "maven";

#define MEMBER_MAX (UINT64_C(1) << 20)

/* The value of a property or attribute; empty where there is none. */
static struct str value_of(const struct format_parts *parts, const char *name)
{
  for (size_t i = 0; i < parts->n_members; i++)
    if (str_equal(parts->members[i].entry.name, str_of(name))) {
      const struct str value = parts->members[i].content.stored;

      return value.len ? value : STR("");
    }
  return STR("");
}

/* "com.example.x;singleton:=true" is called com.example.x. */
static struct str without_directives(struct str name)
{
  const char *end = name.len ? memchr(name.ptr, ';', name.len) : NULL;

  return end ? (struct str) { name.ptr, (size_t)(end - name.ptr) } : name;
}

static bool jar_add(struct package_list *list, struct str path, struct str name, struct str version,
                    bool first)
{
  if (!name.len || !version.len || name.len > PACKAGE_MAX_TEXT)
    return false;
  package_list_add(
      list, &(struct package) { .type = maven, .name = name, .version = version, .place = path });
  if (first)
    package_list_own_by(list, path, package_list_owner(list, maven, name, path));
  return true;
}

static bool add_pom(struct package_list *list, struct str path, const struct format_parts *parts,
                    bool first)
{
  const struct str group = value_of(parts, "groupId");
  const struct str artifact = value_of(parts, "artifactId");
  AUTO_BUF name = BUF_INIT((size_t)2 * PACKAGE_MAX_TEXT);

  if (!group.len || !artifact.len)
    return false;
  buf_printf(&name, "%.*s/%.*s", STR_ARGS(group), STR_ARGS(artifact));
  return !name.overflow && jar_add(list, path, buf_str(&name), value_of(parts, "version"), first);
}

static bool add_manifest(struct package_list *list, struct str path,
                         const struct format_parts *parts)
{
  return jar_add(list, path, value_of(parts, "Implementation-Title"),
                 value_of(parts, "Implementation-Version"), true) ||
         jar_add(list, path, without_directives(value_of(parts, "Bundle-SymbolicName")),
                 value_of(parts, "Bundle-Version"), true);
}

/* Reads a member that holds values under names. */
static bool read_member(struct package_list *list, struct str path,
                        const struct format_member *member, bool is_manifest, bool first,
                        struct format_budget *budget)
{
  struct format_opened opened;
  struct format_parts parts;
  const struct format *format;
  struct error err;
  bool found = false;

  if (member->content.size > MEMBER_MAX || format_open(&member->content, budget, &opened, &err))
    return false;
  format = format_detect(opened.bytes, member->entry.name);
  if (format && strcmp(format->name, "properties") == 0) {
    if (format_read(format, &parts, opened.bytes, member->entry.name, budget, &err) == 0)
      found = is_manifest ? add_manifest(list, path, &parts) : add_pom(list, path, &parts, first);
    format_release(&parts);
  }
  format_close(&opened);
  return found;
}

void jar_read(struct package_list *list, struct str path, struct str bytes)
{
  const struct format *format = format_detect(bytes, path);
  struct format_budget budget = { 64 * MEMBER_MAX };
  struct format_budget opening = { 64 * MEMBER_MAX }; /* for all members, of which any number fit */
  struct format_parts parts;
  const struct format_member *manifest = NULL;
  struct error err;
  bool found = false;

  if (!format || strcmp(format->name, "zip") != 0)
    return;
  if (format_read(format, &parts, bytes, path, &budget, &err)) {
    format_release(&parts);
    return;
  }
  for (size_t i = 0; i < parts.n_members; i++) {
    const struct str name = parts.members[i].entry.name;

    if (str_equal(name, STR("META-INF/MANIFEST.MF")))
      manifest = &parts.members[i];
    else if (str_has_prefix(name, STR("META-INF/maven/")) &&
             str_has_suffix(name, STR("/pom.properties")))
      found |= read_member(list, path, &parts.members[i], false, !found, &opening);
  }
  if (!found && manifest)
    read_member(list, path, manifest, true, true, &opening);
  format_release(&parts);
}
