/* Numbers in the headers of a tar archive, and the zeros between what is said: how bytes are
 * accounted for that say the same in several ways. Only for formats/tar*.c. */
#ifndef DIFFOCI_FORMATS_TAR_NUMBER_H
#define DIFFOCI_FORMATS_TAR_NUMBER_H

#include "formats/format.h"

extern const struct format_rule tar_rule_number; /* tar-1, how numbers and the type are written */

/* Whether all programs read the same in a field of a header: octal digits with spaces before them,
 * and spaces and NULs behind, or base-256 (the first byte has its first bit set); or nothing but
 * NULs, which are 0. All else are a NUL before digits, at which Python, libarchive and BusyBox end
 * the number and GNU tar and Go do not, and spaces alone, of which GNU tar says that they are no
 * number. The field is not empty. */
bool tar_number_is_one(struct str field);
/* Accounts for such a number. What does not change the value, zeros before it and the choice of
 * base-256 too, is how it is written (tar-1). rule: what the digits are good for; NULL: they are
 * carried. All else stays outside. */
void tar_account_number(struct format_parts *parts, uint64_t at, size_t len,
                        const struct format_rule *rule);
/* Accounts for the checksum of the header that begins at byte `header`, if it is the sum of
 * unsigned bytes: that of signed ones, which the reader takes as well, BusyBox's tar and GNU cpio
 * call wrong, and it stays outside. */
void tar_account_sum(struct format_parts *parts, uint64_t header);
/* Accounts for bytes that should be zero, as far as they are: behind contents, and the archive's
 * end. */
void tar_account_zeros(struct format_parts *parts, uint64_t from, uint64_t to);

#endif
