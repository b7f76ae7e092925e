/* Two lines that differ: which known causes account for that. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_WORDS_H
#define DIFFOCI_EVIDENCE_WORDS_H

#include "evidence/content.h"
#include "evidence/heading.h"

/* What shows that a cause is the reason. */
enum words_proof {
  WORDS_SURE,
  WORDS_OF_DAY,  /* a date is that of the day: sure only where nothing acts on it */
  WORDS_CLOCK,   /* the same, and a time of day: sure, too, where a date is that is sure */
  WORDS_GUESSED, /* the name of what differs, or how it looks: it may have another reason */
};

/* What differs in two lines. */
struct words_pair {
  const char *id; /* of a cause */
  struct str side[2];
  enum words_proof proof;
};

/* What is known of the two lines' file. */
struct words_file {
  const struct content_file *file;
  struct headings *headings; /* of the content that the first line is a part of */
};

enum { WORDS_PAIRS_MAX = 64 };

struct words {
  struct words_pair pairs[WORDS_PAIRS_MAX];
  size_t n;
  bool all; /* there is no more */
};

/* a, b: of the contents. file: its name may say what a line is about, where the line does not.
 * *work: how much may yet be done. */
void words_compare(struct str a, struct str b, const struct words_file *file, uint64_t *work,
                   struct words *out);

#endif
