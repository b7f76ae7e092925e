/* Archives that vouch for the bytes of what is in them, by signatures or checksums: there two
 * contents that are equal inside, but not to the letter, are not the same to who checks them. */
#ifndef DIFFOCI_FORMATS_SEAL_H
#define DIFFOCI_FORMATS_SEAL_H

#include "formats/format.h"

/* The member (or the name of its record) of a file that was read which is about the bytes of the
 * others, one of those that are known; empty if there is none. A view that lives as long as the
 * parts. */
struct str format_sealed_by(const struct format *format, const struct format_parts *parts);
/* Whether a file is a Debian package, whose control archive holds checksums of what is in its data
 * archive (deb-md5sums(5)). */
bool format_seals_below(const struct format *format, const struct format_parts *parts);
/* Whether the content of a wrapper begins as one that is signed in compressed form, piece by piece:
 * Alpine's packages (apk-package(5)). */
bool format_is_sealed_around(struct str content);

#endif
