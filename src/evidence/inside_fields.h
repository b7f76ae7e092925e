/* Fields of two files of one format, in search of causes. Private to evidence/inside*.c. */
#ifndef DIFFOCI_EVIDENCE_INSIDE_FIELDS_H
#define DIFFOCI_EVIDENCE_INSIDE_FIELDS_H

#include "evidence/inside_entry.h"

/* Finds the causes of fields that differ, or leaves them. Fields pair in their order; but times
 * that only one file has, or that programs take in two ways (of a PNG, of GNU's tar), are taken out
 * where that is all that keeps the others from pairing, and have causes of their own. */
void inside_look_at_fields(struct inside *inside, const struct format *format,
                           struct format_parts *const parts[2]);

#endif
