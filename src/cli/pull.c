#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/escape.h"
#include "cli/commands.h"
#include "cli/places.h"
#include "source/copy.h"
#include "source/open.h"

enum { JOBS = 4, LINES_MAX = 64 * 1024 };

struct pull_flags {
  struct text_list platforms;
  enum toggle all_platforms;
  struct place_flags places;
  double max_scale;
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
};

/* name is NULL for an image without one. */
static int pull_print(const char *name, const struct digest *digest, struct error *err)
{
  AUTO_BUF text = BUF_INIT(LINES_MAX);
  char id[DIGEST_MAX_TEXT];

  buf_printf(&text, "Digest: %s\n%s\n", digest_format(digest, id), name ? name : id);
  return cli_write(&text, err);
}

/* "alpine:3.18: 2 blobs fetched, 3.4 MB; 1 was there", where somebody has looked on. */
static void say_what_was_done(const struct places *places, const char *label,
                              const struct copy_counts *counts)
{
  AUTO_BUF line = BUF_INIT(LINES_MAX);
  char amount[AMOUNT_MAX];

  if (!places->progress)
    return;
  escape_terminal(&line, str_of(label));
  buf_printf(&line, ": %" PRIu64 " blob%s fetched, %s", counts->fetched,
             counts->fetched == 1 ? "" : "s", amount_bytes(counts->fetched_bytes, amount));
  if (counts->there)
    buf_printf(&line, "; %" PRIu64 " %s there, %s", counts->there,
               counts->there == 1 ? "was" : "were", amount_bytes(counts->there_bytes, amount));
  fprintf(stderr, "%s\n", line.ptr);
}

/* name: NULL: the one it has in the source, if any. */
static int pull_image(struct places *places, struct source *source, const char *name,
                      const struct copy_options *options, struct error *err)
{
  struct descriptor root;
  int result;

  if (source_resolve(source, &root, err) < 0)
    return source_wrap(source, NULL, err);
  result = copy_image(source, places->named.store, &root, options, err);
  places_hide_progress(places);
  if (result == 0)
    say_what_was_done(places, name ? name : source->label, options->counts);
  if (!name)
    name = descriptor_annotation(&root, ANNOTATION_IMAGE_NAME);
  if (result == 0)
    result = store_put_image(places->named.store, name, &root, false, err);
  if (result == 0)
    result = pull_print(name, &root.digest, err);
  descriptor_release(&root);
  return result;
}

static int pull_from_engine(struct places *places, const struct argument *argument,
                            const struct source_options *source_options,
                            const struct copy_options *options, struct error *err)
{
  struct source *source = source_open(argument, source_options, err);
  int result = source ? pull_image(places, source, NULL, options, err) : -1;

  source_free(source);
  return result;
}

static int pull_name(struct places *places, const char *text, const struct copy_options *options,
                     struct error *err)
{
  struct reference reference;
  AUTO_FREE char *full = NULL;
  struct source *source;
  int result = -1;

  if (source_registry_name(&reference, places->named.net, str_of(text), err) < 0)
    return error_wrap(err, "%s", text);
  full = reference_format(&reference);
  source = source_registry_open(places->named.net, &reference, options->limits, err);
  store_set_origin(places->named.store, reference.domain, reference.path);
  reference_release(&reference);
  if (source) {
    free(source->label);
    source->label = xstrdup(text);
    result = pull_image(places, source, full, options, err);
  }
  source_free(source);
  return result;
}

static int pull_argument(struct places *places, const struct argument *argument,
                         const struct source_options *source_options,
                         const struct copy_options *options, struct error *err)
{
  switch (argument->kind) {
  case ARGUMENT_NAME:
    return pull_name(places, argument->name, options, err);
  case ARGUMENT_ENGINE:
    return pull_from_engine(places, argument, source_options, options, err);
  case ARGUMENT_FILE:
    return error_set(err, ERROR_USAGE, "%s: a file; diffoci load --input FILE stores its images",
                     argument->text);
  default:
    return error_set(err, ERROR_USAGE,
                     "%s: expected a name that a registry knows, or docker://NAME, podman://NAME "
                     "or nerdctl://NAME",
                     argument->text);
  }
}

static int pull_run(const struct invocation *call, struct error *err)
{
  const struct pull_flags *given = call->options;
  const struct limits limits = limits_scaled(given->max_scale);
  struct platform_set platforms = { 0 };
  struct copy_counts counts = { 0 };
  const struct copy_options options = {
    .limits = &limits,
    .platforms = &platforms,
    .jobs = JOBS,
    .counts = &counts,
  };
  struct source_options source_options = {
    .limits = &limits,
    .platforms = given->platforms.n || given->all_platforms == TOGGLE_ON ? &platforms : NULL,
  };
  struct argument argument;
  struct places places;
  int result = -1;

  places_init(&places, &call->globals, &given->places);
  places_set_title(&places, call->arguments[0]);
  if (argument_parse(&argument, call->arguments[0], err) == 0 &&
      cli_platforms(&platforms, &given->platforms, given->all_platforms, err) == 0 &&
      places_open(&places, NAMED_PULL_ALWAYS, false, err) == 0 &&
      (places.named.store = cli_open_store(&call->globals, STORE_WRITE, err))) {
    cli_limit_store(places.named.store, given->places.cache_limit);
    places_watch_store(&places);
    source_options.progress = places_progress(&places);
    result = pull_argument(&places, &argument, &source_options, &options, err);
  }
  argument_release(&argument);
  places_release(&places);
  platform_set_release(&platforms);
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
