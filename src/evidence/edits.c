#include "evidence/edits.h"

#include "base/alloc.h"

/* How far paths from both ends are followed when the work is used up: what is found then costs no
 * more than some times as many steps for each element. */
enum { HURRIED_EDITS = 64 };

/* Elements a[0] to b[0] of the first side against a[1] to b[1] of the second. */
struct box {
  int32_t from[2], to[2];
};

/* How far paths of some number of edits get on each diagonal (the place on the first side minus
 * that on the second), from one end of a box. */
struct reach {
  int32_t *at; /* the place on the first side, by diagonal; may be indexed by negative ones */
  int32_t least, most;
};

struct edits {
  const uint32_t *const *ids;
  bool *const *lone;
  struct reach ahead, back;
  uint64_t *work; /* that is left */
  bool may_stop;  /* as soon as it is used up */
};

static void edits_spend(const struct edits *edits, uint64_t steps)
{
  *edits->work -= MIN_OF(*edits->work, steps);
}

static bool same(const struct edits *edits, int32_t a, int32_t b)
{
  return edits->ids[0][a] == edits->ids[1][b];
}

/* One more edit: the diagonals that can be reached are one more on each side, as far as the box
 * has them, and those beside them count as not reached. */
static void edits_widen(struct reach *reach, const struct box *box, int32_t unreached)
{
  if (reach->least > box->from[0] - box->to[1])
    reach->at[--reach->least - 1] = unreached;
  else
    reach->least++;
  if (reach->most < box->to[0] - box->from[1])
    reach->at[++reach->most + 1] = unreached;
  else
    reach->most--;
}

static bool has_met(const struct reach *other, int32_t diagonal)
{
  return diagonal >= other->least && diagonal <= other->most;
}

/* A path may be followed no longer, and where it was left says nothing of those it could meet. */
static bool has_stopped(const struct edits *edits)
{
  return edits->may_stop && !*edits->work;
}

/* How many equal elements lie on a diagonal from a place on, down (sign 1) or up (-1), where the
 * box has `room` of them: each is a step. */
static int32_t edits_follow(const struct edits *edits, int32_t a, int32_t b, int32_t room, int sign)
{
  const int32_t up = sign < 0;
  int32_t n = 0;

  if (edits->may_stop && room > 0 && (uint64_t)room > *edits->work)
    room = (int32_t)*edits->work;
  while (n < room && same(edits, a + sign * n - up, b + sign * n - up))
    n++;
  edits_spend(edits, (uint64_t)n);
  return n;
}

/* Paths from the top, one edit longer; true where one of them meets one from the bottom. */
static bool edits_step_ahead(struct edits *edits, const struct box *box, bool meets,
                             int32_t middle[2])
{
  struct reach *ahead = &edits->ahead;

  edits_widen(ahead, box, -1);
  for (int32_t d = ahead->most; d >= ahead->least; d -= 2) {
    const int32_t below = ahead->at[d - 1];
    const int32_t above = ahead->at[d + 1];
    int32_t a = below < above ? above : below + 1;

    a += edits_follow(edits, a, a - d, MIN_OF(box->to[0] - a, box->to[1] - (a - d)), 1);
    ahead->at[d] = a;
    if (!meets || has_stopped(edits) || !has_met(&edits->back, d) || edits->back.at[d] > a)
      continue;
    middle[0] = a;
    middle[1] = a - d;
    return true;
  }
  return false;
}

/* Paths from the bottom. */
static bool edits_step_back(struct edits *edits, const struct box *box, bool meets,
                            int32_t middle[2])
{
  struct reach *back = &edits->back;

  edits_widen(back, box, INT32_MAX);
  for (int32_t d = back->most; d >= back->least; d -= 2) {
    const int32_t below = back->at[d - 1];
    const int32_t above = back->at[d + 1];
    int32_t a = below < above ? below : above - 1;

    a -= edits_follow(edits, a, a - d, MIN_OF(a - box->from[0], a - d - box->from[1]), -1);
    back->at[d] = a;
    if (!meets || has_stopped(edits) || !has_met(&edits->ahead, d) || edits->ahead.at[d] < a)
      continue;
    middle[0] = a;
    middle[1] = a - d;
    return true;
  }
  return false;
}

/* The place that a path from either end has come furthest to. What the other end's paths cost is
 * then no more than some times what lies behind the place, which is not gone through again and
 * again: the sum over all places grows with the sizes. */
static void furthest(const struct edits *edits, const struct box *box, int32_t middle[2])
{
  int32_t best = -1;

  for (int end = 0; end < 2; end++) {
    const struct reach *reach = end ? &edits->back : &edits->ahead;

    for (int32_t d = reach->most; d >= reach->least; d -= 2) {
      const int32_t low = MAX_OF(box->from[0], box->from[1] + d);
      const int32_t high = MIN_OF(box->to[0], box->to[1] + d);
      const int32_t a = MIN_OF(MAX_OF(reach->at[d], low), high);
      const int32_t come =
          end ? box->to[0] + box->to[1] - (2 * a - d) : 2 * a - d - box->from[0] - box->from[1];

      if (come <= best)
        continue;
      best = come;
      middle[0] = a;
      middle[1] = a - d;
    }
  }
}

/* A place that a shortest path through the box goes through; neither side of it is empty. */
static void find_middle(struct edits *edits, const struct box *box, int32_t middle[2])
{
  const int32_t top = box->from[0] - box->from[1];
  const int32_t bottom = box->to[0] - box->to[1];
  const bool odd = ((top ^ bottom) & 1) != 0; /* so is the number of edits */

  edits->ahead.least = edits->ahead.most = top;
  edits->back.least = edits->back.most = bottom;
  edits->ahead.at[top] = box->from[0];
  edits->back.at[bottom] = box->to[0];
  for (int32_t n = 1;; n++) {
    edits->may_stop = n > HURRIED_EDITS;
    if (edits_step_ahead(edits, box, odd, middle) || edits_step_back(edits, box, !odd, middle))
      return;
    edits_spend(edits, 2 * (uint64_t)n);
    if (!*edits->work && n >= HURRIED_EDITS) {
      furthest(edits, box, middle);
      return;
    }
  }
}

static void edits_trim(const struct edits *edits, struct box *box)
{
  while (box->from[0] < box->to[0] && box->from[1] < box->to[1] &&
         same(edits, box->from[0], box->from[1])) {
    box->from[0]++;
    box->from[1]++;
  }
  while (box->from[0] < box->to[0] && box->from[1] < box->to[1] &&
         same(edits, box->to[0] - 1, box->to[1] - 1)) {
    box->to[0]--;
    box->to[1]--;
  }
}

static int64_t edits_size(const struct box *box)
{
  return (int64_t)(box->to[0] - box->from[0]) + (box->to[1] - box->from[1]);
}

/* The smaller part first and by itself, so that calls are no deeper than the logarithm. */
static void edits_divide(struct edits *edits, struct box box)
{
  for (;;) {
    struct box parts[2] = { box, box };
    int32_t middle[2] = { box.from[0], box.from[1] };
    int smaller;

    edits_trim(edits, &box);
    if (box.from[0] == box.to[0] || box.from[1] == box.to[1])
      break;
    find_middle(edits, &box, middle);
    parts[0] = parts[1] = box;
    for (int side = 0; side < 2; side++)
      parts[0].to[side] = parts[1].from[side] = middle[side];
    smaller = edits_size(&parts[1]) < edits_size(&parts[0]);
    edits_divide(edits, parts[smaller]);
    box = parts[!smaller];
  }
  for (int side = 0; side < 2; side++)
    for (int32_t i = box.from[side]; i < box.to[side]; i++)
      edits->lone[side][i] = true;
}

void edits_find(const uint32_t *const ids[2], const size_t n[2], uint64_t *work,
                bool *const lone[2])
{
  const size_t diagonals = n[0] + n[1] + 3;
  AUTO_FREE int32_t *reached = xcalloc(2 * diagonals, sizeof(*reached));
  struct edits edits = { .ids = ids, .lone = lone, .work = work };

  edits.ahead.at = reached + n[1] + 1;
  edits.back.at = reached + diagonals + n[1] + 1;
  edits_divide(&edits, (struct box) { { 0, 0 }, { (int32_t)n[0], (int32_t)n[1] } });
}
