#include "diff/diff.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/budget.h"
#include "base/escape.h"
#include "cli/diff_flags.h"
#include "cli/diff_outputs.h"
#include "cli/process.h"
#include "cli/terminal.h"
#include "cli/verdict_line.h"
#include "diff/inside/inside.h"
#include "diff/inside/inside_worker.h"
#include "diff/kept.h"
#include "diff/later.h"
#include "layer/totals.h"
#include "policy/causes.h"
#include "report/fan_out.h"
#include "source/engine/engine.h"

/* A reader of standard output that went away has what it wanted. */
static bool report_failed(const struct error *err, bool to_stdout)
{
  if (to_stdout && err->sys == EPIPE)
    return false;
  cli_print_error(err);
  return true;
}

/* Whether the answer is a verdict: then it is worked out, whatever that costs. */
static bool thorough(const struct diff_flags *given)
{
  return given->verdict == TOGGLE_ON || given->require != REQUIRE_NONE;
}

static enum verdict_effort effort_of(const struct diff_flags *given, const struct fan_out *out)
{
  if (thorough(given))
    return VERDICT_FETCHES;
  return out->tells_verdict ? VERDICT_READS : VERDICT_READS_LITTLE;
}

/* What is to be known beside what differs. */
static void show_notices(const struct report_about *about, bool quiet)
{
  for (size_t i = 0; i < about->n_notices; i++) {
    const struct diff_notice *notice = &about->notices[i];
    AUTO_BUF line = BUF_INIT(INT_MAX);

    if (quiet && !notice->is_warning)
      continue;
    escape_terminal(&line, str_of(notice->text));
    fprintf(stderr, "diffoci: %s%s\n", notice->is_warning ? "warning: " : "", line.ptr);
  }
}

/* Files that are equal inside are no difference to a container's user either: a verdict between
 * "different" and "effective". Where differences remain under --semantic, and nobody asks for a
 * verdict, the images are not compared a second time for it. */
static void look_for_equivalent(const struct diff_flags *given, const struct diff_options *options,
                                const struct fan_out *out, struct inside *inside,
                                struct verdict *verdict)
{
  const bool counts_more =
      !options->effective && (options->ignore & IGNORE_ALL_SEMANTIC) != IGNORE_ALL_SEMANTIC;
  struct error err;
  int answer;

  if (verdict->level != VERDICT_DIFFERENT || (out->any && !thorough(given) && !counts_more))
    return;
  answer = inside_is_equivalent(inside, &err);
  if (answer > 0) {
    verdict->level = VERDICT_EQUIVALENT;
    verdict->hidden = false;
  } else if (answer < 0 && verdict->open == VERDICT_UNKNOWN) {
    verdict->open = VERDICT_EQUIVALENT;
    snprintf(verdict->why, sizeof(verdict->why), "%s", err.message);
  }
}

/* "12 files are equal inside" */
static void inside_summary(const struct inside *inside)
{
  size_t n;

  (void)inside_equals(inside, &n);
  if (n)
    fprintf(stderr, "diffoci: %zu file%s equal inside\n", n, n == 1 ? " is" : "s are");
}

static void start_pager(void *context)
{
  const struct worker_user *user = context;

  user->page(user->context, true);
}

/* Writes the reports, those for standard output into a pager where that is wanted. */
static bool write_reports(struct fan_out *out, const struct diff_options *options,
                          const struct worker_user *user, bool paged)
{
  bool written;

  if (paged) {
    out->before_stdout = start_pager;
    out->before_context = (void *)(uintptr_t)user;
  }
  written = fan_out_finish(out, options, report_failed) == 0;
  if (paged)
    user->page(user->context, false);
  return written;
}

/* What compares, in whatever process. */
struct diff_run {
  const struct diff_flags *given;
  const struct fan_out_wanted *wanted;
  struct diff_options *options; /* all but the sources */
  bool paged;
};

/* Writes the reports and says the verdict. Returns the exit status, or -1. */
static int conclude(struct fan_out *out, const struct diff_run *run, const struct worker_user *user,
                    struct inside *inside, struct diff *diff, bool failed, struct error *err)
{
  const struct diff_flags *given = run->given;
  const struct diff_options *options = run->options;
  const bool quiet = given->places.quiet == TOGGLE_ON;
  struct verdict verdict = { 0 };
  int status;
  bool trouble;

  fan_out_settle(out, options);
  status = out->any_told ? EXIT_DIFFERENT : EXIT_SAME;
  if (options->verdict) {
    diff_verdict(diff, failed, effort_of(given, out), &verdict);
    if (inside && !failed)
      look_for_equivalent(given, options, out, inside, &verdict);
    verdict.beside = verdict.level == VERDICT_IDENTICAL && out->any_told;
    verdict.accepted = out->about.accepted && !out->any_told;
    out->about.verdict = &verdict;
  }
  if (failed)
    status = -1;
  else if (given->require != REQUIRE_NONE)
    status = verdict_status(&verdict, (enum require)given->require, err);
  else if (given->verdict == TOGGLE_ON && verdict.level == VERDICT_IDENTICAL)
    status = EXIT_SAME; /* the word is the answer, though names may differ beside it */
  out->about.passed = status == EXIT_SAME;
  user->quiet(user->context);
  if (inside && !quiet)
    inside_summary(inside);
  out->about.inside = inside;
  policy_flags_summary(options->policy, quiet);
  out->about.notices = diff_notices(diff, &out->about.n_notices);
  out->about.failure = failed ? err->message : NULL;
  show_notices(&out->about, quiet);
  trouble = !write_reports(out, options, user, run->paged);
  out->about.verdict = NULL;
  out->about.failure = NULL;
  if (failed)
    return -1;
  if (given->verdict == TOGGLE_ON && verdict_print_word(&verdict, err))
    return -1;
  if ((given->verdict != TOGGLE_ON || verdict.beside) && !quiet && !out->summary_on_stdout)
    verdict_print(&verdict);
  return trouble && status >= 0 ? EXIT_TROUBLE : status;
}

/* Whether a comparison failed since the store's copy of something was damaged, and can be made
 * again now. If the copy is the only one, *err says that instead. */
static bool mended(const struct diff_options *options, struct error *err)
{
  bool again = false;

  if (!source_may_mend(err))
    return false;
  for (int side = 0; side < 2; side++) {
    struct error mend_err;
    int result = source_mend(options->sources[side], &mend_err);

    if (result < 0) {
      *err = mend_err;
      return false;
    }
    again |= result > 0;
  }
  return again;
}

/* *again: whether there may be another try; set to whether there has to be one. */
static int compare_once(const struct diff_run *run, const struct worker_user *user, bool *again,
                        struct error *err)
{
  const struct diff_flags *given = run->given;
  struct diff_options *options = run->options;
  struct later *later = later_new(options);
  struct fan_out out = { 0 };
  struct inside *inside = NULL;
  bool failed = false;
  struct diff *diff;
  int status;

  if (options->sources[0]->is_root || options->sources[1]->is_root) {
    options->effective = true;
    options->ignore |= IGNORE_ALL_SEMANTIC;
  }
  fan_out_init(&out, run->wanted, options, later);
  options->sink = &out.sink;
  if (options->looker || options->patch || out.sink.wants_head_bytes)
    options->kept = kept_new(options->limits->memory,
                             options->looker || options->patch ? 0 : CAUSE_CONTENT_BYTES);
  options->platform_is_required = thorough(given) || policy_has_causes(options->policy);
  options->verdict = thorough(given) || out.tells_verdict || given->places.quiet != TOGGLE_ON;
  if (options->looker) {
    inside = inside_new(options, later);
    options->sink = inside_sink(inside);
  }
  source_engine_pair(options->sources[0], options->sources[1]);
  diff = diff_run(options, &failed, err);
  if (diff) {
    fan_out_gather(&out);
    later_read(later);
    failed = failed || totals_in_time(options->limits->totals, err) < 0;
  }
  *again = (!diff || failed) && mended(options, err) && *again;
  if (*again && out.streamed) {
    *again = false;
    diff_free(diff);
    diff = NULL;
    error_wrap(err, "the store's copy was damaged and is removed (run this again)");
  }
  if (diff && !*again)
    status = conclude(&out, run, user, inside, diff, failed, err);
  else
    status = -1;
  fan_out_release(&out);
  inside_free(inside);
  later_free(later);
  diff_free(diff);
  kept_free(options->kept);
  options->kept = NULL;
  options->sink = NULL; /* it ends here */
  return status;
}

/* A second time where the store's copy of a blob turned out to be damaged: then it is fetched. */
static int diff_compare(void *context, struct source *const *sources,
                        const struct worker_user *user, struct error *err)
{
  const struct diff_run *run = context;
  bool again = true;
  int status;

  for (int side = 0; side < 2; side++)
    run->options->sources[side] = sources[side];
  status = compare_once(run, user, &again, err);
  if (!again)
    return status;
  again = false;
  return compare_once(run, user, &again, err);
}

_Static_assert((int)PROCESS_OUTPUTS_MAX >= (int)FAN_OUT_MAX, "every report has a place");

/* What is written decides what is compared, and what the process has to be let write. */
static void diff_want_outputs(const struct fan_out_wanted *wanted, struct diff_options *options,
                              struct process *process)
{
  for (size_t i = 0; i < wanted->n_outputs; i++) {
    options->never_strict |= wanted->outputs[i].format->as_with_policy;
    process->outputs[process->n_outputs++] = wanted->outputs[i].path;
  }
  process->report_dir = wanted->report_dir;
}

static struct inside_worker *diff_start_looker(const struct diff_flags *given,
                                               const struct process *process, struct error *err)
{
  const struct inside_worker_options options = {
    .max_bytes = process->limits.file_bytes,
    .seconds = MIN_OF(process->limits.inside_seconds, (uint64_t)UINT32_MAX),
    .alone = thorough(given),
    .support = &process->support,
  };

  return inside_worker_start(&options, err);
}

int diff_command(const struct invocation *call, struct error *err)
{
  const struct diff_flags *given = call->options;
  struct process process;
  struct diff_options options = {
    .effective = given->effective == TOGGLE_ON,
    .attestations = given->attestations == TOGGLE_ON,
    .referrers = given->referrers == TOGGLE_ON,
    .verify = given->verify == TOGGLE_ON,
    .patch = given->patch == TOGGLE_ON,
    .patch_lines = given->patch_lines,
    .platforms_given = given->platforms.n > 0,
    .skip_security_xattrs = geteuid() != 0,
    .limits = &process.limits,
  };
  const struct report_run about = {
    .arguments = call->words,
    .n_arguments = call->n_words,
    .inputs = { call->arguments[0], call->arguments[1] },
  };
  struct fan_out_wanted wanted;
  struct diff_run run = {
    .given = given,
    .wanted = &wanted,
    .options = &options,
    .paged = call->globals.no_pager != TOGGLE_ON && terminal_can_page(),
  };
  int status = -1;

  if (diff_outputs(given, &about, &wanted, err) || fan_out_check(&wanted, err))
    return -1;
  process_init(&process, call, &given->process, &given->places);
  process.run = diff_compare;
  process.context = &run;
  process.paged = run.paged;
  if (given->platforms.n || given->all_platforms == TOGGLE_ON)
    process.source_options.platforms = &options.platforms;
  diff_flags_ignore(given, &options);
  diff_want_outputs(&wanted, &options, &process);
  /* The process that looks inside begins before there are threads. */
  if (sandbox_choose((enum sandbox_mode)given->process.sandbox, &process.support, err) == 0 &&
      ((given->inside != TOGGLE_ON && given->require != REQUIRE_EQUIVALENT) ||
       (options.looker = diff_start_looker(given, &process, err))) &&
      cli_platforms(&options.platforms, &given->platforms, given->all_platforms, err) == 0 &&
      policy_flags_read(&given->policy, thorough(given), &options.policy, err) == 0) {
    if (options.looker) {
      process.keep = inside_worker_socket(options.looker);
      process.looker = inside_worker_process(options.looker);
    }
    status = process_run(&process, err);
  }
  process_release(&process);
  platform_set_release(&options.platforms);
  policy_free(options.policy);
  free((void *)options.ignored_files);
  inside_worker_stop(options.looker);
  return status;
}
