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

struct explanation change_causes(const struct report_about *about, const struct change *change,
                                 struct explain_found *own)
{
  const struct explain *explain = about ? about->explain : NULL;
  const enum cause_evidence evidence = (enum cause_evidence)change->own_evidence;
  bool proven;

  if (!explain || !change->has_own_cause)
    return explain_told(explain, change->explanation);
  if (!change->own_cause)
    return (struct explanation) { .left = "" };
  *own = (struct explain_found) {
    .cause = change->own_cause,
    .evidence = evidence,
    .strength = cause_strength_of(evidence),
    .harmless = cause_is_harmless(change->own_cause),
  };
  proven = own->strength == CAUSE_PROVEN;
  return (struct explanation) {
    .found = own, .n = 1, .left = "", .proven = proven, .harmless = proven && own->harmless
  };
}

struct explanation listing_causes(const struct listing *listing, const struct change *change,
                                  struct explain_found *own)
{
  return change_causes(listing->report.about, change, own);
}
