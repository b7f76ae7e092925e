/* The members of two files, in pairs. Private to the files inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_MEMBERS_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_MEMBERS_H

#include "diff/layers/entry.h"
#include "formats/format.h"

struct inside_pair {
  const struct format_member *members[2]; /* NULL: it has no partner */
};

/* The n-th member of a name is the partner of the n-th of that name; in the order of the first
 * file, then those that only the second one has. To be freed; *n says how many. */
struct inside_pair *inside_pair_members(const struct format_parts parts[2],
                                        const struct entry_rules *rules, size_t *n);

/* Whether what is stored of both contents is the same, so that what comes out of it is. */
bool inside_same_stored(const struct format_content *a, const struct format_content *b);

#endif
