/* Entries that meet in step are compared and forgotten; one that is taken alone waits, as its
 * header and its content's digest, until its partner comes. Of entries that found their partners
 * only the names are counted. */
#include "pair/match.h"

#include "base/tally.h"
#include "pair/pending.h"
#include "pair/walk.h"

struct match {
  struct walk_user user; /* the first member */
  const struct match_options *options;
  struct pending_table *pending;
  struct pending claimed[2]; /* the partner of a side's current entry */
  bool differ;               /* the entries that meet, in their headers */
  struct tally met;          /* names of pairs */
};

static bool match_begin(struct walk_user *user, int side, struct tar_entry *entry, struct str *key)
{
  const struct match *match = (struct match *)user;
  const struct match_options *options = match->options;

  *key = options->rules->key(options->rules, entry->name);
  if (options->sink->entry)
    options->sink->entry(options->sink, side, entry);
  return true;
}

static int match_claim(struct walk_user *user, int side, struct str key, struct error *err)
{
  struct match *match = (struct match *)user;

  return pending_take(match->pending, 1 - side, key, &match->claimed[side], err);
}

static bool match_wants_hash(struct walk_user *user, int side, const struct tar_entry *entry,
                             bool claimed, bool last)
{
  const struct match *match = (struct match *)user;

  (void)side;
  (void)entry;
  return claimed || !last || match->options->rules->wants_digests;
}

static bool match_wants_digests(struct walk_user *user, const struct tar_entry *const entries[2])
{
  struct match *match = (struct match *)user;
  const struct match_rules *rules = match->options->rules;

  match->differ = rules->differ(rules, entries[0], entries[1]);
  return rules->wants_digests && match->differ;
}

static int match_send(struct match *match, const struct match_pair *pair, struct error *err)
{
  match->options->sink->pair(match->options->sink, pair);
  return tally_add(&match->met, pair->key, err);
}

static int match_met(struct walk_user *user, const struct tar_entry *const entries[2],
                     struct str key, const struct content_result *content, int *failed_side,
                     struct error *err)
{
  struct match_pair pair = {
    .entries = { entries[0], entries[1] },
    .key = key,
    .in_step = true,
    .headers_differ = ((struct match *)user)->differ,
    .contents_differ = content->differ,
    .heads = { content->heads[0], content->heads[1] },
    .same_rest = content->same_rest,
  };

  (void)failed_side;
  for (int side = 0; side < 2 && content->hashed; side++)
    pair.contents[side] = &content->digests[side];
  return match_send((struct match *)user, &pair, err);
}

static int match_alone(struct walk_user *user, int side, const struct tar_entry *entry,
                       struct str key, bool claimed, const struct digest *content,
                       struct error *err)
{
  struct match *match = (struct match *)user;
  const struct pending *partner = &match->claimed[side];
  struct match_pair pair = { .key = key };

  if (!claimed)
    return pending_add(match->pending, side, key, entry, content, err);
  pair.entries[side] = entry;
  pair.entries[1 - side] = &partner->entry;
  pair.contents[side] = content;
  pair.contents[1 - side] = &partner->content;
  pair.headers_differ =
      match->options->rules->differ(match->options->rules, pair.entries[0], pair.entries[1]);
  pair.contents_differ = !digest_equal(pair.contents[0], pair.contents[1]);
  return match_send(match, &pair, err);
}

/* What still waits after both sequences has no partner. */
static int match_rest(struct match *match, struct error *err)
{
  struct match_sink *sink = match->options->sink;
  struct pending *left = &match->claimed[0];
  uint64_t at = 0;
  uint64_t times;
  int got;

  while ((got = pending_next(match->pending, &at, left, &times, err)) > 0) {
    struct match_lone lone = {
      .side = left->side,
      .entry = &left->entry,
      .key = left->key,
      .content = left->hashed ? &left->content : NULL,
      .times = times,
    };

    if (times) {
      lone.counts[0] = lone.counts[1] = tally_of(&match->met, left->key);
      lone.counts[left->side] += times;
    }
    sink->lone(sink, &lone);
  }
  return got;
}

int match_run(const struct match_options *options, uint64_t counts[2], struct error *err)
{
  static const struct walk_user_ops ops = {
    match_begin, match_claim, match_wants_hash, match_wants_digests, match_met, match_alone,
  };
  struct match match = {
    .user = { &ops },
    .options = options,
    .pending = pending_new(options->memory),
    .claimed = { PENDING_INIT, PENDING_INIT },
    .met = TALLY_INIT(options->memory),
  };
  const struct walk_options walk = {
    .readers = { options->readers[0], options->readers[1] },
    .user = &match.user,
    .keep_bytes = options->keep_bytes,
    .head_bytes = options->head_bytes,
    .keeper = options->keeper,
  };
  int status = walk_run(&walk, counts, err);

  if (status == 0)
    status = match_rest(&match, err);
  pending_release(&match.claimed[0]);
  pending_release(&match.claimed[1]);
  pending_free(match.pending);
  tally_release(&match.met);
  return status;
}
