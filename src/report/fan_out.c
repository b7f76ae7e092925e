#include "report/fan_out.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/budget.h"
#include "packages/go.h"
#include "report/outfile.h"
#include "report/packages/find.h"

static void tell(void *context, const struct event *event)
{
  struct fan_out *out = context;

  out->any_told = true;
  for (size_t i = 0; i < out->n_reports; i++)
    report_event(out->reports[i], event);
}

/* Takes what explain and accept have come to take since. */
static void fan_out_take(struct fan_out *out)
{
  const uint64_t now =
      (out->explain ? explain_memory(out->explain) : 0) + accept_memory(&out->accept);

  if (now <= out->taken)
    return;
  out->over = !budget_take(out->memory, now - out->taken);
  if (!out->over)
    out->taken = now;
}

static void fan_out_event(struct event_sink *sink, const struct event *event)
{
  struct fan_out *out = (struct fan_out *)sink;
  struct event explained = *event;

  out->any = true;
  out->hinted = out->hinted || (out->wants_packages && packages_hinted_by(event));
  if (out->explain && !out->over)
    explained.explanation = explain_event(out->explain, event);
  if (out->patches && !event->beside)
    explained.patch_number = patches_event(out->patches, event);
  if (policy_has_causes(out->about.policy) && !out->over)
    accept_keep(&out->accept, &explained);
  else
    tell(out, &explained);
  if (!out->over)
    fan_out_take(out);
}

static void fan_out_begun(struct event_sink *sink, const struct event_roots *roots)
{
  ((struct fan_out *)sink)->about.roots = roots;
}

static void fan_out_settled(struct event_sink *sink, const char *context)
{
  struct fan_out *out = (struct fan_out *)sink;

  if (policy_has_causes(out->about.policy))
    return;
  for (size_t i = 0; i < out->n_reports; i++) {
    if (out->reports[i]->ops->settled && out->reports[i]->ops->settled(out->reports[i], context))
      out->streamed = true;
  }
}

/* Looking for causes takes time, and contents; so do patches. Whose program it is that differs its
 * beginning tells. */
static void want_contents(struct fan_out *out, bool causes, const struct diff_options *options,
                          struct later *later)
{
  if (causes || options->patch)
    out->sink.wants_head_bytes = CAUSE_CONTENT_BYTES;
  else if (out->wants_packages)
    out->sink.wants_head_bytes = PACKAGE_PROGRAM_HEAD;
  out->sink.weighs_order = causes;
  out->explain = causes ? explain_new(later) : NULL;
  out->about.explain = out->explain;
  out->patches = options->patch ? patches_new(options, later) : NULL;
  out->about.patches = out->patches;
}

static void add_report(struct fan_out *out, struct report *report, bool to_stdout)
{
  report_tell(report, &out->about);
  out->sink.wants_content_digests |= report->ops->wants_content_digests;
  out->to_stdout[out->n_reports] = to_stdout;
  out->reports[out->n_reports++] = report;
}

/* A file by what holds it, as far as there is something to hold: itself where it is there, else its
 * directory and its name in that. */
struct place {
  struct stat status; /* of the file or the directory */
  const char *name;   /* "": it is the file */
};

/* false: there is no saying, or it is one that many may write to, as a pipe. */
static bool place_of(const char *path, struct place *out)
{
  const char *slash = strrchr(path, '/');
  AUTO_FREE char *directory = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");

  *out = (struct place) { .name = "" };
  if (strcmp(path, "-") == 0)
    return false;
  if (stat(path, &out->status) == 0)
    return S_ISREG(out->status.st_mode);
  out->name = slash ? slash + 1 : path;
  return stat(directory, &out->status) == 0;
}

/* Whether two reports would be one file, the second instead of the first. */
static bool fan_out_is_same(const char *path, const char *other)
{
  struct place a;
  struct place b;

  return place_of(path, &a) && place_of(other, &b) && a.status.st_dev == b.status.st_dev &&
         a.status.st_ino == b.status.st_ino && strcmp(a.name, b.name) == 0;
}

static int fan_out_check_twice(const struct fan_out_wanted *wanted, struct error *err)
{
  for (size_t i = 0; i < wanted->n_outputs; i++)
    for (size_t j = 0; j < i; j++)
      if (fan_out_is_same(wanted->outputs[i].path, wanted->outputs[j].path))
        return error_set(err, ERROR_USAGE, "two reports are to go to one file, %s: %s and %s",
                         wanted->outputs[i].path, wanted->outputs[j].format->name,
                         wanted->outputs[i].format->name);
  return 0;
}

int fan_out_check(const struct fan_out_wanted *wanted, struct error *err)
{
  if (fan_out_check_twice(wanted, err))
    return -1;
  for (size_t i = 0; i < wanted->n_outputs; i++)
    if (outfile_check(wanted->outputs[i].path, err))
      return error_wrap(err, "cannot write the report");
  return wanted->report_dir && report_dir_check(wanted->report_dir, err)
             ? error_wrap(err, "flag --report-dir")
             : 0;
}

void fan_out_init(struct fan_out *out, const struct fan_out_wanted *wanted,
                  const struct diff_options *options, struct later *later)
{
  bool causes = wanted->explain || wanted->report_dir || policy_has_causes(options->policy);

  *out = (struct fan_out) {
    .memory = options->limits->memory,
    .sink = { .event = fan_out_event, .begun = fan_out_begun, .settled = fan_out_settled },
    .about = { .policy = options->policy,
               .with_causes = wanted->explain,
               .with_packages = wanted->packages,
               .run = wanted->run,
               .with_dir = wanted->report_dir != NULL },
    .tells_verdict = wanted->report_dir != NULL,
  };
  for (int to_stdout = 0; to_stdout < 2; to_stdout++) {
    struct output_style style = wanted->style;

    style.colour = to_stdout ? style.colour : style.file_colour;
    for (size_t i = 0; i < wanted->n_outputs; i++) {
      const struct output_format *format = wanted->outputs[i].format;

      if ((strcmp(wanted->outputs[i].path, "-") == 0) != to_stdout)
        continue;
      causes = causes || format->causes;
      out->wants_packages = out->wants_packages || format->packages;
      out->tells_verdict = out->tells_verdict || format->tells_verdict;
      if (to_stdout && strcmp(format->name, "summary") == 0)
        out->summary_on_stdout = true;
      add_report(out, format->make(wanted->outputs[i].path, options, &style), to_stdout);
    }
    if (!to_stdout && wanted->report_dir)
      add_report(out, report_dir_new(wanted->report_dir, options), false);
  }
  out->wants_packages = out->wants_packages || wanted->packages;
  want_contents(out, causes, options, later);
}

void fan_out_gather(struct fan_out *out)
{
  if (out->explain)
    explain_gather(out->explain);
}

void fan_out_settle(struct fan_out *out, const struct diff_options *options)
{
  if (out->settled)
    return;
  out->settled = true;
  if (out->explain)
    explain_settle(out->explain, options);
  if (policy_has_causes(out->about.policy))
    out->about.accepted = accept_settle(&out->accept, out->about.policy, out->explain, tell, out);
}

int fan_out_finish(struct fan_out *out, const struct diff_options *options,
                   bool (*failed)(const struct error *err, bool to_stdout))
{
  int result = 0;
  struct error err;

  fan_out_settle(out, options);
  if (out->over) {
    budget_error(out->memory, "the causes of the differences", &err);
    if (failed(&err, false))
      result = -1;
  }
  if (out->wants_packages && (out->hinted || (out->about.with_packages && out->any)) &&
      packages_find(&out->packages, options))
    out->about.packages = &out->packages;
  for (size_t i = 0; i < out->n_reports; i++) {
    if (out->to_stdout[i] && out->before_stdout && !out->reports[i]->ops->settled)
      out->before_stdout(out->before_context);
    if (report_finish(out->reports[i], &err) && failed(&err, out->to_stdout[i]))
      result = -1;
  }
  if (out->patches && patches_check(out->patches, &err)) {
    failed(&err, false);
    result = -1;
  }
  return result;
}

void fan_out_release(struct fan_out *out)
{
  for (size_t i = 0; i < out->n_reports; i++)
    report_free(out->reports[i]);
  explain_free(out->explain);
  patches_free(out->patches);
  accept_release(&out->accept);
  budget_give(out->memory, out->taken);
  package_changes_release(&out->packages);
  *out = (struct fan_out) { .any = out->any };
}
