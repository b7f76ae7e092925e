/* What is found inside two files, as bytes: what the process that looks into them writes, and the
 * one that asked reads. The latter trusts none of its form, and believes what it says. Private to
 * the files inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_WIRE_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_WIRE_H

#include "diff/inside/inside_compare.h"

enum { INSIDE_WIRE_MAX = 64 * 1024 * 1024 };

/* A sink that writes rows to a buffer of at most INSIDE_WIRE_MAX bytes. Rows that do not fit are
 * dropped, and counted by the result. */
struct inside_writer {
  struct inside_sink sink; /* first */
  struct buf out;
};

void inside_writer_init(struct inside_writer *writer);
void inside_writer_release(struct inside_writer *writer);
/* The last thing written. */
void inside_writer_result(struct inside_writer *writer, const struct inside_result *result);

/* Reads what was written: calls the sink for each row, fills *result. ERROR_CORRUPT if it is not
 * well formed, perhaps after some rows. */
MUST_CHECK int inside_wire_read(struct str bytes, struct inside_sink *sink,
                                struct inside_result *result, struct error *err);

#endif
