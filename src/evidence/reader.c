#include "evidence/reader.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/digit.h"
#include "base/macros.h"
#include "base/path.h"
#include "evidence/markup.h"

static bool is_any_of(struct str name, const char *const *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (name.len == strlen(list[i]) && strncasecmp(name.ptr, list[i], name.len) == 0)
      return true;
  return false;
}

/* What stands behind the last dot of the name; nothing where there is none. */
static struct str suffix_of(struct str path)
{
  const struct str name = path_name(path);
  const char *dot = name.len ? memrchr(name.ptr, '.', name.len) : NULL;

  return dot ? str_skip(name, (size_t)(dot + 1 - name.ptr)) : STR("");
}

static bool is_source(struct str path)
{
  static const char *const suffixes[] = {
    "sh",     "bash",  "zsh",   "fish",  "csh", "ksh",     "py",    "pyw",   "pl",  "pm",
    "rb",     "lua",   "tcl",   "awk",   "sed", "js",      "mjs",   "cjs",   "ts",  "jsx",
    "tsx",    "php",   "phtml", "shtml", "hta", "xsl",     "xslt",  "jsp",   "asp", "cgi",
    "c",      "h",     "cc",    "cpp",   "cxx", "hpp",     "hh",    "m",     "go",  "rs",
    "rkt",    "java",  "kt",    "kts",   "cs",  "fs",      "vb",    "scala", "clj", "groovy",
    "gradle", "swift", "r",     "jl",    "el",  "scm",     "hs",    "ml",    "ex",  "exs",
    "erl",    "d",     "nim",   "zig",   "s",   "asm",     "sql",   "ps1",   "bat", "cmd",
    "mk",     "mak",   "cmake", "am",    "ac",  "m4",      "in",    "vue",   "wat", "nse",
    "coffee", "dart",  "pas",   "v",     "vhd", "service", "timer", "cron",
  };
  static const char *const names[] = {
    "Makefile",  "GNUmakefile", "Dockerfile", "Containerfile", "Rakefile", "Gemfile",
    "configure", "Jenkinsfile", "SConstruct", "Vagrantfile",   "crontab",  "CMakeLists.txt"
  };

  return is_any_of(suffix_of(path), suffixes, ARRAY_LEN(suffixes)) ||
         is_any_of(path_name(path), names, ARRAY_LEN(names));
}

static bool is_below(struct str path, const char *directory)
{
  while (str_has_prefix(path, STR("/")) || str_has_prefix(path, STR("./")))
    path = str_skip(path, *path.ptr == '/' ? 1 : 2);
  return str_has_prefix(path, str_of(directory));
}

static bool has_component(struct str path, struct str name)
{
  while (path.len) {
    const char *slash = memchr(path.ptr, '/', path.len);
    const struct str component = { path.ptr, slash ? (size_t)(slash - path.ptr) : path.len };

    if (str_equal(component, name))
      return true;
    path = str_skip(path, component.len + (slash ? 1 : 0));
  }
  return false;
}

static bool lies_with_documentation(struct str path)
{
  static const char *const directories[] = {
    "usr/share/doc/",        "usr/share/man/",      "usr/share/info/",       "usr/share/gtk-doc/",
    "usr/share/help/",       "usr/share/licenses/", "usr/local/share/doc/",  "usr/local/share/man/",
    "usr/local/share/info/", "usr/local/man/",      "usr/local/share/help/",
  };

  /* Examples are there to be used. */
  if (has_component(path, STR("examples")) || has_component(path, STR("..")))
    return false;
  /* Where the members of an archive go is not known. */
  if (path.len && memmem(path.ptr, path.len, "!/", 2))
    return false;
  for (size_t i = 0; i < ARRAY_LEN(directories); i++)
    if (is_below(path, directories[i]))
      return true;
  return false;
}

bool reader_is_person(const struct str content[2], const struct content_file *file)
{
  if (!lies_with_documentation(file->path) || reader_is_interpreter(content, file))
    return false;
  for (int side = 0; side < 2; side++)
    if (!content[side].len || memchr(content[side].ptr, '\0', content[side].len) ||
        markup_acts(content[side]))
      return false;
  return true;
}

/* "CHECKSUM  NAME", or "CHECKSUM *NAME", of 32 hexadecimal digits or more. */
static bool is_checksum(struct str line)
{
  size_t n = 0;

  while (n < line.len && digit_hex_value(line.ptr[n]) >= 0)
    n++;
  return n >= 32 && line.len > n + 2 && line.ptr[n] == ' ' &&
         (line.ptr[n + 1] == ' ' || line.ptr[n + 1] == '*');
}

static bool has_checksums(struct str content)
{
  const bool any = content.len;

  while (content.len) {
    const char *end = memchr(content.ptr, '\n', content.len);
    const struct str line = { content.ptr, end ? (size_t)(end - content.ptr) : content.len };

    if (!is_checksum(line))
      return false;
    content = str_skip(content, line.len + (end ? 1 : 0));
  }
  return any;
}

/* What a line of checksums, or of a RECORD (its first field, quoted or not), says something of. */
static struct str subject_of(struct str line, bool is_record)
{
  size_t n = 0;

  if (!is_record) {
    while (n < line.len && line.ptr[n] != ' ')
      n++;
    return str_skip(line, MIN_OF(n + 2, line.len));
  }
  if (line.len && line.ptr[0] == '"')
    while (++n < line.len && line.ptr[n] != '"')
      ;
  while (n < line.len && line.ptr[n] != ',')
    n++;
  return (struct str) { line.ptr, n };
}

static int by_text(const void *a, const void *b)
{
  const struct str *x = a;
  const struct str *y = b;
  const int order = memcmp(x->ptr, y->ptr, MIN_OF(x->len, y->len));

  return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* Whether nothing is said of the same twice: of two sums of one file the first or the last counts,
 * as the reader likes. */
static bool says_each_once(struct str content, bool is_record)
{
  AUTO_FREE struct str *subjects = NULL;
  size_t n = 0;
  size_t cap = 0;
  bool once = true;

  while (content.len) {
    const char *end = memchr(content.ptr, '\n', content.len);
    const struct str line = { content.ptr, end ? (size_t)(end - content.ptr) : content.len };

    subjects = xgrow(subjects, n, &cap, sizeof(*subjects));
    subjects[n++] = subject_of(line, is_record);
    content = str_skip(content, line.len + (end ? 1 : 0));
  }
  if (n)
    qsort(subjects, n, sizeof(*subjects), by_text);
  for (size_t i = 1; i < n; i++)
    once = once && !str_equal(subjects[i - 1], subjects[i]);
  return once;
}

bool reader_takes_set(const struct str content[2], const struct content_file *file)
{
  static const char *const names[] = { "RECORD", "SOURCES.txt", "top_level.txt" };
  const struct str around = path_directory(file->path);

  if (str_has_suffix(around, STR(".dist-info")) || str_has_suffix(around, STR(".egg-info")))
    return is_any_of(path_name(file->path), names, ARRAY_LEN(names)) &&
           (!str_equal(path_name(file->path), STR("RECORD")) || says_each_once(content[0], true));
  return has_checksums(content[0]) && has_checksums(content[1]) &&
         says_each_once(content[0], false);
}

bool reader_has_log(const struct content_file *file)
{
  return is_below(file->path, "var/log/") && !has_component(file->path, STR("..")) &&
         !memmem(file->path.ptr, file->path.len, "!/", 2);
}

bool reader_is_machine(const struct content_file *file)
{
  static const char *const suffixes[] = { "pyc", "pyo", "class", "beam", "luac", "elc" };

  return is_any_of(suffix_of(file->path), suffixes, ARRAY_LEN(suffixes));
}

bool reader_is_interpreter(const struct str content[2], const struct content_file *file)
{
  return file->executable || is_source(file->path) || str_has_prefix(content[0], STR("#!")) ||
         str_has_prefix(content[1], STR("#!"));
}
