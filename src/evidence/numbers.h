/* Times in binary numbers. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_NUMBERS_H
#define DIFFOCI_EVIDENCE_NUMBERS_H

#include "evidence/content.h"

/* Two contents of the same length: numbers that differ and are times on both sides, not very far
 * apart, are told, and left, since other bytes may look like that. Returns a copy of the second
 * content, with such numbers as the first has them; to be freed; NULL if there are none. */
char *numbers_look(const struct str content[2], struct arena *arena, struct content_evidence *out);

#endif
