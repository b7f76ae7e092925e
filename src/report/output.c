#include "report/output.h"

#include <string.h>

#include "report/ci/junit.h"
#include "report/ci/sarif.h"
#include "report/ci/statement_out.h"
#include "report/explain/suggest.h"
#include "report/html/html.h"
#include "report/json/json.h"
#include "report/json/ndjson.h"
#include "report/text/markdown.h"
#include "report/text/summary.h"

static struct report *make_table(const char *path, const struct diff_options *options,
                                 const struct output_style *style)
{
  (void)path;
  (void)style;
  return report_table_new(stdout, options->limits->memory);
}

static struct report *make_verbose(const char *path, const struct diff_options *options,
                                   const struct output_style *style)
{
  (void)path;
  (void)style;
  return report_verbose_new(stdout, options->limits->memory);
}

static struct report *make_json(const char *path, const struct diff_options *options,
                                const struct output_style *style)
{
  (void)style;
  return report_json_new(path, options->limits->memory);
}

static const struct output_format formats[] = {
  { "summary", "a line for each difference, in words", report_summary_make, .tells_verdict = true },
  { "table", "a row for each difference", make_table, .only_stdout = true },
  { "verbose", "every field that differs", make_verbose, .causes = true, .only_stdout = true },
  { "json", "all that is known, as a tree", make_json, .causes = true, .tells_verdict = true },
  { "ndjson", "a JSON text a line for each difference", report_ndjson_make, .causes = true,
    .tells_verdict = true },
  { "html", "a page to look at in a browser", report_html_make, .causes = true,
    .tells_verdict = true },
  { "markdown", "a comment for a pull request", report_markdown_make, .causes = true,
    .tells_verdict = true },
  { "junit", "a test result for CI servers", report_junit_make, .tells_verdict = true },
  { "sarif", "SARIF 2.1.0, for code scanning", report_sarif_make, .causes = true,
    .tells_verdict = true },
  { "svr", "an in-toto statement: a simple verification result", report_svr_make,
    .tells_verdict = true },
  { "vsa", "an in-toto statement: a SLSA verification summary", report_vsa_make,
    .tells_verdict = true },
  { "policy", "a policy file that accepts what has a known cause", report_suggest_make,
    .causes = true, .as_with_policy = true },
};

size_t output_format_count(void)
{
  return ARRAY_LEN(formats);
}

const struct output_format *output_format_at(size_t i)
{
  return &formats[i];
}

const struct output_format *output_format_named(struct str name)
{
  for (size_t i = 0; i < ARRAY_LEN(formats); i++)
    if (str_equal(str_of(formats[i].name), name))
      return &formats[i];
  return NULL;
}

static int unknown_format(struct str name, struct error *err)
{
  char list[256] = "";
  size_t len = 0;

  for (size_t i = 0; i < ARRAY_LEN(formats); i++)
    len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "", formats[i].name);
  return error_set(err, ERROR_USAGE, "flag --output: no format \"%.*s\" (there are: auto, %s)",
                   STR_ARGS(name), list);
}

int output_parse(const char *text, const struct output_format **format, const char **path,
                 struct error *err)
{
  const char *equals = strchr(text, '=');
  const struct str name = { text, equals ? (size_t)(equals - text) : strlen(text) };
  const struct output_format *found = output_format_named(name);

  if (!found)
    return unknown_format(name, err);
  if (equals && !equals[1])
    return error_set(err, ERROR_USAGE, "flag --output: no file behind \"%s\"", text);
  if (equals && found->only_stdout && strcmp(equals + 1, "-") != 0)
    return error_set(err, ERROR_USAGE, "flag --output: %s goes to standard output only",
                     found->name);
  *format = found;
  *path = equals ? equals + 1 : "-";
  return 0;
}
