/* The lines of the summary, one for each difference or for several. Private to src/report/text. */
#ifndef DIFFOCI_REPORT_TEXT_SUMMARY_LINES_H
#define DIFFOCI_REPORT_TEXT_SUMMARY_LINES_H

#include "report/changes/folds.h"
#include "report/changes/listing.h"

struct summary {
  const struct listing *listing;
  struct writer *writer;
  size_t columns;
};

/* "3 added, 1 changed, +1.2 MB"; behind a number that was told before ": 3 added, …", or, where
 * that is all of one kind, " added, …". told: this number, or 0. */
void summary_fold_words(struct buf *out, const struct fold *fold, size_t told);
/* Writes the folds, and what rest has of records. Names stand in a column as far as there is room
 * for all of the text beside them; where there is not, what is least missed goes first: the command
 * that made a layer, its number, then the end of the words. */
void summary_lines(const struct summary *summary, const struct folds *folds,
                   const struct folds_rest *rest);

#endif
