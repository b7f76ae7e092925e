/* Inodes of a SquashFS, and extended attributes. Private to formats/squashfs. */
#ifndef DIFFOCI_FORMATS_SQUASHFS_INODE_H
#define DIFFOCI_FORMATS_SQUASHFS_INODE_H

#include "formats/squashfs_data.h"

struct squashfs_inode {
  char type;     /* as of a tar entry; a socket is SQUASHFS_SOCKET */
  uint16_t kind; /* as the inode says it: 1 to 7, 8 to 14 with more fields */
  uint32_t number, links, attributes, device, mtime;
  int64_t mode, uid, gid;
  struct str target;           /* of a symbolic link; of the parts */
  struct squashfs_place place; /* of a regular file */
  uint64_t list_start;         /* of a directory: the block where its list begins, from the first */
  uint32_t list_size;          /* bytes of it, and 3 more */
  unsigned list_offset;
};

enum { SQUASHFS_SOCKET = 's' }; /* no type of a tar entry */

/* ref: where its block begins in the table of inodes, << 16, and at which byte of that. 0/-1. */
MUST_CHECK int squashfs_read_inode(struct squashfs *image, uint64_t ref, struct squashfs_inode *out,
                                   struct error *err);

/* The extended attributes of that number as PAX records, sorted, of the parts, with room for one
 * record more. 0/-1. */
MUST_CHECK int squashfs_attributes(struct squashfs *image, uint32_t number,
                                   struct tar_record **records, size_t *n, struct error *err);

#endif
