/* The header of a package as RPM's databases have it ("Package format", docs/manual/hregions.md):
 * how many tags and bytes, a table of tags, a store for what they hold; numbers are big-endian. */
#ifndef DIFFOCI_FORMATS_RPM_HEADER_H
#define DIFFOCI_FORMATS_RPM_HEADER_H

#include "formats/format.h"

/* What rpm notes when it installs a package (lib/rpmtag.h). */
enum { RPM_TAG_INSTALLTIME = 1008, RPM_TAG_INSTALLTID = 1128 };

struct rpm_header {
  struct str index, store;
};

struct rpm_header_tag {
  uint32_t tag, type, count;
  struct str data; /* all of it, within the store */
};

/* False if the blob is no such header, or something stands behind it. */
bool rpm_header_open(struct str blob, struct rpm_header *out);
size_t rpm_header_count(const struct rpm_header *header);
/* The i-th tag; false if what it holds does not lie in the store, or is of an unknown type. */
bool rpm_header_tag(const struct rpm_header *header, size_t i, struct rpm_header_tag *out);
/* The number that a tag holds, if it is one of 32 bits, in *out, and where it lies: a view of 4
 * bytes. False if the header has no such tag, or several. */
bool rpm_header_number(const struct rpm_header *header, uint32_t tag, uint32_t *out,
                       struct str *data);
/* Whether bytes that a tag holds are no other tag's, and lie behind the region that the header's
 * signatures and digests are about (HEADERIMMUTABLE, the first tag, whose data ends it). */
bool rpm_header_has_alone(const struct rpm_header *header, uint32_t tag, struct str data);
/* The name of a tag (lib/rpmtag.h), or NULL. */
const char *rpm_tag_name(uint32_t tag);

#endif
