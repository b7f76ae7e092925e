/* Sections of ELF files that hold nothing but what follows from the rest of the link. Private to
 * evidence/. */
#ifndef DIFFOCI_EVIDENCE_ELF_SECTION_H
#define DIFFOCI_EVIDENCE_ELF_SECTION_H

#include "evidence/content.h"
#include "formats/format.h"

/* True if the two members are such sections and differ in that alone; then it is told. */
bool evidence_elf_section(const struct format *format, const struct format_member *a,
                          const struct format_member *b, struct arena *arena,
                          struct content_evidence *out);

#endif
