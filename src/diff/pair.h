/* Two layers that are compared entry by entry. Private to the files pair*.c. */
#ifndef DIFFOCI_DIFF_PAIR_H
#define DIFFOCI_DIFF_PAIR_H

#include "diff/entry.h"
#include "diff/layer_events.h"
#include "diff/pending.h"
#include "diff/tasks.h"
#include "layer/layer.h"

struct side {
  struct layer layer;
  bool opened;
  struct tar_entry entry; /* the current one, where have is set */
  struct str key;         /* its name, as it is compared */
  bool have;
  bool ended;
  uint64_t count;   /* entries met */
  uint64_t skipped; /* of these, where order counts: left out by the policy */
  unsigned spelled; /* in which ways names begin: a set of enum spelling */
  bool hashing;     /* the content of the current entry, which nothing is compared with in step */
  struct pending *partner; /* then: what it is held against; NULL if it has to wait */
  uint64_t hashed;         /* bytes of contents */
};

struct pair {
  struct diff *diff;
  const struct descriptor *const *layers;
  struct entry_rules rules;
  struct side sides[2];
  struct pending_table pending;
  struct map met;     /* key -> how often it was met and settled on both sides: see count_met */
  struct arena names; /* keys of met */
  struct pace *pace;
  bool skips; /* positions are counted without what the policy leaves out */
  struct comparer *comparer;
  struct layer_events events;
  struct findings *findings; /* NULL: none are wanted */
};

/* The values of pair.met: how often, times MET_ONCE, and whether it was always a directory. */
enum { MET_NO_DIRECTORY = 1, MET_ONCE = 2 };

/* What is still waiting after both layers has no partner. */
void pair_report_rest(struct pair *pair);
/* After that: holds every name of the layers against the findings. */
void pair_weigh_findings(struct pair *pair);

#endif
