/* What bytes of contents look like: pieces, shapes, and what in an ELF file follows from the rest.
 * Private to policy/. */
#ifndef DIFFOCI_POLICY_CAUSE_BYTES_H
#define DIFFOCI_POLICY_CAUSE_BYTES_H

#include "base/str.h"

/* Takes the next piece that ends in `end`, or at the end of *s, off *s; false where none is left:
 * then s->ptr is NULL. Behind an `end` there is always one more, which may be empty. */
bool next_piece(struct str *s, char end, struct str *piece);
/* Whether s begins with something of the shape (policy/cause_table.h). */
bool shape_fits(struct str s, struct str shape);
/* Whether something of the shape covers the byte at `at`. */
bool shape_covers(struct str s, size_t at, struct str shape);

/* Two contents have `common` bytes each and differ first at `first`. If both are ELF files, the
 * first byte that differs and is no part of a build ID, nor says where sections are; `common` if
 * there is none. Else `first`. */
size_t elf_first_telling(const struct str content[2], size_t first, size_t common);

#endif
