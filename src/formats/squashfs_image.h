/* A SquashFS while it is read: what the library (libsquashfs) has open of it, and how much of it
 * may be read. Private to formats/squashfs. */
#ifndef DIFFOCI_FORMATS_SQUASHFS_IMAGE_H
#define DIFFOCI_FORMATS_SQUASHFS_IMAGE_H

#include <sqfs/frag_table.h>
#include <sqfs/id_table.h>
#include <sqfs/io.h>
#include <sqfs/meta_reader.h>
#include <sqfs/super.h>

#include "formats/format.h"

struct squashfs_blocks; /* formats/squashfs_data.h */

enum { SQUASHFS_NONE = -1 }; /* of 32 bits: no fragment, no attributes */

/* Bytes in memory as the library reads a file. */
struct squashfs_file {
  sqfs_file_t file; /* first */
  struct str bytes;
  uint64_t work; /* that may yet be read, parts of the file that are read again counted again */
  bool used_up;  /* more was wanted */
};

struct squashfs {
  struct format_parts *parts;
  struct squashfs_file source;
  sqfs_super_t super;
  /* Owned; NULL: not opened, or not there. */
  sqfs_compressor_t *compressor;
  sqfs_meta_reader_t *inodes, *directories, *attributes, *attribute_ids;
  sqfs_id_table_t *owners;
  sqfs_frag_table_t *fragments;
  struct squashfs_blocks *blocks; /* of the parts */
};

/* Opens what parts->bytes hold. In both cases squashfs_close releases it; the parts keep what they
 * got. 0/-1. */
MUST_CHECK int squashfs_open(struct squashfs *image, struct format_parts *parts, struct error *err);
void squashfs_close(struct squashfs *image);

/* A compressor of the library that decompresses (an SQFS_COMPRESSOR), to be released with
 * sqfs_destroy. 0/-1. */
MUST_CHECK int squashfs_compressor(unsigned id, uint32_t block_size, sqfs_compressor_t **out,
                                   struct error *err);
/* The name of a compressor, or NULL. */
const char *squashfs_compressor_name(unsigned id);

/* Takes so many bytes from what may be read. 0/-1. */
MUST_CHECK int squashfs_work(struct squashfs *image, uint64_t bytes, struct error *err);
/* What the library's number for a failure means, of the part that is named. -1. */
int squashfs_failed(const struct squashfs *image, int status, const char *part, struct error *err);
/* Goes to the byte `offset` of the block of metadata that begins at byte `block` of the file. 0/-1.
 */
MUST_CHECK int squashfs_seek(struct squashfs *image, sqfs_meta_reader_t *reader, uint64_t block,
                             unsigned offset, const char *part, struct error *err);
/* Reads the next size bytes of metadata, across blocks. 0/-1. */
MUST_CHECK int squashfs_take(struct squashfs *image, sqfs_meta_reader_t *reader, void *to,
                             size_t size, const char *part, struct error *err);

#endif
