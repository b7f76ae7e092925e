/* What Python does with a compiled file by what it finds of its source. Private to the files
 * inside*.c. */
#ifndef DIFFOCI_DIFF_INSIDE_PYTHON_SOURCE_H
#define DIFFOCI_DIFF_INSIDE_PYTHON_SOURCE_H

#include "diff/inside/inside_compare.h"

enum {
  PYTHON_DEPTH_MAX = 64, /* directories of a compiled file, in each of which its source may be */
  PYTHON_SOURCES_MAX = PYTHON_DEPTH_MAX + 2
};

/* Where the source of a compiled file may be. */
struct python_sources {
  struct str paths[PYTHON_SOURCES_MAX]; /* in the arena */
  size_t n;
};

/* path: of a compiled file, without "/" and "./" before it. False if its name is that of none, it
 * lies deeper than PYTHON_DEPTH_MAX, or there are more places than PYTHON_SOURCES_MAX. */
bool python_sources_of(struct str path, struct arena *arena, struct python_sources *out);

enum { PYTHON_SIBLINGS = 4 };

/* The names of the files that Python makes of the same source, without and with optimisation: those
 * that are the same are often made hard links of each other. path: as above; in the arena. */
void python_siblings_of(struct str path, struct arena *arena, struct str out[PYTHON_SIBLINGS]);

enum python_source_state {
  PYTHON_SOURCE_ABSENT,
  PYTHON_SOURCE_THERE,
  PYTHON_SOURCE_ODD, /* a link, or it is not known */
};

struct python_source {
  enum python_source_state state;
  int64_t mtime, size; /* of one that is there */
};

/* Whether two contents are compiled Python files that note different times of their sources. */
bool python_has_times(const struct str content[2]);
/* Of such files: whether Python runs both, or neither, by the source that each has at one place;
 * and what it does with each. */
bool python_does_same(const struct str content[2], const struct python_source sources[2],
                      char reasons[2][INSIDE_REASON_MAX]);

#endif
