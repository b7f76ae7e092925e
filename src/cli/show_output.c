#include "cli/show_output.h"

#include "base/str.h"
#include "base/suggest.h"

static const char *const names[] = {
  [SHOW_TEXT] = "text",
  [SHOW_JSON] = "json",
  [SHOW_MARKDOWN] = "markdown",
  [SHOW_HTML] = "html",
};

_Static_assert(ARRAY_LEN(names) == N_SHOW_OUTPUTS, "a name for each");

int show_output_parse(const char *text, enum show_output *output, const char **path,
                      struct error *err)
{
  const char *equals = text ? strchr(text, '=') : NULL;
  struct suggestion nearest;
  struct str name;

  *output = SHOW_TEXT;
  *path = equals ? equals + 1 : "-";
  if (!text)
    return 0;
  name = (struct str) { text, equals ? (size_t)(equals - text) : strlen(text) };
  nearest = suggestion_for(name);
  if (equals && !equals[1])
    return error_set(err, ERROR_USAGE, "flag --output: no file behind \"%s\"", text);
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    suggestion_consider(&nearest, str_of(names[i]));
    *output = (enum show_output)i;
    if (str_equal(name, str_of(names[i])))
      return 0;
  }
  if (nearest.nearest.ptr)
    return error_set(
        err, ERROR_USAGE,
        "flag --output: no format \"%.*s\" (did you mean %s? There are " SHOW_OUTPUT_NAMES ")",
        STR_ARGS(name), nearest.nearest.ptr);
  return error_set(err, ERROR_USAGE,
                   "flag --output: no format \"%.*s\" (there are: " SHOW_OUTPUT_NAMES ")",
                   STR_ARGS(name));
}
