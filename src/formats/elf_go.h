/* What Go's linker notes of a program (debug/buildinfo, runtime/debug.BuildInfo): which modules it
 * was made of, and how. Only for formats/elf.c, and
 * for packages/go.c to know it again. */
#ifndef DIFFOCI_FORMATS_ELF_GO_H
#define DIFFOCI_FORMATS_ELF_GO_H

#include "formats/format.h"

#define ELF_GO_SECTION ".go.buildinfo"

/* How the program finds bytes at an address when it runs. */
struct elf_go_memory {
  /* The len bytes at an address, as they lie in the file; ptr NULL: there are none. */
  struct str (*at)(const void *context, uint64_t address, uint64_t len);
  /* A number as wide as addresses are. */
  uint64_t (*address)(const void *context, const char *p);
  const void *context;
  size_t width; /* of an address, in bytes */
};

/* Adds each thing that the section says as a member: ".go.buildinfo/go" (the version of Go),
 * "/path", "/mod", "/dep/MODULE" with version, checksum, and on a second line what replaces it,
 * "/build/SETTING". *rest becomes what the section holds besides: its header, and what stands
 * behind the texts. Where the section is not as Go writes it no member is added, and *rest is all
 * of it. 0/-1. */
MUST_CHECK int elf_add_go(struct format_parts *parts, const struct elf_go_memory *memory,
                          struct str section, struct str *rest, struct error *err);

/* Whether a member of an ELF file was added by elf_add_go, not a section that is called alike:
 * those have their type as a record. */
bool elf_go_is_fact(const struct format_member *member);

#endif
