/* What two files of one format say beside their members: fields, and bytes that mean nothing by a
 * rule of the format (docs/formats.md). Private to the files inside_*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_FIELDS_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_FIELDS_H

#include "diff/inside/inside_looking.h"

/* Compares the fields that count, in their order, which is part of what they say, and tells of each
 * that differs. Returns whether one does. */
bool inside_compare_fields(struct looking *looking, const struct format_parts parts[2]);

/* Notes in the result the rules by which bytes that differ mean nothing. Returns true if one of
 * them does not hold under the flags given, which is told, or if there are more rules than are
 * kept count of: in doubt, the files differ. */
bool inside_compare_meaningless(struct looking *looking, const struct format_parts parts[2]);

/* Of files that are only shown, and whose readers tell which bytes their members carry: compares
 * the bytes besides, which no member tells of, and tells if they differ. Returns whether they do.
 * Where one file has more members than the other nothing is told: then they always do. */
bool inside_compare_rest(struct looking *looking, const struct format_parts parts[2]);

#endif
