/* Members that a reader describes in words: certificates, keys, tags of packages. Private to
 * evidence/. */
#ifndef DIFFOCI_EVIDENCE_DESCRIBED_H
#define DIFFOCI_EVIDENCE_DESCRIBED_H

#include "evidence/content.h"
#include "formats/format.h"

/* True if the members, which differ, are such; then it is told what differs, or left. */
bool evidence_described(const struct format *format, const struct format_member *a,
                        const struct format_member *b, struct arena *arena,
                        struct content_evidence *out);

/* Whether a member is described by its reader (FORMAT_DESCRIBED). */
bool described_is(const struct tar_entry *member);
/* The same for two descriptions of certificates or keys of one name, "x.pem!/NAME", which differ.
 */
void described_look(const struct str content[2], struct str path, struct arena *arena,
                    struct content_evidence *out);

#endif
