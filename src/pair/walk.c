#include "pair/walk.h"

/* Bytes that one side may hash before the other, whose entry waits for nothing, does too. */
enum { IN_FRONT = 256 * 1024 };

struct side {
  struct entry_reader *reader;
  struct tar_entry entry; /* the current one, where have is set */
  struct str key;
  bool have;
  bool ended;
  uint64_t count;  /* entries so far */
  bool hashing;    /* the current entry is taken alone */
  bool claimed;    /* …and its partner has been here */
  uint64_t hashed; /* bytes of contents, in all */
};

struct walk {
  struct walk_user *user;
  struct comparer *comparer;
  struct side sides[2];
};

static int walk_wrap(const struct walk *walk, int side, struct error *err)
{
  error_wrap(err, "\"%.*s\"", STR_ARGS(walk->sides[side].entry.name));
  return entry_reader_wrap(walk->sides[side].reader, err);
}

static int walk_advance(struct walk *walk, int number, struct error *err)
{
  struct side *side = &walk->sides[number];

  while (!side->have && !side->ended) {
    int got = entry_reader_next(side->reader, &side->entry, err);

    if (got < 0)
      return entry_reader_wrap(side->reader, err);
    side->ended = got == 0;
    side->have = got > 0 && walk->user->ops->begin(walk->user, number, &side->entry, &side->key);
    side->count += side->have;
  }
  return 0;
}

static int walk_meet(struct walk *walk, struct error *err)
{
  struct side *sides = walk->sides;
  struct entry_reader *const readers[2] = { sides[0].reader, sides[1].reader };
  const struct tar_entry *const entries[2] = { &sides[0].entry, &sides[1].entry };
  struct content_result content;
  int failed_side = 0;

  comparer_meet(walk->comparer, entries);
  if (comparer_compare(walk->comparer, readers, walk->user->ops->wants_digests(walk->user, entries),
                       &content, &failed_side, err))
    return walk_wrap(walk, failed_side, err);
  if (walk->user->ops->met(walk->user, entries, sides[0].key, &content, &failed_side, err))
    return walk_wrap(walk, failed_side, err);
  sides[0].have = false;
  sides[1].have = false;
  return 0;
}

static int walk_end_alone(struct walk *walk, int number, const struct digest *content,
                          struct error *err)
{
  struct side *side = &walk->sides[number];

  side->hashing = false;
  side->have = false;
  if (walk->user->ops->alone(walk->user, number, &side->entry, side->key, side->claimed, content,
                             err))
    return walk_wrap(walk, number, err);
  return 0;
}

/* What need not be hashed is taken at once. */
static int walk_begin_alone(struct walk *walk, int number, bool claimed, struct error *err)
{
  struct side *side = &walk->sides[number];

  side->claimed = claimed;
  side->hashing = walk->user->ops->wants_hash(walk->user, number, &side->entry, claimed,
                                              walk->sides[1 - number].ended);
  return side->hashing ? 0 : walk_end_alone(walk, number, NULL, err);
}

/* Goes on with what was begun. */
static int walk_hash(struct walk *walk, int number, struct error *err)
{
  struct side *side = &walk->sides[number];
  struct digest content;
  int got = comparer_hash_piece(walk->comparer, number, side->reader, &side->hashed, err);

  if (got < 0)
    return walk_wrap(walk, number, err);
  if (got > 0)
    return 0;
  content = comparer_hash_end(walk->comparer, number);
  return walk_end_alone(walk, number, &content, err);
}

/* Whether what is being hashed was to be known to a partner alone, and none will come any more. */
static bool walk_is_in_vain(const struct walk *walk, int number)
{
  const struct side *side = &walk->sides[number];
  const struct side *other = &walk->sides[1 - number];

  return other->ended && !other->have &&
         !walk->user->ops->wants_hash(walk->user, number, &side->entry, side->claimed, true);
}

static int walk_drop_hash(struct walk *walk, int number, struct error *err)
{
  comparer_hash_drop(walk->comparer, number);
  return walk_end_alone(walk, number, NULL, err);
}

/* Takes the current entry of a side if its partner has been here. 1, 0, -1. */
static int walk_claim(struct walk *walk, int number, struct error *err)
{
  struct side *side = &walk->sides[number];
  int claimed = side->have ? walk->user->ops->claim(walk->user, number, side->key, err) : 0;

  if (claimed < 0)
    return walk_wrap(walk, number, err);
  if (claimed > 0 && walk_begin_alone(walk, number, true, err))
    return -1;
  return claimed;
}

/* While side 1 - number hashes. The other one does not stand still meanwhile: its decoder would
 * have to, and there is work for one processor only. But as long as that is not much it does, since
 * its entry may yet meet one of its name. 1: it went on. */
static int walk_begin_beside(struct walk *walk, int number, struct error *err)
{
  struct side *side = &walk->sides[number];
  const struct side *other = &walk->sides[1 - number];
  int claimed = walk_claim(walk, number, err);

  if (claimed || !side->have)
    return claimed;
  if (other->hashed < side->hashed + IN_FRONT ||
      (!other->claimed && str_equal(side->key, other->key)))
    return 0;
  return walk_begin_alone(walk, number, false, err) ? -1 : 1;
}

static int walk_step(struct walk *walk, struct error *err)
{
  struct side *sides = walk->sides;
  int number;

  if (sides[0].hashing && sides[1].hashing)
    return walk_hash(walk, sides[0].hashed <= sides[1].hashed ? 0 : 1, err);
  if (sides[0].hashing || sides[1].hashing) {
    int went_on;

    number = sides[0].hashing ? 0 : 1;
    if (walk_is_in_vain(walk, number))
      return walk_drop_hash(walk, number, err);
    went_on = walk_begin_beside(walk, 1 - number, err);
    return went_on ? (went_on < 0 ? -1 : 0) : walk_hash(walk, number, err);
  }
  for (number = 0; number < 2; number++) {
    int claimed = walk_claim(walk, number, err);

    if (claimed)
      return claimed < 0 ? -1 : 0;
  }
  if (sides[0].have && sides[1].have && str_equal(sides[0].key, sides[1].key))
    return walk_meet(walk, err);
  if (!sides[0].have || !sides[1].have)
    number = sides[0].have ? 0 : 1;
  else
    number = sides[0].count < sides[1].count ? 0 : 1;
  return walk_begin_alone(walk, number, false, err);
}

static int walk_all(struct walk *walk, struct error *err)
{
  for (;;) {
    if (walk_advance(walk, 0, err) || walk_advance(walk, 1, err))
      return -1;
    if (!walk->sides[0].have && !walk->sides[1].have)
      return 0;
    if (walk_step(walk, err))
      return -1;
  }
}

int walk_run(const struct walk_options *options, uint64_t counts[2], struct error *err)
{
  struct walk walk = {
    .user = options->user,
    .comparer = comparer_new(options->keep_bytes),
    .sides = { { .reader = options->readers[0] }, { .reader = options->readers[1] } },
  };
  int status;

  comparer_want_heads(walk.comparer, options->head_bytes);
  comparer_keep(walk.comparer, options->keeper);
  status = walk_all(&walk, err);
  for (int side = 0; side < 2; side++)
    counts[side] = walk.sides[side].count;
  comparer_free(walk.comparer);
  return status;
}
