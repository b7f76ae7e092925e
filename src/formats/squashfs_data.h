/* Contents of a SquashFS's files: blocks one behind the other, and a piece of a block that many
 * files share (a fragment). Private to formats/squashfs. */
#ifndef DIFFOCI_FORMATS_SQUASHFS_DATA_H
#define DIFFOCI_FORMATS_SQUASHFS_DATA_H

#include "formats/squashfs_image.h"

/* Where the content of a file lies, as its inode says. */
struct squashfs_place {
  uint64_t start, size;
  uint32_t *words; /* of the parts: of each whole block, how many bytes it takes, and how */
  uint64_t n_words;
  uint32_t fragment, fragment_offset; /* (uint32_t)SQUASHFS_NONE: none */
};

/* What decoding needs when the image is closed: of the parts. NULL: an error. */
struct squashfs_blocks *squashfs_blocks_new(struct squashfs *image, struct error *err);

/* The content, to be decoded when it is opened. Two of one key (its `stored`) hold the same bytes.
 * 0/-1. */
MUST_CHECK int squashfs_content(struct squashfs *image, const struct squashfs_place *place,
                                struct format_content *out, struct error *err);

#endif
