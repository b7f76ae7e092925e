#include "report/changes/totals.h"

#include <inttypes.h>

#include "base/amount.h"
#include "policy/policy.h"

uint64_t totals_sum(const struct change_totals *totals)
{
  uint64_t sum = 0;

  for (size_t kind = 0; kind < N_CHANGE_KINDS; kind++)
    sum += totals->by_kind[kind];
  return sum;
}

const char *totals_plural(uint64_t n)
{
  return n == 1 ? "" : "s";
}

/* Of a path's entries, of fields and of differences: whatever the rules count. */
static uint64_t hidden_by(const struct policy *policy)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy_rules(policy, &n);
  uint64_t hidden = 0;

  for (size_t i = 0; i < n; i++)
    hidden += policy_hidden(rules[i]);
  return hidden;
}

void totals_line(struct buf *out, const struct change_totals *totals, const struct policy *policy)
{
  static const char *const words[] = {
    [CHANGE_ADDED] = " added",     [CHANGE_REMOVED] = " removed",
    [CHANGE_CONTENT] = " changed", [CHANGE_METADATA] = " with other metadata",
    [CHANGE_IMAGE] = "",
  };
  const uint64_t sum = totals_sum(totals);
  const uint64_t hidden = hidden_by(policy);
  const char *between = ": ";
  bool said_files = false;
  char text[AMOUNT_MAX];

  if (sum == 0) {
    buf_puts(out, "no differences");
    if (hidden)
      buf_printf(out, " but %" PRIu64 " that the rules leave out or accept", hidden);
    return;
  }
  buf_printf(out, "%" PRIu64 " difference%s", sum, totals_plural(sum));
  for (size_t kind = 0; kind < N_CHANGE_KINDS; kind++) {
    const uint64_t n = totals->by_kind[kind];

    if (n == 0)
      continue;
    buf_printf(out, "%s%" PRIu64, between, n);
    if (kind == CHANGE_IMAGE)
      buf_printf(out, " setting%s of the image", totals_plural(n));
    else if (!said_files)
      buf_printf(out, " file%s%s", totals_plural(n), totals->directories ? " and directories" : "");
    said_files = true;
    buf_puts(out, words[kind]);
    between = ", ";
  }
  if (totals->bytes_added || totals->bytes_removed)
    buf_printf(out, "; %s",
               amount_change((int64_t)totals->bytes_added - (int64_t)totals->bytes_removed, text));
  if (hidden)
    buf_printf(out, "; %" PRIu64 " more left out or accepted by the rules", hidden);
}
