/* Compiled Python files in archives, and their sources beside them. Private to the files inside*.c.
 */
#ifndef DIFFOCI_DIFF_INSIDE_PYTHON_MEMBERS_H
#define DIFFOCI_DIFF_INSIDE_PYTHON_MEMBERS_H

#include "base/map.h"
#include "diff/inside/inside_looking.h"

/* The members of two archives, by their names once somebody has asked for one. */
struct python_members {
  const struct format *format;
  const struct format_parts *parts; /* two of them; borrowed */
  struct map by_name[2];
  bool odd_links[2]; /* there is a hard link of another time than its target */
  bool is_filled;
};

void python_members_release(struct python_members *members);

/* Of two members of one name that are equal inside: whether they are compiled Python files that
 * note different times of their sources, and Python would run one of them alone where the archives
 * are unpacked, or may do so; then the reasons are set. Of a source in a zip archive that is not
 * known: it has one time for who imports from there, and may have another one for who unpacks it;
 * nor in an archive with a hard link of another time than its target. */
bool python_members_differ(struct looking *looking, struct python_members *members, struct str name,
                           const struct str content[2]);

#endif
