/* In-toto statements: what parses does so again without the times, which are then gone. */
#include <stdint.h>
#include <stdlib.h>

#include "image/json.h"
#include "image/statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct statement *statement)
{
  AUTO_JSON rest = statement_without_times(statement);
  char *text = json_dumps(rest, JSON_COMPACT);
  struct statement again = { 0 };
  struct error err;

  if (!text || statement_parse(&again, str_of(text), &err) < 0)
    abort();
  {
    AUTO_JSON same = statement_without_times(&again);

    if (!json_equal(same, rest) || !json_equal(again.json, rest))
      abort();
  }
  statement_release(&again);
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str text = { (const char *)data, size };
  struct statement statement;
  struct error err;

  if (statement_parse(&statement, text, &err) < 0)
    return 0;
  if (!*statement.predicate_type)
    abort();
  check(&statement);
  statement_release(&statement);
  return 0;
}
