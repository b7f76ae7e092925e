/* JSON written piece by piece, for what is too much to hold as a tree. */
#ifndef DIFFOCI_REPORT_JSON_JSONOUT_H
#define DIFFOCI_REPORT_JSON_JSONOUT_H

#include <jansson.h>

#include "base/digest.h"
#include "report/writer.h"
#include "tar/entry.h"

/* A JSON string; bytes that are not UTF-8 become U+FFFD. */
void jsonout_string(struct writer *writer, struct str s);
/* The same for a script element of HTML, which no text may end: "<", U+2028 and U+2029 are written
 * as escapes (HTML Living Standard, 4.12.1.3). */
void jsonout_script_string(struct writer *writer, struct str s);
/* A document as it stands, on one line; what does not print is written as escapes. Not for a script
 * element. */
void jsonout_document(struct writer *writer, const json_t *document);
/* A tar entry as docs/behaviour.md has it: index, header as Go's archive/tar.Header, digest
 * (left out where content is NULL or DIGEST_NONE). */
void jsonout_entry(struct writer *writer, const struct tar_entry *entry,
                   const struct digest *content);

#endif
