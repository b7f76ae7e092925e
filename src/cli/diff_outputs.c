#include "cli/diff_outputs.h"

#include <string.h>

#include "cli/terminal.h"

static void want_output(struct fan_out_wanted *wanted, const char *format, const char *path)
{
  wanted->outputs[wanted->n_outputs].format = output_format_named(str_of(format));
  wanted->outputs[wanted->n_outputs++].path = path;
}

/* A person at a terminal gets the summary; scripts get what they always got. */
static const char *default_format(const struct diff_flags *given)
{
  if (given->verbose == TOGGLE_ON)
    return "verbose";
  return terminal_is_stdout() ? "summary" : "table";
}

/* What --output lists, and what the older flags stand for. */
int diff_outputs(const struct diff_flags *given, const struct report_run *run,
                 struct fan_out_wanted *out, struct error *err)
{
  bool stdout_taken = given->verdict == TOGGLE_ON;

  *out = (struct fan_out_wanted) {
    .report_dir = given->report_dir,
    .explain = given->explain == TOGGLE_ON,
    .packages = given->packages == TOGGLE_ON,
    .run = run,
    .style = {
      .colour = terminal_has_colour((enum colour_choice)given->colour),
      .file_colour = given->colour == COLOUR_ALWAYS,
      .columns = terminal_columns(),
      /* What differs in a file stands under its own row. */
      .fold = given->no_fold != TOGGLE_ON && given->patch != TOGGLE_ON,
      .semantic = given->ignore[IGNORE_NUMBER_SEMANTIC] == TOGGLE_ON ||
                  given->effective == TOGGLE_ON,
      .order = (enum change_order)given->sort,
    },
  };
  if (given->report_file)
    want_output(out, "json", given->report_file);
  if (given->suggest_policy)
    want_output(out, "policy", given->suggest_policy);
  for (size_t i = 0; i < given->outputs.n; i++) {
    const struct output_format *format;
    const char *path;

    if (strcmp(given->outputs.items[i], "auto") == 0)
      continue;
    if (strncmp(given->outputs.items[i], "auto=", 5) == 0)
      return error_set(err, ERROR_USAGE,
                       "flag --output: auto goes to standard output only; into a file: summary=%s, "
                       "or table=%s",
                       given->outputs.items[i] + 5, given->outputs.items[i] + 5);
    if (output_parse(given->outputs.items[i], &format, &path, err))
      return -1;
    if (out->n_outputs + 1 >= ARRAY_LEN(out->outputs))
      return error_set(err, ERROR_USAGE, "flag --output: given more than %zu times",
                       ARRAY_LEN(out->outputs) - 2);
    want_output(out, format->name, path);
  }
  for (size_t i = 0; i < out->n_outputs; i++) {
    if (strcmp(out->outputs[i].path, "-") != 0)
      continue;
    if (stdout_taken)
      return error_set(err, ERROR_USAGE,
                       "flag --output: more than one thing is to go to standard "
                       "output (name a file: %s=FILE)",
                       out->outputs[i].format->name);
    stdout_taken = true;
  }
  if (!stdout_taken)
    want_output(out, default_format(given), "-");
  return 0;
}
