#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "net/config/registries.h"
#include "net/file.h"

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

static int registries_load_load(struct registries *registries,
                                const char *const places[REGISTRIES_PLACES], struct error *err)
{
  size_t last = REGISTRIES_PLACES;
  int found = 0;

  for (size_t i = 0; i < REGISTRIES_PLACES && found == 0; i++) {
    AUTO_FREE char *path = places[i] ? xasprintf("%s/registries.conf", places[i]) : NULL;

    found = path ? add_file(registries, path, err) : 0;
    if (found > 0 && i == 0)
      last = 1;
  }
  for (size_t i = last; i > 0 && found >= 0; i--) {
    AUTO_FREE char *dir = NULL;

    if (!places[i - 1])
      continue;
    dir = xasprintf("%s/registries.conf.d", places[i - 1]);
    found = add_dir(registries, dir, err);
  }
  return found < 0 ? -1 : 0;
}

static struct registries *registries_load_checked(struct registries *registries, int result)
{
  if (result == 0)
    return registries;
  registries_free(registries);
  return NULL;
}

struct registries *registries_load_from(const char *const places[REGISTRIES_PLACES],
                                        struct error *err)
{
  struct registries *registries = registries_new();

  return registries_load_checked(registries, registries_load_load(registries, places, err));
}

struct registries *registries_load(struct error *err)
{
  const char *named = getenv("CONTAINERS_REGISTRIES_CONF");
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *home = getenv("HOME");
  AUTO_FREE char *user = config && *config ? xasprintf("%s/containers", config)
                         : home && *home   ? xasprintf("%s/.config/containers", home)
                                           : NULL;
  const char *const places[REGISTRIES_PLACES] = { user, "/etc/containers",
                                                  "/usr/share/containers" };
  struct registries *registries;

  if (!named || !*named)
    return registries_load_from(places, err);
  registries = registries_new();
  /* Where it is not there, *err says so. */
  return registries_load_checked(registries, add_file(registries, named, err) > 0 ? 0 : -1);
}
