/* In which forms a comparison can be told, by the names that --output takes. */
#ifndef DIFFOCI_REPORT_OUTPUT_H
#define DIFFOCI_REPORT_OUTPUT_H

#include "diff/diff.h"
#include "report/changes/changes.h"
#include "report/report.h"

/* How a report for people is to look. */
struct output_style {
  bool colour;      /* with escape sequences of ECMA-48; of what goes to standard output */
  bool file_colour; /* the same of what goes to files */
  unsigned columns; /* of the terminal; 0: as wide as it gets */
  bool fold;        /* many changes of one package or directory are one line */
  bool semantic;    /* what --semantic leaves out is left out, by it or by --effective */
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
  bool packages;       /* tells which packages differ */
  bool as_with_policy; /* tells what differs under a policy, though there be none */
  bool tells_verdict;  /* has the verdict, so that it has to be worked out */
};

/* The formats, in the order of the help: name, what it is in a few words, and the other members of
 * struct output_format. each(...) is put for every one. */
/* clang-format off */
#define OUTPUT_FORMATS(each)                                                                                                       \
  each("summary", "a line for each difference, in words", report_summary_make, .packages = true, .tells_verdict = true)                              \
  each("table", "a row for each difference", output_make_table)                                               \
  each("verbose", "every field that differs", output_make_verbose, .causes = true)                            \
  each("json", "all that is known, as a tree", output_make_json, .packages = true, .causes = true, .tells_verdict = true)                            \
  each("ndjson", "a JSON text a line for each difference", report_ndjson_make, .packages = true, .causes = true, .tells_verdict = true)              \
  each("html", "a page to look at in a browser", report_html_make, .packages = true, .causes = true, .tells_verdict = true)                          \
  each("markdown", "a comment for a pull request", report_markdown_make, .packages = true, .causes = true, .tells_verdict = true)                    \
  each("junit", "a test result for CI servers", report_junit_make, .tells_verdict = true)                                          \
  each("sarif", "SARIF 2.1.0, for code scanning", report_sarif_make, .causes = true, .tells_verdict = true)                        \
  each("svr", "an in-toto statement: a simple verification result", report_svr_make, .tells_verdict = true)                        \
  each("vsa", "an in-toto statement: a SLSA verification summary", report_vsa_make, .tells_verdict = true)                         \
  each("policy", "a policy file that accepts what has a known cause", report_suggest_make, .causes = true, .as_with_policy = true)
/* clang-format on */

/* Their names in one text, ", " before each: for the help of --output. */
#define OUTPUT_NAME(name, ...) ", " name
#define OUTPUT_NAMES OUTPUT_FORMATS(OUTPUT_NAME)

/* As struct flag's `elsewhere`: some take each for a flag of its own. */
#define OUTPUT_AS_FLAG(name, ...) "|" name "=output=" name
#define OUTPUT_ELSEWHERE OUTPUT_FORMATS(OUTPUT_AS_FLAG)

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
