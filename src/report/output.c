#include "report/output.h"

#include <string.h>

#include "base/suggest.h"
#include "report/ci/junit.h"
#include "report/ci/sarif.h"
#include "report/ci/statement_out.h"
#include "report/explain/suggest.h"
#include "report/html/html.h"
#include "report/json/json.h"
#include "report/json/ndjson.h"
#include "report/text/markdown.h"
#include "report/text/summary.h"

/* Those that scripts read from standard output go there through stdio. */
static FILE *stream_of(const char *path)
{
  return strcmp(path, "-") == 0 ? stdout : NULL;
}

static struct report *output_make_table(const char *path, const struct diff_options *options,
                                        const struct output_style *style)
{
  return report_table_new(stream_of(path), path, style->colour, options->limits->memory);
}

static struct report *output_make_verbose(const char *path, const struct diff_options *options,
                                          const struct output_style *style)
{
  return report_verbose_new(stream_of(path), path, style->colour, options->limits->memory);
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

/* Names that people try for what is called otherwise here. */
static const struct {
  const char *tried, *meant;
} other_names[] = { { "md", "markdown" }, { "jsonl", "ndjson" }, { "text", "table" } };

static struct str near_format(struct str name)
{
  struct suggestion nearest = suggestion_for(name);

  for (size_t i = 0; i < ARRAY_LEN(other_names); i++)
    if (str_equal(name, str_of(other_names[i].tried)))
      return str_of(other_names[i].meant);
  for (size_t i = 0; i < ARRAY_LEN(formats); i++)
    suggestion_consider(&nearest, str_of(formats[i].name));
  return nearest.nearest;
}

static int unknown_format(struct str name, struct error *err)
{
  const struct str near = near_format(name);

  if (near.ptr)
    return error_set(
        err, ERROR_USAGE,
        "flag --output: no format \"%.*s\" (did you mean %.*s? There are auto" OUTPUT_NAMES ")",
        STR_ARGS(name), STR_ARGS(near));
  return error_set(err, ERROR_USAGE,
                   "flag --output: no format \"%.*s\" (there are auto" OUTPUT_NAMES ")",
                   STR_ARGS(name));
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
  *format = found;
  *path = equals ? equals + 1 : "-";
  return 0;
}
