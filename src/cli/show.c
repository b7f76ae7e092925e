#include <errno.h>

#include "base/budget.h"
#include "cli/commands.h"
#include "cli/pager.h"
#include "cli/place_flags.h"
#include "cli/terminal.h"
#include "layer/totals.h"
#include "report/outfile.h"
#include "show/contents.h"
#include "show/show_json.h"
#include "show/show_text.h"

enum show_output { SHOW_TEXT, SHOW_JSON }; /* in the order of the choices */

struct show_flags {
  const char *platform;
  unsigned output; /* enum show_output */
  unsigned colour; /* enum colour_choice */
  enum toggle no_files, no_cache;
  unsigned pull; /* enum named_pull */
  struct place_flags places;
  uint64_t memory_limit;
  double timeout, max_scale;
};

#define AT(field) .offset = offsetof(struct show_flags, field)

static const struct flag flags[] = {
  {
      .name = "platform",
      .words = "platforms",
      .kind = FLAG_STRING,
      .value = "P",
      .default_text = "this machine's, or the only one",
      .help = "the platform of an index that is shown",
      .detail = "A platform is OS/ARCHITECTURE[/VARIANT] or ARCHITECTURE.",
      AT(platform),
  },
  {
      .name = "output",
      .letter = 'o',
      .kind = FLAG_CHOICE,
      .value = "FORMAT",
      .choices = "text|json",
      .fallback = "text",
      .help = "how it is told",
      .detail = "The contract of json is docs/show.schema.json.",
      AT(output),
  },
  {
      .name = "no-files",
      .kind = FLAG_BOOL,
      .help = "read the manifest and the config only, no layer",
      .detail = "Of an image in a registry no more than these is fetched then.",
      AT(no_files),
  },
  COLOUR_FLAG(offsetof(struct show_flags, colour)),
  PULL_FLAG(offsetof(struct show_flags, pull)),
  NO_CACHE_FLAG(offsetof(struct show_flags, no_cache)),
  PLACE_FLAGS(struct show_flags),
  TIMEOUT_FLAG(offsetof(struct show_flags, timeout)),
  MEMORY_LIMIT_FLAG(offsetof(struct show_flags, memory_limit)),
  FOREIGN_URLS_FLAG(struct show_flags),
  MAX_SCALE_FLAG(offsetof(struct show_flags, max_scale)),
};

static int show_print(const struct contents *contents, const struct invocation *call,
                      struct error *err)
{
  const struct show_flags *given = call->options;
  const char *name = call->arguments[0];
  const struct show_style style = {
    .name = name,
    .colour = terminal_has_colour((enum colour_choice)given->colour),
    .columns = terminal_columns(),
  };
  struct outfile *file = outfile_open("-", err);
  struct pager pager = { 0 };
  bool written;

  if (!file)
    return -1;
  pager_start(&pager, call->globals.no_pager != TOGGLE_ON);
  if (given->output == SHOW_JSON)
    show_json(contents, name, &file->writer);
  else
    show_text(contents, &style, &file->writer);
  written = outfile_commit(file, err) == 0 || err->sys == EPIPE;
  pager_finish(&pager);
  return written ? EXIT_SAME : -1;
}

static int show(const struct invocation *call, struct source *source,
                const struct contents_options *options, struct transfer_display *display,
                struct error *err)
{
  struct contents contents;
  int status = contents_read(&contents, source, options, err);

  transfer_display_hide(display);
  if (status == 0)
    status = show_print(&contents, call, err);
  contents_release(&contents);
  return status;
}

static struct source *open_image(const struct invocation *call, struct places *places,
                                 const struct source_options *options, struct error *err)
{
  const struct show_flags *given = call->options;
  struct argument argument;
  struct source *source = NULL;

  if (argument_parse(&argument, call->arguments[0], err) == 0 &&
      (!places_are_needed(&argument) ||
       places_open(places, (enum named_pull)given->pull, given->no_cache != TOGGLE_ON, err) == 0))
    source = places_open_image(places, &argument, options, err);
  argument_release(&argument);
  return source;
}

static int show_run(const struct invocation *call, struct error *err)
{
  const struct show_flags *given = call->options;
  struct budget memory =
      BUDGET_INIT(given->memory_limit ? given->memory_limit : budget_default(""));
  struct totals totals = totals_scaled(given->max_scale);
  struct limits limits = limits_scaled(given->max_scale);
  struct platform_set platforms = { 0 };
  struct transfer_display display;
  struct places places;
  const struct source_options source_options = {
    .limits = &limits,
    .fetch = given->places.foreign_urls == TOGGLE_ON ? places_fetch : NULL,
    .fetch_context = &places,
    .platforms = given->platform ? &platforms : NULL,
  };
  struct contents_options options = { .limits = &limits, .files = given->no_files != TOGGLE_ON };
  struct source *source = NULL;
  int status = -1;

  limits.memory = &memory;
  limits.totals = &totals;
  if (given->timeout > 0)
    totals_set_timeout(&totals, given->timeout);
  place_flags_init(&places, &display, &call->globals, &given->places);
  if (given->platform && platform_set_add(&platforms, str_of(given->platform), err))
    error_wrap(err, "flag --platform");
  else if (platforms.n > 1)
    error_set(err, ERROR_USAGE, "flag --platform: one image is shown, found \"%s\"",
              given->platform);
  else
    source = open_image(call, &places, &source_options, err);
  options.platform = platforms.n ? &platforms.items[0] : NULL;
  if (source)
    status = show(call, source, &options, &display, err);
  source_free(source);
  places_release(&places);
  transfer_display_release(&display);
  platform_set_release(&platforms);
  return status;
}

static const struct example examples[] = {
  { "show docker://app:dev", "an image of Docker: config, layers, largest directories" },
  { "show --no-files alpine:3.18", "one in a registry, without fetching its layers" },
  { "show -o json ./app.tar | jq .privileged", "files with setuid, setgid or capabilities" },
};

const struct command command_show = {
  .name = "show",
  .arguments = "IMAGE",
  .summary = "Show what is in one image",
  .detail =
      "How a container of it is run, its layers with the commands that made them and their sizes, "
      "the largest directories, files with setuid, setgid or capabilities, what is stored but "
      "hidden by later layers, and which packages are installed. IMAGE is anything that diff "
      "takes.",
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = COMPLETE_IMAGES,
  .argument_words = "images",
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .examples = examples,
  .n_examples = ARRAY_LEN(examples),
  .options_size = sizeof(struct show_flags),
  .run = show_run,
};
