/* What a comparison comes to: the strongest of the statements that holds. */
#ifndef DIFFOCI_DIFF_VERDICT_VERDICT_H
#define DIFFOCI_DIFF_VERDICT_VERDICT_H

#include "diff/diff.h"

enum verdict_level {
  VERDICT_UNKNOWN,   /* the comparison did not come to its end */
  VERDICT_DIFFERENT, /* none of the others */
  /* As effective, but for files that are equal inside (diff/inside/inside.h). Never diff_verdict's
     own. */
  VERDICT_EQUIVALENT,
  VERDICT_EFFECTIVE, /* a container would see no difference (diff/effective/effective.h) */
  VERDICT_SEMANTIC,  /* no difference under --semantic */
  VERDICT_IDENTICAL, /* the same digest for each of the platforms that were compared */
};

struct verdict {
  enum verdict_level level;
  /* The next stronger level that might hold but was not looked into, and why not; or
   * VERDICT_UNKNOWN. Of VERDICT_DIFFERENT it is VERDICT_SEMANTIC or VERDICT_EFFECTIVE. */
  enum verdict_level open;
  char why[2048]; /* one line, may hold bytes from images */
  /* Of VERDICT_SEMANTIC: a container would see a difference all the same, since the order of
   * entries, or what a link's target begins with, is nothing to --semantic. Looked into only where
   * VERDICT_EFFECTIVE is required; open is that if it could not be. */
  bool shows;
  /* What was compared are artifacts alone, of which no engine makes containers. */
  bool artifacts;
  /* The rules of the policy hid differences; they never count for VERDICT_IDENTICAL. */
  bool rules;
  /* All that differs has causes that the policy accepts; set by who tells the differences. */
  bool accepted;
  /* Of the two images; of what the arguments name, where more than one pair of images was compared.
   */
  struct digest digests[2];
};

/* "identical", "semantic", "effective", "different", "unknown" */
const char *verdict_name(enum verdict_level level);
/* One line for people, without the "verdict: " before it: "semantic: …". Escaped. */
void verdict_describe(const struct verdict *verdict, struct buf *out);

/* What finding the verdict may cost, where what the comparison has found does not decide. */
enum verdict_effort {
  VERDICT_OPENS_NOTHING, /* then it stays open */
  VERDICT_READS_LITTLE,  /* layers that the comparison has read, if they are small, once more */
  VERDICT_READS,         /* layers that are at hand, a second time or for the first */
  VERDICT_FETCHES,       /* also layers that were not fetched before; none is fetched twice. Also
                            where the answer is only how much stronger the verdict is than the
                            comparison that was asked for. */
};

/* The verdict on a comparison that was run with options->verdict. failed: as diff_run said.
 * required: the level that has to hold with certainty; VERDICT_UNKNOWN: none. */
void diff_verdict(struct diff *diff, bool failed, enum verdict_effort effort,
                  enum verdict_level required, struct verdict *out);

#endif
