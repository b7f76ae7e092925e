/* The comparison of two layers: which of their entries are partners the engine says
 * (pair/match.h); here is what is told about them. */
#include "diff/kept.h"
#include "diff/layers/entry.h"
#include "diff/layers/held.h"
#include "diff/layers/layer_events.h"
#include "diff/layers/layer_reader.h"
#include "diff/layers/names.h"
#include "diff/layers/order.h"
#include "diff/layers/tasks.h"
#include "pair/match.h"
#include "policy/policy.h"

/* A name that stands a different number of times on both sides is told as that, and its entries are
 * not compared one by one: which of them belong together nobody knows. That it does is known only
 * at the end, so that until then all that differ are held. */
struct uneven {
  struct budget *memory;
  uint64_t taken; /* of the budget */
  struct map names;
  struct arena arena;
};

/* Names that begin in another way than the first one does, as --semantic has them: where one of
 * them stands, too, it may pair others than we do. There are few, or none that begin as the first.
 */
struct odd {
  unsigned usual; /* enum spelling; 0: no name came yet */
  struct map names;
  struct arena arena;
  size_t bytes;
};
enum { ODD_BYTES_MAX = 1024 * 1024 };

struct pair {
  struct match_rules match; /* the first member */
  struct match_sink sink;
  struct diff *diff;
  struct entry_rules rules;
  struct layer_events events;
  bool skips; /* positions are counted without what the policy leaves out */
  struct {
    uint64_t skipped; /* entries that it leaves out */
    uint64_t hidden;  /* entries without partner that it leaves out */
    unsigned spelled; /* in which ways names begin: a set of enum spelling */
  } sides[2];
  struct findings *findings; /* NULL: none are wanted */
  struct names *names;       /* of the layers; NULL: nobody has to know them */
  bool lowest;               /* nothing lies below the layers */
  bool reordered;            /* some entry did not meet its partner at once */
  struct kept_keeper keeper; /* kept NULL: nobody wants contents later */
  /* NULL: neither differing numbers are told nor what order means, so that nothing has to wait. */
  struct held *held;
  struct uneven uneven;
  struct odd odd;
  int status; /* -1: *err says why, the sink's functions have nothing to return */
  struct error *err;
};

static struct pair *pair_of_sink(struct match_sink *sink)
{
  return (struct pair *)((char *)sink - offsetof(struct pair, sink));
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

static struct str pair_key(const struct match_rules *rules, struct str name)
{
  return entry_canonical(&((const struct pair *)rules)->rules, name);
}

static bool pair_differ(const struct match_rules *rules, const struct tar_entry *a,
                        const struct tar_entry *b)
{
  return entry_headers_differ(&((const struct pair *)rules)->rules, a, b);
}

static struct str semantic_name(struct str name)
{
  static const struct entry_rules rules = { .ignore = IGNORE_CANONICAL_PATHS };

  return entry_canonical(&rules, name);
}

static void odd_note(struct odd *odd, struct str name)
{
  const enum spelling spelling = spelling_of(name);
  struct map_entry *entry;

  if (!odd->usual)
    odd->usual = spelling;
  if (spelling == SPELLED_ANYHOW || spelling == odd->usual || odd->bytes > ODD_BYTES_MAX)
    return;
  name = semantic_name(name);
  entry = map_put(&odd->names, name);
  if (entry->value)
    return;
  entry->key = arena_str(&odd->arena, name);
  entry->value = odd;
  odd->bytes += name.len + sizeof(*entry);
}

/* Whether --semantic pairs what we pair of this name: all that could come between two partners
 * stands before one of them, and so has been seen. */
static bool odd_leaves(const struct odd *odd, struct str name)
{
  return odd->bytes <= ODD_BYTES_MAX && !map_find(&odd->names, semantic_name(name));
}

static void pair_entry(struct match_sink *sink, int side, struct tar_entry *entry)
{
  struct pair *pair = pair_of_sink(sink);

  entry->skipped = pair->sides[side].skipped;
  if (pair->skips &&
      policy_hides_path(pair->diff->options->policy, entry->name, entry->type == TAR_DIR))
    pair->sides[side].skipped++;
  if (!pair->findings)
    return;
  pair->sides[side].spelled |= spelling_of(entry->name);
  odd_note(&pair->odd, entry->name);
}

static void pair_note_findings(struct pair *pair, const struct match_pair *found, bool differ)
{
  struct findings *findings = pair->findings;

  if (differ || !found->in_step)
    findings_differ(findings, found->entries, found->contents, found->in_step,
                    odd_leaves(&pair->odd, found->entries[0]->name));
  else if (found->entries[0]->link_name.len || found->entries[1]->link_name.len)
    findings_same(findings, found->entries);
}

static void pair_tell(struct pair *pair, const struct match_pair *found)
{
  for (int side = 0; side < 2; side++)
    pair->events.heads[side] = found->heads[side];
  pair->events.same_rest = found->same_rest;
  layer_events_entry(&pair->events, &pair->rules, found->entries, found->contents);
}

static void pair_found(struct match_sink *sink, const struct match_pair *found)
{
  struct pair *pair = pair_of_sink(sink);
  const bool differ = found->headers_differ || found->contents_differ;

  if (differ && !pair->held)
    pair_tell(pair, found);
  else if (differ && pair->status == 0)
    pair->status = held_add(pair->held, found, pair->err);
  if (pair->findings)
    pair_note_findings(pair, found, differ);
  pair->reordered |= !found->in_step;
  if (pair->names)
    names_add(pair->names, found->key, found->entries);
}

/* Whether --semantic may pair others, since names begin in several ways. */
static bool pair_is_unsure(const struct pair *pair)
{
  const unsigned spelled = pair->sides[0].spelled | pair->sides[1].spelled;

  return !(pair->rules.ignore & IGNORE_CANONICAL_PATHS) && (spelled & (spelled - 1));
}

static int uneven_add(struct uneven *uneven, struct str name, struct error *err)
{
  const uint64_t want = name.len + 4 * sizeof(struct map_entry);

  if (!budget_take(uneven->memory, want))
    return budget_error(uneven->memory, "names that stand in a layer several times", err);
  uneven->taken += want;
  map_put(&uneven->names, name)->key = arena_str(&uneven->arena, name);
  return 0;
}

static void uneven_release(struct uneven *uneven)
{
  budget_give(uneven->memory, uneven->taken);
  map_release(&uneven->names);
  arena_release(&uneven->arena);
}

/* What was held, but for the names that stand a different number of times. */
static int pair_tell_held(struct pair *pair)
{
  struct match_pair found;
  int got;

  while ((got = held_next(pair->held, &found, pair->err)) > 0)
    if (!map_find(&pair->uneven.names, pair_key(&pair->match, found.entries[0]->name)))
      pair_tell(pair, &found);
  return got;
}

static void pair_lone(struct match_sink *sink, const struct match_lone *lone)
{
  struct pair *pair = pair_of_sink(sink);

  if (lone->times) {
    if (!layer_events_lone(&pair->events, lone->key, lone->counts, lone->side, lone->entry,
                           lone->content))
      pair->sides[lone->side].hidden += lone->times;
    else if (lone->counts[0] && lone->counts[1] && pair->status == 0)
      pair->status = uneven_add(&pair->uneven, lone->key, pair->err);
  }
  pair->reordered = true;
  if (pair->names)
    names_add(pair->names, lone->key,
              (const struct tar_entry *const[]) { lone->side == 0 ? lone->entry : NULL,
                                                  lone->side == 1 ? lone->entry : NULL });
  if (pair->findings)
    findings_lone(pair->findings, lone->side, lone->entry, !pair_is_unsure(pair));
}

/* Whether the order of the entries may mean something, now that all have come. */
static void pair_weigh_order(struct pair *pair)
{
  const bool counts = pair->reordered &&
                      order_counts(pair->names, pair->lowest, pair->diff->options->limits->memory);

  pair->events.order_is_free = !counts;
  if (pair->findings)
    pair->findings->order_counts = counts;
}

/* Holds every name of the layers against the findings. */
static void pair_weigh(struct pair *pair)
{
  if (pair_is_unsure(pair))
    findings_spelled(pair->findings);
  if (pair->findings->n_strong)
    names_weigh(pair->names, pair->findings);
}

static int pair_run(struct pair *pair, struct layer_reader readers[2],
                    const struct task_resources *resources, struct error *err)
{
  const struct match_options options = {
    .readers = { &readers[0].reader, &readers[1].reader },
    .rules = &pair->match,
    .sink = &pair->sink,
    .memory = pair->diff->options->limits->memory,
    .keep_bytes = resources->keep_bytes,
    .head_bytes = pair->diff->options->sink->wants_head_bytes,
    .keeper = pair->keeper.kept ? &pair->keeper.base : NULL,
  };
  uint64_t counts[2];

  pair->err = err;
  if (match_run(&options, counts, err))
    return -1;
  if (pair->names)
    pair_weigh_order(pair);
  if (pair->status || (pair->held && pair_tell_held(pair)))
    return entry_reader_wrap(options.readers[0], err);
  counts[0] -= pair->sides[0].hidden;
  counts[1] -= pair->sides[1].hidden;
  if (counts[0] != counts[1]) /* what is left out is not counted either */
    layer_events_length(&pair->events, counts[0], counts[1]);
  if (pair->findings)
    pair_weigh(pair);
  return 0;
}

int compare_layers(struct diff *diff, const struct layer_task *task,
                   const struct task_resources *resources, struct findings *findings,
                   struct error *err)
{
  const struct descriptor *const *layers = task->blobs;
  const struct diff_options *options = diff->options;
  struct pair pair = {
    .match = { pair_key, pair_differ, options->sink->wants_content_digests },
    .sink = { pair_entry, pair_found, pair_lone },
    .diff = diff,
    .rules = { options->ignore, options->skip_security_xattrs, false },
    .skips = policy_has_paths(options->policy) && !(options->ignore & IGNORE_FILE_ORDER),
    .findings = findings,
    .lowest = task->lowest,
    .uneven = { .memory = options->limits->memory },
  };
  struct layer_reader readers[2] = { 0 };
  struct pace *pace = pace_new(resources->decoders);
  int status = 0;

  layer_events_init(&pair.events, diff, task->parent, layers);
  kept_keeper_init(&pair.keeper, options->kept, layers);
  if (!(options->ignore & IGNORE_EXTRA_LENGTH) || options->sink->weighs_order)
    pair.held = held_new(options->limits->memory);
  if (findings)
    findings_start(findings, diff, &pair.rules, layers);
  if (findings || options->sink->weighs_order)
    pair.names = names_new(options->limits->memory);
  for (int side = 0; side < 2 && status == 0; side++)
    if (layer_reader_open(&readers[side], diff, side, layers[side], pace, err))
      status = entry_reader_wrap(&readers[side].reader, err);
  if (status == 0)
    status = pair_run(&pair, readers, resources, err);
  if (findings)
    findings_stop(findings);
  layer_reader_close(&readers[0]);
  layer_reader_close(&readers[1]);
  pace_free(pace);
  layer_events_release(&pair.events);
  names_free(pair.names);
  held_free(pair.held);
  uneven_release(&pair.uneven);
  map_release(&pair.odd.names);
  arena_release(&pair.odd.arena);
  return status;
}
