/* Which packages differ, in words. All is escaped for a terminal. */
#ifndef DIFFOCI_REPORT_PACKAGES_ABOUT_H
#define DIFFOCI_REPORT_PACKAGES_ABOUT_H

#include "base/buf.h"
#include "packages/changes.h"

/* 'A', 'D' or 'M', as change_mark has them for files. */
char packages_mark(const struct package_change *change);
/* "3 packages: 1 added, 2 changed"; "1 package added"; "no packages differ". */
void packages_totals(struct buf *out, const struct package_changes *changes);
/* "curl 7.88.1-10 → 7.88.1-11 (deb, amd64)" */
void packages_words(struct buf *out, const struct package_change *change);
/* Whether its place is told: other changes are about the same name. */
bool packages_tell_place(const struct package_change *change);
/* ", in 3 places"; ", srv/app/node_modules/x and 2 more"; nothing where there is one for all. */
void packages_place(struct buf *out, const struct package_change *change);
/* A line for each, "M curl …", at most max of them, then one that counts the rest. */
void packages_lines(struct buf *out, const struct package_changes *changes, size_t max);

#endif
