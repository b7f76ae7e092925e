#include "report/fan_out.h"
#include "report/outfile.h"
#include "report/packages/find.h"

#include <string.h>

static void tell(void *context, const struct event *event)
{
  struct fan_out *out = context;

  out->any_told = true;
  for (size_t i = 0; i < out->n_reports; i++)
    report_event(out->reports[i], event);
}

static void fan_out_event(struct event_sink *sink, const struct event *event)
{
  struct fan_out *out = (struct fan_out *)sink;
  struct event explained = *event;

  out->any = true;
  out->hinted = out->hinted || (out->wants_packages && packages_hinted_by(event));
  if (out->explain)
    explained.explanation = explain_event(out->explain, event);
  if (out->patches)
    explained.patch_number = patches_event(out->patches, event);
  if (policy_has_causes(out->about.policy))
    accept_keep(&out->accept, &explained);
  else
    tell(out, &explained);
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

/* Looking for causes takes time, and contents; so do patches. */
static void want_contents(struct fan_out *out, bool causes, const struct diff_options *options,
                          struct later *later)
{
  if (causes || options->patch)
    out->sink.wants_head_bytes = CAUSE_CONTENT_BYTES;
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

int fan_out_check(const struct fan_out_wanted *wanted, struct error *err)
{
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
    .sink = { .event = fan_out_event, .begun = fan_out_begun, .settled = fan_out_settled },
    .about = { .policy = options->policy,
               .with_causes = wanted->explain,
               .with_packages = wanted->packages,
               .run = wanted->run,
               .with_dir = wanted->report_dir != NULL },
    .tells_verdict = wanted->report_dir != NULL,
  };
  for (int to_stdout = 0; to_stdout < 2; to_stdout++) {
    for (size_t i = 0; i < wanted->n_outputs; i++) {
      const struct output_format *format = wanted->outputs[i].format;

      if ((strcmp(wanted->outputs[i].path, "-") == 0) != to_stdout)
        continue;
      causes = causes || format->causes;
      out->wants_packages = out->wants_packages || format->packages;
      out->tells_verdict = out->tells_verdict || format->tells_verdict;
      if (to_stdout && strcmp(format->name, "summary") == 0)
        out->summary_on_stdout = true;
      add_report(out, format->make(wanted->outputs[i].path, options, &wanted->style), to_stdout);
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
  package_changes_release(&out->packages);
  *out = (struct fan_out) { .any = out->any };
}
