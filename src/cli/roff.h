#ifndef DIFFOCI_CLI_ROFF_H
#define DIFFOCI_CLI_ROFF_H

#include "base/buf.h"

/* Appends text as running text of a manual page (mdoc(7), roff(7)): a backslash is spelled \e, the
 * dashes of a flag are minus signs, so that they can be searched for and copied, and each sentence
 * begins a line. */
void roff_text(struct buf *out, const char *text);

/* Appends a sentence of the tables of flags and commands as a line of its own, or lines of at most
 * 80 bytes: with a capital at its start, unless it starts with a flag, and a full stop. An empty
 * text is none, and nothing is appended. */
void roff_sentence(struct buf *out, const char *text);

#endif
