/* JSON and XML with a member or a tag a line, for people to compare. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_PRETTY_H
#define DIFFOCI_EVIDENCE_PRETTY_H

#include "base/buf.h"

/* A text (RFC 8259) with each member and element on a line of its own, two spaces further in than
 * what holds it. Names, strings and numbers stay byte for byte what they are. False if it is not
 * one JSON object or array, or out would overflow. */
bool pretty_json(struct str text, struct buf *out);

/* A document (XML 1.0, fifth edition) with each tag, comment and processing instruction on a line
 * of its own; text stands behind its tag if there is nothing else in the element. White space
 * around text is left out. False if tags do not nest as they have to, or out would overflow. */
bool pretty_xml(struct str text, struct buf *out);

#endif
