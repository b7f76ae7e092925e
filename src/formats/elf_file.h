/* An ELF file's numbers and the segments that its program headers tell of (System V ABI, "Program
 * Header"). Only for formats/elf.c. */
#ifndef DIFFOCI_FORMATS_ELF_FILE_H
#define DIFFOCI_FORMATS_ELF_FILE_H

#include "formats/format.h"

enum {
  ELF_PT_LOAD = 1,
  ELF_SEGMENTS_MAX = 256, /* that are looked at for each section: a linker makes a few */
};

struct elf {
  struct str bytes;
  bool wide, big; /* 64 bits; the most significant byte first */
  uint16_t type;  /* e_type */
  uint64_t entry; /* e_entry */
  uint64_t segments_at, n_segments;
  uint64_t sections_at, n_sections, names_at;
  size_t section_size;
  struct str names; /* of the sections */
};

/* Where a segment lies in the file and in memory, as its header says: nobody has checked it. */
struct elf_segment {
  uint32_t type;         /* p_type */
  uint64_t at, size;     /* p_offset, p_filesz */
  uint64_t address, len; /* p_vaddr, p_memsz */
  uint64_t align;        /* p_align */
};

/* The number at p, of 2 bytes, of 4, and of as many as addresses have. */
uint16_t elf_half(const struct elf *elf, const char *p);
uint32_t elf_word(const struct elf *elf, const char *p);
uint64_t elf_address(const struct elf *elf, const char *p);
/* Whether so many bytes lie in the file. */
bool elf_fits(const struct elf *elf, uint64_t at, uint64_t len);

/* The size of a program header. */
size_t elf_segment_size(const struct elf *elf);
/* Adds a field for each segment, by elf->segments_at and elf->n_segments: how the file is mapped
 * when it is run. Fails if the headers do not lie in the file. 0/-1. */
MUST_CHECK int elf_add_segments(struct format_parts *parts, const struct elf *elf,
                                struct error *err);
/* Of the headers, which were checked by elf_add_segments, the one with this number. */
struct elf_segment elf_segment(const struct elf *elf, uint64_t i);
/* Whether a section of `size` bytes at a place in the file and, if address is not 0, of `len` bytes
 * there in memory has a byte in any segment, of whatever type: what loads and runs a file goes by
 * segments, and never looks at a section's name or flags. The bytes that come into memory since
 * whole pages are mapped belong to no segment, and do not count: nothing refers to them. True also
 * where there are more segments than a linker makes, and where the file is for a machine that is
 * not known to find the segments where they were read: one of another class or byte order. */
bool elf_meets_segment(const struct elf *elf, uint64_t address, uint64_t at, uint64_t size,
                       uint64_t len);

#endif
