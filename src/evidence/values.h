/* What was found to differ between two things: named values, as they are to be shown. */
#ifndef DIFFOCI_EVIDENCE_VALUES_H
#define DIFFOCI_EVIDENCE_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum {
  VALUES_MAX = 8,        /* kept of one cause of one difference; more are counted */
  VALUES_MAX_BYTES = 256 /* of a value that is shown; what is longer is cut */
};

/* A value on both sides. Bytes as in the image: escape before showing. */
struct value_pair {
  const char *name;   /* what it is: "MTIME"; "" where the cause says it */
  struct str side[2]; /* ptr NULL: absent */
};

struct values {
  struct value_pair items[VALUES_MAX];
  size_t n;
  uint64_t more; /* that were not kept */
};

/* Adds a pair that is not there yet; copies everything to the arena. */
void values_add(struct values *values, struct arena *arena, const char *name, struct str a,
                struct str b);

#endif
