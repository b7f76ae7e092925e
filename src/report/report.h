/* Reports: each is an event sink that keeps what it needs and writes when the comparison is over.
 */
#ifndef DIFFOCI_REPORT_REPORT_H
#define DIFFOCI_REPORT_REPORT_H

#include <stdio.h>

#include "base/error.h"
#include "diff/event.h"

struct budget;
struct diff_notice;
struct diff_options;
struct explain;
struct inside;
struct package_changes;
struct patches;
struct policy;
struct report;
struct verdict;

struct report_ops {
  void (*event)(struct report *report, const struct event *event);
  /* Writes the report; called once, also when the comparison failed before its end. */
  int (*finish)(struct report *report, struct error *err);
  void (*free)(struct report *report);
  bool wants_content_digests;
  /* While the comparison runs: as struct event_sink has it. Not called where differences wait for
   * its end: to be looked into, or accepted. Returns whether something was told for good, since it
   * went to a pipe or the like. NULL: the report is written at the end in any case. */
  bool (*settled)(struct report *report, const char *context);
};

/* What was asked for. All is borrowed. */
struct report_run {
  const char *const *arguments; /* the words of the command line, that of the program left out */
  size_t n_arguments;
  const char *inputs[2]; /* the images, as they were given */
};

/* What a report says beyond its events. All is borrowed, and complete when the report is finished;
 * NULL: nothing is said of it. */
struct report_about {
  const struct policy *policy;       /* what was left out, by which rule */
  const struct explain *explain;     /* the causes of events */
  struct patches *patches;           /* what differs in files; NULL: nobody wants to see it */
  const struct verdict *verdict;     /* known when the reports are finished */
  const struct event_roots *roots;   /* known before the first event */
  const struct diff_notice *notices; /* known when the reports are finished */
  size_t n_notices;
  /* The comparison did not come to its end, and why: one line that may hold bytes from images. Its
   * events are those of what could be compared. NULL: it came to its end. */
  const char *failure;
  const struct inside *inside;            /* the files that are equal inside */
  const struct package_changes *packages; /* NULL: not looked into */
  bool with_packages; /* --packages: they are told where that is not always so */
  bool with_causes;   /* --explain: also where not all reports show them */
  uint64_t accepted;  /* differences that are not told, for the policy accepts their causes */
  const struct report_run *run;
  bool with_dir; /* --report-dir: both sides of what differs are written */
  bool passed;   /* the exit status will be 0, unless a report cannot be written */
};

struct report { /* the first member of every report */
  const struct report_ops *ops;
  const struct report_about *about; /* NULL: nothing */
};

/* The table (docs/behaviour.md), written to out at the end, which is not closed; where that is
 * NULL, to path, as report_json_new does. colour: patches have some. memory: what its rows are
 * taken from before they go to a temporary file; borrowed; NULL: no limit. */
struct report *report_table_new(FILE *out, const char *path, bool colour, struct budget *memory);
/* Every event with its fields. All else as for the table. */
struct report *report_verbose_new(FILE *out, const char *path, bool colour, struct budget *memory);
/* The JSON tree (docs/behaviour.md), to a temporary file beside path that replaces it when
 * complete; "-": to standard output. memory: as for the table. */
struct report *report_json_new(const char *path, struct budget *memory);
/* README.md, report.json, input-0/, input-1/ in the directory path. options tell the
 * second pass where to read from; they must live as long as the report. */
struct report *report_dir_new(const char *path, const struct diff_options *options);
/* Whether a report can be written there: makes the directory and marks it as a report's. One that
 * is neither empty nor marked is an error, so that nobody's own files are replaced. */
MUST_CHECK int report_dir_check(const char *path, struct error *err);

/* Removes what an earlier report left in such a directory, which is open; path is its name. */
MUST_CHECK int report_dir_clear(int directory, const char *path, struct error *err);
/* Whether there is nothing to remove. */
bool report_dir_is_clear(int directory);

/* The sockets of the process that writes the report directory: for the files of each side, and for
 * what is about the whole (report/directory/frames.h). */
enum { REPORT_DIR_SOCKETS = 3 };
/* Is that process, which has to have nothing open but the directory and its ends of the sockets:
 * writes what it is told to until the other ends are closed. path: the directory's name. */
void report_dir_serve(int directory, const char *path, const int *sockets);

/* Says what about; it must live as long as the report. NULL allowed for report. Before the first
 * event. */
void report_tell(struct report *report, const struct report_about *about);
/* Whether images of several platforms are compared. NULL for about: no. */
bool report_has_platforms(const struct report_about *about);
void report_event(struct report *report, const struct event *event);
MUST_CHECK int report_finish(struct report *report, struct error *err);
void report_free(struct report *report); /* NULL allowed */

#endif
