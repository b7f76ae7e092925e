/* Two lines that differ: which known causes account for that. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_WORDS_H
#define DIFFOCI_EVIDENCE_WORDS_H

#include "evidence/content.h"

/* What differs in two lines. */
struct words_pair {
  const char *id; /* of a cause */
  struct str side[2];
  bool
      guessed; /* from the name of what differs, or from how it looks: it may have another reason */
};

enum { WORDS_PAIRS_MAX = 64 };

struct words {
  struct words_pair pairs[WORDS_PAIRS_MAX];
  size_t n;
  bool all; /* there is no more */
};

/* path: of the file, whose name may say what a line is about. *work: how much may yet be done. */
void words_compare(struct str a, struct str b, struct str path, uint64_t *work, struct words *out);

#endif
