/* The pieces that a content lies in (members of a gzip file, streams, frames), and which of them
 * hold what of the archive that the content is. */
#ifndef DIFFOCI_FORMATS_PIECES_H
#define DIFFOCI_FORMATS_PIECES_H

#include "formats/format.h"

/* Where all pieces of a content but the last end: offsets from `base` on, ascending. */
struct format_cuts {
  const uint64_t *items; /* not owned */
  size_t n;
  uint64_t base;
};

/* The cuts through a member's content: those of the content itself, or, where it lies as it is in
 * the file `around`, those of the file that go through it. */
struct format_cuts format_cuts_of(const struct format_content *content, struct str around,
                                  struct format_cuts of_around);

/* Gives each member of a file that is in several pieces a record that counts: in which piece it
 * begins, and what cuts its content where. Alpine's packages are a signature, what installs and
 * what is installed by their pieces (apk-package(5)), and Linux reads each piece of an initrd for
 * itself, so a member that is moved to another one is another file to them. */
void format_mark_pieces(struct format_parts *parts, struct format_cuts cuts);

#endif
