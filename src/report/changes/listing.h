/* A report that is written from the list of changes when the comparison is over: what the formats
 * for people and for other programs share. Private to src/report. */
#ifndef DIFFOCI_REPORT_CHANGES_LISTING_H
#define DIFFOCI_REPORT_CHANGES_LISTING_H

#include "report/changes/changes.h"
#include "report/explain/explain.h"
#include "report/output.h"
#include "report/report.h"
#include "report/writer.h"

struct listing {
  struct report report; /* first */
  char *path;           /* a file, or "-" for standard output */
  struct output_style style;
  struct changes changes; /* sorted by weight when it is written */
  size_t shown;           /* how many of the items are no consequences; they come first */
  void (*write)(const struct listing *listing, struct writer *writer);
};

/* keep and memory: as for changes_init. write is called once, with the changes sorted; it looks at
 * no error, since the writer keeps the first one. */
struct report *listing_new(const char *path, const struct output_style *style, size_t keep,
                           struct budget *memory,
                           void (*write)(const struct listing *listing, struct writer *writer));

/* The causes of a change, as far as they were looked for; n 0: none is known. own: room for one,
 * which what is returned may point to. about NULL: nothing is known. */
struct explanation change_causes(const struct report_about *about, const struct change *change,
                                 struct explain_found *own);
struct explanation listing_causes(const struct listing *listing, const struct change *change,
                                  struct explain_found *own);

#endif
