#include "net/auth/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "image/json.h"
#include "net/auth/credential_helper.h"
#include "net/file.h"

enum { FILE_MAX = 4 * 1024 * 1024, HELPER_SECONDS = 60 };

static int find_in(const json_t *config, const char *domain, const char *path,
                   struct credential *out, struct error *err)
{
  const char *helper;
  AUTO_FREE char *missing = NULL;
  int found = 0;

  if (docker_config_helper(config, domain, &helper, err) < 0)
    return -1;
  if (helper)
    found = credential_helper_get(helper, docker_config_server(domain), HELPER_SECONDS, out, err);
  if (found > 0)
    out->origin = xasprintf("docker-credential-%s", helper);
  missing = steal_pointer(&out->missing);
  if (found == 0)
    found = docker_config_find(config, domain, path, out, err);
  if (found == 0)
    out->missing = steal_pointer(&missing);
  return found;
}

static int find_in_file(const char *file, const char *domain, const char *path,
                        struct credential *out, struct error *err)
{
  struct buf text = BUF_INIT(FILE_MAX);
  AUTO_JSON config = NULL;
  int found;

  if (file_read(file, &text, err) < 0) {
    buf_release(&text);
    return err->code == ERROR_NOT_FOUND ? 0 : -1;
  }
  config = docker_config_parse(buf_str(&text), err);
  if (text.ptr)
    explicit_bzero(text.ptr, text.len);
  buf_release(&text);
  found = config ? find_in(config, domain, path, out, err) : -1;
  if (found < 0)
    return error_wrap(err, "%s", file);
  if (found > 0) {
    log_debug("credentials: for %s from %s", domain, file);
    if (!out->origin)
      out->origin = xstrdup(file);
  }
  return found;
}

static char *below(const char *dir, const char *name)
{
  return dir && *dir ? xasprintf("%s/%s", dir, name) : NULL;
}

int credentials_find(const char *domain, const char *path, struct credential *out,
                     struct error *err)
{
  const char *named = getenv("REGISTRY_AUTH_FILE");
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *docker = getenv("DOCKER_CONFIG");
  const char *home = getenv("HOME");
  char *files[] = {
    named && *named ? xstrdup(named) : NULL,
    below(getenv("XDG_RUNTIME_DIR"), "containers/auth.json"),
    config && *config ? below(config, "containers/auth.json")
                      : below(home, ".config/containers/auth.json"),
    docker && *docker ? below(docker, "config.json") : below(home, ".docker/config.json"),
  };
  int found = 0;

  for (size_t i = 0; i < ARRAY_LEN(files); i++) {
    if (files[i] && found == 0)
      found = find_in_file(files[i], domain, path, out, err);
    free(files[i]);
  }
  return found;
}
