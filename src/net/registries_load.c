#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "net/file.h"
#include "net/registries.h"

#define SYSTEM_DIR "/etc/containers"

enum { FILE_MAX = 1024 * 1024 };

/* 1: read; 0: not there; -1. */
static int add_file(struct registries *registries, const char *path, struct error *err)
{
  AUTO_BUF text = BUF_INIT(FILE_MAX);

  if (file_read(path, &text, err) < 0)
    return err->code == ERROR_NOT_FOUND ? 0 : -1;
  if (registries_add(registries, buf_str(&text), err) < 0)
    return error_wrap(err, "%s", path);
  return 1;
}

static int is_conf(const struct dirent *entry)
{
  return entry->d_name[0] != '.' && str_has_suffix(str_of(entry->d_name), STR(".conf"));
}

static int bytewise(const struct dirent **a, const struct dirent **b)
{
  return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_dir(struct registries *registries, const char *dir, struct error *err)
{
  struct dirent **entries;
  int n = scandir(dir, &entries, is_conf, bytewise);
  int result = 0;

  if (n < 0)
    return errno == ENOENT || errno == ENOTDIR ? 0 : error_sys(err, errno, "%s", dir);
  for (int i = 0; i < n; i++) {
    AUTO_FREE char *path = xasprintf("%s/%s", dir, entries[i]->d_name);

    if (result >= 0)
      result = add_file(registries, path, err);
    free(entries[i]);
  }
  free(entries);
  return result < 0 ? -1 : 0;
}

static int load(struct registries *registries, struct error *err)
{
  const char *named = getenv("CONTAINERS_REGISTRIES_CONF");
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *home = getenv("HOME");
  AUTO_FREE char *user = config && *config ? xasprintf("%s/containers", config)
                         : home && *home   ? xasprintf("%s/.config/containers", home)
                                           : xstrdup(SYSTEM_DIR);
  AUTO_FREE char *user_file = xasprintf("%s/registries.conf", user);
  AUTO_FREE char *user_dir = xasprintf("%s/registries.conf.d", user);
  int found;

  if (named && *named) {
    found = add_file(registries, named, err);
    return found == 0 ? -1 : found; /* *err says that it is not there */
  }
  found = add_file(registries, user_file, err);
  if (found == 0)
    found = add_file(registries, SYSTEM_DIR "/registries.conf", err);
  if (found < 0 || add_dir(registries, SYSTEM_DIR "/registries.conf.d", err) < 0)
    return -1;
  return add_dir(registries, user_dir, err);
}

struct registries *registries_load(struct error *err)
{
  struct registries *registries = registries_new();

  if (load(registries, err) < 0) {
    registries_free(registries);
    return NULL;
  }
  return registries;
}
