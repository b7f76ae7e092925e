/* Inputs of fuzz targets that are made of parts: a line "%% NAME", then the bytes of the part up to
 * the newline before the next such line. What stands before the first is of no part. */
#ifndef DIFFOCI_TESTS_SECTIONS_H
#define DIFFOCI_TESTS_SECTIONS_H

#include "base/str.h"

/* Takes the next part from *rest. False: there is none. Both are views of the input. */
bool section_next(struct str *rest, struct str *name, struct str *bytes);
/* The bytes of the first part of that name; empty if there is none. */
struct str section_find(struct str input, struct str name);
/* Without newlines at its end. */
struct str section_trim(struct str bytes);

#endif
