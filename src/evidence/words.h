/* Two lines that differ: which known causes account for that. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_WORDS_H
#define DIFFOCI_EVIDENCE_WORDS_H

#include "evidence/content.h"

/* What differs in two lines. */
struct words_pair {
  const char *id; /* of a cause */
  struct str side[2];
  /* From the name of what differs, or from how it looks: it may have another reason. */
  bool guessed;
  bool is_clock; /* a time of day alone: no guess where a date of the build is told besides */
};

enum { WORDS_PAIRS_MAX = 64 };

struct words {
  struct words_pair pairs[WORDS_PAIRS_MAX];
  size_t n;
  bool all; /* there is no more */
};

/* file: its name may say what a line is about. *work: how much may yet be done. */
void words_compare(struct str a, struct str b, const struct content_file *file, uint64_t *work,
                   struct words *out);

#endif
