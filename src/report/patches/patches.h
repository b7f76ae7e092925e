/* --patch: what differs in two files, for the reports to show under their rows. */
#ifndef DIFFOCI_REPORT_PATCHES_PATCHES_H
#define DIFFOCI_REPORT_PATCHES_PATCHES_H

#include "diff/later.h"
#include "evidence/patch.h"

struct patches;

/* options->patch_lines says how many lines of one file are shown. later: where contents are asked
 * for that are not at hand whole when their event comes. Both are borrowed. */
struct patches *patches_new(const struct diff_options *options, struct later *later);
void patches_free(struct patches *patches); /* NULL allowed */

/* Finds what differs in the contents of an event's files, or asks for them. Returns what goes to
 * event->patch_number: 0 where there is nothing to show. By one thread at a time. */
unsigned patches_event(struct patches *patches, const struct event *event);

/* Whether it is known already what a number stands for; all are after later_read. patches NULL:
 * yes.
 */
bool patches_is_known(const struct patches *patches, unsigned number);
/* Of all files together, in one report; of those beyond it is said that they are not shown. */
enum { PATCHES_BYTES_MAX = 32 << 20, PATCHES_LINES_MAX = 500000 };

/* What the number of an event stands for. report: anything that no other report has, by which is
 * known how much was shown in it before. text holds what out->text is a view of.
 * False if there is nothing to show. */
bool patches_get(struct patches *patches, const void *report, unsigned number, struct buf *text,
                 struct patch *out);
/* -1 where one could not be kept or read back: ERROR_IO. */
MUST_CHECK int patches_check(const struct patches *patches, struct error *err);

/* A line as it is shown to people. */
enum patch_mark {
  PATCH_SAYS,    /* what is shown, or what is not */
  PATCH_HUNK,    /* where it stands */
  PATCH_SAME,    /* the same on both sides */
  PATCH_REMOVED, /* of input 0 alone */
  PATCH_ADDED,   /* of input 1 alone */
};

/* Calls line for each line of what a number stands for: escaped for a terminal, but that tabs stay,
 * and that backslashes are doubled before what is an escape or looks like one ("\\x1b"), so that
 * different lines never look alike; without its newline, valid during the call. patches: NULL:
 * there are none. */
void patches_show(struct patches *patches, const void *report, unsigned number,
                  void (*line)(void *context, enum patch_mark mark, struct str text),
                  void *context);
/* The same as one text, each line with its newline; it is appended. */
void patches_text(struct patches *patches, const void *report, unsigned number, struct buf *out);

#endif
