#include "base/limits.h"

static uint64_t scaled(double value, double scale)
{
  double product = value * scale;

  if (product >= (double)INT64_MAX)
    return INT64_MAX;
  return product < 1 ? 1 : (uint64_t)product;
}

struct limits limits_scaled(double scale)
{
  const double kib = 1024;

  return (struct limits) {
    .manifests = scaled(4096, scale),
    .layers = scaled(4096, scale),
    .json_bytes = scaled(kib * kib, scale),
    .blob_bytes = scaled(4 * kib * kib * kib, scale),
    .tar_bytes = scaled(32 * kib * kib * kib, scale),
    .file_bytes = scaled(256 * kib * kib, scale),
    .inside_seconds = scaled(900, scale),
  };
}
