/* The symbol table of a static library. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_AR_SYMBOLS_H
#define DIFFOCI_EVIDENCE_AR_SYMBOLS_H

#include "formats/format.h"

/* Whether two members, one of each archive, are symbol tables as System V and GNU have them ("/",
 * "/SYM64/": a number of symbols, so many places, the names) that say the same: the same names in
 * the same order, and the place of each is that of the same member, counted from the first. Then
 * where members lie is all that differs in them, which follows from how long the others are. */
bool ar_symbols_follow(struct format_parts *const parts[2], const struct format_member *a,
                       const struct format_member *b);

#endif
