#include "source/argument.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/compression.h"
#include "base/libc.h"
#include "image/reference.h"
#include "source/archive/root.h"
#include "source/engine/engine.h"
#include "source/transport.h"

static const struct source_kind kinds[] = {
  { "oci", "oci:DIR[:REF]", SHAPE_DIRECTORY, false, source_of_oci_layout },
  { "oci-archive", "oci-archive:FILE[:REF]", SHAPE_FILE, false, source_of_oci_layout },
  { "docker-archive", "docker-archive:FILE[:REF]", SHAPE_FILE, false, source_detect_docker },
  { "dir", "dir:DIR", SHAPE_DIRECTORY, false, source_of_dir_transport },
  { "rootfs-archive", "rootfs-archive:FILE", SHAPE_FILE, true, source_of_root_archive },
  { "rootfs", "rootfs:DIR", SHAPE_DIRECTORY, true, NULL },
};

static const struct source_kind any_kind = { "", "PATH", SHAPE_ANY, false, source_detect_any };
static const struct source_kind *const root_kind = &kinds[ARRAY_LEN(kinds) - 1];

/* Digits of a short image ID, as engines show it, and of a whole one. */
enum { SHORT_ID = 12, WHOLE_ID = 64 };

#define READ_KINDS                                                                                 \
  "images are read from docker://NAME, podman://NAME, nerdctl://NAME, containerd://NAME, "         \
  "oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF], dir:DIR, "                    \
  "rootfs-archive:FILE, rootfs:DIR, or a path such as ./image.tar"

static bool exists(const char *path)
{
  struct stat st;

  /* What cannot be looked at may well be there: opening it then says what is wrong. */
  return stat(path, &st) == 0 || errno == EACCES || errno == ELOOP;
}

/* "~/x" below $HOME; to be freed. */
static char *expand_home(const char *path)
{
  const char *home = getenv("HOME");

  if (strncmp(path, "~/", 2) != 0 || !home || !home[0])
    return xstrdup(path);
  return xasprintf("%s/%s", home, path + 2);
}

/* PATH[:REF], where both may hold colons: the shortest PATH that exists, but all of it first. False
 * if there is none; then all is the path. */
static bool argument_split(struct argument *argument, const char *text)
{
  free(argument->path);
  argument->path = expand_home(text);
  if (exists(argument->path))
    return true;
  for (char *colon = strchr(argument->path, ':'); colon; colon = strchr(colon + 1, ':')) {
    *colon = '\0';
    if (colon[1] && argument->path[0] && exists(argument->path)) {
      argument->ref = xstrdup(colon + 1);
      return true;
    }
    *colon = ':';
  }
  return false;
}

/* --- files --- */

static bool is_path(const char *text)
{
  static const char *const starts[] = { "/", "./", "../", "~/" };

  for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
    if (strncmp(text, starts[i], strlen(starts[i])) == 0)
      return true;
  }
  return strcmp(text, ".") == 0 || strcmp(text, "..") == 0;
}

/* Whether a directory is no image, but looks like a root file system. */
static bool is_root_directory(const char *path)
{
  static const char *const images[] = { "oci-layout", "index.json", "manifest.json",
                                        "repositories" };
  const int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  AUTO_MEMBERS members = fd < 0 ? NULL : members_of_directory(fd);
  bool is_image = !members;

  for (size_t i = 0; i < ARRAY_LEN(images) && !is_image; i++)
    is_image = libc_is_there(fd, images[i]);
  return !is_image && root_is_likely(members);
}

/* 1: it is SCHEME:PATH of a file; 0: it is not; -1: no PATH. People also write SCHEME://PATH, where
 * the two slashes are no part of the path, unless that leads nowhere. */
static int parse_file(struct argument *out, struct error *err)
{
  const char *text = out->text;

  out->file = is_path(text) ? &any_kind : NULL;
  for (size_t i = 0; i < ARRAY_LEN(kinds) && !out->file; i++) {
    size_t len = strlen(kinds[i].scheme);

    if (strncmp(text, kinds[i].scheme, len) != 0 || text[len] != ':')
      continue;
    out->file = &kinds[i];
    text += len + 1;
  }
  if (!out->file)
    return 0;
  out->kind = ARGUMENT_FILE;
  if (out->file != &any_kind && strncmp(text, "//", 2) == 0) {
    if (text[2] && !argument_split(out, text + 2) && !argument_split(out, text))
      (void)argument_split(out, text + 2);
  } else if (*text) {
    (void)argument_split(out, text);
  }
  if (!out->path)
    return error_set(err, ERROR_USAGE, "no path given; expected %s", out->file->form);
  if (out->file == &any_kind && is_root_directory(out->path))
    out->file = root_kind;
  return 1;
}

/* --- engines --- */

/* skopeo's containers-storage: may begin with [DRIVER@ROOT+…], and end with @ID without "sha256:".
 */
static int parse_podman_storage(struct argument *out, const char *name, struct error *err)
{
  const char *at = strrchr(name, '@');

  if (name[0] == '[')
    return error_set(err, ERROR_UNSUPPORTED,
                     "only podman's own storage is read, without [...]; see storage.conf(5)");
  if (at && strlen(at + 1) == WHOLE_ID && strspn(at + 1, "0123456789abcdef") == WHOLE_ID)
    name = at + 1;
  out->name = xstrdup(name);
  return 1;
}

/* 1: an image of an engine or of containerd; 0: it is none; -1: *err. */
static int parse_engine(struct argument *out, struct error *err)
{
  static const struct {
    const char *prefix;
    const char *program; /* NULL: containerd, without a program */
  } prefixes[] = {
    { "docker://", "docker" },           { "podman://", "podman" },
    { "nerdctl://", "nerdctl" },         { "docker-daemon:", "docker" },
    { "containers-storage:", "podman" }, { "containerd://", NULL },
  };

  for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
    size_t len = strlen(prefixes[i].prefix);
    const char *name = out->text + len;

    if (strncmp(out->text, prefixes[i].prefix, len) != 0)
      continue;
    if (prefixes[i].prefix[len - 1] == ':' && strncmp(name, "//", 2) == 0)
      name += 2;
    if (!name[0])
      return error_set(err, ERROR_USAGE, "no image given; expected %sNAME, a name or an ID",
                       prefixes[i].prefix);
    out->kind = prefixes[i].program ? ARGUMENT_ENGINE : ARGUMENT_CONTAINERD;
    out->engine = prefixes[i].program ? engine_kind_of(prefixes[i].program) : NULL;
    if (strncmp(prefixes[i].prefix, "containers-", 11) == 0)
      return parse_podman_storage(out, name, err);
    out->name = xstrdup(name);
    return 1;
  }
  return 0;
}

/* --- what is written as a name --- */

/* [sha256:]HEX. A registry has no repository "sha256", and one of 12 hex digits is hardly meant. */
static bool parse_id(struct argument *out)
{
  const char *hex = out->text;
  bool is_digest = strncmp(hex, "sha256:", 7) == 0;
  size_t len;

  hex += is_digest ? 7 : 0;
  len = strlen(hex);
  if (len < SHORT_ID || len > WHOLE_ID || strspn(hex, "0123456789abcdef") != len ||
      (!is_digest && len != SHORT_ID && len != WHOLE_ID))
    return false;
  out->kind = ARGUMENT_ID;
  out->name = xasprintf("sha256:%s", hex);
  return true;
}

static bool has_archive_suffix(const char *text)
{
  static const char *const suffixes[] = { ".tar",    ".tgz",     ".tar.gz", ".tar.zst",
                                          ".tar.xz", ".tar.bz2", ".oci" };

  for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
    if (str_has_suffix(str_of(text), str_of(suffixes[i])))
      return true;
  }
  return false;
}

/* Whether an image may be meant that lies there: an archive by its first bytes, or a layout. That a
 * directory is called "alpine" does not hide the image of that name. */
static bool is_image_file(const char *path)
{
  AUTO_FREE char *layout = xasprintf("%s/oci-layout", path);
  unsigned char head[512] = { 0 };
  AUTO_CLOSE int fd = -1;
  struct stat st;
  ssize_t n;

  if (stat(path, &st) < 0)
    return false;
  if (S_ISDIR(st.st_mode))
    return access(layout, F_OK) == 0;
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  n = fd < 0 || !S_ISREG(st.st_mode) ? 0 : pread(fd, head, sizeof(head), 0);
  return n > 0 && (compression_detect_archive(head, (size_t)n) != COMPRESSION_NONE ||
                   memcmp(head + 257, "ustar", 5) == 0);
}

/* The file that the text names, with or without :REF behind it. */
static bool names_file(const char *text)
{
  struct argument probe = { 0 };
  bool found =
      argument_split(&probe, text) && (is_image_file(probe.path) || has_archive_suffix(probe.path));

  argument_release(&probe);
  return found;
}

/* A mistyped transport is never looked for in a registry: what that has by such a name was not
 * meant, and the name need not be told to it. */
static int check_transport(const char *text, struct error *err)
{
  const struct str word = { text, strcspn(text, ":/.@") };
  const char *rest = text + word.len + 1;
  struct reference reference;
  struct error why;
  const char *meant;
  bool is_url, is_name;

  if (text[word.len] != ':')
    return 0;
  is_url = strncmp(rest, "//", 2) == 0;
  if (!is_url && rest[strspn(rest, "0123456789")] == '/' && *rest != '/')
    return 0; /* HOST:PORT/… */
  if (str_equal(word, STR("file")) && is_url)
    return error_set(err, ERROR_USAGE, "to read this file, write %s%s",
                     is_path(rest + 2) ? "" : "./", rest + 2);
  is_name = reference_parse(&reference, str_of(text), &why) == 0;
  if (is_name)
    reference_release(&reference);
  meant = transport_meant(word, is_name, names_file(rest + (is_url ? 2 : 0)));
  if (!meant)
    return is_url
               ? error_set(err, ERROR_USAGE, "no transport \"%.*s\"; " READ_KINDS, STR_ARGS(word))
               : 0;
  rest += is_url ? 2 : 0;
  if (!is_name)
    return error_set(err, ERROR_USAGE, "no transport \"%.*s\" (did you mean %s%s?)", STR_ARGS(word),
                     meant, rest);
  return error_set(err, ERROR_USAGE,
                   "no transport \"%.*s\" (did you mean %s%s?); an image of this name is "
                   "docker.io/library/%s",
                   STR_ARGS(word), meant, rest, text);
}

static int parse_name(struct argument *out, struct error *err)
{
  const char *text = out->text;
  struct reference reference;
  struct error why;

  if (!text[0])
    return error_set(err, ERROR_USAGE, "is a variable not set? " READ_KINDS);
  if (names_file(text))
    return error_set(err, ERROR_USAGE, "to read this file, write ./%s", text);
  if (parse_id(out))
    return 0;
  if (strncmp(text, "sha256:", 7) == 0)
    return error_set(err, ERROR_USAGE,
                     "no digest: expected %d to %d hexadecimal digits behind \"sha256:\"", SHORT_ID,
                     WHOLE_ID);
  if (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0)
    return error_set(err, ERROR_USAGE,
                     "a URL; an image in a registry is named without it: HOST/REPOSITORY:TAG");
  if (check_transport(text, err))
    return -1;
  if (reference_parse(&reference, str_of(text), &why) < 0) {
    if (exists(text))
      return error_set(err, ERROR_USAGE, "to read this file, write ./%s", text);
    return error_set(err, ERROR_USAGE, "no such file, and %s", why.message);
  }
  reference_release(&reference);
  if (has_archive_suffix(text) && !strchr(text, ':'))
    return error_set(err, ERROR_USAGE,
                     "no such file; if the image of this name is meant, write %s:latest", text);
  out->kind = ARGUMENT_NAME;
  out->name = xstrdup(text);
  return 0;
}

int argument_parse(struct argument *out, const char *text, struct error *err)
{
  int found;

  *out = (struct argument) { .text = xstrdup(text) };
  found = parse_file(out, err);
  if (found == 0)
    found = parse_engine(out, err);
  if (found == 0)
    found = parse_name(out, err);
  return found < 0 ? error_wrap(err, "%s", text[0] ? text : "an empty image argument") : 0;
}

void argument_release(struct argument *argument)
{
  free(argument->text);
  free(argument->name);
  free(argument->path);
  free(argument->ref);
  *argument = (struct argument) { 0 };
}
