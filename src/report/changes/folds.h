/* Many changes of files in few lines: those of a directory together. Private to src/report. */
#ifndef DIFFOCI_REPORT_CHANGES_FOLDS_H
#define DIFFOCI_REPORT_CHANGES_FOLDS_H

#include "packages/changes.h"
#include "report/changes/changes.h"

struct fold {
  struct str directory; /* "usr/lib/python3/"; empty: a change by itself, or the root */
  bool history;         /* what differs in the histories; what is done differently tells more */
  const struct change *first; /* the weightiest of them */
  size_t n;
  uint64_t by_kind[N_CHANGE_KINDS];
  int64_t bytes; /* by how much their sizes changed */
};

struct folds {
  struct fold *items; /* owned; in the order of their first changes */
  size_t n;
  size_t implied; /* directories that are left out: what lies in them came or went with them */
};

/* Groups the first n changes, so that there are at most `most` folds where directories allow it.
 * What weighs more than content, and documents but for the history, stay by themselves as long as
 * they are few. Where n is not above most, only files that came to one directory, or went from it,
 * are grouped, if they are more than a few. most SIZE_MAX: nothing is grouped. The changes have to
 * be sorted by weight, and to live as long as *out. */
void folds_make(struct folds *out, const struct change *changes, size_t n, size_t most);
void folds_release(struct folds *folds);

enum { FOLDS_FIELDS = 6 };

/* Changes without those that come with packages: of files that belong to a package which differs,
 * and of package managers' lists. What gives rights stays. And without files of which no more than
 * times, order and format differ. */
struct folds_rest {
  struct change *items; /* owned; in their order, their text borrowed */
  size_t n;
  struct fold packages;             /* what was taken out, n 0 if nothing was */
  struct fold records;              /* the same */
  const char *fields[FOLDS_FIELDS]; /* that differ in these, "others" behind the first ones */
  size_t n_fields;
};

/* packages: NULL: nothing is taken out. */
void folds_take_packages(struct folds_rest *out, const struct change *changes, size_t n,
                         const struct package_changes *packages);
/* Takes files out of which only records differ, where there are several. */
void folds_take_records(struct folds_rest *rest);
void folds_rest_release(struct folds_rest *rest);

#endif
