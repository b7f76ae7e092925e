/* Compiled Python modules (PEP 3147, PEP 552; CPython, Lib/importlib/_bootstrap_external.py). */
#ifndef DIFFOCI_FORMATS_PYC_H
#define DIFFOCI_FORMATS_PYC_H

#include "formats/format.h"

extern const struct format format_pyc;

/* What a compiled file notes of its source; see pyc_stamp. */
struct pyc_stamp {
  uint32_t time; /* seconds since 1970, the last 32 bits of them */
  uint32_t size; /* bytes, the same; where has_size */
  bool has_size; /* since Python 3.3 */
};

/* What the header of a compiled file notes of its source. False if it is none, or notes a hash of
 * the source in the place of its time. */
bool pyc_stamp(struct str bytes, struct pyc_stamp *out);

#endif
