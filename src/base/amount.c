#include "base/amount.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macros.h"

enum { KILO = 1000, TENTHS = 10 };

static void amount_write(uint64_t bytes, char *out, size_t room)
{
  static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
  uint64_t tenths;
  size_t unit = 0;

  if (bytes < KILO) {
    snprintf(out, room, "%" PRIu64 " B", bytes);
    return;
  }
  /* Rounded at each step, so that 999950 is 1.0 MB and not 1000.0 kB. */
  tenths = bytes / (KILO / TENTHS) + (bytes % (KILO / TENTHS) >= KILO / TENTHS / 2);
  while (tenths >= KILO * TENTHS - TENTHS / 2 && unit + 1 < ARRAY_LEN(units)) {
    tenths = (tenths + KILO / 2) / KILO;
    unit++;
  }
  if (tenths < TENTHS * TENTHS)
    snprintf(out, room, "%" PRIu64 ".%" PRIu64 " %s", tenths / TENTHS, tenths % TENTHS,
             units[unit]);
  else
    snprintf(out, room, "%" PRIu64 " %s", (tenths + TENTHS / 2) / TENTHS, units[unit]);
}

const char *amount_bytes(uint64_t bytes, char out[AMOUNT_MAX])
{
  amount_write(bytes, out, AMOUNT_MAX);
  return out;
}

const char *amount_change(int64_t bytes, char out[AMOUNT_MAX])
{
  if (bytes == 0)
    return amount_bytes(0, out);
  out[0] = bytes < 0 ? '-' : '+';
  amount_write(bytes < 0 ? -(uint64_t)bytes : (uint64_t)bytes, out + 1, AMOUNT_MAX - 1);
  return out;
}
