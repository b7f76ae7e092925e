/* Sparse files in tar archives inside files (GNU tar manual, "Storing Sparse Files"): what of their
 * headers and maps is said, and what comes out. Only for formats/tar.c and tar_account.c. */
#ifndef DIFFOCI_FORMATS_TAR_HOLES_H
#define DIFFOCI_FORMATS_TAR_HOLES_H

#include "formats/format.h"
#include "tar/tar.h"

/* How an entry says where its pieces belong. */
enum tar_holes {
  TAR_HOLES_NONE,    /* no sparse file */
  TAR_HOLES_GNU,     /* type S: in the header and blocks behind it */
  TAR_HOLES_PAX_0_0, /* records GNU.sparse.offset and GNU.sparse.numbytes, many times */
  TAR_HOLES_PAX_0_1, /* the record GNU.sparse.map */
  TAR_HOLES_PAX_1_0, /* lines before the content */
};

/* Of the reader's current entry; 0.1 for both versions that have their map in records. */
enum tar_holes tar_holes_kind(const struct tar_reader *reader, const struct tar_entry *entry);

/* How many bytes the records of an entry take as they are written, if each stands there once. body:
 * of the extended header that they come from. *kind becomes TAR_HOLES_PAX_0_0 where the map is in
 * records of that version. -1: there are two maps, or one of an entry that is no sparse file. */
MUST_CHECK int tar_holes_records(struct str body, const struct tar_entry *entry,
                                 enum tar_holes *kind, uint64_t *size, struct error *err);

/* Whether a name that an archive has for programs that know no sparse files is made of the real one
 * as GNU tar and libarchive do it: "DIRECTORY/GNUSparseFile.NUMBER/NAME". */
bool tar_holes_stands_for(struct str name, struct str real);

/* Accounts for what a header of type S has behind its times, and for the map between the header and
 * the content, which begins at byte `to`. */
void tar_holes_account_header(struct format_parts *parts, uint64_t header);
MUST_CHECK int tar_holes_account_map(struct format_parts *parts, const struct tar_reader *reader,
                                     enum tar_holes kind, uint64_t from, uint64_t to,
                                     struct error *err);

/* Gives the member its content with its holes as zeros, and a record "tar.sparse" with the kind and
 * the map, unless that is a record already: not every program knows every kind, and what a file
 * takes on a disk hangs on it. Of GNU's kind it says how many pairs each block has, too. map: where
 * the entry's own header ends, and a map that lies between it and the content begins. */
MUST_CHECK int tar_holes_take(struct format_parts *parts, struct tar_reader *reader,
                              enum tar_holes kind, uint64_t map, struct format_member *member,
                              struct error *err);

#endif
