/* How `show` tells what is in an image, by the names that its --output takes. */
#ifndef DIFFOCI_CLI_SHOW_OUTPUT_H
#define DIFFOCI_CLI_SHOW_OUTPUT_H

#include "base/error.h"

enum show_output { SHOW_TEXT, SHOW_JSON, SHOW_MARKDOWN, SHOW_HTML, N_SHOW_OUTPUTS };

/* Their names in one text, "|" between them, in the order of enum show_output. */
#define SHOW_OUTPUT_NAMES "text|json|markdown|html"

/* FORMAT or FORMAT=FILE; NULL is SHOW_TEXT. *path is the FILE, which points into text, or "-" for
 * standard output. ERROR_USAGE says which formats there are. */
MUST_CHECK int show_output_parse(const char *text, enum show_output *output, const char **path,
                                 struct error *err);

#endif
