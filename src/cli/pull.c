#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/escape.h"
#include "cli/brokering.h"
#include "cli/commands.h"
#include "cli/fetching.h"
#include "cli/place_flags.h"
#include "cli/sandbox.h"
#include "source/copy.h"
#include "source/open.h"
#include "worker/worker.h"

enum { JOBS = 4, LINES_MAX = 64 * 1024 };

struct pull_flags {
  struct text_list platforms;
  enum toggle all_platforms;
  struct place_flags places;
  double max_scale;
  unsigned sandbox; /* enum sandbox_mode */
};

#define AT(field) .offset = offsetof(struct pull_flags, field)

static const struct flag flags[] = {
  {
      .name = "platform",
      .words = "platforms",
      .kind = FLAG_LIST,
      .value = "P,...",
      .default_text = "linux on this machine's architecture",
      .help = "fetch only these platforms of an index",
      .detail = "A platform is OS/ARCHITECTURE[/VARIANT] or ARCHITECTURE. May be given several "
                "times.",
      AT(platforms),
  },
  {
      .name = "all-platforms",
      .kind = FLAG_BOOL,
      .help = "fetch every platform of an index",
      AT(all_platforms),
  },
  PLACE_FLAGS(struct pull_flags),
  MAX_SCALE_FLAG(offsetof(struct pull_flags, max_scale)),
  SANDBOX_FLAG(offsetof(struct pull_flags, sandbox)),
};

/* What the steps of one pull share, in whatever process they run. */
struct pull {
  const struct pull_flags *given;
  struct argument argument;
  struct reference reference; /* of ARGUMENT_NAME, by registries.conf */
  char *name;                 /* as a whole; owned; NULL: the one that it has in the source */
  struct places places;
  struct transfer_display display;
  bool watched; /* somebody looks on */
  struct limits limits;
  struct platform_set platforms;
  struct copy_counts counts;
  struct confine_support support;
  struct credentials_held *credentials; /* NULL: they are looked for when they are needed */
  struct source_options options;        /* of the source */
  struct starter *starter;              /* starts an engine's program; NULL: nobody else does */
};

static int pull_print(const char *name, const struct digest *digest, struct error *err)
{
  AUTO_BUF text = BUF_INIT(LINES_MAX);
  char id[DIGEST_MAX_TEXT];

  buf_printf(&text, "Digest: %s\n%s\n", digest_format(digest, id), name ? name : id);
  return cli_write(&text, err);
}

/* "alpine:3.18: 2 blobs fetched, 3.4 MB; 1 was there", where somebody has looked on. */
static void say_what_was_done(const struct pull *pull, const char *label)
{
  const struct copy_counts *counts = &pull->counts;
  AUTO_BUF line = BUF_INIT(LINES_MAX);
  char amount[AMOUNT_MAX];

  if (!pull->watched)
    return;
  escape_terminal(&line, str_of(label));
  buf_printf(&line, ": %" PRIu64 " blob%s fetched, %s", counts->fetched,
             counts->fetched == 1 ? "" : "s", amount_bytes(counts->fetched_bytes, amount));
  if (counts->there)
    buf_printf(&line, "; %" PRIu64 " %s there, %s", counts->there,
               counts->there == 1 ? "was" : "were", amount_bytes(counts->there_bytes, amount));
  fprintf(stderr, "%s\n", line.ptr);
}

/* ---- where the store is ---- */

static int pull_open_store(struct pull *pull, struct error *err)
{
  if (places_open_to_store(&pull->places, err))
    return -1;
  if (pull->name)
    store_set_origin(pull->places.named.store, pull->reference.domain, pull->reference.path);
  return 0;
}

static int pull_prepare(void *context, struct confine_wanted *confine, struct error *err)
{
  struct pull *pull = context;

  return pull_open_store(pull, err) ? -1
                                    : sandbox_add_store(confine, pull->places.named.store, err);
}

static int pull_copy(struct pull *pull, struct source *source, const struct worker_user *user,
                     struct error *err)
{
  const struct copy_options copy = {
    .limits = &pull->limits,
    .platforms = &pull->platforms,
    .platforms_asked = pull->given->platforms.n > 0,
    .jobs = JOBS,
    .check = true,
    .notice = user->warn,
    .notice_context = user->context,
    .counts = &pull->counts,
  };
  struct store *store = pull->places.named.store;
  struct descriptor root;
  const char *name;
  int result;

  if (source_resolve(source, &root, err) < 0)
    return source_wrap(source, NULL, err);
  result = copy_image(source, store, &root, &copy, err);
  user->quiet(user->context);
  if (result == 0)
    say_what_was_done(pull, pull->name ? pull->name : source->label);
  name = pull->name ? pull->name : descriptor_annotation(&root, ANNOTATION_IMAGE_NAME);
  if (result == 0)
    result = store_put_image(store, name, &root, false, err);
  if (result == 0)
    result = pull_print(name, &root.digest, err);
  descriptor_release(&root);
  return result;
}

static int pull_run_confined(void *context, struct source *const *sources,
                             const struct worker_user *user, struct error *err)
{
  struct pull *pull = context;
  int result;

  /* The other process shows how far it is. What is shown by two is garbled. */
  pull->places.options.warn = user->warn;
  pull->places.options.context = user->context;
  pull->places.options.progress = NULL;
  result = pull_copy(pull, sources[0], user, err);

  store_close(steal_pointer(&pull->places.named.store)); /* what only it needed is freed */
  return result;
}

/* ---- where the network is ---- */

static struct source *pull_open_source(void *context, int side, struct error *err)
{
  struct pull *pull = context;
  struct net *net;
  struct source *source;

  (void)side;
  pull->options.progress = transfer_display_progress(&pull->display);
  if (pull->argument.kind == ARGUMENT_ENGINE)
    return source_open(&pull->argument, &pull->options, err);
  net = places_net(&pull->places, err);
  source =
      net ? source_registry_open(net, &pull->reference, pull->argument.text, &pull->limits, err)
          : NULL;
  if (source) {
    free(source->label);
    source->label = xstrdup(pull->argument.text);
  }
  return source;
}

static void pull_quiet(void *context)
{
  transfer_display_hide(&((struct pull *)context)->display);
}

static void pull_warn(void *context, const char *line)
{
  transfer_display_warn(&((struct pull *)context)->display, line);
}

/* Engines' programs are started by another process. */
static int pull_confine_engine(struct pull *pull, const pid_t *children, size_t n,
                               struct error *err)
{
  const struct brokering brokering = {
    .arguments = &pull->argument,
    .n_arguments = 1,
    .options = &pull->options,
    .places = &pull->places,
    .children = children,
    .n_children = n,
  };

  pull->starter = starter_new();
  return brokering_confine(&brokering, &pull->support, pull->credentials, pull->starter, err) < 0
             ? -1
             : 0;
}

/* From here on strangers' answers are read. What credential helpers and their files are needed for
 * is done before. */
static int pull_begun(void *context, const pid_t *children, size_t n, struct progress **progress,
                      struct error *err)
{
  struct pull *pull = context;

  (void)progress;
  pull->credentials = credentials_held_new();
  if (pull->argument.kind == ARGUMENT_ENGINE)
    return pull_confine_engine(pull, children, n, err);
  if (fetching_credentials(pull->credentials, &pull->reference, true, err) < 0)
    return -1;
  pull->places.options.net.credentials = pull->credentials;
  return fetching_confine_alone(&pull->support, pull->given->places.ca_file, children, n, err);
}

static __attribute__((noreturn)) void pull_give_up(void *context, int status,
                                                   const struct error *err)
{
  pull_quiet(context);
  cli_give_up(status, err);
}

/* What parses documents has the store, and what has the network and the credentials hands it the
 * bytes. */
static int pull_in_two(struct pull *pull, struct error *err)
{
  const struct source_options options = { .limits = &pull->limits };
  const struct confine_wanted confine = { .role = CONFINE_KEEPER };
  const struct worker_job job = {
    .arguments = &pull->argument,
    .n_arguments = 1,
    .options = &options,
    .confine = &confine,
    .support = &pull->support,
    .prepare = pull_prepare,
    .open = pull_open_source,
    .quiet = pull_quiet,
    .warn = pull_warn,
    .begun = pull_begun,
    .give_up = pull_give_up,
    .run = pull_run_confined,
    .context = pull,
  };

  return worker_run(&job, err);
}

static int pull_here(struct pull *pull, struct error *err)
{
  const struct worker_user user = { .quiet = pull_quiet, .warn = pull_warn, .context = pull };
  struct source *source;
  int result = -1;

  if (pull_open_store(pull, err))
    return -1;
  source = pull_open_source(pull, 0, err);
  if (source)
    result = pull_copy(pull, source, &user, err);
  source_free(source);
  return result;
}

/* ---- what it is about ---- */

static int pull_find_name(struct pull *pull, struct error *err)
{
  struct registries *registries = registries_load(err);
  int result = -1;

  if (registries)
    result = source_registry_name(&pull->reference, registries, str_of(pull->argument.name), err);
  registries_free(registries);
  if (result)
    return error_wrap(err, "%s", pull->argument.text);
  pull->name = reference_format(&pull->reference);
  return 0;
}

static int pull_understand(struct pull *pull, const char *text, struct error *err)
{
  if (argument_parse(&pull->argument, text, err))
    return -1;
  switch (pull->argument.kind) {
  case ARGUMENT_NAME:
    return pull_find_name(pull, err);
  case ARGUMENT_ENGINE:
    return 0;
  case ARGUMENT_FILE:
    return error_set(err, ERROR_USAGE,
                     "%s: on this machine already, and read where it lies; diffoci load --input "
                     "FILE stores the images of an archive",
                     pull->argument.text);
  default:
    return error_set(err, ERROR_USAGE,
                     "%s: expected a name that a registry knows, or docker://NAME, podman://NAME "
                     "or nerdctl://NAME",
                     pull->argument.text);
  }
}

static int pull_run(const struct invocation *call, struct error *err)
{
  const struct pull_flags *given = call->options;
  const bool chosen = given->platforms.n || given->all_platforms == TOGGLE_ON;
  struct pull pull = { .given = given, .limits = limits_scaled(given->max_scale) };
  int result = -1;

  pull.options = (struct source_options) {
    .limits = &pull.limits,
    .platforms = chosen ? &pull.platforms : NULL,
  };
  place_flags_init(&pull.places, &pull.display, &call->globals, &given->places);
  transfer_display_set_title(&pull.display, call->arguments[0]);
  pull.watched = pull.display.show && progress_can_be_shown();
  if (pull_understand(&pull, call->arguments[0], err) == 0 &&
      cli_platforms(&pull.platforms, &given->platforms, given->all_platforms, err) == 0 &&
      sandbox_choose((enum sandbox_mode)given->sandbox, &pull.support, err) == 0)
    result = pull.support.built ? pull_in_two(&pull, err) : pull_here(&pull, err);
  if (pull.name)
    reference_release(&pull.reference);
  free(pull.name);
  argument_release(&pull.argument);
  places_release(&pull.places);
  starter_free(pull.starter);
  credentials_held_free(pull.credentials);
  transfer_display_release(&pull.display);
  platform_set_release(&pull.platforms);
  return result;
}

const struct command command_pull = {
  .name = "pull",
  .arguments = "IMAGE",
  .summary = "Fetch an image from its registry, or an engine, into the store",
  .detail =
      "IMAGE is NAME[:TAG][@DIGEST], as for Docker: alpine is docker.io/library/alpine:latest. "
      "What the store has already is not fetched. Prints the digest of the image's index or "
      "manifest and its full name. Or IMAGE is docker://NAME, podman://NAME or nerdctl://NAME, "
      "of that engine, and is stored under the name that it has there.",
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = COMPLETE_IMAGES,
  .argument_words = "pullable",
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .options_size = sizeof(struct pull_flags),
  .run = pull_run,
};
