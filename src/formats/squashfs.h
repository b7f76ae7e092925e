/* SquashFS 4.0: file systems in one file, of snaps, of live systems, of initrds.
 * https://docs.kernel.org/filesystems/squashfs.html; the layout is that of Linux's
 * fs/squashfs/squashfs_fs.h. */
#ifndef DIFFOCI_FORMATS_SQUASHFS_H
#define DIFFOCI_FORMATS_SQUASHFS_H

#include "formats/format.h"

extern const struct format format_squashfs;

#endif
