/* Members of a cpio archive that Linux's own readers see in another way than cpio does. Private to
 * cpio*.c. */
#ifndef DIFFOCI_FORMATS_CPIO_EARLY_H
#define DIFFOCI_FORMATS_CPIO_EARLY_H

#include "formats/format.h"

/* Gives each of them a record that tells it, since Linux, and cpio without --make-directories, make
 * no directory that has not come yet, and leave such members out (Linux, init/initramfs.c). To be
 * called once all members are known. */
void cpio_early_mark(struct format_parts *parts);

/* Gives each regular file below kernel/ a record that tells which of them it is, how its name is
 * spelled, whether its content stands there, and to how many bytes that is aligned: before there is
 * a file system, Linux takes microcode and ACPI tables from there by their names to the letter
 * (lib/earlycpio.c, find_cpio_data; Documentation/arch/x86/microcode.rst), the first of a name, and
 * out of the archive as they lie, whatever is a hard link. To be called before those are resolved.
 */
void cpio_early_mark_loaded(struct format_parts *parts);

#endif
