/* The program's version, and the command that prints it. */
#ifndef DIFFOCI_CLI_VERSION_H
#define DIFFOCI_CLI_VERSION_H

#include "base/error.h"

/* Writes "diffoci version vVERSION", and in brackets the commit where that is known, to standard
 * output. */
MUST_CHECK int version_print(struct error *err);

#endif
