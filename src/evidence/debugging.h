/* Sections of ELF files that nobody reads but debuggers and linkers. */
#ifndef DIFFOCI_EVIDENCE_DEBUGGING_H
#define DIFFOCI_EVIDENCE_DEBUGGING_H

#include <stdbool.h>

#include "tar/entry.h"

/* Whether a member is such a section, by its name, by its flags (System V ABI, "Sections",
 * SHF_ALLOC), by lying in no segment and by being used by nothing else, as the reader of ELF files
 * has them (formats/elf.c): a running program does not have it in its memory. */
bool debugging_is(const struct tar_entry *member);

#endif
