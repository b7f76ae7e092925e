#include "base/suggest.h"

#include <limits.h>
#include <stdint.h>

enum { WORD_MAX = 64, BEGINNING_MIN = 3, BEGINNING_DISTANCE = 1 };

struct suggestion suggestion_for(struct str word)
{
  return (struct suggestion) { .word = word, .distance = UINT32_MAX };
}

static unsigned char suggest_lower(char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned min_of(unsigned a, unsigned b)
{
  return a < b ? a : b;
}

/* Three rows of the table are enough, since a swap looks back two. */
unsigned suggestion_distance(struct str a, struct str b)
{
  unsigned rows[3][WORD_MAX + 1];

  if (a.len > WORD_MAX || b.len > WORD_MAX)
    return UINT_MAX;
  for (unsigned j = 0; j <= b.len; j++)
    rows[0][j] = j;
  for (unsigned i = 1; i <= a.len; i++) {
    unsigned *row = rows[i % 3];
    const unsigned *above = rows[(i + 2) % 3];
    const unsigned *two_above = rows[(i + 1) % 3];

    row[0] = i;
    for (unsigned j = 1; j <= b.len; j++) {
      const bool same = suggest_lower(a.ptr[i - 1]) == suggest_lower(b.ptr[j - 1]);

      row[j] = min_of(min_of(above[j], row[j - 1]) + 1, above[j - 1] + !same);
      if (i > 1 && j > 1 && suggest_lower(a.ptr[i - 1]) == suggest_lower(b.ptr[j - 2]) &&
          suggest_lower(a.ptr[i - 2]) == suggest_lower(b.ptr[j - 1]))
        row[j] = min_of(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[a.len % 3][b.len];
}

static bool suggest_begins(struct str word, struct str candidate)
{
  return word.len >= BEGINNING_MIN && str_has_prefix(candidate, word);
}

void suggestion_consider(struct suggestion *suggestion, struct str candidate)
{
  const struct str word = suggestion->word;
  const size_t longer = word.len > candidate.len ? word.len : candidate.len;
  unsigned found;

  if (longer > WORD_MAX || word.len == 0)
    return;
  found = suggestion_distance(word, candidate);
  if (suggest_begins(word, candidate))
    found = min_of(found, BEGINNING_DISTANCE);
  else if (found > (longer + 2) / 3 || found >= longer)
    return;
  if (found > suggestion->distance ||
      (found == suggestion->distance &&
       (!suggest_begins(word, candidate) || suggest_begins(word, suggestion->nearest))))
    return;
  suggestion->nearest = candidate;
  suggestion->distance = found;
}
