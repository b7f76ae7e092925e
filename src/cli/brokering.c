#include "cli/brokering.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/tempfile.h"
#include "cli/fetching.h"
#include "cli/sandbox.h"
#include "source/engine/engine.h"
#include "source/open.h"

enum { IMAGES_MAX = 2 };

static bool brokering_asks_registries(const struct brokering *brokering)
{
  bool named = false;

  for (size_t i = 0; i < brokering->n_arguments; i++)
    named = named || brokering->arguments[i].kind == ARGUMENT_NAME;
  return named && brokering->places->named.pull != NAMED_PULL_NEVER;
}

/* ---- what others start for it ---- */

/* A name that cannot be understood is an error where it is looked up, and so is what cannot be
 * read. */
static void brokering_look(struct credentials_held *held, const struct registries *registries,
                           const struct argument *argument)
{
  struct reference reference;
  struct error err;

  if (source_registry_name(&reference, registries, str_of(argument->name), &err))
    return;
  (void)!fetching_credentials(held, &reference, false, &err);
  reference_release(&reference);
}

static void brokering_find_credentials(const struct brokering *brokering,
                                       struct credentials_held *held)
{
  struct error err;
  struct registries *registries = registries_load(&err);

  for (size_t i = 0; registries && i < brokering->n_arguments; i++)
    if (brokering->arguments[i].kind == ARGUMENT_NAME)
      brokering_look(held, registries, &brokering->arguments[i]);
  registries_free(registries);
}

/* What keeps a store is done here, or what is far from here is connected to from there. */
static int brokering_add_stores(struct confine_wanted *wanted, const struct brokering *brokering,
                                struct starter *starter, struct error *err)
{
  const struct places *places = brokering->places;
  struct store *const stores[] = { places->named.first, places->named.store, places->containerd };
  int result = 0;

  for (size_t i = 0; i < ARRAY_LEN(stores) && result == 0; i++)
    if (stores[i] && store_directory(stores[i]) >= 0)
      result = sandbox_add_store(wanted, stores[i], err);
    else if (stores[i])
      store_allow(stores[i], starter);
  return result;
}

static int brokering_begin_starter(const struct brokering *brokering,
                                   const struct credentials_held *held, struct starter *starter,
                                   struct error *err)
{
  int roots[IMAGES_MAX] = { -1, -1 };
  int result;

  for (size_t i = 0; i < brokering->n_arguments; i++) {
    const struct argument *argument = &brokering->arguments[i];

    if (argument->kind == ARGUMENT_ENGINE)
      source_engine_allow(argument->engine, argument->name, brokering->options, starter);
    if (i < ARRAY_LEN(roots))
      roots[i] = source_allow_root(argument, starter);
  }
  if (brokering->pager)
    pager_allow(brokering->pager, starter);
  credentials_held_allow(held, starter);
  result = starter_is_needed(starter) ? starter_begin(starter, err) : 0;
  for (size_t i = 0; i < ARRAY_LEN(roots); i++)
    cleanup_close(&roots[i]);
  return result;
}

/* ---- to what ---- */

enum { WRITABLE_MAX = 20 };

struct brokering_paths {
  const char *readable[IMAGES_MAX];
  char *writable[WRITABLE_MAX]; /* owned */
  char *nameless;               /* owned; NULL: there is none */
  struct confine_wanted wanted;
};

static void brokering_may_write(struct brokering_paths *paths, char *path)
{
  if (path && paths->wanted.n_writable < WRITABLE_MAX)
    paths->writable[paths->wanted.n_writable++] = path;
  else
    free(path);
}

/* The directory that a report is made in, and what is there already, which may be no file. */
static void brokering_add_output(struct brokering_paths *paths, const char *path)
{
  char *there = realpath(path, NULL);
  const char *name = there ? there : path;
  const char *slash = strrchr(name, '/');

  if (strcmp(path, "-") != 0) {
    brokering_may_write(paths, slash == name ? xstrdup("/")
                               : slash       ? xstrndup(name, (size_t)(slash - name))
                                             : xstrdup("."));
    brokering_may_write(paths, xstrdup(path));
  }
  free(there);
}

/* Where tempfile_open makes them. The first in which a file can do without a name is the only one;
 * elsewhere names are made and removed. */
static void brokering_add_temporary(struct brokering_paths *paths)
{
  const char *chosen = getenv("TMPDIR");
  const char *const usual[] = { "/var/tmp", "/tmp" };
  const bool is_chosen = chosen && *chosen;
  const char *const *places = is_chosen ? &chosen : usual;

  for (size_t i = 0; i < (is_chosen ? 1 : ARRAY_LEN(usual)); i++) {
    if (tempfile_has_no_name(places[i])) {
      paths->nameless = xstrdup(places[i]);
      paths->wanted.nameless = (const char *const *)&paths->nameless;
      paths->wanted.n_nameless = 1;
      return;
    }
    brokering_may_write(paths, xstrdup(places[i]));
  }
}

static void brokering_add_paths(struct brokering_paths *paths, const struct brokering *brokering)
{
  struct confine_wanted *wanted = &paths->wanted;

  for (size_t i = 0; i < brokering->n_arguments && i < IMAGES_MAX; i++)
    if (brokering->arguments[i].kind == ARGUMENT_FILE)
      paths->readable[wanted->n_readable++] = brokering->arguments[i].path;
  brokering_add_temporary(paths);
  for (size_t i = 0; i < brokering->n_outputs; i++)
    brokering_add_output(paths, brokering->outputs[i]);
  wanted->readable = paths->readable;
  wanted->writable = (const char *const *)paths->writable;
}

static void brokering_add_children(struct confine_wanted *wanted, const struct brokering *brokering)
{
  for (size_t i = 0; i < brokering->n_children; i++)
    wanted->children[wanted->n_children++] = brokering->children[i];
  if (brokering->looker)
    wanted->children[wanted->n_children++] = brokering->looker;
}

/* Whether anything is hashed here: what engines save, what a store keeps, root file systems. */
static bool brokering_hashes(const struct brokering *brokering)
{
  bool hashes = false;

  for (size_t i = 0; i < brokering->n_arguments; i++)
    hashes = hashes || brokering->arguments[i].kind == ARGUMENT_ENGINE ||
             source_lists_root(&brokering->arguments[i]);
  return hashes || brokering->places->named.store || brokering->places->kept ||
         brokering->places->containerd;
}

static int brokering_enter(struct brokering_paths *paths, const struct brokering *brokering,
                           const struct confine_support *support, struct error *err)
{
  static const char *const engines[] = { "DOCKER", "NERDCTL", "PODMAN" }; /* programs' names */
  struct confine_wanted *wanted = &paths->wanted;

  if (wanted->speaks)
    return fetching_confine(wanted, support, brokering->places->options.net.ca_file, err);
  /* The library reads files when it is first used, which $OPENSSL_CONF may name. What is in files
   * is looked at by the other process alone, and this one never needs it: it is most of what begins
   * a process. */
  if (brokering_hashes(brokering))
    (void)digest_of(DIGEST_SHA256, "", 0);
  confine_forget_environment(engines, ARRAY_LEN(engines));
  return confine_enter(wanted, support, err)
             ? error_wrap(err, "the process that opens images cannot be confined (--sandbox=off "
                               "does without)")
             : 0;
}

int brokering_confine(const struct brokering *brokering, const struct confine_support *support,
                      struct credentials_held *held, struct starter *starter, struct error *err)
{
  const bool asks = brokering_asks_registries(brokering);
  struct brokering_paths paths = { .wanted = { .role = CONFINE_BROKER,
                                               .speaks = asks || brokering->fetches } };
  int result;

  result = brokering_add_stores(&paths.wanted, brokering, starter, err);
  if (asks)
    brokering_find_credentials(brokering, held);
  if (result == 0)
    result = brokering_begin_starter(brokering, held, starter, err);
  brokering_add_paths(&paths, brokering);
  brokering_add_children(&paths.wanted, brokering);
  if (result == 0)
    result = brokering_enter(&paths, brokering, support, err);
  for (size_t i = 0; i < paths.wanted.n_directories; i++)
    close(paths.wanted.directories[i]);
  for (size_t i = 0; i < paths.wanted.n_writable; i++)
    free(paths.writable[i]);
  free(paths.nameless);
  return result;
}
