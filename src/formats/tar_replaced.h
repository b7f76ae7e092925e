/* What a tar header says that an extended header replaces. Private to formats/tar. */
#ifndef DIFFOCI_FORMATS_TAR_REPLACED_H
#define DIFFOCI_FORMATS_TAR_REPLACED_H

#include "formats/format.h"

/* Which of an entry's texts and numbers stand in an extended header. */
struct tar_replaced {
  bool path, linkpath, uname, gname, size, uid, gid, mtime;
};

/* Programs that know no extended headers, or not all of their records (BusyBox's tar), take what
 * stands in the header, which the others do not look at. Writers put the same text or number there,
 * and of what does not fit the beginning, or 0; whatever else is there is a field (of the class of
 * times where it is one), what programs read in two ways (tar_number_is_one) too, and so is a text
 * or number that the extended header says to be empty. A field, too, is a time that GNU tar has
 * where others have a prefix of the name. header: where it is in the file. 0/-1. */
MUST_CHECK int tar_replaced_add(struct format_parts *parts, uint64_t header,
                                const struct tar_entry *entry, const struct tar_replaced *replaced,
                                struct error *err);

#endif
