#include "base/amount.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macros.h"

enum { KILO = 1000, TENTHS = 10 };

static void amount_write(uint64_t bytes, char *out, size_t room)
{
  static const char *const units[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
  uint64_t scale = KILO;
  size_t unit = 0;
  uint64_t tenths;

  if (bytes < KILO) {
    snprintf(out, room, "%" PRIu64 " B", bytes);
    return;
  }
  /* What would be rounded to 1000 of a unit is 1.0 of the next. */
  while (unit + 1 < ARRAY_LEN(units) && bytes / scale >= KILO - 1 &&
         bytes - (KILO - 1) * scale >= scale / 2) {
    scale *= KILO;
    unit++;
  }
  tenths = bytes / scale < TENTHS ? (bytes + scale / TENTHS / 2) / (scale / TENTHS) : UINT64_MAX;
  if (tenths < TENTHS * TENTHS)
    snprintf(out, room, "%" PRIu64 ".%" PRIu64 " %s", tenths / TENTHS, tenths % TENTHS,
             units[unit]);
  else
    snprintf(out, room, "%" PRIu64 " %s", bytes / scale + (bytes % scale >= scale / 2),
             units[unit]);
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
