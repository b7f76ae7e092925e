/* What `diff` says of the verdict, and the exit status that follows from it. */
#ifndef DIFFOCI_CLI_VERDICT_LINE_H
#define DIFFOCI_CLI_VERDICT_LINE_H

#include "diff/verdict/verdict.h"

enum require {
  REQUIRE_NONE,
  REQUIRE_IDENTICAL,
  REQUIRE_SEMANTIC,
  REQUIRE_EFFECTIVE,
  REQUIRE_EQUIVALENT
};

/* "verdict: semantic: …" on stderr. */
void verdict_print(const struct verdict *verdict);
/* The word alone on stdout; an error where a stronger one may be right. */
MUST_CHECK int verdict_print_word(const struct verdict *verdict, struct error *err);
/* The exit status where something is required. -1: whether it is good enough is not known. */
MUST_CHECK int verdict_status(const struct verdict *verdict, enum require require,
                              struct error *err);

#endif
