#include "packages/language.h"

#include <limits.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "image/json.h"
#include "packages/stanza.h"

static const char pypi[] = "pypi";

static struct str language_directory_of(struct str path)
{
  for (size_t end = path.len; end > 0; end--)
    if (path.ptr[end - 1] == '/')
      return (struct str) { path.ptr, end - 1 };
  return STR("");
}

static bool is_separator(char c)
{
  return c == '-' || c == '_' || c == '.';
}

/* "Foo.Bar", "foo_bar" and "foo--bar" are one project, "foo-bar" (PEP 503, "Normalized Names"; so
 * package URLs write it). */
static void put_project(struct buf *out, struct str name)
{
  buf_clear(out);
  for (size_t i = 0; i < name.len; i++) {
    const char c = name.ptr[i];

    if (!is_separator(c))
      buf_putc(out, (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
    else if (i == 0 || !is_separator(name.ptr[i - 1]))
      buf_putc(out, '-');
  }
}

void python_read_metadata(struct package_list *list, struct str path, struct str bytes)
{
  struct package package = { .type = pypi,
                             .place = language_directory_of(language_directory_of(path)) };
  AUTO_BUF project = BUF_INIT(PACKAGE_MAX_TEXT);
  struct str line;

  /* The header ends with an empty line; then comes the description. */
  while (stanza_line(&bytes, &line) && !stanza_is_blank(line)) {
    const struct str name = stanza_value(line, STR("Name"));
    const struct str version = stanza_value(line, STR("Version"));

    package.name = name.ptr && !package.name.len ? name : package.name;
    package.version = version.ptr && !package.version.len ? version : package.version;
  }
  put_project(&project, package.name);
  package.name = project.overflow ? STR("") : buf_str(&project);
  package_list_add(list, &package);
}

/* "usr/lib/python3/dist-packages/foo_bar-1.0.dist-info" is foo_bar's. */
static struct str project_of(struct str directory)
{
  const struct str parent = language_directory_of(directory);
  const struct str name = parent.len ? str_skip(directory, parent.len + 1) : directory;

  for (size_t i = 0; i < name.len; i++)
    if (name.ptr[i] == '-')
      return (struct str) { name.ptr, i };
  return STR("");
}

/* The first column; one in quotes that holds quotes is passed over. */
static struct str first_column(struct str line)
{
  const char *end;

  if (line.len && line.ptr[0] == '"') {
    line = str_skip(line, 1);
    end = line.len ? memchr(line.ptr, '"', line.len) : NULL;
    return end && (size_t)(end - line.ptr) + 1 < line.len && end[1] == ','
               ? (struct str) { line.ptr, (size_t)(end - line.ptr) }
               : STR("");
  }
  end = line.len ? memchr(line.ptr, ',', line.len) : NULL;
  return end ? (struct str) { line.ptr, (size_t)(end - line.ptr) } : STR("");
}

/* Takes "../" off the column and a level off the directory, as long as there are some. */
static void language_join(struct buf *out, struct str directory, struct str column)
{
  while (str_has_prefix(column, STR("../"))) {
    column = str_skip(column, 3);
    directory = language_directory_of(directory);
  }
  buf_clear(out);
  if (!str_has_prefix(column, STR("/"))) {
    buf_add_str(out, directory);
    buf_puts(out, directory.len ? "/" : "");
  }
  buf_add_str(out, column);
}

void python_read_record(struct package_list *list, struct str path, struct str bytes)
{
  const struct str info = language_directory_of(path);
  const struct str around = language_directory_of(info);
  const struct package_owner *owner;
  AUTO_BUF project = BUF_INIT(PACKAGE_MAX_TEXT);
  AUTO_BUF file = BUF_INIT(64 * 1024);
  struct str line;

  put_project(&project, project_of(info));
  if (!project.len || project.overflow)
    return;
  owner = package_list_owner(list, pypi, buf_str(&project), around);
  while (stanza_line(&bytes, &line)) {
    const struct str column = first_column(line);

    if (!column.len || around.len > LIMIT_PATH_BYTES)
      continue;
    language_join(&file, around, column);
    if (!file.overflow)
      package_list_own_by(list, buf_str(&file), owner);
    file.overflow = false;
  }
}

/* ---- npm ---- */

/* What stands behind the last "node_modules/"; empty where there is none. */
static struct str below_modules(struct str path)
{
  static const char folder[] = "node_modules/";
  struct str rest = path;
  const char *at;

  while (rest.len && (at = memmem(rest.ptr, rest.len, folder, sizeof(folder) - 1)))
    rest = str_skip(rest, (size_t)(at - rest.ptr) + sizeof(folder) - 1);
  return rest.len < path.len ? rest : STR("");
}

struct str npm_name_of(struct str path)
{
  const struct str rest = below_modules(path);
  size_t slashes = rest.len && rest.ptr[0] == '@' ? 2 : 1;

  for (size_t i = 0; i < rest.len; i++)
    if (rest.ptr[i] == '/' && --slashes == 0)
      return (struct str) { rest.ptr, i };
  return STR("");
}

bool npm_is_installed(struct str path)
{
  const struct str name = npm_name_of(path);

  return name.len && str_equal(str_skip(below_modules(path), name.len), STR("/package.json"));
}

void npm_read_package(struct package_list *list, struct str path, struct str bytes)
{
  struct error err;
  AUTO_JSON json = json_parse(bytes, &err);
  const char *name = json_string_value(json_object_get(json, "name"));
  const char *version = json_string_value(json_object_get(json, "version"));

  if (name && version)
    package_list_add(list, &(struct package) { .type = "npm",
                                               .name = str_of(name),
                                               .version = str_of(version),
                                               .place = language_directory_of(path) });
}
