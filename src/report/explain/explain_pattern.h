/* Names of which a part is another one in each build. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_PATTERN_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_PATTERN_H

#include "base/arena.h"
#include "base/str.h"

enum pattern_parts {
  PATTERN_HASH = 1, /* a run of digits and letters as hashes have: "main.3f2a9c1d.js" */
  PATTERN_DATE = 2, /* "debug-2026-11-28T14_15_05.log" */
};

/* The path with such parts replaced, in the arena; *parts says of which kinds there are some. Two
 * paths with the same pattern name the same thing in two builds, as far as names can tell. */
struct str explain_pattern(struct str path, struct arena *arena, unsigned *parts);

#endif
