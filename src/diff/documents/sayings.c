#include "diff/documents/sayings.h"

#include <string.h>

#include "base/map.h"

/* What sayings may have in common. */
enum { BY_BLOB, BY_CONTENT, BY_DIFF_ID, KEYS };

struct search {
  struct map first[KEYS]; /* the first saying with that key: saying's key -> struct saying */
  size_t compared;
};

/* Empty: it has none. */
static struct str sayings_key(const struct saying *saying, int by)
{
  const struct digest *digest = &saying->layer->digest;

  if (by == BY_BLOB)
    return (struct str) { (const char *)digest, sizeof(*digest) };
  if (!saying->is_read)
    return STR("");
  if (by == BY_DIFF_ID)
    return (struct str) { saying->diff_id, strlen(saying->diff_id) + 1 };
  return (struct str) { (const char *)&saying->fingerprint, sizeof(saying->fingerprint) };
}

static bool are_contrary(const struct saying *a, const struct saying *b)
{
  const bool same_id = strcmp(a->diff_id, b->diff_id) == 0;

  if (digest_equal(&a->layer->digest, &b->layer->digest))
    return !same_id;
  return a->is_read && b->is_read && (a->fingerprint == b->fingerprint) != same_id;
}

/* While nothing contradicts, all sayings of one key say the same of it, so that the first stands
 * for them. NULL: this one contradicts none before it. */
static const struct saying *search_add(struct search *search, const struct saying *saying)
{
  const struct saying *contrary = NULL;

  for (int by = 0; by < KEYS; by++) {
    const struct str key = sayings_key(saying, by);
    struct map_entry *entry = key.len ? map_put(&search->first[by], key) : NULL;
    const struct saying *first = entry ? entry->value : NULL;

    if (entry && !first)
      entry->value = (void *)saying;
    if (!first)
      continue;
    search->compared++;
    if (are_contrary(first, saying) && (!contrary || first < contrary))
      contrary = first;
  }
  return contrary;
}

bool sayings_contradict(const struct saying *sayings, size_t n,
                        const struct saying *found[static 2], size_t *compared)
{
  struct search search = { .compared = 0 };
  const struct saying *contrary = NULL;

  for (size_t i = 0; i < n && !contrary; i++) {
    contrary = search_add(&search, &sayings[i]);
    if (contrary) {
      found[0] = contrary;
      found[1] = &sayings[i];
    }
  }
  for (int by = 0; by < KEYS; by++)
    map_release(&search.first[by]);
  *compared = search.compared;
  return contrary != NULL;
}
