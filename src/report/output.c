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

static struct report *output_make_table(const char *path, const struct diff_options *options,
                                        const struct output_style *style)
{
  (void)path;
  return report_table_new(stdout, style->colour, options->limits->memory);
}

static struct report *output_make_verbose(const char *path, const struct diff_options *options,
                                          const struct output_style *style)
{
  (void)path;
  return report_verbose_new(stdout, style->colour, options->limits->memory);
}

static struct report *output_make_json(const char *path, const struct diff_options *options,
                                       const struct output_style *style)
{
  (void)style;
  return report_json_new(path, options->limits->memory);
}

#define OUTPUT_ROW(its_name, its_help, its_make, ...)                                              \
  { .name = (its_name), .help = (its_help), .make = (its_make), __VA_ARGS__ },

static const struct output_format formats[] = { OUTPUT_FORMATS(OUTPUT_ROW) };

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
