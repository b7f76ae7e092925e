/* The effective comparison of two images of up to three layers each, the lowest one the same. The
 * first four bytes of the input say, in blocks of 512 bytes, where it is split into these layers.
 * Whatever they are, the comparison ends; with a source that can be read twice it finds what it
 * finds with one that cannot, or where all layers are read and every content is hashed; and an
 * image is equal to itself. Which of the three is looked at follows from the input, since each
 * takes most of the time that there is. */
#include <stdint.h>
#include <stdlib.h>

#include "../common/memory_source.h"
#include "diff/diff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stack {
  struct str layers[3];
  size_t n;
};

static char *compare(const struct stack stacks[2], bool once, bool digests, bool *failed)
{
  struct limits limits = limits_scaled(0.001);
  struct memory_sink *sink = memory_sink_new(digests);
  struct diff_options options = { .limits = &limits, .threads = 1, .effective = true };
  struct error err;
  struct diff *diff;
  char *text;

  options.ignore = IGNORE_ALL_SEMANTIC;
  options.platforms.all = true;
  options.sink = memory_sink_sink(sink);
  for (int side = 0; side < 2; side++) {
    options.sources[side] = memory_source_new(side ? "b" : "a");
    options.sources[side]->fetches_again = once;
    memory_source_image(options.sources[side], stacks[side].layers, stacks[side].n, "");
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

/* The next so many blocks of the input. */
static struct str take(const uint8_t **data, size_t *size, size_t blocks)
{
  size_t len = blocks * 512 < *size ? blocks * 512 : *size;
  struct str piece = { (const char *)*data, len };

  *data += len;
  *size -= len;
  return piece;
}

/* hashed: the other way is that every content is; else that nothing can be read twice. */
static void check_ways(const struct stack stacks[2], bool hashed)
{
  bool failed[2];
  char *twice = compare(stacks, false, false, &failed[0]);
  char *other = compare(stacks, !hashed, hashed, &failed[1]);

  /* What is not read does not fail. */
  if (!failed[0] && !failed[1] && strcmp(twice, other) != 0)
    abort();
  free(twice);
  free(other);
}

/* The same entries in blobs of other digests, with zeros at the end. */
static void check_itself(const struct stack *stack)
{
  struct stack stacks[2] = { *stack, *stack };
  char *padded[3] = { NULL };
  bool failed;
  char *text;

  for (size_t i = 0; i < stack->n; i++) {
    size_t len = stack->layers[i].len;

    padded[i] = calloc(len + 1024, 1);
    if (!padded[i])
      abort();
    if (len)
      memcpy(padded[i], stack->layers[i].ptr, len);
    stacks[1].layers[i] = (struct str) { padded[i], len + 1024 };
  }
  text = compare(stacks, false, true, &failed);
  if (*text && !failed)
    abort();
  free(text);
  for (size_t i = 0; i < stack->n; i++)
    free(padded[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const uint8_t *blocks = data;
  struct stack stacks[2] = { { .n = 3 }, { .n = 3 } };
  unsigned sum = 0;

  if (size < 5)
    return 0;
  for (size_t i = 0; i < size; i++)
    sum += data[i];
  data += 4;
  size -= 4;
  stacks[0].layers[0] = stacks[1].layers[0] = take(&data, &size, blocks[0]);
  stacks[0].layers[1] = take(&data, &size, blocks[1]);
  stacks[1].layers[1] = take(&data, &size, blocks[2]);
  stacks[0].layers[2] = take(&data, &size, blocks[3] & 127);
  stacks[1].layers[2] = take(&data, &size, SIZE_MAX / 512);
  if (blocks[3] & 128)
    stacks[1].n = 2; /* the images then have not the same number of layers */
  if (sum % 3 == 2)
    check_itself(&stacks[0]);
  else
    check_ways(stacks, sum % 3 == 1);
  return 0;
}
