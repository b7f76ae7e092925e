/* What goes by the bytes of a section of an ELF file that its name and type would not tell: what
 * loads a file looks at headers, segments and addresses alone. Only for formats/elf.c. */
#ifndef DIFFOCI_FORMATS_ELF_USE_H
#define DIFFOCI_FORMATS_ELF_USE_H

#include "formats/elf_file.h"

/* A section by its header: where it lies in the file, with how many bytes, and where in memory. */
struct elf_place {
  uint64_t at, size, address;
  uint32_t type; /* sh_type */
};

/* What goes by its bytes, or NULL if nothing does that is known: the headers of the file or of its
 * segments lie in it; of an object file, linkers and Linux, which loads modules, find symbols by
 * the names in it. Of a note besides (System V ABI, "Note Section"; the bytes of other sections in
 * segments are for a program to use): a segment of another kind than those that load and those of
 * notes has a byte of it (the interpreter's name, say); those of notes are read so that they take
 * it for something else; the entry point is in it; it is in memory elsewhere than it says, or
 * twice; a table, a function or a name of the dynamic section ("Dynamic Section") begins in it or
 * before it, where the end of a table is nowhere said; or there is more of all that than a linker
 * makes, as two dynamic sections are. *looks: how many notes may be looked at yet, which all take
 * as long as segments and the dynamic section are. */
const char *elf_used_by(const struct elf *elf, const struct elf_place *place, unsigned *looks);
enum { ELF_LOOKS = 64 };

#endif
