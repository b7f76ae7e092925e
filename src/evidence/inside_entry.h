/* A walk through formats that lie in one another, in search of causes: its state, and what the
 * headers of two members of one name tell. Private to evidence/inside*.c. */
#ifndef DIFFOCI_EVIDENCE_INSIDE_ENTRY_H
#define DIFFOCI_EVIDENCE_INSIDE_ENTRY_H

#include "evidence/inside.h"
#include "formats/codec.h"
#include "formats/format.h"
#include "formats/pieces.h"

/* The file that is open. */
struct inside_place {
  struct str path;            /* where it is known: of a member, in its archive */
  struct str bytes[2];        /* its contents */
  struct format_cuts cuts[2]; /* where the pieces end that these came out of */
};

struct inside {
  struct arena *arena;
  struct content_evidence *out;
  struct format_budget budget;
  unsigned depth;
  unsigned deepest; /* of all that were read */
  struct inside_place place;
  const struct content_file *file; /* the outermost */
  const char *packed; /* the cause of all that packing does; NULL: that of each format */
  bool sealed;        /* something in the file that is open vouches for the bytes of its members */
  bool unsealed;      /* bytes that are vouched for differ, in any file that was opened */
  bool recompressed;  /* a member of the file that is open is, and what comes out is the same */
};

/* Notes that something in the file that is open has no cause; the file is a place of its own. */
void inside_leave(struct inside *inside, struct str what);

/* The cause of times that differ in a format; a word of the table of causes. */
const char *inside_cause_of_times(const struct inside *inside, const struct format *format);

/* Finds the causes of what counts in the headers of two members: times, owners. False if they are
 * another kind of thing, or something differs that no cause is known for, which is left. */
bool inside_look_at_entry(struct inside *inside, const struct format *format,
                          const struct tar_entry *a, const struct tar_entry *b);

#endif
