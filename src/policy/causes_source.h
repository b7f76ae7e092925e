/* causes.yaml as it is read, on its way into C. For the program that compiles it, which runs while
 * diffoci is built: what is wrong ends it with a message. */
#ifndef DIFFOCI_POLICY_CAUSES_SOURCE_H
#define DIFFOCI_POLICY_CAUSES_SOURCE_H

#include <stdio.h>

#include "policy/cause_table.h"

struct cause_source {
  struct cause cause;
  struct pattern *patterns;
  const char **pattern_texts;
  size_t n_patterns; /* none: any path */
};

struct causes_source {
  struct arena arena; /* all below */
  struct cause_source *causes;
  size_t n, cap;
  struct cause_example *examples;
  size_t n_examples, cap_examples;
};

/* Reads the text of the file called name. */
void causes_read(struct causes_source *out, struct str text, const char *name);

/* The table; its examples; a page in Markdown. */
void causes_write_table(const struct causes_source *causes, FILE *out);
void causes_write_examples(const struct causes_source *causes, FILE *out);
void causes_write_page(const struct causes_source *causes, FILE *out);

#endif
