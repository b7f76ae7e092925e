/* index.json of the store: what parses can be searched, changed, written and read again, and is
 * then the same. */
#include <stdint.h>
#include <stdlib.h>

#include "store/local/index_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct index_json *index)
{
  AUTO_BUF first = BUF_INIT(INDEX_JSON_MAX);
  AUTO_BUF second = BUF_INIT(INDEX_JSON_MAX);
  struct index_json again;
  struct error err;
  size_t n = index->n;

  for (size_t i = 0; i < n && i < 8; i++) {
    const char *name = index->entries[i].name;
    struct descriptor target;

    if (name && index_json_find(index, name, 0) > i)
      abort();
    if (index_entry_target(&index->entries[i], &target, &err) == 0)
      descriptor_release(&target);
  }
  if (n > 0 &&
      index_json_append(index, "example.com/a:1", &index->entries[n - 1].target, true, &err) == 0) {
    if (index_json_find(index, "example.com/a:1", 0) > n || !index->entries[n].cached)
      abort();
    index_json_remove(index, 0);
  }
  if (index_json_format(index, &first, &err) < 0)
    return;
  if (index_json_parse(&again, buf_str(&first), &err) < 0 || again.n != index->n ||
      index_json_format(&again, &second, &err) < 0 || !str_equal(buf_str(&first), buf_str(&second)))
    abort();
  index_json_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct str text = { (const char *)data, size };
  struct index_json index;
  struct error err;

  if (index_json_parse(&index, text, &err) < 0)
    return 0;
  check(&index);
  index_json_release(&index);
  return 0;
}
