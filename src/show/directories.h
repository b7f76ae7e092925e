/* How many bytes lie in the directories of a tree, a few levels deep. Private to src/show. */
#ifndef DIFFOCI_SHOW_DIRECTORIES_H
#define DIFFOCI_SHOW_DIRECTORIES_H

#include "base/map.h"
#include "show/contents.h"

struct directories {  /* all zero: empty */
  struct map by_path; /* -> struct contents_directory, in the arena */
  struct arena arena;
};

void directories_release(struct directories *directories);
/* Counts a file of so many bytes at this path for every directory above it, down to
 * CONTENTS_DEPTH. */
void directories_add(struct directories *directories, struct str path, uint64_t bytes);
/* Those with a twentieth of `all` bytes or more, *n of them: a directory before what is in it, of
 * the same parent the largest first. An array to be freed; its paths are in the arena. */
struct contents_directory *directories_largest(const struct directories *directories, uint64_t all,
                                               size_t *n, struct arena *arena);

#endif
