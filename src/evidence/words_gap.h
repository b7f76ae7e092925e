/* A stretch in which two lines differ, without dates or paths that would account for it: names of
 * hosts and users, counters, hashes in names, locales, what is random. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_WORDS_GAP_H
#define DIFFOCI_EVIDENCE_WORDS_GAP_H

#include "evidence/words.h"

struct words_gap {
  struct str lines[2];
  struct str value[2]; /* of each line; perhaps of no length, but always in it */
  struct str path;     /* of the file, whose name may say what it is about */
};

/* Whether there is a known cause for all of the stretch; then *out tells it, perhaps with what
 * stands around the stretch: all of a host's name, of which "build-07" and "fv-az1021" share a
 * dash. */
bool words_gap_explain(const struct words_gap *gap, struct words_pair *out);

#endif
