/* Two contents, whatever they are, are looked at whole; one and the other way round, with the same
 * result. The first byte chooses where the second content begins. */
#include <stdint.h>
#include <stdlib.h>

#include "evidence/content.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct content_evidence *found;
  struct arena arena = ARENA_INIT;
  struct str content[2];
  size_t split;

  if (size < 2)
    return 0;
  found = malloc(sizeof(*found));
  if (!found)
    return 0;
  split = (size - 1) * data[0] / 255;
  content[0] = (struct str) { (const char *)data + 1, split };
  content[1] = (struct str) { (const char *)data + 1 + split, size - 1 - split };
  content_look(content,
               &(struct content_file) { .path = STR("usr/share/doc/x"),
                                        .changed = { { 1700000000 }, { 1700000000 } } },
               &arena, found);
  for (size_t i = 0; i < found->n; i++)
    if (!found->found[i].times || found->found[i].values.n > VALUES_MAX)
      abort();
  /* Two that differ have a cause, or something is left. */
  if (!str_equal(content[0], content[1]) && !found->n && !found->left)
    abort();
  arena_release(&arena);
  free(found);
  return 0;
}
