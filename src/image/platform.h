/* Platforms: os/architecture[/variant] (OCI image specification, image-index.md, "platform"; names
 * and normalisation as containerd's platforms package has them). */
#ifndef DIFFOCI_IMAGE_PLATFORM_H
#define DIFFOCI_IMAGE_PLATFORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

enum { PLATFORM_PART_MAX = 63 }; /* bytes of one part; longer ones are refused */

struct platform { /* a value: copy freely */
  char os[PLATFORM_PART_MAX + 1];
  char architecture[PLATFORM_PART_MAX + 1];
  char variant[PLATFORM_PART_MAX + 1]; /* "" where there is none */
  char os_version[PLATFORM_PART_MAX + 1];
};

/* "linux/arm64/v8", "linux/arm64", "arm64" (os of the host: linux). Normalised. ERROR_USAGE if it
 * is none. */
MUST_CHECK int platform_parse(struct platform *out, struct str text, struct error *err);
/* From a descriptor's "platform" or from a config (os, architecture, variant, os.version). Not
 * normalised. ERROR_CORRUPT for wrong types and for parts over PLATFORM_PART_MAX. */
MUST_CHECK int platform_from_json(struct platform *out, const json_t *object, struct error *err);
/* containerd's normalisation: aarch64 -> arm64, x86_64 and x86-64 -> amd64, i386 -> 386, armhf ->
 * arm/v7, armel -> arm/v6, arm -> arm/v7, arm64/v8 and arm64/8 -> arm64, amd64/v1 -> amd64, macos
 * -> darwin, no os -> linux; lower case. */
struct platform platform_normalize(const struct platform *platform);
/* linux/ARCH of the machine this runs on. */
struct platform platform_host(void);
/* Equal after normalisation; os_version does not count. */
bool platform_equal(const struct platform *a, const struct platform *b);
/* unknown/unknown, as BuildKit gives to attestation manifests. */
bool platform_is_unknown(const struct platform *platform);

enum { PLATFORM_MAX_TEXT = 3 * (PLATFORM_PART_MAX + 1) };
/* "os/architecture[/variant]". Returns text. */
const char *platform_format(const struct platform *platform, char text[PLATFORM_MAX_TEXT]);

/* Which platforms of an index to look at. */
struct platform_set {
  struct platform *items; /* owned; normalised */
  size_t n;
  bool all; /* every platform; items is then empty */
};

void platform_set_release(struct platform_set *set);
/* Adds the comma-separated platforms of text (a value of --platform); doubles are dropped. */
MUST_CHECK int platform_set_add(struct platform_set *set, struct str text, struct error *err);
/* Where both tell an os.version, it has to be of the same build. */
bool platform_set_has(const struct platform_set *set, const struct platform *platform);

#endif
