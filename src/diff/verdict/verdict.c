#include "diff/verdict/verdict.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "diff/compare.h"
#include "diff/layers/layer_reader.h"
#include "diff/layers/tasks.h"
#include "diff/verdict/shadow.h"
#include "policy/policy.h"

const char *verdict_name(enum verdict_level level)
{
  static const char *const names[] = { "unknown",   "different", "equivalent",
                                       "effective", "semantic",  "identical" };

  return names[level];
}

void verdict_describe(const struct verdict *verdict, struct buf *out)
{
  static const char *const meanings[] = {
    "the comparison did not come to its end",
    "a container would see a difference",
    "a container would see no difference but in files that are equal inside",
    "a container would see no difference",
    "no difference but in times, history, order and format",
    "the digests are the same",
  };
  static const char *const of_artifacts[] = {
    [VERDICT_DIFFERENT] = "the artifacts differ",
    [VERDICT_EFFECTIVE] = "the artifacts hold the same",
  };
  const char *meaning = meanings[verdict->level];

  if (verdict->artifacts && verdict->level != VERDICT_UNKNOWN && verdict->level < VERDICT_SEMANTIC)
    meaning = of_artifacts[verdict->level];

  if (verdict->level == VERDICT_DIFFERENT && verdict->open != VERDICT_UNKNOWN)
    meaning =
        verdict->hidden ? "a container may see a difference" : "more than the digests differs";
  buf_printf(out, "%s: %s", verdict_name(verdict->level), meaning);
  if (verdict->beside)
    buf_puts(out, ", though what stands beside the images differs");
  if (verdict->hidden)
    buf_puts(out, ", though --semantic finds none");
  if (verdict->rules && verdict->level < VERDICT_IDENTICAL)
    buf_puts(out, ", apart from what the rules of the policy leave out");
  if (verdict->accepted)
    buf_puts(out, ", all of it for causes that are accepted");
  if (verdict->open == VERDICT_UNKNOWN)
    return;
  buf_printf(out, " (whether it is %s was not looked into: ", verdict_name(verdict->open));
  escape_terminal(out, str_of(verdict->why));
  buf_puts(out, ")");
}

/* ---- what the findings decide ---- */

static const struct findings *find_layer(const struct diff *diff, const struct image_pair *pair,
                                         size_t layer)
{
  for (size_t i = pair->first_task; i < diff->n_tasks; i++) {
    const struct layer_task *task = &diff->tasks[i];

    if (task->kind == TASK_LAYERS && task->blobs[0] == &pair->manifests[0]->layers[layer] &&
        task->blobs[1] == &pair->manifests[1]->layers[layer])
      return task->findings.wanted ? &task->findings : NULL;
  }
  return NULL;
}

/* Reads the names of a layer above or below the one that was looked into. */
static int weigh_layer(struct diff *diff, int side, const struct descriptor *blob, bool above,
                       struct findings *findings, struct error *err)
{
  struct layer_reader layer;
  struct tar_entry entry;
  int got = 0;

  if (!source_at_hand(diff->options->sources[side], blob))
    return error_set(err, ERROR_CANCELLED, "not at hand");
  if (layer_reader_open(&layer, diff, side, blob, NULL, err))
    return -1;
  while (findings->n_strong && (got = entry_reader_next(&layer.reader, &entry, err)) > 0) {
    if (above)
      findings_weigh_above(findings, entry.name, entry.type == TAR_DIR);
    else
      findings_weigh_below(findings, entry.name, side);
  }
  layer_reader_close(&layer);
  return got < 0 ? -1 : 0;
}

static bool any_lone(const struct findings *findings, int side)
{
  for (size_t i = 0; i < findings->n_strong; i++)
    if (findings->strong[i].lone == side)
      return true;
  return false;
}

/* Above, blobs that are the same are read once; below, those that may hold what the other side has.
 */
static bool weigh_layers(struct diff *diff, const struct image_pair *pair, size_t layer, bool above,
                         enum verdict_effort effort, struct findings *findings)
{
  const struct descriptor *const blobs[2] = { &pair->manifests[0]->layers[layer],
                                              &pair->manifests[1]->layers[layer] };
  const int last = above && same_blob(blobs[0], blobs[1]) ? 0 : 1;
  struct error ignored;

  for (int side = 0; side <= last; side++)
    if (findings->n_strong && (above || any_lone(findings, 1 - side)) &&
        (effort < VERDICT_READS || weigh_layer(diff, side, blobs[side], above, findings, &ignored)))
      return false;
  return true;
}

/* Whether what differs for sure in a layer is neither replaced nor hidden by those above it, and
 * what is only on one side there is not on the other side in those below it. */
static bool shows_through(struct diff *diff, const struct image_pair *pair, size_t layer,
                          enum verdict_effort effort, const struct findings *findings)
{
  struct findings left = { .n_strong = findings->n_strong };
  bool known = true;

  left.strong = xcalloc(STRONG_MAX, sizeof(*left.strong));
  memcpy(left.strong, findings->strong, findings->n_strong * sizeof(*left.strong));
  for (size_t i = layer + 1; i < pair->manifests[0]->n_layers && known; i++)
    known = weigh_layers(diff, pair, i, true, effort, &left);
  for (size_t i = 0; i < layer && known && left.n_strong && !any_lone(&left, -1); i++)
    known = weigh_layers(diff, pair, i, false, effort, &left);
  known = known && left.n_strong;
  findings_release(&left);
  return known;
}

/* What was found about the layers of two images, if it decides. */
static enum shadow_answer judge_layers(struct diff *diff, const struct image_pair *pair,
                                       enum verdict_effort effort)
{
  const struct manifest *const *manifests = pair->manifests;
  bool same = true;

  if (manifests[0]->n_layers != manifests[1]->n_layers)
    return SHADOW_UNKNOWN;
  for (size_t i = manifests[0]->n_layers; i-- > 0;) {
    const struct descriptor *const blobs[2] = { &manifests[0]->layers[i],
                                                &manifests[1]->layers[i] };
    const struct findings *findings;

    if (blobs[0]->kind != MEDIA_LAYER || blobs[1]->kind != MEDIA_LAYER)
      return SHADOW_UNKNOWN;
    if (same_blob(blobs[0], blobs[1]))
      continue;
    findings = find_layer(diff, pair, i);
    if (findings && findings->n_strong)
      return shows_through(diff, pair, i, effort, findings) ? SHADOW_DIFFERS : SHADOW_UNKNOWN;
    same = same && findings && !findings->suspect && !findings->order_counts;
  }
  return same ? SHADOW_SAME : SHADOW_UNKNOWN;
}

/* Whether the layers that a task of the effective shadow would merge are known to be the same. */
static bool is_judged(const struct diff *shadow, const struct layer_task *task)
{
  if (task->twin && shadow->primary->tasks[task->twin - 1].findings.effective_same)
    return true;
  for (size_t i = 0; i < shadow->primary->n_pairs; i++) {
    const struct image_pair *pair = &shadow->primary->pairs[i];

    if (pair->manifests[0] == task->manifests[0] && pair->manifests[1] == task->manifests[1])
      return pair->layers_same;
  }
  return false;
}

static enum shadow_answer is_effective(struct diff *diff, enum verdict_effort effort,
                                       struct error *err)
{
  enum shadow_answer answer = SHADOW_UNKNOWN;

  if (shadow_is_effective(diff->options))
    return diff_has_sent(diff) ? SHADOW_DIFFERS : SHADOW_SAME;
  if (!diff->effective)
    diff->effective = shadow_effective(diff);
  if (diff_has_sent(diff->effective))
    answer = SHADOW_DIFFERS;
  for (size_t i = 0; i < diff->n_pairs && answer == SHADOW_UNKNOWN; i++) {
    enum shadow_answer judged = judge_layers(diff, &diff->pairs[i], effort);

    diff->pairs[i].layers_same = judged == SHADOW_SAME;
    if (judged == SHADOW_DIFFERS)
      answer = SHADOW_DIFFERS;
  }
  if (answer == SHADOW_UNKNOWN)
    answer = shadow_decide(diff->effective, is_judged, effort, err);
  return answer;
}

/* ---- the verdict ---- */

static enum shadow_answer is_semantic(struct diff *diff, enum verdict_effort effort,
                                      struct error *err)
{
  /* How much stronger than what was asked for it is. */
  if (diff->options->effective && effort != VERDICT_FETCHES)
    effort = VERDICT_OPENS_NOTHING;
  if (shadow_is_semantic(diff->options))
    return diff_has_sent(diff) ? SHADOW_DIFFERS : SHADOW_SAME;
  return shadow_decide(diff->semantic, shadow_found_in_passing, effort, err);
}

static bool is_identical(const struct diff *diff)
{
  return !diff->n_pairs && !diff->unpaired;
}

/* Rules about causes come after the comparison and change no verdict. */
static bool rules_hid(const struct policy *policy)
{
  size_t n = 0;
  struct policy_rule *const *rules = policy ? policy_rules(policy, &n) : NULL;

  for (size_t i = 0; i < n; i++)
    if (rules[i]->kind != POLICY_CAUSE && policy_hidden(rules[i]))
      return true;
  return false;
}

static void leave_open(struct verdict *out, enum verdict_level level, const struct error *err)
{
  if (out->open != VERDICT_UNKNOWN)
    return;
  out->open = level;
  snprintf(out->why, sizeof(out->why), "%s", err->message);
}

static bool is_about_artifacts(const struct diff *diff)
{
  for (size_t i = 0; i < diff->n_pairs; i++)
    if (!diff->pairs[i].manifests[0]->is_artifact || !diff->pairs[i].manifests[1]->is_artifact)
      return false;
  return diff->n_pairs ||
         (diff->root[0]->kind == MEDIA_OTHER && diff->root[1]->kind == MEDIA_OTHER);
}

/* Whether all that is in doubt, where --semantic finds no difference, is left out by the policy. */
static bool is_left_out(const struct diff *diff)
{
  for (size_t i = 0; i < diff->n_tasks; i++) {
    const struct layer_task *task = &diff->tasks[i];

    if (task->kind != TASK_CHECK && (task->kind != TASK_LAYERS || !task->findings.wanted ||
                                     task->findings.order_counts || task->findings.respelled))
      return false;
  }
  return true;
}

/* Where --semantic finds no difference. Nearly always what it leaves out is nothing that a
 * container sees; where it is, the order of entries or how links are written, they are not alike.
 */
static enum verdict_level look_closer(struct diff *diff, enum verdict_effort effort,
                                      struct verdict *out)
{
  struct error err;
  const enum shadow_answer answer =
      is_about_artifacts(diff) ? SHADOW_SAME : is_effective(diff, effort, &err);

  out->unseen = answer == SHADOW_UNKNOWN;
  if (answer == SHADOW_SAME ||
      (answer == SHADOW_UNKNOWN && effort < VERDICT_FETCHES && is_left_out(diff)))
    return VERDICT_SEMANTIC;
  out->hidden = true;
  if (answer == SHADOW_UNKNOWN)
    leave_open(out, VERDICT_SEMANTIC, &err);
  return VERDICT_DIFFERENT;
}

static enum verdict_level verdict_decide(struct diff *diff, enum verdict_effort effort,
                                         struct verdict *out)
{
  enum shadow_answer answer;
  struct error err;

  if (diff->other_platform) /* whatever it is the same as, it is not what was asked for */
    return VERDICT_DIFFERENT;
  if (is_identical(diff))
    return VERDICT_IDENTICAL;
  if (diff->unpackable) /* whatever else is the same: only one of them runs */
    return VERDICT_DIFFERENT;
  answer = diff_is_about_root(diff) ? SHADOW_DIFFERS : is_semantic(diff, effort, &err);
  if (answer == SHADOW_SAME)
    return look_closer(diff, effort, out);
  if (answer == SHADOW_UNKNOWN)
    leave_open(out, VERDICT_SEMANTIC, &err);
  answer = is_effective(diff, effort, &err);
  if (answer == SHADOW_SAME)
    return VERDICT_EFFECTIVE;
  if (answer == SHADOW_UNKNOWN)
    leave_open(out, VERDICT_EFFECTIVE, &err);
  else /* nothing that a container sees is left out by --semantic */
    out->open = VERDICT_UNKNOWN;
  return VERDICT_DIFFERENT;
}

/* Images of other platforms count although they are the same on both sides and so are no pair. */
static bool is_of_one_image(const struct diff *diff)
{
  return diff->n_pairs == 1 && diff->roots.n_platforms[0] <= 1 && diff->roots.n_platforms[1] <= 1;
}

void diff_verdict(struct diff *diff, bool failed, enum verdict_effort effort, struct verdict *out)
{
  *out = (struct verdict) { .level = VERDICT_UNKNOWN };
  for (int side = 0; side < 2; side++)
    out->digests[side] =
        (is_of_one_image(diff) ? diff->pairs[0].descriptors[side] : diff->root[side])->digest;
  if (failed)
    return;
  out->level = verdict_decide(diff, effort, out);
  out->artifacts = is_about_artifacts(diff);
  out->rules = rules_hid(diff->options->policy);
}
