/* The comparison of two layers: both tar streams are walked in step. Entries that meet in the same
 * order are compared byte by byte and forgotten; one that meets another name waits, as its header
 * and its content's digest, until its partner comes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "diff/content.h"
#include "diff/entry.h"
#include "diff/layer_events.h"
#include "diff/pending.h"
#include "diff/tasks.h"
#include "layer/block.h"
#include "layer/layer.h"
#include "policy/policy.h"

/* Entries that wait when it is no longer a few that one side has and the other has not. */
enum { OUT_OF_STEP = 64 };

struct side {
  struct layer layer;
  bool opened;
  struct tar_entry entry; /* the current one, where have is set */
  struct str key;         /* its name, as it is compared */
  bool have;
  bool ended;
  uint64_t count;   /* entries met */
  uint64_t skipped; /* of these, where order counts: left out by the policy */
  unsigned spelled; /* in which ways names begin: a set of enum spelling */
};

struct pair {
  struct diff *diff;
  const struct descriptor *const *layers;
  struct entry_rules rules;
  struct side sides[2];
  struct pending_table pending;
  struct map met;     /* key -> how often it was met and settled on both sides: see count_met */
  struct arena names; /* keys of met */
  struct pace *pace;
  bool skips; /* positions are counted without what the policy leaves out */
  struct comparer *comparer;
  struct layer_events events;
  struct findings *findings; /* NULL: none are wanted */
};

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

  if (!blob || layer_open(&pair->sides[side].layer, blob, LAYER_BLOCKS_AHEAD, pair->pace,
                          pair->diff->options->limits, err))
    return wrap_layer(pair, side, err);
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

enum { MET_NO_DIRECTORY = 1, MET_ONCE = 2 };

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

static uint64_t times_met(const struct map_entry *found)
{
  return found ? (uintptr_t)found->value / MET_ONCE : 0;
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

static int hash_content(struct pair *pair, int side, struct digest *out, struct error *err)
{
  if (comparer_hash(pair->comparer, pair->sides[side].layer.tar, out, err)) {
    error_wrap(err, "\"%.*s\"", STR_ARGS(pair->sides[side].entry.name));
    return wrap_layer(pair, side, err);
  }
  return 0;
}

/* The current entry of `number` against the oldest one of its name that waits on the other side. */
static int settle(struct pair *pair, int number, struct pending_name *name, struct error *err)
{
  struct side *side = &pair->sides[number];
  struct digest content;
  struct pending *partner;
  const struct tar_entry *entries[2];
  const struct digest *digests[2];

  if (hash_content(pair, number, &content, err))
    return -1;
  partner = pending_take(&pair->pending, name, 1 - number);
  entries[number] = &side->entry;
  entries[1 - number] = &partner->entry;
  digests[number] = &content;
  digests[1 - number] = &partner->content;
  if (!digest_equal(&content, &partner->content) ||
      entry_headers_differ(&pair->rules, entries[0], entries[1]))
    layer_events_entry(&pair->events, &pair->rules, entries, digests);
  if (pair->findings)
    findings_differ(pair->findings, entries, digests, false);
  count_met(pair, side->key, entries);
  pending_free(partner);
  side->have = false;
  return 0;
}

/* The current entry of `number` has to wait. Where the other side has ended nobody will come for
 * it: then its content is hashed only if a report shows it. */
static int postpone(struct pair *pair, int number, struct error *err)
{
  struct side *side = &pair->sides[number];
  struct pending *pending;
  bool hash = !pair->sides[1 - number].ended || pair->diff->options->sink->wants_content_digests;

  pending = pending_add(&pair->pending, number, side->key, &side->entry);
  if (pair->pending.waiting == OUT_OF_STEP)
    pace_widen(pair->pace);
  if (hash && hash_content(pair, number, &pending->content, err))
    return -1;
  pending->hashed = hash;
  side->have = false;
  return 0;
}

static bool waits(const struct pair *pair, int number, struct pending_name **name)
{
  const struct side *side = &pair->sides[number];

  *name = side->have ? pending_find(&pair->pending, side->key) : NULL;
  return *name && (*name)->first[1 - number];
}

static int step(struct pair *pair, struct error *err)
{
  struct side *sides = pair->sides;
  struct pending_name *name;

  for (int number = 0; number < 2; number++)
    if (waits(pair, number, &name))
      return settle(pair, number, name, err);
  if (sides[0].have && sides[1].have && str_equal(sides[0].key, sides[1].key))
    return compare_in_step(pair, err);
  if (!sides[0].have || !sides[1].have)
    return postpone(pair, sides[0].have ? 0 : 1, err);
  /* An entry too many on one side: the side that is behind goes on, so that after it both are in
   * step again. */
  return postpone(pair, sides[0].count < sides[1].count ? 0 : 1, err);
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

static size_t count_waiting(const struct pending_name *name, int side)
{
  size_t n = 0;

  for (const struct pending *pending = name->first[side]; pending; pending = pending->next)
    n++;
  return n;
}

/* What is still waiting has no partner. What of it is left out is not counted either. */
static void report_rest(struct pair *pair)
{
  uint64_t entries[2] = { pair->sides[0].count, pair->sides[1].count };

  for (size_t i = 0; i < pair->pending.names.n && pair->pending.waiting; i++) {
    const struct map_entry *item = &pair->pending.names.entries[i];
    const struct pending_name *name = item->value;
    struct map_entry *met = map_find(&pair->met, item->key);
    uint64_t counts[2];
    int side = name->first[0] ? 0 : 1;

    if (!name->first[side])
      continue;
    counts[0] = times_met(met) + count_waiting(name, 0);
    counts[1] = times_met(met) + count_waiting(name, 1);
    if (!layer_events_lone(&pair->events, item->key, counts, side, &name->first[side]->entry,
                           name->first[side]->hashed ? &name->first[side]->content : NULL))
      entries[side] -= count_waiting(name, side);
  }
  if (entries[0] != entries[1])
    layer_events_length(&pair->events, entries[0], entries[1]);
}

/* Holds every name of the layer against what shows. */
static void weigh_findings(struct pair *pair)
{
  struct findings *findings = pair->findings;
  const unsigned spelled = pair->sides[0].spelled | pair->sides[1].spelled;
  const bool unsure = !pair->rules.ignore->canonical_paths && (spelled & (spelled - 1));

  if (unsure)
    findings_spelled(findings);
  for (size_t i = 0; i < pair->pending.names.n; i++) {
    const struct map_entry *item = &pair->pending.names.entries[i];
    const struct pending_name *name = item->value;

    for (int side = 0; side < 2; side++)
      for (const struct pending *left = name->first[side]; left; left = left->next)
        findings_lone(findings, side, &left->entry, !unsure);
  }
  if (findings->n_strong) {
    for (size_t i = 0; i < pair->met.n; i++) {
      const struct map_entry *item = &pair->met.entries[i];

      findings_weigh_own(findings, item->key, times_met(item),
                         !((uintptr_t)item->value & MET_NO_DIRECTORY));
    }
    for (size_t i = 0; i < pair->pending.names.n; i++) {
      const struct map_entry *item = &pair->pending.names.entries[i];
      const struct pending_name *name = item->value;

      for (int side = 0; side < 2; side++)
        for (const struct pending *left = name->first[side]; left; left = left->next)
          findings_weigh_own(findings, item->key, 1, left->entry.type == TAR_DIR);
    }
    findings_weighed(findings);
  }
}

int compare_layers(struct diff *diff, const struct event_node *parent,
                   const struct descriptor *const layers[2], const struct task_resources *resources,
                   struct findings *findings, struct error *err)
{
  struct pair pair = {
    .diff = diff,
    .layers = layers,
    .rules = { &diff->options->ignore, diff->options->skip_security_xattrs, false },
    .pace = pace_new(resources->sparing),
    .comparer = comparer_new(resources->keep_bytes),
    .findings = findings,
  };
  int status;

  pair.skips = policy_has_paths(diff->options->policy) && !diff->options->ignore.file_order;
  comparer_want_heads(pair.comparer, diff->options->sink->wants_head_bytes);
  layer_events_init(&pair.events, diff, parent, layers);
  if (findings)
    findings_start(findings, diff, &pair.rules, layers);
  status = open_side(&pair, 0, err) || open_side(&pair, 1, err) || walk(&pair, err) ? -1 : 0;
  if (status == 0)
    report_rest(&pair);
  if (status == 0 && findings)
    weigh_findings(&pair);
  if (findings)
    findings_stop(findings);
  for (int side = 0; side < 2; side++)
    if (pair.sides[side].opened)
      layer_close(&pair.sides[side].layer);
  pace_free(pair.pace);
  comparer_free(pair.comparer);
  layer_events_release(&pair.events);
  pending_release(&pair.pending);
  map_release(&pair.met);
  arena_release(&pair.names);
  return status;
}
