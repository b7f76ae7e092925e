/* What a comparison has to tell beside differences: about one of the images, as that no engine
 * unpacks it, or about itself. Private to src/diff. */
#ifndef DIFFOCI_DIFF_NOTICES_H
#define DIFFOCI_DIFF_NOTICES_H

#include "diff/compare.h"

/* Takes note of a line about an input, as "layer sha256:…: …": its name is put before it. Of a
 * shadow, for the comparison that it stands beside. May hold bytes from images. Told once, however
 * often it is noted. Any thread. */
void diff_notice(struct diff *diff, int side, struct str line);
/* The same with a line about how the images are compared, which is no warning. What a shadow does
 * is not told: only the comparison that was asked for. */
void diff_note(struct diff *diff, struct str line);
void diff_notices_release(struct diff *diff);

#endif
