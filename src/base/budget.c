#include "base/budget.h"

#include <stdio.h>
#include <string.h>

#include "base/machine.h"

#define MIB (UINT64_C(1) << 20)

uint64_t budget_default(const char *root)
{
  uint64_t quarter = machine_memory(root) / 4;

  quarter = MIN_OF(quarter, 1024 * MIB);
  quarter -= quarter % MIB; /* as it is told */
  return MAX_OF(quarter, 64 * MIB);
}

static bool budget_take_within(struct budget *budget, uint64_t bytes, uint64_t limit)
{
  uint64_t used = __atomic_load_n(&budget->used, __ATOMIC_RELAXED);

  do {
    if (bytes > limit || used > limit - bytes)
      return false;
  } while (!__atomic_compare_exchange_n(&budget->used, &used, used + bytes, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED));
  return true;
}

bool budget_take(struct budget *budget, uint64_t bytes)
{
  if (!budget || budget_take_within(budget, bytes, budget->limit))
    return true;
  return budget->reclaim && budget->reclaim(budget->reclaim_context) &&
         budget_take_within(budget, bytes, budget->limit);
}

bool budget_take_spare(struct budget *budget, uint64_t bytes)
{
  return !budget || budget_take_within(budget, bytes, budget->limit / 2);
}

void budget_give(struct budget *budget, uint64_t bytes)
{
  if (budget)
    __atomic_sub_fetch(&budget->used, bytes, __ATOMIC_RELAXED);
}

int budget_error(const struct budget *budget, const char *what, struct error *err)
{
  static const char *const units[] = { "bytes", "KiB", "MiB" };
  uint64_t limit = budget ? budget->limit : UINT64_MAX;
  size_t unit = 0;

  while (unit + 1 < ARRAY_LEN(units) && limit && limit % 1024 == 0) {
    limit /= 1024;
    unit++;
  }
  return error_set(err, ERROR_LIMIT,
                   "%s take more memory than the limit of %llu %s (see --memory-limit)", what,
                   (unsigned long long)limit, limit == 1 && !unit ? "byte" : units[unit]);
}
