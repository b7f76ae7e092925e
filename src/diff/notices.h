/* What a comparison has to tell beside differences: about one of the images, as that no engine
 * unpacks it. Private to src/diff. */
#ifndef DIFFOCI_DIFF_NOTICES_H
#define DIFFOCI_DIFF_NOTICES_H

#include "diff/compare.h"

/* Takes note of a line about an input, as "layer sha256:…: …": its name is put before it. Of a
 * shadow, for the comparison that it stands beside. May hold bytes from images. Told once, however
 * often it is noted. Any thread. */
void diff_notice(struct diff *diff, int side, struct str line);
void diff_notices_release(struct diff *diff);

#endif
