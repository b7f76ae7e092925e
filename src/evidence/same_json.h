/* JSON that says the same in another way. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_SAME_JSON_H
#define DIFFOCI_EVIDENCE_SAME_JSON_H

#include <stdbool.h>

#include "base/str.h"

/* Whether both contents are JSON (RFC 8259), an object or an array, with the same values, whatever
 * the order of keys and the spaces between them. Not told of texts with a zero that has a sign,
 * which is another number to some readers, of other ways to write a number, of texts with a key
 * twice, nor of those in which a string has no characters that are known: bytes that are no UTF-8,
 * half a surrogate pair. */
bool same_json_look(const struct str content[2]);

#endif
