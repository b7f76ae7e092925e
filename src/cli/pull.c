#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/escape.h"
#include "cli/commands.h"
#include "cli/place_flags.h"
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

/* What the steps of one pull share. */
struct pull {
  struct places *places;
  struct transfer_display *display;
  const struct copy_options *copy;
  bool platforms_given;
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
static void say_what_was_done(const struct transfer_display *display, const char *label,
                              const struct copy_counts *counts)
{
  AUTO_BUF line = BUF_INIT(LINES_MAX);
  char amount[AMOUNT_MAX];

  if (!display->progress)
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
static int pull_image(const struct pull *pull, struct source *source, const char *name,
                      struct error *err)
{
  struct store *store = pull->places->named.store;
  struct descriptor root;
  int result;

  if (source_resolve(source, &root, err) < 0)
    return source_wrap(source, NULL, err);
  result = copy_image(source, store, &root, pull->copy, err);
  transfer_display_hide(pull->display);
  if (result == 0)
    say_what_was_done(pull->display, name ? name : source->label, pull->copy->counts);
  if (!name)
    name = descriptor_annotation(&root, ANNOTATION_IMAGE_NAME);
  if (result == 0)
    result = store_put_image(store, name, &root, false, err);
  if (result == 0)
    result = pull_print(name, &root.digest, err);
  descriptor_release(&root);
  return result;
}

static int pull_from_engine(const struct pull *pull, const struct argument *argument,
                            struct error *err)
{
  struct source_options options = {
    .limits = pull->copy->limits,
    .platforms = pull->platforms_given ? pull->copy->platforms : NULL,
    .progress = transfer_display_progress(pull->display),
  };
  struct source *source = source_open(argument, &options, err);
  int result = source ? pull_image(pull, source, NULL, err) : -1;

  source_free(source);
  return result;
}

static int pull_name(const struct pull *pull, const char *text, struct error *err)
{
  struct places *places = pull->places;
  struct reference reference;
  AUTO_FREE char *full = NULL;
  struct source *source;
  int result = -1;

  if (source_registry_name(&reference, places->named.net, str_of(text), err) < 0)
    return error_wrap(err, "%s", text);
  full = reference_format(&reference);
  source = source_registry_open(places->named.net, &reference, pull->copy->limits, err);
  store_set_origin(places->named.store, reference.domain, reference.path);
  reference_release(&reference);
  if (source) {
    free(source->label);
    source->label = xstrdup(text);
    result = pull_image(pull, source, full, err);
  }
  source_free(source);
  return result;
}

static int pull_argument(const struct pull *pull, const struct argument *argument,
                         struct error *err)
{
  switch (argument->kind) {
  case ARGUMENT_NAME:
    return pull_name(pull, argument->name, err);
  case ARGUMENT_ENGINE:
    return pull_from_engine(pull, argument, err);
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
  struct transfer_display display;
  struct places places;
  const struct copy_options copy = {
    .limits = &limits,
    .platforms = &platforms,
    .platforms_asked = given->platforms.n > 0,
    .jobs = JOBS,
    .check = true,
    .notice = places_notice,
    .notice_context = &places,
    .counts = &counts,
  };
  const struct pull pull = {
    .places = &places,
    .display = &display,
    .copy = &copy,
    .platforms_given = given->platforms.n || given->all_platforms == TOGGLE_ON,
  };
  struct argument argument;
  int result = -1;

  place_flags_init(&places, &display, &call->globals, &given->places);
  transfer_display_set_title(&display, call->arguments[0]);
  if (argument_parse(&argument, call->arguments[0], err) == 0 &&
      cli_platforms(&platforms, &given->platforms, given->all_platforms, err) == 0 &&
      places_open_to_store(&places, err) == 0)
    result = pull_argument(&pull, &argument, err);
  argument_release(&argument);
  places_release(&places);
  transfer_display_release(&display);
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
