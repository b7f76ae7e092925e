#include "source/engine/engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "image/json.h"
#include "net/progress.h"
#include "source/engine/engine_commands.h"
#include "source/engine/engine_inspect.h"
#include "source/engine/engine_program.h"
#include "source/engine/engine_spool.h"
#include "source/engine/engine_words.h"
#include "source/kinds.h"
#include "source/referrers.h"

#define ORIGIN "containerd.io/distribution.source."

enum {
  ANSWER_MAX = 4 * 1024 * 1024,
  SAVE_SECONDS = 1800, /* Docker before v25 writes all to a disk before the first byte */
  ASK_SECONDS = 120,
};

struct engine {
  struct source base;
  const struct engine_kind *kind;
  char *name;
  const char *program;
  char *platforms; /* the flag for save, or NULL */
  struct source_options options;
  struct engine *other;           /* the one it is compared with, or NULL */
  struct engine_program *inspect; /* under way, or NULL */
  struct engine_program *version; /* likewise */
  struct engine_image image;
  bool is_before_3_4;    /* a podman that cannot leave layers as they are in an OCI archive */
  pthread_mutex_t lock;  /* of the two below */
  struct members *spool; /* owned by inner */
  struct source *inner;  /* NULL: not saved yet */
};

static const struct engine_kind kinds[] = {
  { "docker://", "docker", "DOCKER" },
  { "podman://", "podman", "PODMAN" },
  { "nerdctl://", "nerdctl", "NERDCTL" },
};

const struct engine_kind *engine_kind_of(const char *program)
{
  for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
    if (strcmp(program, kinds[i].program) == 0)
      return &kinds[i];
  }
  return NULL;
}

/* $DIFFOCI_ENGINE_TIMEOUT, or what is usual. */
static unsigned timeout_seconds(unsigned usual)
{
  const char *text = getenv("DIFFOCI_ENGINE_TIMEOUT");
  uint64_t value;

  return str_to_u64(str_of(text), 1000000, &value) && value ? (unsigned)value : usual;
}

static bool is_docker(const struct engine *engine)
{
  return engine->kind == &kinds[0];
}

static bool is_nerdctl(const struct engine *engine)
{
  return engine->kind == &kinds[2];
}

static bool is_podman(const struct engine *engine)
{
  return engine->kind == &kinds[1];
}

static bool wants_one_platform(const struct engine *engine)
{
  const struct platform_set *given = engine->options.platforms;

  return given && !given->all && given->n == 1;
}

/* --- what the engine knows about the image --- */

static int start_asking(struct engine *engine, struct error *err)
{
  const char *words[ENGINE_WORDS_MAX];
  unsigned seconds = timeout_seconds(ASK_SECONDS);

  engine_inspect_words(words, engine->program, engine->name);
  engine->inspect = engine_program_start(words, engine->kind->variable, seconds, err);
  if (!engine->inspect) {
    if (is_docker(engine))
      engine_words_add_registry(err, engine->name);
    return -1;
  }
  if (is_docker(engine) && wants_one_platform(engine)) {
    engine_version_words(words, engine->program);
    engine->version = engine_program_start(words, engine->kind->variable, seconds, err);
    return engine->version ? 0 : -1;
  }
  return 0;
}

/* Whether the engine's words say that saving the image would fail as well. */
static bool is_final(const struct error *err)
{
  switch (err->code) {
  case ERROR_NOT_FOUND:
  case ERROR_PERMISSION:
  case ERROR_NETWORK:
  case ERROR_TIMEOUT:
    return true;
  default:
    return false;
  }
}

/* Whatever else the program answers, an image can be saved without knowing it. */
static int take_image(struct engine *engine, struct error *err)
{
  AUTO_BUF answer = BUF_INIT(ANSWER_MAX);
  struct error detail;

  if (engine_program_read_all(engine->inspect, &answer, &detail) < 0) {
    if (is_final(&detail)) {
      *err = detail;
      if (is_docker(engine))
        engine_words_add_registry(err, engine->name);
      return -1;
    }
  } else if (engine_image_parse(&engine->image, buf_str(&answer), engine->name,
                                engine->options.limits, &detail) == 0) {
    return 0;
  }
  log_debug("%s: not known beforehand: %s", engine->base.label, detail.message);
  return 0;
}

static void take_version(struct engine *engine)
{
  AUTO_BUF answer = BUF_INIT(ANSWER_MAX);
  struct error err;

  if (is_nerdctl(engine) ||
      (engine->version && engine_program_read_all(engine->version, &answer, &err) == 0 &&
       engine_version_has_platform(buf_str(&answer))))
    engine->platforms = engine_platform_flag(engine->options.platforms);
  else if (engine->version)
    log_debug("%s: save --platform is for clients and daemons of v28 or later; without it",
              engine->base.label);
}

static int take_answers(struct engine *engine, struct error *err)
{
  int result = take_image(engine, err);

  if (result == 0)
    take_version(engine);
  engine_program_free(steal_pointer(&engine->inspect));
  engine_program_free(steal_pointer(&engine->version));
  return result;
}

/* --- saving it --- */

static struct engine_program *start_saving(struct engine *engine, struct error *err)
{
  AUTO_FREE char *name = is_docker(engine) ? engine_image_save_name(&engine->image, engine->name)
                                           : xstrdup(engine->name);
  /* Podman's own archive is Docker's, whatever the image was: its media types would differ from
   * those of the same image in its registry. Compressing takes far longer than all else. */
  const bool oci = is_podman(engine) && engine->image.is_oci;
  const struct engine_save save = { engine->program, engine->platforms, oci,
                                    oci && !engine->is_before_3_4, name };
  const char *argv[ENGINE_WORDS_MAX];

  engine_save_words(argv, &save);
  return engine_program_start(argv, engine->kind->variable, timeout_seconds(SAVE_SECONDS), err);
}

/* Reading what the program wrote failed. What it says itself tells more, if it has failed first. */
static int engine_explain(struct engine_program *program, const struct engine *engine,
                          struct error *err)
{
  struct error own;

  if (err->code != ERROR_CORRUPT && err->code != ERROR_UNSUPPORTED)
    return -1;
  if (engine_program_is_at_end(program) && engine_program_finish(program, &own) < 0) {
    *err = own;
    return -1;
  }
  return error_wrap(err, "what %s save writes", engine->program);
}

static int save_once(struct engine *engine, struct error *err)
{
  const struct spool_options options = {
    .limits = engine->options.limits,
    .layers = &engine->image.layers,
    .other = engine->other ? engine->other->spool : NULL,
  };
  struct engine_program *program = start_saving(engine, err);
  struct spool_counts counts;
  char name[PROGRESS_NAME_MAX];
  int result;

  if (!program)
    return -1;
  snprintf(name, sizeof(name), "%s save", engine->program);
  engine->spool = engine_spool_new(
      stream_counted(engine_program_output(program), engine->options.progress, name, 0), &options,
      err);
  result =
      engine->spool ? engine_program_finish(program, err) : engine_explain(program, engine, err);
  engine_program_free(program);
  if (result < 0) {
    members_free(steal_pointer(&engine->spool));
    return -1;
  }
  counts = engine_spool_counts(engine->spool);
  log_debug("%s: bytes of layers stored: %llu, passed over: %llu", engine->base.label,
            (unsigned long long)counts.stored, (unsigned long long)counts.passed);
  return 0;
}

static int save(struct engine *engine, struct error *err)
{
  if (save_once(engine, err) == 0)
    return 0;
  if (!is_podman(engine) || !strstr(err->message, "unknown flag: --uncompressed"))
    return -1;
  engine->is_before_3_4 = true;
  return save_once(engine, err);
}

static int engine_load(struct engine *engine, struct error *err)
{
  if ((engine->inspect && take_answers(engine, err) < 0) || save(engine, err) < 0)
    return -1;
  engine->inner = source_detect(engine->spool, NULL, &engine->options, err);
  if (engine->inner) {
    __atomic_store_n(&engine->base.is_loaded, true, __ATOMIC_RELEASE);
    return 0;
  }
  engine->spool = NULL; /* it went with the source */
  return error_wrap(err, "what %s save writes", engine->program);
}

/* --- the source --- */

static int load_once(struct engine *engine, struct error *err)
{
  int result;

  pthread_mutex_lock(&engine->lock);
  result = engine->inner ? 0 : engine_load(engine, err);
  pthread_mutex_unlock(&engine->lock);
  return result;
}

/* Takes out what Docker's containerd store adds, when it saves an image, to the descriptor that
 * names it: which registry the image was pulled from, which says nothing about the image. */
static int without_origins(struct descriptor *root, struct error *err)
{
  AUTO_JSON copy = json_deep_copy(root->json);
  json_t *annotations = json_object_get(copy, "annotations");
  struct descriptor stripped;
  const char *key;
  json_t *value;
  void *next;

  json_object_foreach_safe(annotations, next, key, value)
  {
    if (strncmp(key, ORIGIN, strlen(ORIGIN)) == 0)
      json_object_del(annotations, key);
  }
  if (json_object_size(annotations) == json_object_size(root->annotations))
    return 0;
  if (json_object_size(annotations) == 0)
    json_object_del(copy, "annotations");
  if (descriptor_from_json(&stripped, copy, err) < 0)
    return -1;
  descriptor_release(root);
  *root = stripped;
  return 0;
}

static int engine_resolve(struct source *source, struct descriptor *out, struct error *err)
{
  struct engine *engine = (struct engine *)source;
  struct descriptor root;

  if (load_once(engine, err) < 0 || engine->inner->ops->resolve(engine->inner, &root, err) < 0)
    return -1;
  if (without_origins(&root, err) < 0) {
    descriptor_release(&root);
    return -1;
  }
  *out = root;
  return 0;
}

static struct stream *engine_open(struct source *source, const struct descriptor *blob,
                                  struct error *err)
{
  struct engine *engine = (struct engine *)source;

  if (load_once(engine, err) < 0)
    return NULL;
  return engine->inner->ops->open(engine->inner, blob, err);
}

static int engine_referrers(struct source *source, const struct descriptor *subject,
                            struct referrers *out, struct error *err)
{
  struct engine *engine = (struct engine *)source;

  if (load_once(engine, err) < 0)
    return -1;
  return source_referrers(engine->inner, subject, out, err);
}

static void engine_free(struct source *source)
{
  struct engine *engine = (struct engine *)source;

  if (engine->other)
    engine->other->other = NULL;
  engine_program_free(engine->inspect);
  engine_program_free(engine->version);
  engine_image_release(&engine->image);
  source_free(engine->inner);
  pthread_mutex_destroy(&engine->lock);
  free(engine->platforms);
  free(engine->name);
  free(engine);
}

static const struct source_ops ops = {
  .resolve = engine_resolve,
  .open = engine_open,
  .free = engine_free,
  .referrers = engine_referrers,
};

struct source *source_engine_open(const struct engine_kind *kind, const char *name,
                                  const struct source_options *options, struct error *err)
{
  struct engine *engine;

  if (!name[0]) {
    error_set(err, ERROR_USAGE, "no image given; expected %sNAME, a name or an ID", kind->prefix);
    return NULL;
  }
  engine = xcalloc(1, sizeof(*engine));
  engine->base.ops = &ops;
  pthread_mutex_init(&engine->lock, NULL);
  engine->kind = kind;
  engine->name = xstrdup(name);
  engine->program = engine_program_of(kind);
  engine->options = *options;
  if (start_asking(engine, err) < 0) {
    engine_free(&engine->base);
    return NULL;
  }
  return &engine->base;
}

void source_engine_pair(struct source *a, struct source *b)
{
  if (a->ops != &ops || b->ops != &ops)
    return;
  ((struct engine *)a)->other = (struct engine *)b;
  ((struct engine *)b)->other = (struct engine *)a;
}
