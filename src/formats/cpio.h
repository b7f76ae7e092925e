/* cpio archives: newc, crc and odc, and initrds, which are several archives one behind the other,
 * the later ones perhaps compressed. */
#ifndef DIFFOCI_FORMATS_CPIO_H
#define DIFFOCI_FORMATS_CPIO_H

#include "formats/format.h"

extern const struct format format_cpio;

#endif
