/* In which forms a comparison can be told, by the names that --output takes. */
#ifndef DIFFOCI_REPORT_OUTPUT_H
#define DIFFOCI_REPORT_OUTPUT_H

#include "diff/diff.h"
#include "report/changes/changes.h"
#include "report/report.h"

/* How a report for people is to look. */
struct output_style {
  bool colour;      /* with escape sequences of ECMA-48 */
  unsigned columns; /* of the terminal; 0: as wide as it gets */
  bool fold;        /* many changes of one package or directory are one line */
  enum change_order order;
};

struct output_format {
  const char *name;
  const char *help; /* what it is, in a few words */
  /* path: a file, or "-" for standard output. What they point to must live as long as the report.
   */
  struct report *(*make)(const char *path, const struct diff_options *options,
                         const struct output_style *style);
  bool causes;         /* tells why things differ */
  bool only_stdout;    /* cannot go to a file */
  bool as_with_policy; /* tells what differs under a policy, though there be none */
  bool tells_verdict;  /* has the verdict, so that it has to be worked out */
};

/* The format of this name, or NULL. */
const struct output_format *output_format_named(struct str name);
/* All of them: how many, and the i-th. */
size_t output_format_count(void);
const struct output_format *output_format_at(size_t i);

/* FORMAT or FORMAT=FILE, as --output takes it; *path is the FILE, which points into text, or "-".
 * ERROR_USAGE says which formats there are. */
MUST_CHECK int output_parse(const char *text, const struct output_format **format,
                            const char **path, struct error *err);

#endif
