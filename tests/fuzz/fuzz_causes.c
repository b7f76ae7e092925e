/* Two contents, whatever they are, are looked at by every cause. The first byte chooses where the
 * second content begins. */
#include <stdint.h>
#include <stdlib.h>

#include "policy/cause_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct cause_query query = { .path = STR("usr/share/x"), .types = "00" };
  enum cause_evidence evidence;
  const struct cause *found;
  size_t split;

  if (size < 2)
    return 0;
  split = (size - 1) * data[0] / 255;
  query.content[0] = (struct str) { (const char *)data + 1, split };
  query.content[1] = (struct str) { (const char *)data + 1 + split, size - 1 - split };
  query.size[0] = split;
  query.same_rest = data[0] & 2;
  query.size[1] = size - 1 - split + (data[0] & 1); /* some of it is out of sight */
  query.has_field = true;
  query.field = (struct policy_field) { FIELD_CONTENT, { NULL, 0 } };
  found = cause_find(&query, &evidence);
  if (found && (!cause_id(found) || evidence == CAUSE_BY_NAME))
    abort();
  for (size_t i = 0; i < n_causes; i++) {
    bool first_only;

    (void)cause_tests_hold(cause_table[i].tests, cause_table[i].n_tests, &query, &first_only);
  }
  return 0;
}
