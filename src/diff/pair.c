/* The comparison of two layers: both tar streams are walked in step. Entries that meet in the same
 * order are compared byte by byte and forgotten; one that meets another name waits, as its header
 * and its content's digest, until its partner comes. */
#include "diff/pair.h"

#include "diff/content.h"
#include "policy/policy.h"

/* Bytes that one side may hash before the other, whose entry waits for nothing, does too. */
enum { IN_FRONT = 256 * 1024 };

static int wrap_layer(const struct pair *pair, int side, struct error *err)
{
  char digest[DIGEST_MAX_TEXT];

  error_wrap(err, "layer %s", digest_format(&pair->layers[side]->digest, digest));
  return diff_wrap_input(pair->diff, side, err);
}

static int open_side(struct pair *pair, int side, struct error *err)
{
  struct source *source = pair->diff->options->sources[side];
  struct stream *blob = source_blob(source, pair->layers[side], err);

  if (!blob)
    return wrap_layer(pair, side, err);
  layer_open(&pair->sides[side].layer, blob, pair->pace, pair->diff->options->limits);
  pair->sides[side].opened = true;
  return 0;
}

/* The beginnings that --treat-canonical-paths-equal takes for the same. */
enum spelling {
  SPELLED_ANYHOW = 0,
  SPELLED_PLAIN = 1,
  SPELLED_SLASH = 2,
  SPELLED_DOT = 4,
  SPELLED_BOTH = 8
};

static enum spelling spelling_of(struct str name)
{
  bool slash;
  bool dot;

  if (!name.len || (name.ptr[0] != '/' && name.ptr[0] != '.'))
    return SPELLED_PLAIN;
  slash = name.ptr[0] == '/';
  dot = str_has_prefix(str_skip(name, slash), STR("./"));
  if (str_equal(name, STR(".")))
    return SPELLED_ANYHOW;
  return slash && dot ? SPELLED_BOTH : slash ? SPELLED_SLASH : dot ? SPELLED_DOT : SPELLED_PLAIN;
}

static int advance(struct pair *pair, int number, struct error *err)
{
  struct side *side = &pair->sides[number];
  int got;

  if (side->have || side->ended)
    return 0;
  got = tar_next(side->layer.tar, &side->entry, err);
  if (got < 0)
    return wrap_layer(pair, number, err);
  side->have = got > 0;
  side->ended = got == 0;
  if (side->have) {
    side->key = entry_canonical(&pair->rules, side->entry.name);
    side->count++;
    side->entry.skipped = side->skipped;
    if (pair->skips && policy_hides_path(pair->diff->options->policy, side->entry.name,
                                         side->entry.type == TAR_DIR))
      side->skipped++;
    if (pair->findings)
      side->spelled |= spelling_of(side->entry.name);
  }
  return 0;
}

/* The value is the number of times, and whether it was always a directory. */
static void count_met(struct pair *pair, struct str key, const struct tar_entry *const entries[2])
{
  struct map_entry *found = map_put(&pair->met, key);
  uintptr_t value = (uintptr_t)found->value;

  if (!value)
    found->key = arena_str(&pair->names, key);
  if (entries[0]->type != TAR_DIR || entries[1]->type != TAR_DIR)
    value |= MET_NO_DIRECTORY;
  found->value = (void *)(value + MET_ONCE);
}

static int compare_in_step(struct pair *pair, struct error *err)
{
  struct side *sides = pair->sides;
  struct tar_reader *const readers[2] = { sides[0].layer.tar, sides[1].layer.tar };
  const struct tar_entry *const entries[2] = { &sides[0].entry, &sides[1].entry };
  const bool differ = entry_headers_differ(&pair->rules, entries[0], entries[1]);
  struct content_result content;
  int failed_side = 0;

  if (comparer_compare(pair->comparer, readers,
                       differ && pair->diff->options->sink->wants_content_digests, &content,
                       &failed_side, err)) {
    error_wrap(err, "\"%.*s\"", STR_ARGS(entries[failed_side]->name));
    return wrap_layer(pair, failed_side, err);
  }
  if (differ || content.differ) {
    const struct digest *const digests[2] = {
      content.hashed ? &content.digests[0] : NULL,
      content.hashed ? &content.digests[1] : NULL,
    };

    for (int side = 0; side < 2; side++)
      pair->events.heads[side] = content.heads[side];
    pair->events.same_rest = content.same_rest;
    layer_events_entry(&pair->events, &pair->rules, entries, digests);
    if (pair->findings)
      findings_differ(pair->findings, entries, digests, true);
  } else if (pair->findings && (entries[0]->link_name.len || entries[1]->link_name.len)) {
    findings_same(pair->findings, entries);
  }
  count_met(pair, sides[0].key, entries);
  sides[0].have = false;
  sides[1].have = false;
  return 0;
}

/* The current entry of `number` against the oldest one of its name that waited on the other side.
 */
static void settle(struct pair *pair, int number, const struct digest *content)
{
  struct side *side = &pair->sides[number];
  const struct tar_entry *entries[2];
  const struct digest *digests[2];

  entries[number] = &side->entry;
  entries[1 - number] = &side->partner->entry;
  digests[number] = content;
  digests[1 - number] = &side->partner->content;
  if (!digest_equal(digests[0], digests[1]) ||
      entry_headers_differ(&pair->rules, entries[0], entries[1]))
    layer_events_entry(&pair->events, &pair->rules, entries, digests);
  if (pair->findings)
    findings_differ(pair->findings, entries, digests, false);
  count_met(pair, side->key, entries);
  pending_free(side->partner);
  side->partner = NULL;
}

/* content: NULL where nobody wants to know it. */
static void postpone(struct pair *pair, int number, const struct digest *content)
{
  struct side *side = &pair->sides[number];
  struct pending *pending = pending_add(&pair->pending, number, side->key, &side->entry);

  pending->hashed = content != NULL;
  if (content)
    pending->content = *content;
}

static bool waits(const struct pair *pair, int number, struct pending_name **name)
{
  const struct side *side = &pair->sides[number];

  *name = side->have ? pending_find(&pair->pending, side->key) : NULL;
  return *name && (*name)->first[1 - number];
}

static void begin_to_settle(struct pair *pair, int number, struct pending_name *name)
{
  pair->sides[number].partner = pending_take(&pair->pending, name, 1 - number);
  pair->sides[number].hashing = true;
}

/* Where the other side has ended nobody will come for the entry: then its content is hashed only if
 * a report shows it. */
static void begin_to_postpone(struct pair *pair, int number)
{
  struct side *side = &pair->sides[number];

  side->hashing =
      !pair->sides[1 - number].ended || pair->diff->options->sink->wants_content_digests;
  if (side->hashing)
    return;
  postpone(pair, number, NULL);
  side->have = false;
}

/* Goes on with what was begun. */
static int hash_piece(struct pair *pair, int number, struct error *err)
{
  struct side *side = &pair->sides[number];
  struct digest content;
  int got = comparer_hash_piece(pair->comparer, number, side->layer.tar, &side->hashed, err);

  if (got < 0) {
    error_wrap(err, "\"%.*s\"", STR_ARGS(side->entry.name));
    return wrap_layer(pair, number, err);
  }
  if (got > 0)
    return 0;
  content = comparer_hash_end(pair->comparer, number);
  if (side->partner)
    settle(pair, number, &content);
  else
    postpone(pair, number, &content);
  side->hashing = false;
  side->have = false;
  return 0;
}

/* While side 1 - number hashes. The other one does not stand still meanwhile: its decoder would
 * have to, and there is work for one processor only. But as long as that is not much it does, since
 * its entry may yet be compared in step. What goes on depends on the layers only, not on who is
 * faster: so does what is found. */
static bool begin_beside(struct pair *pair, int number)
{
  struct side *side = &pair->sides[number];
  const struct side *other = &pair->sides[1 - number];
  struct pending_name *name;

  if (!side->have)
    return false;
  if (waits(pair, number, &name)) {
    begin_to_settle(pair, number, name);
    return true;
  }
  if (other->hashed < side->hashed + IN_FRONT ||
      (!other->partner && str_equal(side->key, other->key)))
    return false;
  begin_to_postpone(pair, number);
  return true;
}

static int step(struct pair *pair, struct error *err)
{
  struct side *sides = pair->sides;
  struct pending_name *name;

  if (sides[0].hashing && sides[1].hashing)
    return hash_piece(pair, sides[0].hashed <= sides[1].hashed ? 0 : 1, err);
  for (int number = 0; number < 2; number++)
    if (sides[number].hashing)
      return begin_beside(pair, 1 - number) ? 0 : hash_piece(pair, number, err);
  for (int number = 0; number < 2; number++)
    if (waits(pair, number, &name)) {
      begin_to_settle(pair, number, name);
      return 0;
    }
  if (sides[0].have && sides[1].have && str_equal(sides[0].key, sides[1].key))
    return compare_in_step(pair, err);
  /* An entry too many on one side: the side that is behind goes on, so that after it both are in
   * step again. */
  if (!sides[0].have || !sides[1].have)
    begin_to_postpone(pair, sides[0].have ? 0 : 1);
  else
    begin_to_postpone(pair, sides[0].count < sides[1].count ? 0 : 1);
  return 0;
}

static int walk(struct pair *pair, struct error *err)
{
  for (;;) {
    if (advance(pair, 0, err) || advance(pair, 1, err))
      return -1;
    if (!pair->sides[0].have && !pair->sides[1].have)
      return 0;
    if (step(pair, err))
      return -1;
  }
}

int compare_layers(struct diff *diff, const struct event_node *parent,
                   const struct descriptor *const layers[2], const struct task_resources *resources,
                   struct findings *findings, struct error *err)
{
  struct pair pair = {
    .diff = diff,
    .layers = layers,
    .rules = { diff->options->ignore, diff->options->skip_security_xattrs, false },
    .pace = pace_new(resources->decoders),
    .comparer = comparer_new(resources->keep_bytes),
    .findings = findings,
  };
  int status;

  pair.skips =
      policy_has_paths(diff->options->policy) && !(diff->options->ignore & IGNORE_FILE_ORDER);
  comparer_want_heads(pair.comparer, diff->options->sink->wants_head_bytes);
  layer_events_init(&pair.events, diff, parent, layers);
  if (findings)
    findings_start(findings, diff, &pair.rules, layers);
  status = open_side(&pair, 0, err) || open_side(&pair, 1, err) || walk(&pair, err) ? -1 : 0;
  if (status == 0)
    pair_report_rest(&pair);
  if (status == 0 && findings)
    pair_weigh_findings(&pair);
  if (findings)
    findings_stop(findings);
  for (int side = 0; side < 2; side++) {
    if (pair.sides[side].opened)
      layer_close(&pair.sides[side].layer);
    if (pair.sides[side].partner)
      pending_free(pair.sides[side].partner);
  }
  pace_free(pair.pace);
  comparer_free(pair.comparer);
  layer_events_release(&pair.events);
  pending_release(&pair.pending);
  map_release(&pair.met);
  arena_release(&pair.names);
  return status;
}
