/* The names of a pair of layers, with what is needed to tell, once all have been read, whether
 * anything else in them has to do with the path of a strong suspect (findings.h), and whether the
 * order of the entries may mean something (order.h). Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_NAMES_H
#define DIFFOCI_DIFF_LAYERS_NAMES_H

#include "base/budget.h"
#include "diff/verdict/findings.h"

struct names;

struct names *names_new(struct budget *memory); /* NULL: no limit */
void names_free(struct names *names);           /* NULL allowed */
/* Two partners were met, or an entry without one (the other is NULL); key is what their names are
 * compared by. Beyond the budget they are in a temporary file; where that cannot be, all are
 * forgotten. */
void names_add(struct names *names, struct str key, const struct tar_entry *const entries[2]);
/* Holds all names against the strong suspects. Where they were forgotten none is left. */
void names_weigh(struct names *names, struct findings *findings);

/* One entry of a name. */
struct name_side {
  bool there;
  char type;       /* enum tar_type or any other byte */
  uint32_t index;  /* position in its layer */
  struct str link; /* of TAR_LINK: its target as it is written */
  uint64_t given;  /* of TAR_LINK: stands for the mode, owner and records that it gives its target
                    * (base/hash.h) */
};

struct name {
  struct str key;
  struct name_side sides[2];
};

/* Where names_next goes on; zero it before the first. */
struct names_place {
  uint64_t at;
  struct buf bytes; /* to be released with buf_release */
};

/* 1 and the next name, valid until the next call; 0 after the last one; -1 where they were
 * forgotten or cannot be read back. */
int names_next(struct names *names, struct names_place *place, struct name *out);

#endif
