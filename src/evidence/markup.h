/* Whether a program that shows a document does something that stands in it. Private to evidence/.
 */
#ifndef DIFFOCI_EVIDENCE_MARKUP_H
#define DIFFOCI_EVIDENCE_MARKUP_H

#include <stdbool.h>

#include "base/str.h"

/* True unless the text is one that is only shown: no markup, or markup of elements, attributes and
 * addresses all of which are known to start nothing (scripts, handlers of events, frames, plugins,
 * other pages, what servers insert). Whatever is not known, is too large or lies too deep may do
 * anything. Takes time in proportion to the text. */
bool markup_acts(struct str text);

#endif
