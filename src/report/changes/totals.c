#include "report/changes/totals.h"

#include <inttypes.h>

#include "base/amount.h"

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

void totals_line(struct buf *out, const struct change_totals *totals)
{
  static const char *const words[] = {
    [CHANGE_ADDED] = " added",     [CHANGE_REMOVED] = " removed",
    [CHANGE_CONTENT] = " changed", [CHANGE_METADATA] = " with other metadata",
    [CHANGE_IMAGE] = "",
  };
  const uint64_t sum = totals_sum(totals);
  const char *between = ": ";
  bool said_files = false;
  char text[AMOUNT_MAX];

  if (sum == 0) {
    buf_puts(out, "no differences");
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
}
