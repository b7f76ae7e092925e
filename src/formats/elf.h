/* Programs, libraries and object files (ELF), section by section. They never come out equal. */
#ifndef DIFFOCI_FORMATS_ELF_H
#define DIFFOCI_FORMATS_ELF_H

#include "formats/format.h"

extern const struct format format_elf;

#endif
