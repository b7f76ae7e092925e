/* What of an ELF file lies in none of its sections: behind its end, in gaps. Only for
 * formats/elf.c. */
#ifndef DIFFOCI_FORMATS_ELF_REST_H
#define DIFFOCI_FORMATS_ELF_REST_H

#include "formats/format.h"

/* Pieces of the file that are told elsewhere, or are addresses; they may lie in one another. */
struct elf_told {
  struct str *pieces; /* memory of the parts */
  size_t n, cap;
};

/* Room for so many pieces. 0/-1. */
MUST_CHECK int elf_told_init(struct elf_told *told, struct format_parts *parts, size_t n,
                             struct error *err);
/* One more, for which there has to be room. */
void elf_told_add(struct elf_told *told, struct str piece);
/* Adds the field "outside of sections": the digest of all other bytes that are not zero, or nothing
 * where there are none. How many zeros there are follows from the sections' sizes. 0/-1. */
MUST_CHECK int elf_add_rest(struct format_parts *parts, struct elf_told *told, struct error *err);

#endif
