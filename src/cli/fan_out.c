#include "cli/fan_out.h"

#include <errno.h>

#include <stdio.h>

#include "cli/cli.h"

static void fan_out_event(struct event_sink *sink, const struct event *event)
{
  struct fan_out *out = (struct fan_out *)sink;
  struct event explained = *event;

  out->any = true;
  if (out->explain)
    explained.explanation = explain_event(out->explain, event);
  for (size_t i = 0; i < N_REPORTS; i++) {
    if (out->reports[i])
      report_event(out->reports[i], &explained);
  }
}

/* Looking for causes takes time, and contents. */
static void want_causes(struct fan_out *out, const struct fan_out_wanted *wanted)
{
  if (!wanted->report_file && !wanted->report_dir && !wanted->verbose && !wanted->explain)
    return;
  out->explain = explain_new();
  out->about.explain = out->explain;
  out->sink.wants_head_bytes = CAUSE_CONTENT_BYTES;
}

void fan_out_init(struct fan_out *out, const struct fan_out_wanted *wanted,
                  const struct diff_options *options)
{
  *out = (struct fan_out) {
    .sink.event = fan_out_event,
    .about = { .policy = options->policy, .with_causes = wanted->explain },
  };
  if (wanted->report_file)
    out->reports[REPORT_FILE] = report_json_new(wanted->report_file);
  if (wanted->report_dir)
    out->reports[REPORT_DIR] = report_dir_new(wanted->report_dir, options);
  if (!wanted->nothing_on_stdout)
    out->reports[REPORT_STDOUT] =
        wanted->verbose ? report_verbose_new(stdout) : report_table_new(stdout);
  want_causes(out, wanted);
  for (size_t i = 0; i < N_REPORTS; i++) {
    report_tell(out->reports[i], &out->about);
    out->sink.wants_content_digests |=
        out->reports[i] && out->reports[i]->ops->wants_content_digests;
  }
}

int fan_out_finish(struct fan_out *out, const struct diff_options *options)
{
  int result = 0;

  if (out->explain)
    explain_look_again(out->explain, options);
  for (size_t i = 0; i < N_REPORTS; i++) {
    struct error err;

    if (!out->reports[i] || report_finish(out->reports[i], &err) == 0)
      continue;
    if (i == REPORT_STDOUT && err.sys == EPIPE) /* the reader of the table has seen enough */
      continue;
    cli_print_error(&err);
    result = -1;
  }
  return result;
}

void fan_out_release(struct fan_out *out)
{
  for (size_t i = 0; i < N_REPORTS; i++)
    report_free(out->reports[i]);
  explain_free(out->explain);
  *out = (struct fan_out) { .any = out->any };
}
