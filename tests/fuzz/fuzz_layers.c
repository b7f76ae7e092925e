/* The whole comparison of two layers: the input is two tar streams, split at the place that its
 * first two bytes give (in blocks of 512 bytes). Whatever they are, the comparison ends, says the
 * same both times, and finds an image equal to itself. */
#include <stdint.h>
#include <stdlib.h>

#include "../common/memory_source.h"
#include "diff/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *compare(const struct str layers[2], uint32_t ignore, bool *failed)
{
  struct limits limits = limits_scaled(0.001);
  struct memory_sink *sink = memory_sink_new(true);
  struct diff_options options = { .ignore = ignore, .limits = &limits, .threads = 1 };
  struct error err;
  struct diff *diff;
  char *text;

  options.platforms.all = true;
  options.sink = memory_sink_sink(sink);
  for (int side = 0; side < 2; side++) {
    options.sources[side] = memory_source_new(side ? "b" : "a");
    memory_source_image(options.sources[side], &layers[side], 1, "");
  }
  diff = diff_run(&options, failed, &err);
  if (!diff)
    abort();
  diff_free(diff);
  source_free(options.sources[0]);
  source_free(options.sources[1]);
  text = memory_sink_text(sink);
  memory_sink_free(sink);
  return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  uint32_t ignore = 0;
  struct str layers[2];
  bool failed[2];
  size_t split;
  char *first;
  char *second;

  if (size < 3)
    return 0;
  split = ((size_t)data[0] | (size_t)(data[1] & 3) << 8) * 512;
  ignore |= data[1] & 4 ? IGNORE_FILE_ORDER : 0;
  ignore |= data[1] & 8 ? IGNORE_CANONICAL_PATHS : 0;
  ignore |= data[1] & 16 ? IGNORE_TAR_FORMAT : 0;
  ignore |= data[1] & 32 ? IGNORE_FILE_TIMESTAMPS : 0;
  ignore = ignore_implied(ignore);
  data += 2;
  size -= 2;
  split = split < size ? split : size;
  layers[0] = (struct str) { (const char *)data, split };
  layers[1] = (struct str) { (const char *)data + split, size - split };
  first = compare(layers, ignore, &failed[0]);
  second = compare(layers, ignore, &failed[1]);
  if (strcmp(first, second) != 0 || failed[0] != failed[1])
    abort();
  free(first);
  free(second);
  layers[1] = layers[0];
  first = compare(layers, ignore, &failed[0]);
  if (*first)
    abort();
  free(first);
  return 0;
}
