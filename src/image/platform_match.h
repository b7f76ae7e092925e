/* How well platforms fit each other (containerd's platforms package, Only and its comparers). */
#ifndef DIFFOCI_IMAGE_PLATFORM_MATCH_H
#define DIFFOCI_IMAGE_PLATFORM_MATCH_H

#include "image/platform.h"

/* How well a manifest for `has` serves who wants `wanted`: 0 is the very platform, more is worse,
 * in the order in which containerd would choose: arm/v7 takes v7, v6, v5; arm64/v9.x takes v9.x
 * down to v9.0, then v8.(x+5) down to v8.0; amd64/v3 takes v3, v2, v1. Windows of another build is
 * another platform. -1: not at all; nor does a 32-bit image that the machine could run, since that
 * is another image. */
int platform_rank(const struct platform *wanted, const struct platform *has);
/* The same, whichever of the two is wanted. */
int platform_distance(const struct platform *a, const struct platform *b);

/* Whether an image for `has`, of no index, is for one of those asked for, or tells nothing of its
 * platform; ERROR_NOT_FOUND: it is another image than was meant. n >= 1. */
MUST_CHECK int platform_check_alone(const struct platform *asked, size_t n,
                                    const struct platform *has, struct error *err);

/* Whether two os.versions are of one build: on Windows, the first three numbers, since only the
 * fourth, the patch level, may differ between a host and its containers. One that is not given fits
 * any. */
bool platform_same_build(const struct platform *a, const struct platform *b);

#endif
