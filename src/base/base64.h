/* Base64 (RFC 4648, 4). */
#ifndef DIFFOCI_BASE_BASE64_H
#define DIFFOCI_BASE_BASE64_H

#include <sys/types.h>

#include "base/str.h"

/* Decodes text, which has its padding, to at most text.len bytes at out. How many; -1: it is none.
 */
ssize_t base64_decode(unsigned char *out, struct str text);

#endif
