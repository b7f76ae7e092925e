#include "cli/diff_flags.h"

#include <stddef.h>

#include "base/alloc.h"
#include "cli/commands.h"
#include "cli/sandbox.h"
#include "report/output.h"

#define AT(field) .offset = offsetof(struct diff_flags, field)

#define IGNORE_FLAG(bit, flag, implied_by, line, more)                                             \
  {                                                                                                \
    .name = (flag),                                                                                \
    .kind = FLAG_BOOL,                                                                             \
    .help = (line),                                                                                \
    .detail = (more),                                                                              \
    .offset = offsetof(struct diff_flags, ignore[IGNORE_NUMBER_##bit]),                            \
  },

static const struct flag flags[] = {
  IGNORE_FLAGS(IGNORE_FLAG) {
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
      .name = "extra-ignore-files",
      .kind = FLAG_LIST,
      .value = "NAME,...",
      .help = "ignore what differs between entries of exactly this name",
      .detail = "As it stands in the tar header, the slash of a directory with it: \"tmp/\". An "
                "entry that only one side has counts. May be given several times. The verdict "
                "takes no notice of this flag.",
      AT(extra_ignore_files),
  },
  POLICY_FLAGS(struct diff_flags),
  {
      .name = "platform",
      .words = "platforms",
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
      .letter = 'v',
      .kind = FLAG_BOOL,
      .help = "print every difference in full, instead of the table",
      AT(verbose),
  },
  {
      .name = "output",
      .letter = 'o',
      .kind = FLAG_LIST,
      .words = "outputs",
      .value = "FORMAT[=FILE]",
      .default_text = "auto",
      .elsewhere = "format=output" OUTPUT_ELSEWHERE "|md=output=markdown",
      .help = "how the differences are told: auto" OUTPUT_NAMES,
      .detail =
          "auto is the summary on a terminal, else the table. May be given several times, with "
          "a FILE for all but one: -o table -o json=report.json. A FILE appears, or is replaced, "
          "when all of it is there; one that cannot be replaced is written over then.",
      AT(outputs),
  },
  {
      .name = "sort",
      .kind = FLAG_CHOICE,
      .value = "ORDER",
      .choices = "weight|name|size",
      .fallback = "weight",
      .help = "the order of the summary: the weightiest first; or each file, by name or by change "
              "in size",
      .detail = "With name and size nothing is folded, as with --no-fold.",
      AT(sort),
  },
  {
      .name = "no-fold",
      .kind = FLAG_BOOL,
      .help =
          "in the summary, a line for each file, however many there are in a directory or package",
      AT(no_fold),
  },
  COLOUR_FLAG(offsetof(struct diff_flags, colour)),
  {
      .name = "inside",
      .kind = FLAG_BOOL,
      .help = "look into files that differ: archives, packages, compressed files",
      .detail = "Their members are compared by the rules that entries are compared by. Files in "
                "which nothing that counts differs are no difference; else the table names the "
                "place inside, like srv/app.jar!/x.class. See docs/formats.md.",
      AT(inside),
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
      .name = "patch",
      .letter = 'p',
      .kind = FLAG_BOOL,
      .help = "show under each file what differs in it, as diff -u does",
      .detail =
          "Of text the lines; of JSON and XML with more than one member or tag in a line both "
          "are laid out first; of programs and libraries the strings that differ; of all else "
          "the bytes from the first that differs on. In every form of report. See PATCHES.",
      AT(patch),
  },
  {
      .name = "patch-lines",
      .kind = FLAG_COUNT,
      .value = "N",
      .fallback = "200",
      .help = "with --patch, show at most so many lines of each file; 0: all",
      AT(patch_lines),
  },
  {
      .name = "packages",
      .kind = FLAG_BOOL,
      .help = "say which packages differ: of Debian, Alpine, RPM, Python, Node.js, Java, Go",
      .detail =
          "Below the table, as package managers' own files tell: added, removed, or in another "
          "version. The summary, Markdown and JSON tell it without this flag, too, where such "
          "files differ.",
      AT(packages),
  },
  {
      .name = "suggest-policy",
      .kind = FLAG_PATH,
      .value = "FILE",
      .optional = "-",
      .help = "write a policy that accepts what differs for a known cause",
      .detail =
          "To FILE, or, without one, to standard output in place of the table. Its rules have "
          "reasons, and are to be read before they are used: see POLICY. The same as "
          "--output policy=FILE.",
      AT(suggest_policy),
  },
  {
      .name = "verdict",
      .kind = FLAG_BOOL,
      .help = "print the verdict alone: identical, semantic, effective, "
              "equivalent or different",
      .detail = "In one word, in place of the table; see VERDICT.",
      AT(verdict),
  },
  {
      .name = "require",
      .kind = FLAG_CHOICE,
      .value = "VERDICT",
      .choices = "none|identical|semantic|effective|equivalent",
      .fallback = "none",
      .help = "exit with status 0 if the verdict is this one or a stronger one",
      .detail = "Otherwise with 1, whatever the other flags leave out. With none, the status is 0 "
                "if nothing is different under the given flags. equivalent looks into files as "
                "--inside does.",
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
      .detail = "DIR is made if it is not there; one that holds something and that no report made "
                "is an error. README.md, report.json, input-0 and input-1 in it are replaced; "
                "nothing else is touched. A leading ~/ is the home directory.",
      AT(report_dir),
  },
  {
      .name = "verify",
      .kind = FLAG_BOOL,
      .help = "read and check blobs even where their digests are equal",
      AT(verify),
  },
  PULL_FLAG(offsetof(struct diff_flags, process.pull)),
  NO_CACHE_FLAG(offsetof(struct diff_flags, process.no_cache)),
  PLACE_FLAGS(struct diff_flags),
  TIMEOUT_FLAG(offsetof(struct diff_flags, process.timeout)),
  MEMORY_LIMIT_FLAG(offsetof(struct diff_flags, process.memory_limit)),
  FOREIGN_URLS_FLAG(struct diff_flags),
  MAX_SCALE_FLAG(offsetof(struct diff_flags, process.max_scale)),
  SANDBOX_FLAG(offsetof(struct diff_flags, process.sandbox)),
};

/* What is recommended stands first. */
static const struct flag_section sections[] = {
  { "What counts (recommended: --semantic for a rebuild, --effective for a release)",
    "semantic|effective|inside|verify" },
  { "The answer", "verdict|require|explain|patch|patch-lines" },
  { "How it is told", "output|verbose|sort|no-fold|color|packages|report-file|report-dir|quiet" },
  { "Which images",
    "platform|all-platforms|attestations|referrers|pull|no-cache|cache-limit|foreign-urls" },
  { "What is left out",
    "ignore|ignore-fields|accept|suggest-policy|ignore-file|policy|no-policy|trust-local-policy" },
  { "What is left out, kind by kind (--semantic has all --ignore-... of these)",
    "ignore-timestamps|ignore-file-timestamps|ignore-file-mtime|ignore-file-atime|"
    "ignore-file-ctime|ignore-image-timestamps|ignore-history|ignore-file-order|"
    "ignore-file-meta-format|ignore-file-mode-redundant-bits|ignore-image-name|ignore-tar-format|"
    "treat-canonical-paths-equal|extra-ignore-files|extra-ignore-file-content|"
    "extra-ignore-file-permissions|extra-ignore-file-mode|extra-ignore-layer-length-mismatch" },
  { "Registries", "plain-http|insecure|ca-file" },
  { "Limits", "timeout|memory-limit|max-scale|sandbox" },
};

static const struct example examples[] = {
  { "diff --effective docker://app:dev registry.example.com/app:1.2",
    "an image in Docker and one in a registry: would a container see a difference?" },
  { "diff --semantic --explain --report-dir=report ./old.tar ./new.tar",
    "why is each difference there? And both sides of what differs, as files" },
  { "diff --require=effective --quiet IMAGE0 IMAGE1",
    "in CI: status 0 if a container would see the same" },
};

const struct command command_diff = {
  .name = "diff",
  .arguments = "IMAGE0 IMAGE1",
  .summary = "Compare two images",
  .detail = "An IMAGE is NAME[:TAG][@DIGEST], in the store or its registry, docker://NAME, "
            "podman://NAME or nerdctl://NAME, of that engine, containerd://NAME, oci:DIR[:REF], "
            "oci-archive:FILE[:REF], docker-archive:FILE[:REF], dir:DIR, "
            "rootfs-archive:FILE or rootfs:DIR, a root file system, or a path that begins with /, "
            "./, ../ or ~/. Archives may be compressed. REF is an image "
            "name, a tag or a digest, needed only where there are several. "
            "The exit status is 0 if the images are equal, 1 if they differ, 2 after an error.",
  .min_arguments = 2,
  .max_arguments = 2,
  .completion = COMPLETE_IMAGES,
  .argument_words = "images",
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .sections = sections,
  .n_sections = ARRAY_LEN(sections),
  .examples = examples,
  .n_examples = ARRAY_LEN(examples),
  .options_size = sizeof(struct diff_flags),
  .run = diff_command,
};

static void add_ignored_files(struct diff_options *options, size_t *cap, const char *list)
{
  struct str *names = (struct str *)options->ignored_files;

  for (;;) {
    const size_t len = strcspn(list, ",");

    names = xgrow(names, options->n_ignored_files, cap, sizeof(*names));
    if (len)
      names[options->n_ignored_files++] = (struct str) { list, len };
    if (!list[len])
      break;
    list += len + 1;
  }
  options->ignored_files = names;
}

void diff_flags_ignore(const struct diff_flags *given, struct diff_options *options)
{
  uint32_t set = given->effective == TOGGLE_ON ? IGNORE_SEMANTIC : 0;
  size_t cap = 0;

  for (unsigned number = 0; number < N_IGNORE_FLAGS; number++)
    if (given->ignore[number] == TOGGLE_ON)
      set |= (uint32_t)1 << number;
  options->ignore = ignore_implied(set);
  /* --semantic turns every ignore flag on, whatever else is said. */
  options->compare_root_name = given->ignore[IGNORE_NUMBER_IMAGE_NAME] == TOGGLE_OFF &&
                               given->ignore[IGNORE_NUMBER_SEMANTIC] != TOGGLE_ON;
  for (size_t i = 0; i < given->extra_ignore_files.n; i++)
    add_ignored_files(options, &cap, given->extra_ignore_files.items[i]);
}
