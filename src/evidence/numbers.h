/* Times in binary numbers. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_NUMBERS_H
#define DIFFOCI_EVIDENCE_NUMBERS_H

#include "evidence/content.h"

/* Two contents of the same length: numbers that differ and are times on both sides are told, and
 * left, since other bytes may look like that. They are doubles, not very far apart, or whole
 * numbers of 4 or 8 bytes in either order, near the time at which the file was last changed
 * (clock_seconds_near): seconds since 1970 or 1904, milli-, micro- or nanoseconds since 1970, or
 * tenths of microseconds since 1601. Returns a copy of the second content, with such numbers as the
 * first has them; to be freed; NULL if there are none. */
char *numbers_look(const struct str content[2], const struct content_file *file,
                   struct arena *arena, struct content_evidence *out);

#endif
