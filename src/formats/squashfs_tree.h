/* The files of a SquashFS as members. Private to formats/squashfs. */
#ifndef DIFFOCI_FORMATS_SQUASHFS_TREE_H
#define DIFFOCI_FORMATS_SQUASHFS_TREE_H

#include "formats/squashfs_image.h"

/* Adds every file, directories before what is in them; the root is ".". 0/-1. */
MUST_CHECK int squashfs_add_tree(struct squashfs *image, struct error *err);

#endif
