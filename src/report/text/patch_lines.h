/* What differs in a file, under its row. Private to src/report. */
#ifndef DIFFOCI_REPORT_TEXT_PATCH_LINES_H
#define DIFFOCI_REPORT_TEXT_PATCH_LINES_H

#include "report/patches/patches.h"
#include "report/report.h"
#include "report/writer.h"

/* Writes the lines of an event's patch, indented; nothing if it has none. about: NULL allowed. */
void patch_lines_write(struct writer *writer, const struct report_about *about, unsigned number,
                       bool colour);

#endif
