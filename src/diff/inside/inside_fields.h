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

/* Of files that are only shown: whether the rows tell all that differs. They do if what the reader
 * says of all else (format_parts.untold) is the same; or if it tells which bytes of a text its
 * members carry: then the bytes besides are compared here, and told as the field "rest". Nobody
 * knows where one text has more members than the other, for then these bytes always differ; where
 * members stand in another order; where more ranges of one carry them; or where the lines that they
 * carry lie otherwise between what is told of elsewhere. */
bool inside_tells_all(struct looking *looking, const struct format *format,
                      const struct format_parts parts[2]);

#endif
