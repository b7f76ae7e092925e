#include "report/changes/history_diff.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "image/history.h"

enum { MOST_ALIGNED = 512 }; /* instructions of a side, so that the table stays small */

struct steps {
  struct str *items;
  size_t n;
};

static void steps_make(struct steps *out, const json_t *history, struct arena *arena)
{
  size_t i;
  json_t *item;

  *out = (struct steps) { .items = xcalloc(json_array_size(history) + 1, sizeof(*out->items)) };
  json_array_foreach((json_t *)history, i, item)
  {
    const char *created_by = history_created_by(item);
    AUTO_BUF text = BUF_INIT(INT32_MAX);

    if (!created_by)
      continue;
    history_instruction(&text, created_by);
    out->items[out->n++] = arena_str(arena, buf_str(&text));
  }
}

struct walk {
  const struct step_range {
    const struct str *items;
    size_t n;
  } * sides;
  void (*line)(void *context, char mark, struct str text);
  void *context;
};

static void tell(const struct walk *walk, int side, size_t from, size_t to)
{
  for (size_t i = from; i < to; i++)
    walk->line(walk->context, side ? '+' : '-', walk->sides[side].items[i]);
}

/* common[i * (m + 1) + j]: how many the rests from i and j on have in common, in order. */
static void tell_aligned(const struct walk *walk)
{
  const struct step_range *a = &walk->sides[0];
  const struct step_range *b = &walk->sides[1];
  const size_t width = b->n + 1;
  AUTO_FREE unsigned *common = xcalloc((a->n + 1) * width, sizeof(*common));
  size_t i = 0;
  size_t j = 0;

  for (size_t x = a->n; x-- > 0;)
    for (size_t y = b->n; y-- > 0;)
      common[x * width + y] = str_equal(a->items[x], b->items[y])
                                  ? common[(x + 1) * width + y + 1] + 1
                                  : MAX_OF(common[(x + 1) * width + y], common[x * width + y + 1]);
  while (i < a->n || j < b->n) {
    if (i < a->n && j < b->n && str_equal(a->items[i], b->items[j])) {
      i++;
      j++;
    } else if (i < a->n &&
               (j == b->n || common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      tell(walk, 0, i, i + 1);
      i++;
    } else {
      tell(walk, 1, j, j + 1);
      j++;
    }
  }
}

void history_diff(const json_t *const histories[2],
                  void (*line)(void *context, char mark, struct str text), void *context)
{
  struct arena arena = ARENA_INIT;
  struct steps steps[2];
  struct step_range sides[2];
  const struct walk walk = { sides, line, context };
  size_t same = 0;

  for (int side = 0; side < 2; side++)
    steps_make(&steps[side], histories[side], &arena);
  while (same < MIN_OF(steps[0].n, steps[1].n) &&
         str_equal(steps[0].items[same], steps[1].items[same]))
    same++;
  for (int side = 0; side < 2; side++)
    sides[side] = (struct step_range) { steps[side].items + same, steps[side].n - same };
  while (sides[0].n && sides[1].n &&
         str_equal(sides[0].items[sides[0].n - 1], sides[1].items[sides[1].n - 1])) {
    sides[0].n--;
    sides[1].n--;
  }
  if (sides[0].n <= MOST_ALIGNED && sides[1].n <= MOST_ALIGNED) {
    tell_aligned(&walk);
  } else {
    tell(&walk, 0, 0, sides[0].n);
    tell(&walk, 1, 0, sides[1].n);
  }
  free(steps[0].items);
  free(steps[1].items);
  arena_release(&arena);
}
