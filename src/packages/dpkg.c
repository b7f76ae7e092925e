#include "packages/dpkg.h"

#include <string.h>

#include "packages/stanza.h"

static const char deb[] = "deb";

/* A stanza as far as it was read. */
struct stanza {
  struct package package;
  bool has_status, installed;
  struct str conffiles; /* the lines behind "Conffiles:" */
};

static struct str first_word(struct str text)
{
  size_t len = 0;

  while (len < text.len && text.ptr[len] != ' ' && text.ptr[len] != '\t')
    len++;
  return (struct str) { text.ptr, len };
}

static void dpkg_finish(struct package_list *list, struct stanza *stanza)
{
  const struct str name = stanza->package.name;
  const struct package_owner *owner;
  struct str lines = stanza->conffiles;
  struct str line;

  if (name.len && name.len <= PACKAGE_MAX_TEXT && (!stanza->has_status || stanza->installed)) {
    package_list_add(list, &stanza->package);
    owner = lines.len ? package_list_owner(list, deb, name, STR("")) : NULL;
    while (stanza_line(&lines, &line))
      if (line.len > 1)
        package_list_own_by(list, first_word(str_skip(line, 1)), owner);
  }
  *stanza = (struct stanza) { .package.type = deb };
}

static void dpkg_take_line(struct stanza *stanza, struct str line, bool *in_conffiles)
{
  const struct {
    struct str key;
    struct str *to;
  } fields[] = {
    { STR("Package"), &stanza->package.name },
    { STR("Version"), &stanza->package.version },
    { STR("Architecture"), &stanza->package.architecture },
  };
  struct str value;

  if (line.ptr[0] == ' ' || line.ptr[0] == '\t') {
    if (*in_conffiles)
      stanza->conffiles.len = (size_t)(line.ptr + line.len - stanza->conffiles.ptr);
    return;
  }
  *in_conffiles = stanza_value(line, STR("Conffiles")).ptr != NULL;
  if (*in_conffiles)
    stanza->conffiles = (struct str) { line.ptr + line.len, 0 };
  value = stanza_value(line, STR("Status"));
  if (value.ptr) {
    stanza->has_status = true;
    stanza->installed = str_has_suffix(value, STR(" installed"));
  }
  for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
    value = stanza_value(line, fields[i].key);
    if (value.ptr)
      *fields[i].to = value;
  }
}

void dpkg_read_status(struct package_list *list, struct str path, struct str bytes)
{
  struct stanza stanza = { .package.type = deb };
  bool in_conffiles = false;
  struct str line;

  (void)path;
  while (stanza_line(&bytes, &line)) {
    if (stanza_is_blank(line)) {
      dpkg_finish(list, &stanza);
      in_conffiles = false;
    } else {
      dpkg_take_line(&stanza, line, &in_conffiles);
    }
  }
  dpkg_finish(list, &stanza);
}

/* "var/lib/dpkg/info/libc6:amd64.list" is about libc6. */
static struct str dpkg_name_of(struct str path)
{
  const char *slash = memrchr(path.ptr, '/', path.len);
  struct str name = slash ? str_skip(path, (size_t)(slash - path.ptr) + 1) : path;
  const char *end = memrchr(name.ptr, '.', name.len);
  const char *colon;

  name.len = end ? (size_t)(end - name.ptr) : name.len;
  colon = memchr(name.ptr, ':', name.len);
  name.len = colon ? (size_t)(colon - name.ptr) : name.len;
  return name;
}

/* A line of md5sums is 32 hexadecimal digits, two spaces, a path without a slash before it. */
static struct str dpkg_path_of(struct str line)
{
  enum { HEX = 32, GAP = 2 };

  if (line.len > 0 && line.ptr[0] == '/')
    return line;
  return line.len > HEX + GAP && line.ptr[HEX] == ' ' ? str_skip(line, HEX + GAP) : STR("");
}

void dpkg_read_files(struct package_list *list, struct str path, struct str bytes)
{
  const struct str name = dpkg_name_of(path);
  const struct package_owner *owner;
  struct str line;

  if (!name.len || name.len > PACKAGE_MAX_TEXT)
    return;
  owner = package_list_owner(list, deb, name, STR(""));
  while (stanza_line(&bytes, &line)) {
    const struct str file = dpkg_path_of(line);

    if (file.len && !str_equal(file, STR("/.")))
      package_list_own_by(list, file, owner);
  }
  package_list_own_by(list, path, owner);
}
