/* The path of its source in a compiled Python file. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_PYC_SOURCE_H
#define DIFFOCI_EVIDENCE_PYC_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Whether the path that begins at byte `at` of a .pyc file is co_filename: a whole string in
 * marshal's form (Python/marshal.c) that ends in the name of the source from which a file of that
 * name is compiled (PEP 3147: "m.cpython-311.pyc" from "m.py"). It is what tracebacks show; any
 * other string may be what the code opens. file: path of the .pyc file. */
bool pyc_source_is(struct str content, size_t at, struct str file);
/* Whether a length of so many bytes, the least first, is that of a string in Python's marshal
 * format (Python/marshal.c), by the path of the file and the byte before it. */
bool pyc_source_is_string(struct str path, char before, size_t width);

#endif
