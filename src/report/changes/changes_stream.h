/* All changes of a comparison, packed and sorted as the table has them. Private to
 * src/report/changes. */
#ifndef DIFFOCI_REPORT_CHANGES_CHANGES_STREAM_H
#define DIFFOCI_REPORT_CHANGES_CHANGES_STREAM_H

#include "report/changes/changes.h"

struct changes_stream;

struct changes_stream *changes_stream_new(struct budget *memory);
void changes_stream_free(struct changes_stream *stream); /* NULL allowed */
/* Copies a change, but for its context, which has to live as long as the stream. */
void changes_stream_add(struct changes_stream *stream, const struct change *change);
/* As changes_take, changes_next and changes_check. */
bool changes_stream_take(struct changes_stream *stream, const char *before);
bool changes_stream_next(struct changes_stream *stream, struct change *out);
MUST_CHECK int changes_stream_check(const struct changes_stream *stream, struct error *err);

#endif
