#include "report/report.h"

void report_tell(struct report *report, const struct report_about *about)
{
  if (report)
    report->about = about;
}

bool report_has_platforms(const struct report_about *about)
{
  const struct event_roots *roots = about ? about->roots : NULL;

  return roots && (roots->n_platforms[0] > 1 || roots->n_platforms[1] > 1);
}

void report_event(struct report *report, const struct event *event)
{
  report->ops->event(report, event);
}

int report_finish(struct report *report, struct error *err)
{
  return report->ops->finish(report, err);
}

void report_free(struct report *report)
{
  if (report)
    report->ops->free(report);
}
