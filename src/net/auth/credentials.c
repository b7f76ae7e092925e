#include "net/auth/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/log.h"
#include "image/json.h"
#include "net/auth/credential_helper.h"
#include "net/file.h"

enum { FILE_MAX = 4 * 1024 * 1024, HELPER_SECONDS = 60, FILES = 4 };

/* A helper that is to be asked before anything else counts that was found. */
struct later {
  char *name; /* owned */
  char *file; /* that names it, for messages; owned */
};

/* What is looked for, and how. */
struct search {
  const char *domain, *path;
  bool asks; /* helpers; else they are noted here */
  struct later later[FILES];
  size_t n_later;
};

/* As credentials_find; where there are none, out->missing may be one that was found before. */
static int ask_helper(const char *helper, const char *domain, struct credential *out,
                      struct error *err)
{
  const int found =
      credential_helper_get(helper, docker_config_server(domain), HELPER_SECONDS, out, err);

  if (found > 0)
    out->origin = xasprintf("docker-credential-%s", helper);
  return found;
}

static int find_in(const json_t *config, const char *file, struct search *search,
                   struct credential *out, struct error *err)
{
  const char *domain = search->domain;
  const char *helper;
  AUTO_FREE char *missing = NULL;
  int found = 0;

  if (docker_config_helper(config, domain, &helper, err) < 0)
    return -1;
  if (helper && search->asks)
    found = ask_helper(helper, domain, out, err);
  else if (helper)
    search->later[search->n_later++] = (struct later) { xstrdup(helper), xstrdup(file) };
  missing = steal_pointer(&out->missing);
  if (found == 0)
    found = docker_config_find(config, domain, search->path, out, err);
  if (found == 0)
    out->missing = steal_pointer(&missing);
  return found;
}

static int find_in_file(const char *file, struct search *search, struct credential *out,
                        struct error *err)
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
  found = config ? find_in(config, file, search, out, err) : -1;
  if (found < 0)
    return error_wrap(err, "%s", file);
  if (found > 0) {
    log_debug("credentials: for %s from %s", search->domain, file);
    if (!out->origin)
      out->origin = xstrdup(file);
  }
  return found;
}

static char *below(const char *dir, const char *name)
{
  return dir && *dir ? xasprintf("%s/%s", dir, name) : NULL;
}

static int find(struct search *search, struct credential *out, struct error *err)
{
  const char *named = getenv("REGISTRY_AUTH_FILE");
  const char *config = getenv("XDG_CONFIG_HOME");
  const char *docker = getenv("DOCKER_CONFIG");
  const char *home = getenv("HOME");
  char *files[FILES] = {
    named && *named ? xstrdup(named) : NULL,
    below(getenv("XDG_RUNTIME_DIR"), "containers/auth.json"),
    config && *config ? below(config, "containers/auth.json")
                      : below(home, ".config/containers/auth.json"),
    docker && *docker ? below(docker, "config.json") : below(home, ".docker/config.json"),
  };
  int found = 0;

  for (size_t i = 0; i < ARRAY_LEN(files); i++) {
    if (files[i] && found == 0)
      found = find_in_file(files[i], search, out, err);
    free(files[i]);
  }
  return found;
}

int credentials_find(const char *domain, const char *path, struct credential *out,
                     struct error *err)
{
  struct search search = { .domain = domain, .path = path, .asks = true };

  return find(&search, out, err);
}

/* ---- held ---- */

struct held {
  char *domain, *path;
  struct later later[FILES]; /* helpers that go before what was found */
  size_t n_later;
  int found; /* as credentials_find returned it */
  struct credential credential;
  struct error err;
};

struct credentials_held {
  struct held *items;
  size_t n, cap;
};

struct credentials_held *credentials_held_new(void)
{
  return xcalloc(1, sizeof(struct credentials_held));
}

void credentials_held_free(struct credentials_held *held)
{
  for (size_t i = 0; held && i < held->n; i++) {
    credential_release(&held->items[i].credential);
    free(held->items[i].domain);
    free(held->items[i].path);
    for (size_t j = 0; j < held->items[i].n_later; j++) {
      free(held->items[i].later[j].name);
      free(held->items[i].later[j].file);
    }
  }
  free(held ? held->items : NULL);
  free(held);
}

void credentials_held_look(struct credentials_held *held, const char *domain, const char *path,
                           bool helpers)
{
  struct search search = { .domain = domain, .path = path, .asks = helpers };
  struct held *item;

  held->items = xgrow(held->items, held->n, &held->cap, sizeof(*held->items));
  item = &held->items[held->n++];
  *item = (struct held) { .domain = xstrdup(domain), .path = xstrdup(path) };
  item->found = find(&search, &item->credential, &item->err);
  memcpy(item->later, search.later, sizeof(item->later));
  item->n_later = search.n_later;
}

void credentials_held_allow(const struct credentials_held *held, struct starter *starter)
{
  for (size_t i = 0; i < held->n; i++)
    for (size_t j = 0; j < held->items[i].n_later; j++)
      credential_helper_allow(held->items[i].later[j].name,
                              docker_config_server(held->items[i].domain), starter);
}

/* As ask_helper, of those that go before what was found. */
static int held_ask(const struct held *item, struct credential *out, struct error *err)
{
  int found = 0;

  for (size_t i = 0; i < item->n_later && found == 0; i++) {
    found = ask_helper(item->later[i].name, item->domain, out, err);
    if (found < 0)
      error_wrap(err, "%s", item->later[i].file);
    if (found > 0)
      log_debug("credentials: for %s from %s", item->domain, item->later[i].file);
  }
  return found;
}

static char *held_copy(const char *text)
{
  return text ? xstrdup(text) : NULL;
}

/* What helpers said before (missing) counts only where nothing was found. */
static int held_take(const struct held *item, struct credential *out, struct error *err)
{
  const struct credential *credential = &item->credential;
  AUTO_FREE char *missing = steal_pointer(&out->missing);

  if (item->found < 0)
    *err = item->err;
  else
    *out = (struct credential) { held_copy(credential->user),   held_copy(credential->secret),
                                 credential->identity,          credential->registry,
                                 held_copy(credential->origin), held_copy(credential->missing) };
  if (item->found == 0 && missing) {
    free(out->missing);
    out->missing = steal_pointer(&missing);
  }
  return item->found;
}

int credentials_held_find(const struct credentials_held *held, const char *domain, const char *path,
                          struct credential *out, struct error *err)
{
  for (size_t i = 0; i < held->n; i++) {
    const struct held *item = &held->items[i];
    int found;

    if (strcmp(item->domain, domain) != 0 || strcmp(item->path, path) != 0)
      continue;
    found = held_ask(item, out, err);
    return found ? found : held_take(item, out, err);
  }
  return 0;
}
