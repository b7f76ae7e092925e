#include "report/changes/listing.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "report/outfile.h"

static void listing_event(struct report *report, const struct event *event)
{
  struct listing *listing = (struct listing *)report;

  listing->changes.tell_platforms = report_has_platforms(report->about);
  changes_add(&listing->changes, event);
}

static int listing_finish(struct report *report, struct error *err)
{
  struct listing *listing = (struct listing *)report;
  struct outfile *file = outfile_open(listing->path, err);

  if (!file)
    return -1;
  listing->shown = changes_sort(&listing->changes, listing->style.order);
  if (changes_check(&listing->changes, err) == 0) {
    listing->write(listing, &file->writer);
    if (changes_check(&listing->changes, err) == 0)
      return outfile_commit(file, err);
  }
  outfile_abandon(file);
  return -1;
}

static void listing_free(struct report *report)
{
  struct listing *listing = (struct listing *)report;

  changes_release(&listing->changes);
  free(listing->path);
  free(listing);
}

static const struct report_ops listing_ops = {
  .event = listing_event,
  .finish = listing_finish,
  .free = listing_free,
};

struct report *listing_new(const char *path, const struct output_style *style, size_t keep,
                           struct budget *memory,
                           void (*write)(const struct listing *listing, struct writer *writer))
{
  struct listing *listing = xmalloc(sizeof(*listing));

  *listing = (struct listing) {
    .report = { .ops = &listing_ops },
    .path = xstrdup(path),
    .style = *style,
    .write = write,
  };
  changes_init(&listing->changes, keep, memory);
  return &listing->report;
}

struct explanation listing_causes(const struct listing *listing, const struct change *change)
{
  const struct report_about *about = listing->report.about;

  return explain_told(about ? about->explain : NULL, change->explanation);
}
