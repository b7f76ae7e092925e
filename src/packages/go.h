/* Programs that Go made, which say in themselves what they were made of. */
#ifndef DIFFOCI_PACKAGES_GO_H
#define DIFFOCI_PACKAGES_GO_H

#include "packages/list.h"

enum {
  PACKAGE_PROGRAM_LEAST = 512 * 1024,      /* bytes; no program that Go's linker makes is smaller */
  PACKAGE_PROGRAM_MAX = 128 * 1024 * 1024, /* a larger one is not read */
  PACKAGE_PROGRAM_HEAD = 8 * 1024,         /* of which it is known */
};

/* Whether a file that may be run, of so many bytes, may be a program that is worth a look. */
bool package_program_may_be(int64_t mode, int64_t size);
/* Whether a file that begins like this is one that Go's linker made: an ELF file with its note
 * (cmd/internal/buildid, "Go\0\0"), which stands behind the headers. */
bool package_program_begins(struct str head);
/* Adds the modules that the program was made of, by their paths (type "golang", as package URLs
 * have it), those that replace others instead of them, and Go itself as "stdlib". The main module
 * is known by its version, or the revision that it was built from. The file belongs to none of
 * them; its path is their place. */
void package_program_read(struct package_list *list, struct str path, struct str bytes);

#endif
