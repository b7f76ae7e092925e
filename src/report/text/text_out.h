/* Where a report of plain text goes: into a stream, or a file of its own. */
#ifndef DIFFOCI_REPORT_TEXT_TEXT_OUT_H
#define DIFFOCI_REPORT_TEXT_TEXT_OUT_H

#include "report/report.h"
#include "report/writer.h"

/* The stream that a report writes to is no file: it stays open, and what was written to it before a
 * failure is read. A file is replaced when all is written (report/outfile.h). */
struct text_out {
  FILE *stream;     /* NULL: path */
  const char *path; /* borrowed */
};

/* Lets write put the text. what: "the table", for the message where the stream takes no more.
 * Returns 0, or -1 with *err. */
MUST_CHECK int text_out_write(const struct text_out *out, const char *what,
                              int (*write)(struct report *report, struct writer *writer,
                                           struct error *err),
                              struct report *report, struct error *err);

#endif
