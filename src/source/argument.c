#include "source/argument.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "image/reference.h"

static const struct source_kind kinds[] = {
  { "oci", "oci:DIR[:REF]", SHAPE_DIRECTORY, source_of_oci_layout },
  { "oci-archive", "oci-archive:FILE[:REF]", SHAPE_FILE, source_of_oci_layout },
  { "docker-archive", "docker-archive:FILE[:REF]", SHAPE_FILE, source_detect },
  { "dir", "dir:DIR", SHAPE_DIRECTORY, source_of_dir_transport },
};

static const struct source_kind any_kind = { "", "PATH", SHAPE_ANY, source_detect };

#define READ_KINDS                                                                                 \
  "images are read from docker://NAME, podman://NAME, nerdctl://NAME, containerd://NAME, "         \
  "oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:REF], dir:DIR, or a path such as "  \
  "./image.tar"

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

/* PATH[:REF], where both may hold colons: the shortest PATH that exists, but all of it first. */
static void split(struct argument *argument, const char *text)
{
  argument->path = expand_home(text);
  argument->ref = NULL;
  if (exists(argument->path))
    return;
  for (char *colon = strchr(argument->path, ':'); colon; colon = strchr(colon + 1, ':')) {
    *colon = '\0';
    if (colon[1] && argument->path[0] && exists(argument->path)) {
      argument->ref = xstrdup(colon + 1);
      return;
    }
    *colon = ':';
  }
}

static bool is_path(const char *text)
{
  static const char *const starts[] = { "/", "./", "../", "~/" };

  for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
    if (strncmp(text, starts[i], strlen(starts[i])) == 0)
      return true;
  }
  return strcmp(text, ".") == 0 || strcmp(text, "..") == 0;
}

/* Schemes of other tools, and what to write for them. */
static int refuse_scheme(const char *text, struct error *err)
{
  static const struct {
    const char *scheme;
    const char *how; /* with %s: what follows the scheme */
  } others[] = {
    { "docker-daemon:", "docker://%s" },
    { "containers-storage:", "podman://%s" },
  };

  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    const char *how = strchr(others[i].how, '%');
    size_t len = strlen(others[i].scheme);

    if (strncmp(text, others[i].scheme, len) != 0)
      continue;
    return error_set(err, ERROR_UNSUPPORTED, "%s images are not read; " READ_KINDS "; try %.*s%s%s",
                     others[i].scheme, (int)(how - others[i].how), others[i].how, text + len,
                     how + 2);
  }
  return 0;
}

static int refuse(const char *text, struct error *err)
{
  struct reference reference;
  struct error why;

  if (!text[0])
    return error_set(err, ERROR_USAGE, "an empty image argument; " READ_KINDS);
  if (refuse_scheme(text, err) < 0)
    return -1;
  if (exists(text))
    return error_set(err, ERROR_USAGE, "to read this file, write ./%s", text);
  if (reference_parse(&reference, str_of(text), &why) < 0)
    return error_set(err, ERROR_USAGE, "neither an image name (%s) nor a file; " READ_KINDS,
                     why.message);
  reference_release(&reference);
  return error_set(err, ERROR_UNSUPPORTED,
                   "an image name where a file is wanted; " READ_KINDS
                   "; try skopeo copy docker://%s oci-archive:image.tar",
                   text);
}

int argument_parse(struct argument *out, const char *text, struct error *err)
{
  if (is_path(text)) {
    out->kind = &any_kind;
    split(out, text);
    return 0;
  }
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    size_t len = strlen(kinds[i].scheme);

    if (strncmp(text, kinds[i].scheme, len) != 0 || text[len] != ':')
      continue;
    if (!text[len + 1])
      return error_set(err, ERROR_USAGE, "no path given; expected %s", kinds[i].form);
    out->kind = &kinds[i];
    split(out, text + len + 1);
    return 0;
  }
  return refuse(text, err);
}

void argument_release(struct argument *argument)
{
  free(argument->path);
  free(argument->ref);
  *argument = (struct argument) { 0 };
}
