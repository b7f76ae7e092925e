#include "diff/diff.h"

#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/fan_out.h"
#include "cli/places.h"
#include "cli/policy_flags.h"
#include "cli/verdict_line.h"
#include "source/engine.h"

struct diff_flags {
  struct text_list platforms;
  enum toggle all_platforms;
  enum toggle ignore_timestamps, ignore_file_timestamps, ignore_image_timestamps;
  enum toggle ignore_history, ignore_file_order, ignore_file_mode_redundant_bits;
  enum toggle ignore_image_name, ignore_tar_format, treat_canonical_paths_equal, semantic;
  enum toggle effective;
  enum toggle verbose, verify, verdict;
  enum toggle attestations, referrers;
  unsigned require; /* enum require */
  struct policy_flags policy;
  enum toggle explain;
  const char *report_file, *report_dir;
  unsigned pull; /* enum named_pull */
  enum toggle no_cache;
  struct place_flags places;
  double max_scale;
};

#define AT(field) .offset = offsetof(struct diff_flags, field)

static const struct flag flags[] = {
  {
      .name = "semantic",
      .kind = FLAG_BOOL,
      .help = "all --ignore-... flags and --treat-canonical-paths-equal",
      .detail = "The usual choice: what remains is what a user of the image could notice.",
      AT(semantic),
  },
  {
      .name = "effective",
      .kind = FLAG_BOOL,
      .help = "compare what a container would see",
      .detail =
          "The layers of each image are merged and the resulting trees compared by path: types, "
          "contents, modes, numeric owners, link targets, devices, extended attributes, and "
          "which paths are hard links of each other; and the part of the configs that decides "
          "how a container is run. Includes --semantic; see EFFECTIVE COMPARISON.",
      AT(effective),
  },
  {
      .name = "ignore-timestamps",
      .kind = FLAG_BOOL,
      .help = "--ignore-file-timestamps and --ignore-image-timestamps",
      AT(ignore_timestamps),
  },
  {
      .name = "ignore-file-timestamps",
      .kind = FLAG_BOOL,
      .help = "ignore mtime, atime and ctime of files",
      .detail = "In tar headers and in PAX records.",
      AT(ignore_file_timestamps),
  },
  {
      .name = "ignore-image-timestamps",
      .kind = FLAG_BOOL,
      .help = "ignore when the image was created",
      .detail = "The fields created of the config and of its history, and the annotation "
                "org.opencontainers.image.created.",
      AT(ignore_image_timestamps),
  },
  {
      .name = "ignore-history",
      .kind = FLAG_BOOL,
      .help = "ignore the history of the config",
      AT(ignore_history),
  },
  {
      .name = "ignore-file-order",
      .kind = FLAG_BOOL,
      .help = "ignore the position of entries in a layer",
      AT(ignore_file_order),
  },
  {
      .name = "ignore-file-mode-redundant-bits",
      .kind = FLAG_BOOL,
      .help = "compare only the low 12 bits of file modes",
      .detail = "Some writers add the file type, which the entry tells anyway.",
      AT(ignore_file_mode_redundant_bits),
  },
  {
      .name = "ignore-image-name",
      .kind = FLAG_BOOL,
      .help = "ignore annotations that hold the image's name",
      .detail = "These are io.containerd.image.name and org.opencontainers.image.ref.name. The "
                "name under which an image stands in index.json is no part of its content and is "
                "compared only with --ignore-image-name=false.",
      AT(ignore_image_name),
  },
  {
      .name = "ignore-tar-format",
      .kind = FLAG_BOOL,
      .help = "ignore whether an entry is USTAR, PAX or GNU",
      .detail = "PAX records that only encode a field of the header again do not count either.",
      AT(ignore_tar_format),
  },
  {
      .name = "treat-canonical-paths-equal",
      .kind = FLAG_BOOL,
      .help = "ignore one leading / and then one leading ./",
      .detail = "In the names of entries and in the targets of links.",
      AT(treat_canonical_paths_equal),
  },
  POLICY_FLAGS(struct diff_flags),
  {
      .name = "platform",
      .kind = FLAG_LIST,
      .value = "P,...",
      .default_text = "linux on this machine's architecture",
      .help = "compare only these platforms of an index",
      .detail = "A platform is OS/ARCHITECTURE[/VARIANT] or ARCHITECTURE. May be given several "
                "times.",
      AT(platforms),
  },
  {
      .name = "all-platforms",
      .kind = FLAG_BOOL,
      .help = "compare every platform of an index",
      AT(all_platforms),
  },
  {
      .name = "attestations",
      .kind = FLAG_BOOL,
      .help = "compare what attests to the images of an index",
      .detail =
          "The in-toto statements that BuildKit attaches: provenance and SBOMs, paired by the "
          "images they are about and by predicate type, field by field. Without this flag, "
          "and without flags that leave something out, it counts only whether there are any.",
      AT(attestations),
  },
  {
      .name = "referrers",
      .kind = FLAG_BOOL,
      .help = "compare what refers to the images: signatures, SBOMs and the like",
      .detail =
          "What registries and image layouts list as having one of the images as its subject, "
          "paired by artifact type.",
      AT(referrers),
  },
  {
      .name = "verbose",
      .kind = FLAG_BOOL,
      .help = "print every difference in full, instead of the table",
      AT(verbose),
  },
  {
      .name = "explain",
      .kind = FLAG_BOOL,
      .help = "say for each difference why it is there, if that is known",
      .detail = "A column with the name of the cause, and below the table what each cause is and "
                "what to do about it. Reports tell the causes without this flag, too; see CAUSES.",
      AT(explain),
  },
  {
      .name = "verdict",
      .kind = FLAG_BOOL,
      .help = "print the verdict alone: identical, semantic, effective or different",
      .detail = "In one word, in place of the table; see VERDICT.",
      AT(verdict),
  },
  {
      .name = "require",
      .kind = FLAG_CHOICE,
      .value = "VERDICT",
      .choices = "none|identical|semantic|effective",
      .fallback = "none",
      .help = "exit with status 0 if the verdict is this one or a stronger one",
      .detail = "Otherwise with 1, whatever the other flags leave out. With none, the status is 0 "
                "if nothing is different under the given flags.",
      AT(require),
  },
  {
      .name = "report-file",
      .kind = FLAG_PATH,
      .value = "FILE",
      .help = "write a report in JSON",
      .detail = "A leading ~/ is the home directory.",
      AT(report_file),
  },
  {
      .name = "report-dir",
      .kind = FLAG_PATH,
      .value = "DIR",
      .help = "write a report in JSON, and both sides of the files that differ",
      .detail = "DIR is made if it is not there. README.md, report.json, input-0 and input-1 in it "
                "are replaced; nothing else is touched. A leading ~/ is the home directory.",
      AT(report_dir),
  },
  {
      .name = "verify",
      .kind = FLAG_BOOL,
      .help = "read and check blobs even where their digests are equal",
      AT(verify),
  },
  {
      .name = "pull",
      .kind = FLAG_CHOICE,
      .value = "WHEN",
      .choices = "always|missing|never",
      .fallback = "missing",
      .help = "when to fetch an image from its registry",
      .detail =
          "missing looks into the store first and fetches what it lacks; never takes only what "
          "the store has. Without effect on images that lie in files.",
      AT(pull),
  },
  {
      .name = "no-cache",
      .kind = FLAG_BOOL,
      .help = "use no store: neither look images up there nor keep what is fetched",
      AT(no_cache),
  },
  PLACE_FLAGS(struct diff_flags),
  {
      .name = "max-scale",
      .kind = FLAG_SCALE,
      .value = "X",
      .fallback = "1",
      .help = "multiply the limits on the sizes of images by X",
      AT(max_scale),
  },
};

static struct diff_ignore ignore_of(const struct diff_flags *given)
{
  bool all = given->semantic == TOGGLE_ON || given->effective == TOGGLE_ON;
  bool timestamps = all || given->ignore_timestamps == TOGGLE_ON;

  return (struct diff_ignore) {
    .file_timestamps = timestamps || given->ignore_file_timestamps == TOGGLE_ON,
    .image_timestamps = timestamps || given->ignore_image_timestamps == TOGGLE_ON,
    .history = all || given->ignore_history == TOGGLE_ON,
    .file_order = all || given->ignore_file_order == TOGGLE_ON,
    .file_mode_redundant_bits = all || given->ignore_file_mode_redundant_bits == TOGGLE_ON,
    .image_name = all || given->ignore_image_name == TOGGLE_ON,
    .tar_format = all || given->ignore_tar_format == TOGGLE_ON,
    .canonical_paths = all || given->treat_canonical_paths_equal == TOGGLE_ON,
  };
}

static struct fan_out_wanted wanted_of(const struct diff_flags *given)
{
  return (struct fan_out_wanted) {
    .report_file = given->report_file,
    .report_dir = given->report_dir,
    .nothing_on_stdout = given->verdict == TOGGLE_ON,
    .verbose = given->verbose == TOGGLE_ON,
    .explain = given->explain == TOGGLE_ON,
  };
}

/* Writes the reports and says the verdict. Returns the exit status, or -1. */
static int conclude(struct fan_out *out, const struct diff_flags *given,
                    const struct diff_options *options, struct diff *diff, bool failed,
                    struct error *err)
{
  const bool quiet = given->places.quiet == TOGGLE_ON;
  const bool thorough = given->verdict == TOGGLE_ON || given->require != REQUIRE_NONE;
  struct verdict verdict;
  int status = out->any ? EXIT_DIFFERENT : EXIT_SAME;
  bool trouble;

  diff_verdict(diff, failed, thorough, verdict_required((enum require)given->require), &verdict);
  out->about.verdict = &verdict;
  if (!quiet)
    policy_flags_summary(options->policy);
  trouble = fan_out_finish(out, options) < 0;
  out->about.verdict = NULL;
  if (failed)
    return -1;
  if (given->verdict == TOGGLE_ON && verdict_print_word(&verdict, err))
    return -1;
  if (given->verdict != TOGGLE_ON && !quiet)
    verdict_print(&verdict);
  status = verdict_status(&verdict, (enum require)given->require, status, err);
  return trouble && status >= 0 ? EXIT_TROUBLE : status;
}

static int compare(const struct diff_flags *given, struct diff_options *options,
                   struct places *places, struct error *err)
{
  const struct fan_out_wanted wanted = wanted_of(given);
  struct fan_out out = { 0 };
  bool failed = false;
  struct diff *diff;
  int status;

  fan_out_init(&out, &wanted, options);
  options->sink = &out.sink;
  source_engine_pair(options->sources[0], options->sources[1]);
  diff = diff_run(options, &failed, err);
  places_hide_progress(places);
  if (!diff) {
    status = -1;
  } else {
    status = conclude(&out, given, options, diff, failed, err);
  }
  fan_out_release(&out);
  diff_free(diff);
  options->sink = NULL; /* it ends here */
  return status;
}

/* The store and the registries are left alone where no argument needs them. */
static int open_places(const struct invocation *call, struct places *places, struct error *err)
{
  const struct diff_flags *given = call->options;

  if (!argument_is_name(call->arguments[0]) && !argument_is_name(call->arguments[1]))
    return 0;
  return places_open(places, (enum named_pull)given->pull, given->no_cache != TOGGLE_ON, err);
}

static struct source *open_image(const char *argument, struct places *places,
                                 const struct source_options *options, struct error *err)
{
  if (argument_is_name(argument))
    return source_of_name(argument, &places->named, options->limits, err);
  if (places_is_containerd(argument))
    return places_open_containerd(places, argument, err);
  return source_open(argument, options, err);
}

static int diff_command(const struct invocation *call, struct error *err)
{
  const struct diff_flags *given = call->options;
  const struct limits limits = limits_scaled(given->max_scale);
  struct places places;
  struct diff_options options = {
    .ignore = ignore_of(given),
    /* --semantic turns every ignore flag on, whatever else is said. */
    .compare_root_name = given->ignore_image_name == TOGGLE_OFF && given->semantic != TOGGLE_ON,
    .effective = given->effective == TOGGLE_ON,
    .attestations = given->attestations == TOGGLE_ON,
    .referrers = given->referrers == TOGGLE_ON,
    .verify = given->verify == TOGGLE_ON,
    .verdict = true,
    .skip_security_xattrs = geteuid() != 0,
    .limits = &limits,
  };
  const struct source_options source_options = {
    .limits = &limits,
    .net = given->pull == NAMED_PULL_NEVER ? NULL : places_net,
    .net_context = &places,
    .platforms =
        given->platforms.n || given->all_platforms == TOGGLE_ON ? &options.platforms : NULL,
  };
  int status = -1;

  places_init(&places, &call->globals, &given->places);
  if (cli_platforms(&options.platforms, &given->platforms, given->all_platforms, err) == 0 &&
      policy_flags_read(&given->policy, &options.policy, err) == 0 &&
      open_places(call, &places, err) == 0 &&
      (options.sources[0] = open_image(call->arguments[0], &places, &source_options, err)) &&
      (options.sources[1] = open_image(call->arguments[1], &places, &source_options, err)))
    status = compare(given, &options, &places, err);
  source_free(options.sources[0]);
  source_free(options.sources[1]);
  places_release(&places);
  platform_set_release(&options.platforms);
  policy_free(options.policy);
  return status;
}

const struct command command_diff = {
  .name = "diff",
  .arguments = "IMAGE0 IMAGE1",
  .summary = "Compare two images",
  .detail = "An IMAGE is NAME[:TAG][@DIGEST], in the store or its registry, docker://NAME, "
            "podman://NAME or nerdctl://NAME, of that engine, containerd://NAME, oci:DIR[:REF], "
            "oci-archive:FILE[:REF], docker-archive:FILE[:REF], or a "
            "path that begins with /, ./, ../ or ~/. Archives may be compressed. REF is an image "
            "name, a tag or a digest, needed only where there are several. "
            "The exit status is 0 if the images are equal, 1 if they differ, 2 after an error.",
  .min_arguments = 2,
  .max_arguments = 2,
  .completion = COMPLETE_FILES,
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .options_size = sizeof(struct diff_flags),
  .run = diff_command,
};
