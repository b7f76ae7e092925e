/* An image argument, and the files that it leads to, made from the input (tests/fuzz/tree_maker.h):
 * layouts, archives, dir:, root file systems, and what a container engine's program says and saves.
 * The argument is the part "argument", in which DIR stands for the directory; a second one is
 * opened beside the first, as for a comparison. Of an engine the files "inspect", "version", "save"
 * and "said" are what its program writes, and "status" holds the exit status of save. Whatever they
 * hold: what is handed on has the digest that it is to have, and nothing is read twice in two ways.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/image_walk.h"
#include "../common/sections.h"
#include "base/alloc.h"
#include "base/log.h"
#include "source/copy.h"
#include "source/engine/engine.h"
#include "source/names.h"
#include "source/open.h"
#include "tree_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 256 * 1024, ARGUMENTS_MAX = 2 };

static char home[] = "/dev/shm/fuzz-tree-XXXXXX";
static char *files;

/* Nothing of the input is run. */
static const char program[] =
    "#!/bin/sh\n"
    "PATH=/usr/bin:/bin\n"
    "cd \"${0%/*}/../files\" || exit 1\n"
    "case $1 in\n"
    "image) cat inspect; [ ! -f down ] || { cat down >&2; exit 1; } ;;\n"
    "version) cat version ;;\n"
    "save) cat save; [ ! -f said ] || cat said >&2; [ ! -f status ] || exit 3 ;;\n"
    "esac\n";

static void remove_home(void)
{
  tree_remove(home);
  rmdir(home);
}

static void set_up(void)
{
  static const char *const engines[] = { "docker", "podman", "nerdctl" };
  static const char *const variables[] = { "DOCKER", "PODMAN", "NERDCTL",
                                           "DIFFOCI_ENGINE_TIMEOUT" };
  AUTO_FREE char *bin = NULL;

  if (!mkdtemp(home) || atexit(remove_home))
    abort();
  bin = xasprintf("%s/bin", home);
  files = xasprintf("%s/files", home);
  if (mkdir(bin, 0700) || mkdir(files, 0700))
    abort();
  for (size_t i = 0; i < ARRAY_LEN(engines); i++) {
    AUTO_FREE char *path = xasprintf("%s/%s", bin, engines[i]);
    FILE *file = fopen(path, "we");

    if (!file || fputs(program, file) < 0 || fclose(file) || chmod(path, 0700))
      abort();
  }
  for (size_t i = 0; i < ARRAY_LEN(variables); i++)
    unsetenv(variables[i]);
  setenv("PATH", bin, 1);
  setenv("HOME", files, 1);
  setenv("TMPDIR", home, 1);
  log_enable_debug(getenv("DIFFOCI_FUZZ_DEBUG") != NULL);
}

/* What names no file outside of the directory. */
static bool is_inside(const struct argument *argument)
{
  const size_t len = strlen(files);

  if (argument->kind == ARGUMENT_ENGINE)
    return true;
  return argument->kind == ARGUMENT_FILE && strncmp(argument->path, files, len) == 0 &&
         (!argument->path[len] || argument->path[len] == '/') && !strstr(argument->path, "..");
}

static char *argument_text(struct str text)
{
  const char *dir = text.len ? memmem(text.ptr, text.len, "DIR", 3) : NULL;
  const size_t before = dir ? (size_t)(dir - text.ptr) : text.len;

  text = section_trim(text);
  return xasprintf("%.*s%s%.*s", (int)MIN_OF(before, text.len), text.ptr, dir ? files : "",
                   STR_ARGS(str_skip(text, before + 3)));
}

static void take_name(void *context, const char *name)
{
  (void)context;
  if (!name)
    abort();
}

static struct source *open_one(const struct argument *argument,
                               const struct source_options *options)
{
  struct error err = { 0 };
  struct source *source;

  if (argument->kind == ARGUMENT_FILE)
    (void)!source_names(argument->path, options->limits, take_name, NULL, &err);
  source = source_open(argument, options, &err);
  if (!source && !err.message[0])
    abort();
  return source;
}

static void take_notice(void *context, const char *line)
{
  (void)context;
  if (!*line || strchr(line, '\n'))
    abort();
}

static void copy(struct source *source, const struct source_options *options)
{
  const struct copy_options copying = { .limits = options->limits,
                                        .platforms = options->platforms,
                                        .platforms_asked = options->platforms != NULL,
                                        .jobs = 1,
                                        .notice = take_notice };
  AUTO_FREE char *path = xasprintf("%s/store", home);
  struct descriptor root;
  struct error err = { 0 };
  struct store *store = store_open(path, STORE_WRITE, &err);

  if (!store)
    abort();
  if (source_resolve(source, &root, &err) == 0) {
    if (copy_image(source, store, &root, &copying, &err) == 0) {
      if (store_has(store, &root, &err) != 1)
        abort();
    } else if (!err.message[0]) {
      abort();
    }
    descriptor_release(&root);
  }
  store_close(store);
  tree_remove(path);
  rmdir(path);
}

static void open_all(struct str input, const struct source_options *options)
{
  const bool copies = section_find(input, STR("store")).len;
  struct argument arguments[ARGUMENTS_MAX] = { 0 };
  struct source *sources[ARGUMENTS_MAX] = { 0 };
  struct str name;
  struct str bytes;
  size_t n = 0;

  while (n < ARGUMENTS_MAX && section_next(&input, &name, &bytes)) {
    AUTO_FREE char *text = NULL;
    struct error err;

    if (!str_equal(name, STR("argument")) || !bytes.len || memchr(bytes.ptr, '\0', bytes.len))
      continue;
    text = argument_text(bytes);
    if (argument_parse(&arguments[n], text, &err) == 0 && is_inside(&arguments[n]))
      sources[n] = open_one(&arguments[n], options);
    n++;
  }
  if (sources[0] && sources[1])
    source_engine_pair(sources[0], sources[1]);
  for (size_t i = 0; i < n; i++)
    if (sources[i]) {
      (void)image_walk(sources[i], options->limits);
      if (copies)
        copy(sources[i], options);
    }
  for (size_t i = 0; i < n; i++) {
    source_free(sources[i]);
    argument_release(&arguments[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str input = { (const char *)data, size };
  struct limits limits = limits_scaled(1);
  struct source_options options = { .limits = &limits };
  struct platform_set platforms = { 0 };
  const struct str platform = section_trim(section_find(input, STR("platform")));
  struct error ignored;

  if (size > LONGEST)
    return 0;
  if (!files)
    set_up();
  limits.json_bytes = (uint64_t)64 * 1024;
  limits.tar_bytes = limits.blob_bytes = (uint64_t)4 * 1024 * 1024;
  if (platform.len && platform_set_add(&platforms, platform, &ignored) == 0)
    options.platforms = &platforms;
  tree_make(input, files);
  open_all(input, &options);
  tree_remove(files);
  platform_set_release(&platforms);
  return 0;
}
