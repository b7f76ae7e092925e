/* X.509 certificates (RFC 5280), as text. Private to formats/. */
#ifndef DIFFOCI_FORMATS_CERTIFICATE_H
#define DIFFOCI_FORMATS_CERTIFICATE_H

#include "base/buf.h"
#include "formats/format.h"

/* Describes a certificate in DER, a line a field: subject, issuer, serial number, validity,
 * signature, extensions, key, and the digest of all of it, so that two certificates that differ are
 * never described alike. False, and nothing is added, if it is none, bytes lie behind it, or it has
 * more than 256 extensions. */
bool certificate_describe(struct buf *text, struct str der);
/* What it is called: the common name of its subject, or else all of that; "certificate" where there
 * is none. In the arena. */
struct str certificate_name(struct str der, struct arena *arena);

#endif
