/* Names in a cpio archive that are one file. Private to cpio*.c. */
#ifndef DIFFOCI_FORMATS_CPIO_LINKS_H
#define DIFFOCI_FORMATS_CPIO_LINKS_H

#include "formats/format.h"

/* A regular file that says that it has several names: what tells which of them are one. */
struct cpio_link {
  uint64_t device, device_minor, inode;
  size_t member; /* its position among the members */
};

struct cpio_links {
  struct cpio_link *items; /* owned */
  size_t n, cap;
};

void cpio_links_release(struct cpio_links *links);
void cpio_links_add(struct cpio_links *links, struct cpio_link link);
/* Makes all names of a file but the first one hard links to that, which has the content, wherever
 * it stands: newc has it once, with the last name; odc with each. -1 where two names of a file have
 * two contents, or files of two devices have one inode number, which not all programs tell apart.
 */
MUST_CHECK int cpio_links_resolve(struct cpio_links *links, struct format_parts *parts,
                                  struct error *err);

#endif
