/* Members of a cpio archive that stand before the directory in which they lie. Private to cpio*.c.
 */
#ifndef DIFFOCI_FORMATS_CPIO_EARLY_H
#define DIFFOCI_FORMATS_CPIO_EARLY_H

#include "formats/format.h"

/* Gives each of them a record that tells it, since Linux, and cpio without --make-directories, make
 * no directory that has not come yet, and leave such members out (Linux, init/initramfs.c). To be
 * called once all members are known. */
void cpio_early_mark(struct format_parts *parts);

#endif
