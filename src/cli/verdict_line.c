#include "cli/verdict_line.h"

#include <limits.h>
#include <stdio.h>

#include "cli/cli.h"

void verdict_print(const struct verdict *verdict)
{
  AUTO_BUF line = BUF_INIT(INT_MAX);

  buf_puts(&line, "verdict: ");
  verdict_describe(verdict, &line);
  fprintf(stderr, "%s\n", line.ptr);
}

static int not_known(const struct verdict *verdict, struct error *err)
{
  return error_set(err, ERROR_UNSUPPORTED, "whether the images are %s is not known: %s",
                   verdict_name(verdict->open), verdict->why);
}

int verdict_print_word(const struct verdict *verdict, struct error *err)
{
  AUTO_BUF line = BUF_INIT(INT_MAX);

  if (verdict->open != VERDICT_UNKNOWN)
    return not_known(verdict, err);
  buf_printf(&line, "%s\n", verdict_name(verdict->level));
  return cli_write(&line, err);
}

static enum verdict_level verdict_required(enum require require)
{
  static const enum verdict_level levels[] = {
    [REQUIRE_NONE] = VERDICT_UNKNOWN,          [REQUIRE_IDENTICAL] = VERDICT_IDENTICAL,
    [REQUIRE_SEMANTIC] = VERDICT_SEMANTIC,     [REQUIRE_EFFECTIVE] = VERDICT_EFFECTIVE,
    [REQUIRE_EQUIVALENT] = VERDICT_EQUIVALENT,
  };

  return levels[require];
}

int verdict_status(const struct verdict *verdict, enum require require, struct error *err)
{
  const enum verdict_level required = verdict_required(require);

  if (verdict->level >= required)
    return EXIT_SAME;
  return verdict->level < required && verdict->open >= required ? not_known(verdict, err)
                                                                : EXIT_DIFFERENT;
}
