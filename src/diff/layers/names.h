/* The names of a pair of layers, kept for the verdict: whether anything else in them has to do with
 * the path of a strong suspect (findings.h). Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_NAMES_H
#define DIFFOCI_DIFF_LAYERS_NAMES_H

#include "base/budget.h"
#include "diff/verdict/findings.h"

struct names;

struct names *names_new(struct budget *memory); /* NULL: no limit */
void names_free(struct names *names);           /* NULL allowed */
/* A name was met once more; is_directory: as a directory. Beyond the budget they are in a temporary
 * file; where that cannot be, all are forgotten. */
void names_add(struct names *names, struct str name, bool is_directory);
/* Holds all names against the strong suspects. Where they were forgotten none is left. */
void names_weigh(struct names *names, struct findings *findings);

#endif
