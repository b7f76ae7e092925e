/* Compiled Python modules (PEP 3147, PEP 552; CPython, Lib/importlib/_bootstrap_external.py). */
#ifndef DIFFOCI_FORMATS_PYC_H
#define DIFFOCI_FORMATS_PYC_H

#include "formats/format.h"

extern const struct format format_pyc;

#endif
