/* Which packages differ between the two images of a comparison. */
#ifndef DIFFOCI_REPORT_PACKAGES_FIND_H
#define DIFFOCI_REPORT_PACKAGES_FIND_H

#include "diff/diff.h"
#include "packages/changes.h"

/* Whether a difference is a reason to look: a package manager's file differs, a program that Go may
 * have made, or a whiteout that may remove some. Where no event is, no package differs. */
bool packages_hinted_by(const struct event *event);

/* Compares the two images as containers see them, and reads the package managers' files that
 * differ, and Go's programs. Files that are the same on both sides say the same of packages, so
 * that they are not read. Of several pairs of images the packages of all are put together. False:
 * nothing is known, since layers would have to be fetched again, or cannot be read. */
bool packages_find(struct package_changes *out, const struct diff_options *options);

#endif
