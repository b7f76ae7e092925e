#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "base/escape.h"
#include "cli/commands.h"
#include "cli/process.h"
#include "cli/show_output.h"
#include "cli/terminal.h"
#include "layer/totals.h"
#include "report/outfile.h"
#include "show/contents.h"
#include "show/show_html.h"
#include "show/show_json.h"
#include "show/show_markdown.h"
#include "show/show_text.h"
#include "source/source.h"

struct show_flags {
  const char *platform;
  const char *output; /* as show_output_parse takes it; NULL: not given */
  unsigned colour;    /* enum colour_choice */
  enum toggle no_files;
  struct process_flags process;
  struct place_flags places;
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
      .kind = FLAG_STRING,
      .words = "show-outputs",
      .value = "FORMAT[=FILE]",
      .default_text = "text",
      .elsewhere = "format=output|text=output=text|json=output=json|markdown=output=markdown|"
                   "md=output=markdown|html=output=html",
      .help = "how it is told: text, json, markdown, html",
      .detail = "Into FILE, or to standard output. The contract of json is docs/show.schema.json. "
                "Markdown has at most 60 KB; html "
                "is a page that makes no request.",
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
  PULL_FLAG(offsetof(struct show_flags, process.pull)),
  NO_CACHE_FLAG(offsetof(struct show_flags, process.no_cache)),
  PLACE_FLAGS(struct show_flags),
  TIMEOUT_FLAG(offsetof(struct show_flags, process.timeout)),
  MEMORY_LIMIT_FLAG(offsetof(struct show_flags, process.memory_limit)),
  FOREIGN_URLS_FLAG(struct show_flags),
  SANDBOX_FLAG(offsetof(struct show_flags, process.sandbox)),
  MAX_SCALE_FLAG(offsetof(struct show_flags, process.max_scale)),
};

/* What reads and tells, in whatever process. */
struct show_work {
  const struct show_flags *given;
  struct show_style style;
  struct contents_options options;
  enum show_output output;
  const char *path; /* of the file; "-": standard output */
  bool paged;
};

static int show_print(const struct contents *contents, const struct show_work *work,
                      const struct worker_user *user, struct error *err)
{
  static void (*const told[])(const struct contents *contents, const char *name,
                              struct writer *writer) = {
    [SHOW_JSON] = show_json,
    [SHOW_MARKDOWN] = show_markdown,
    [SHOW_HTML] = show_html,
  };
  struct outfile *file;
  bool written;

  if (work->paged)
    user->page(user->context, true);
  file = outfile_open(work->path, err);
  if (file && work->output == SHOW_TEXT)
    show_text(contents, &work->style, &file->writer);
  else if (file)
    told[work->output](contents, work->style.name, &file->writer);
  written = file && (outfile_commit(file, err) == 0 || err->sys == EPIPE);
  if (work->paged)
    user->page(user->context, false);
  return written ? EXIT_SAME : -1;
}

static void tell_unseen(const struct source *source)
{
  AUTO_FREE char *text = xasprintf("%s: not shown: %s", source->label, source->unseen);
  AUTO_BUF line = BUF_INIT(1 << 16);

  escape_terminal(&line, str_of(text));
  fprintf(stderr, "diffoci: warning: %s\n", line.ptr);
}

/* A second time where the store's copy of a blob turned out to be damaged: then it is fetched. */
static int show_read(struct contents *out, struct source *source,
                     const struct contents_options *options, struct error *err)
{
  int status = contents_read(out, source, options, err);
  struct error mend_err;
  int mended;

  if (status == 0 || !source_may_mend(err))
    return status;
  mended = source_mend(source, &mend_err);
  if (mended < 0)
    *err = mend_err;
  if (mended <= 0)
    return status;
  contents_release(out);
  return contents_read(out, source, options, err);
}

static int show(void *context, struct source *const *sources, const struct worker_user *user,
                struct error *err)
{
  const struct show_work *work = context;
  struct contents contents;
  int status = show_read(&contents, sources[0], &work->options, err);

  user->quiet(user->context);
  if (sources[0]->unseen)
    tell_unseen(sources[0]);
  if (status == 0)
    status = show_print(&contents, work, user, err);
  contents_release(&contents);
  return status;
}

static int show_run(const struct invocation *call, struct error *err)
{
  const struct show_flags *given = call->options;
  struct platform_set platforms = { 0 };
  struct process process;
  struct show_work work = {
    .given = given,
    .style = {
      .name = call->arguments[0],
      .colour = terminal_has_colour((enum colour_choice)given->colour),
      .columns = terminal_columns(),
    },
    .options = { .limits = &process.limits, .files = given->no_files != TOGGLE_ON },
    .paged = call->globals.no_pager != TOGGLE_ON && terminal_can_page(),
  };
  int status = -1;

  if (show_output_parse(given->output, &work.output, &work.path, err))
    return -1;
  if (outfile_check(work.path, err))
    return error_wrap(err, "flag --output: cannot write the report");
  if (strcmp(work.path, "-") != 0) {
    work.paged = false;
    work.style.colour = given->colour == COLOUR_ALWAYS;
    work.style.columns = 0;
  }
  process_init(&process, call, &given->process, &given->places);
  process.run = show;
  process.context = &work;
  process.paged = work.paged;
  process.outputs[process.n_outputs++] = work.path;
  if (given->platform)
    process.source_options.platforms = &platforms;
  if (given->platform && platform_set_add(&platforms, str_of(given->platform), err)) {
    error_wrap(err, "flag --platform");
  } else if (platforms.n > 1) {
    error_set(err, ERROR_USAGE, "flag --platform: one image is shown, found \"%s\"",
              given->platform);
  } else if (sandbox_choose((enum sandbox_mode)given->process.sandbox, &process.support, err) ==
             0) {
    work.options.platform = platforms.n ? &platforms.items[0] : NULL;
    status = process_run(&process, err);
  }
  process_release(&process);
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
  .elsewhere = "inspect|history|explore|describe",
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
