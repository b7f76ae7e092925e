/* Whether the order of a file's members is part of what they say. */
#ifndef DIFFOCI_FORMATS_ORDER_H
#define DIFFOCI_FORMATS_ORDER_H

#include "formats/format.h"

/* True where another order of the same members may come to something else: programs read files of
 * this kind in their order (is_read_in_order); a name stands twice, also where it is one only to
 * file systems that take both cases of letters for one, or "\\" for "/"; in archives that are
 * unpacked (is_tree) also where a member lies below one that is no directory, a hard link stands
 * before what it names or says other things of it, a whiteout takes something away, a name leads
 * through ".." or is spelled so that it could be another's, or a global header says things of what
 * stands behind it. In doubt true. */
bool format_order_counts(const struct format *format, const struct format_parts *parts);

#endif
