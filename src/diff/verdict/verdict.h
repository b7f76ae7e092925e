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
  VERDICT_SEMANTIC,  /* no difference under --semantic, and, of images, none under --effective */
  VERDICT_IDENTICAL, /* the same digest for each of the platforms that were compared */
};

struct verdict {
  enum verdict_level level;
  /* The next stronger level that might hold but was not looked into, and why not; or
   * VERDICT_UNKNOWN. Of VERDICT_DIFFERENT it is VERDICT_SEMANTIC or VERDICT_EFFECTIVE. */
  enum verdict_level open;
  char why[2048]; /* one line, may hold bytes from images */
  /* Of VERDICT_DIFFERENT: there is no difference under --semantic, to which the order of entries,
   * or what a link's target begins with, is nothing. A container sees one, or where open is
   * VERDICT_SEMANTIC may see one. */
  bool hidden;
  /* Of VERDICT_SEMANTIC: what a container sees was not looked into. The policy left out all that
   * differs, and no more than that was asked. */
  bool unseen;
  /* What was compared are artifacts alone, of which no engine makes containers. */
  bool artifacts;
  /* The rules of the policy hid differences; they never count for VERDICT_IDENTICAL. */
  bool rules;
  /* Of VERDICT_IDENTICAL: differences were told all the same, of what stands beside the images: an
   * index around them, attestations, referrers; set by who tells them. */
  bool beside;
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

/* What finding the verdict may cost where what the comparison has found on its way does not decide.
 */
enum verdict_effort {
  /* Nothing is opened. What is not decided stays open (struct verdict, open). */
  VERDICT_OPENS_NOTHING,
  /* Layers that the comparison has read are read once more, where all of them are small. */
  VERDICT_READS_LITTLE,
  /* Layers that are at hand (source_at_hand) are read, whether they were read before or not. */
  VERDICT_READS,
  /* Layers that are not at hand are fetched as well, but none that was fetched before. After a
   * comparison with --effective the semantic one is made, too, though the answer can only be a
   * stronger verdict than was asked for. */
  VERDICT_FETCHES,
};

/* Finds the verdict on a comparison that was run with options->verdict. failed says whether
 * diff_run failed: the verdict is then VERDICT_UNKNOWN. *out needs no release. */
void diff_verdict(struct diff *diff, bool failed, enum verdict_effort effort, struct verdict *out);

#endif
