/* Amounts of bytes as people read them. */
#ifndef DIFFOCI_BASE_AMOUNT_H
#define DIFFOCI_BASE_AMOUNT_H

#include <stdint.h>

enum { AMOUNT_MAX = 32 }; /* bytes that any amount takes, the NUL included */

/* Writes bytes in decimal units (IEC 80000-13, SI prefixes), with one digit behind the point from
 * 1 kB to 9.9 of a unit: "0 B", "25 B", "1.2 kB", "31 MB". Returns out. */
const char *amount_bytes(uint64_t bytes, char out[AMOUNT_MAX]);
/* The same for a change, with its sign: "+1.2 MB", "-25 B", "0 B". Returns out. */
const char *amount_change(int64_t bytes, char out[AMOUNT_MAX]);

#endif
