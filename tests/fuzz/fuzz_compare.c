/* Two whole images, a and b, of a layout that the input makes (tests/fuzz/tree_maker.h), compared
 * as `diff` compares them, with causes, a policy and reports. Whatever they are: b with a comes to
 * the same verdict as a with b, an image is never different from itself, and each way to ask comes
 * to the verdict that the others come to, and finds differences where it says so.
 *
 * Other parts of the input: "policy" (a policy file), "platform", "scale" (of the limits), and
 * "options": effective, semantic, verify, names, referrers, attestations, patch, packages; reports
 * (more of them), dir (the report directory), there (which another process writes), earlier, mine
 * (what is there before); little (memory); swapped, itself, modes (what is held against it). */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/dir_writer.h"
#include "../common/sections.h"
#include "base/alloc.h"
#include "base/budget.h"
#include "base/log.h"
#include "diff/kept.h"
#include "diff/later.h"
#include "diff/verdict/verdict.h"
#include "layer/totals.h"
#include "policy/policy.h"
#include "report/fan_out.h"
#include "source/open.h"
#include "tree_maker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LONGEST = 64 * 1024 };

static char home[] = "/dev/shm/fuzz-compare-XXXXXX";
static char *files;

static void remove_home(void)
{
  tree_remove(home);
  rmdir(home);
}

static void set_up(void)
{
  if (!mkdtemp(home) || atexit(remove_home))
    abort();
  files = xasprintf("%s/files", home);
  if (mkdir(files, 0700))
    abort();
  setenv("TMPDIR", home, 1);
  setenv("HOME", home, 1);
  log_enable_debug(getenv("DIFFOCI_FUZZ_DEBUG") != NULL);
}

static bool has(struct str options, const char *word)
{
  return options.ptr && memmem(options.ptr, options.len, word, strlen(word));
}

static bool report_failed(const struct error *err, bool to_stdout)
{
  if (!err->message[0] || to_stdout)
    abort();
  return true;
}

struct run {
  struct str words;
  struct diff_options options;
  struct fan_out_wanted wanted;
  struct verdict verdict;
  bool failed, any, warned;
};

static void want_reports(struct run *run, const char *report)
{
  static const char *const formats[] = {
    "verbose", "json", "summary", "markdown", "html", "sarif"
  };

  run->wanted =
      (struct fan_out_wanted) { .explain = true, .packages = has(run->words, "packages") };
  if (has(run->words, "dir"))
    run->wanted.report_dir = report;
  for (size_t i = 0; i < (has(run->words, "reports") ? ARRAY_LEN(formats) : 2); i++) {
    run->wanted.outputs[i].format = output_format_named(str_of(formats[i]));
    run->wanted.outputs[i].path = "/dev/null";
    run->wanted.n_outputs++;
  }
}

static void compare_opened(struct run *run)
{
  struct later *later = later_new(&run->options);
  struct fan_out out = { 0 };
  struct error err = { 0 };
  struct diff *diff;

  fan_out_init(&out, &run->wanted, &run->options, later);
  run->options.sink = &out.sink;
  run->options.kept = kept_new(run->options.limits->memory, 0);
  diff = diff_run(&run->options, &run->failed, &err);
  if (!diff || run->failed) {
    run->failed = true;
    if (!err.message[0])
      abort();
  }
  if (diff) {
    run->any = out.any;
    fan_out_gather(&out);
    later_read(later);
    fan_out_settle(&out, &run->options);
    diff_verdict(diff, run->failed, VERDICT_FETCHES, &run->verdict);
    out.about.verdict = &run->verdict;
    out.about.notices = diff_notices(diff, &out.about.n_notices);
    for (size_t i = 0; i < out.about.n_notices; i++)
      run->warned = run->warned || out.about.notices[i].is_warning;
    out.about.failure = run->failed ? err.message : NULL;
    (void)!fan_out_finish(&out, &run->options, report_failed);
  }
  fan_out_release(&out);
  later_free(later);
  diff_free(diff);
  kept_free(run->options.kept);
  run->options.kept = NULL;
  run->options.sink = NULL; /* it ends here */
}

static struct source *open_image(const char *ref, const struct source_options *options)
{
  AUTO_FREE char *text = xasprintf("oci:%s:%s", files, ref);
  CLEANUP(argument_release) struct argument argument = { 0 };
  struct error err = { 0 };

  return argument_parse(&argument, text, &err) < 0 ? NULL : source_open(&argument, options, &err);
}

/* Makes what is at the report's place already: somebody's own file, or what an earlier report left.
 */
static void prepare(struct str words, const char *report)
{
  static const char earlier[] =
      "%% file .diffoci-report\n\n%% file README.md\nx\n%% file input-0/a/b\nx\n"
      "%% dir report.json\n\n%% link input-1\n..\n%% file own\nx\n";
  const bool is_mine = has(words, "mine");

  if (!is_mine && !has(words, "earlier"))
    return;
  if (mkdir(report, 0700))
    abort();
  tree_make(is_mine ? STR("%% file README.md\nmine\n")
                    : (struct str) { earlier, sizeof(earlier) - 1 },
            report);
}

/* What a comparison came to; VERDICT_UNKNOWN where it could not be made, or not to its end. */
struct outcome {
  enum verdict_level level;
  bool any;    /* there were differences */
  bool hidden; /* as in struct verdict */
  bool warned; /* of an image that contradicts itself, or that no engine unpacks */
};

enum mode { AS_ASKED, STRICT, SEMANTIC, EFFECTIVE };

static struct diff_options options_for(struct str words, enum mode mode)
{
  const bool effective = mode == EFFECTIVE || (mode == AS_ASKED && has(words, "effective"));
  const bool semantic =
      effective || mode == SEMANTIC || (mode == AS_ASKED && has(words, "semantic"));

  return (struct diff_options) {
    .ignore = semantic ? IGNORE_ALL_SEMANTIC : 0,
    .effective = effective,
    .compare_root_name = mode == AS_ASKED && has(words, "names"),
    .verify = has(words, "verify"),
    .referrers = mode == AS_ASKED && has(words, "referrers"),
    .attestations = mode == AS_ASKED && has(words, "attestations"),
    .patch = mode == AS_ASKED && has(words, "patch"),
    .verdict = true,
    .threads = 1,
  };
}

/* Opens both images and compares them, with the reports that are wanted. */
static void compare_images(struct run *run, const char *a, const char *b, enum mode mode)
{
  const struct source_options source_options = { .limits = run->options.limits };
  AUTO_FREE char *report = xasprintf("%s/report", home);
  const bool there = mode == AS_ASKED && has(run->words, "there");
  struct dir_writer writer = { .directory = -1 };

  run->options.sources[0] = open_image(a, &source_options);
  run->options.sources[1] = open_image(b, &source_options);
  if (mode == AS_ASKED) {
    want_reports(run, report);
    prepare(run->words, report);
  }
  if (there) {
    /* It opens no files itself, so there are no other reports. */
    run->wanted.n_outputs = 0;
    dir_writer_start(&writer);
  }
  if (run->options.sources[0] && run->options.sources[1])
    compare_opened(run);
  else
    run->failed = true;
  if (there)
    dir_writer_stop(&writer);
  source_free(run->options.sources[0]);
  source_free(run->options.sources[1]);
  if (access(report, F_OK) == 0)
    tree_remove(report);
  rmdir(report);
}

static struct outcome compare(struct str input, const char *a, const char *b, enum mode mode)
{
  const struct str platform = section_trim(section_find(input, STR("platform")));
  const struct str rules = section_find(input, STR("policy"));
  AUTO_FREE char *scale_text = str_dup(section_trim(section_find(input, STR("scale"))));
  const double scale = *scale_text ? MAX_OF(strtod(scale_text, NULL), 1e-9) : 1;
  AUTO_POLICY policy = policy_new();
  struct run run = { .words = section_find(input, STR("options")) };
  struct limits limits = limits_scaled(scale);
  struct totals totals = totals_scaled(scale);
  struct budget memory = BUDGET_INIT((uint64_t)(has(run.words, "little") ? 256 : 64 * 1024) * 1024);
  struct error err = { 0 };

  limits.memory = &memory;
  limits.totals = &totals;
  totals_set_timeout(&totals, 60);
  run.options = options_for(run.words, mode);
  run.options.policy = policy;
  run.options.limits = &limits;
  run.options.platforms.all = !platform.len;
  if (platform.len)
    (void)!platform_set_add(&run.options.platforms, platform, &err);
  run.options.platforms_given = platform.len > 0;
  if (rules.len && policy_read_yaml(policy, rules, "policy", &err) < 0)
    run.failed = true;
  else
    compare_images(&run, a, b, mode);
  platform_set_release(&run.options.platforms);
  return run.failed
             ? (struct outcome) { VERDICT_UNKNOWN, true, false, true }
             : (struct outcome) { run.verdict.level, run.any, run.verdict.hidden, run.warned };
}

/* The verdict does not depend on what was asked, and is what the questions say. */
static void check_modes(struct str input)
{
  const struct outcome semantic = compare(input, "a", "b", SEMANTIC);
  const struct outcome effective = compare(input, "a", "b", EFFECTIVE);
  const struct outcome outcomes[] = { compare(input, "a", "b", STRICT), semantic, effective };

  for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
    const enum verdict_level level = outcomes[i].level;

    log_debug("%zu: %s, differences: %d, of semantic %d, of effective %d", i, verdict_name(level),
              outcomes[i].any, semantic.any, effective.any);
    if (level == VERDICT_UNKNOWN || semantic.level == VERDICT_UNKNOWN ||
        effective.level == VERDICT_UNKNOWN)
      return;
    if (level >= VERDICT_SEMANTIC && semantic.any)
      abort();
    if (level == VERDICT_IDENTICAL && i == 0 && outcomes[i].any)
      abort();
    /* What no engine unpacks makes no tree; that is not always looked for. */
    if (effective.warned || outcomes[i].warned)
      continue;
    if (level != semantic.level || (level >= VERDICT_EFFECTIVE ? effective.any : !effective.any))
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str input = { (const char *)data, size };
  const struct str words = section_find(input, STR("options"));
  enum verdict_level level;

  if (size > LONGEST)
    return 0;
  if (!files)
    set_up();
  tree_make(input, files);
  level = compare(input, "a", "b", AS_ASKED).level;
  if (has(words, "swapped")) {
    const enum verdict_level swapped = compare(input, "b", "a", AS_ASKED).level;

    if (level != swapped && level != VERDICT_UNKNOWN && swapped != VERDICT_UNKNOWN)
      abort();
  }
  if (has(words, "itself")) {
    const enum verdict_level itself = compare(input, "a", "a", AS_ASKED).level;

    if (itself != VERDICT_IDENTICAL && itself != VERDICT_UNKNOWN)
      abort();
  }
  if (has(words, "modes") && !section_find(input, STR("policy")).len)
    check_modes(input);
  tree_remove(files);
  return 0;
}
