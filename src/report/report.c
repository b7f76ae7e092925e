#include "report/report.h"

void report_tell(struct report *report, const struct report_about *about)
{
  if (report)
    report->about = about;
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
