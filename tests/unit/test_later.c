/* Contents that are read when the comparison is over: who gets them, and who does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "../common/memory_source.h"
#include "../common/tar_maker.h"
#include "diff/kept.h"
#include "diff/later.h"

enum { MAX = 1000 };

/* Wants what differs, in the ways that the numbers say. */
enum { WHOLE, AGAIN, OTHER_DIGEST, LONE, SMALL, FROM_WITHIN, N_WAYS };

struct wanting {
  struct event_sink sink; /* first */
  struct later *later;
  struct later_taker taker, small;
  struct later_place places[2]; /* of the event */
  unsigned taken[N_WAYS], refused[N_WAYS];
};

static struct str content_of(int side)
{
  return side ? STR("one thing") : STR("another");
}

static void take(void *context, size_t number, const struct later_content *contents)
{
  struct wanting *wanting = context;

  if (!contents) {
    wanting->refused[number]++;
    return;
  }
  wanting->taken[number]++;
  for (int side = 0; side < 2; side++) {
    if (number == LONE && side == 0) {
      assert_int_equal(contents[side].fd, -1);
      continue;
    }
    assert_true(str_equal(contents[side].bytes, content_of(side)));
    assert_int_equal(contents[side].size, content_of(side).len);
    assert_int_equal(contents[side].offset % 4096, 0);
  }
  if (number == WHOLE)
    later_want(wanting->later, wanting->places, &wanting->taker, FROM_WITHIN);
}

static void want_all(struct event_sink *sink, const struct event *event)
{
  struct wanting *wanting = (struct wanting *)sink;
  struct later_place places[2];
  struct digest other = { .algorithm = DIGEST_SHA256 };

  if (event->type != EVENT_TARENTRY)
    return;
  for (int side = 0; side < 2; side++) {
    places[side] = later_place_of(&event->inputs[side]);
    wanting->places[side] = places[side];
    wanting->places[side].content = NULL; /* gone when this returns */
  }
  later_want(wanting->later, places, &wanting->taker, WHOLE);
  later_want(wanting->later, places, &wanting->taker, AGAIN);
  later_want(wanting->later, places, &wanting->small, SMALL);
  places[1].content = &other;
  later_want(wanting->later, places, &wanting->taker, OTHER_DIGEST);
  places[1].content = NULL;
  places[0].layer = NULL;
  later_want(wanting->later, places, &wanting->taker, LONE);
}

static struct stream *open_nothing(struct source *source, const struct descriptor *blob,
                                   struct error *err)
{
  (void)source;
  (void)blob;
  error_set(err, ERROR_NOT_FOUND, "it is gone");
  return NULL;
}

/* How contents are read, and what is kept of them. */
struct way {
  unsigned threads;
  bool fetches_again; /* the layers, when the comparison is over */
  bool gone;          /* the same: they cannot be read any more */
  bool keeps;
  uint64_t min; /* as kept_new has it */
};

static void run(struct wanting *wanting, const struct way *way)
{
  struct limits limits = limits_scaled(1);
  struct budget memory = BUDGET_INIT(UINT64_C(1) << 20);
  struct diff_options options = { .limits = &limits, .threads = way->threads };
  struct source_ops gone[2];
  struct error err;
  bool failed;
  struct diff *diff;

  for (int side = 0; side < 2; side++) {
    AUTO_BUF tar = BUF_INIT(1 << 20);
    struct str layer;

    tar_make(&tar, &(struct tar_item) { .name = "before", .content = STR("the same") });
    tar_make(&tar, &(struct tar_item) { .name = "x", .content = content_of(side) });
    tar_make_end(&tar);
    layer = buf_str(&tar);
    options.sources[side] = memory_source_new(side ? "b" : "a");
    memory_source_image(options.sources[side], &layer, 1, "");
  }
  options.platforms.all = true;
  options.kept = way->keeps ? kept_new(&memory, way->min) : NULL;
  options.sink = &wanting->sink;
  *wanting = (struct wanting) { .sink = { .event = want_all },
                                .later = later_new(&options),
                                .taker = { take, wanting, MAX },
                                .small = { take, wanting, 8 } };
  diff = diff_run(&options, &failed, &err);
  assert_non_null(diff);
  options.sources[1]->fetches_again = way->fetches_again;
  for (int side = 0; side < 2 && way->gone; side++) {
    gone[side] = *options.sources[side]->ops;
    gone[side].open = open_nothing;
    options.sources[side]->ops = &gone[side];
  }
  later_read(wanting->later);
  later_read(wanting->later); /* nothing is handed out twice */
  later_free(wanting->later);
  diff_free(diff);
  kept_free(options.kept);
  assert_int_equal(memory.used, 0);
  for (int side = 0; side < 2; side++)
    source_free(options.sources[side]);
}

static void who_gets_them(void **state)
{
  static const unsigned taken[N_WAYS] = { [WHOLE] = 1, [AGAIN] = 1, [LONE] = 1, [FROM_WITHIN] = 1 };
  static const unsigned refused[N_WAYS] = { [OTHER_DIGEST] = 1, [SMALL] = 1 };
  struct wanting wanting;

  (void)state;
  for (unsigned threads = 1; threads <= 2; threads++)
    for (int keeps = 0; keeps < 2; keeps++) {
      run(&wanting, &(struct way) { .threads = threads, .keeps = keeps });
      assert_memory_equal(wanting.taken, taken, sizeof(taken));
      assert_memory_equal(wanting.refused, refused, sizeof(refused));
    }
}

/* What was kept is handed out though the layers cannot be read a second time; nothing else is. */
static void kept(void **state)
{
  static const unsigned taken[N_WAYS] = { [WHOLE] = 1, [AGAIN] = 1, [FROM_WITHIN] = 1 };
  static const unsigned none[N_WAYS] = { 0 };
  struct wanting wanting;

  (void)state;
  run(&wanting, &(struct way) { .threads = 2, .keeps = true, .gone = true });
  assert_memory_equal(wanting.taken, taken, sizeof(taken));
  run(&wanting, &(struct way) { .threads = 2, .keeps = true, .gone = true, .min = 9 });
  assert_memory_equal(wanting.taken, none, sizeof(none));
  run(&wanting, &(struct way) { .threads = 2, .gone = true });
  assert_memory_equal(wanting.taken, none, sizeof(none));
}

/* What would have to be fetched is not read. */
static void not_fetched(void **state)
{
  struct wanting wanting;

  (void)state;
  run(&wanting, &(struct way) { .threads = 2, .fetches_again = true });
  for (int way = 0; way < N_WAYS; way++) {
    assert_int_equal(wanting.taken[way], 0);
    assert_int_equal(wanting.refused[way], way != FROM_WITHIN);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(who_gets_them),
    cmocka_unit_test(kept),
    cmocka_unit_test(not_fetched),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
