#include "diff/ignore.h"

#include "base/macros.h"

static const uint32_t implied_by[] = {
#define IMPLIED_BY(bit, name, by, ...) by,
  IGNORE_FLAGS(IMPLIED_BY)
#undef IMPLIED_BY
};

/* So that one pass over the table is enough. */
#define IS_BELOW(bit, name, by, ...)                                                               \
  _Static_assert((by) < IGNORE_##bit, "--" name " stands below what implies it");
IGNORE_FLAGS(IS_BELOW)
#undef IS_BELOW

_Static_assert(N_IGNORE_FLAGS < 31, "a set has 32 bits, and an enumerator the range of an int");

uint32_t ignore_implied(uint32_t given)
{
  for (unsigned number = 0; number < ARRAY_LEN(implied_by); number++)
    if (given & implied_by[number])
      given |= (uint32_t)1 << number;
  return given & ~(uint32_t)(IGNORE_SEMANTIC | IGNORE_TIMESTAMPS);
}
