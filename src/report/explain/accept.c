#include "report/explain/accept.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"

void accept_release(struct accept *accept)
{
  free(accept->items);
  arena_release(&accept->arena);
  *accept = (struct accept) { 0 };
}

uint64_t accept_memory(const struct accept *accept)
{
  return accept->cap * sizeof(*accept->items) + accept->arena.total;
}

void accept_keep(struct accept *accept, const struct event *event)
{
  struct event *kept;

  accept->items = xgrow(accept->items, accept->n, &accept->cap, sizeof(*accept->items));
  kept = &accept->items[accept->n++];
  event_copy(kept, event, &accept->arena);
}

bool accept_is_whole(const struct explanation *found)
{
  return found->n && !found->headless &&
         (!*found->left || (found->only_content_left && found->found[0].strength == CAUSE_LIKELY));
}

bool accept_is_part(const struct explanation *found, const struct explain_found *one)
{
  return found->only_content_left && one != found->found && one->strength == CAUSE_PART;
}

enum cause_strength accept_strength(const struct explanation *found,
                                    const struct explain_found *one)
{
  return one->strength == CAUSE_PART && !*found->left ? CAUSE_PROVEN : one->strength;
}

/* Whether rules of the policy accept all that differs: each cause has such a rule. */
static bool accept_covers(const struct policy *policy, const struct explanation *found)
{
  if (!accept_is_whole(found))
    return false;
  for (size_t i = 0; i < found->n; i++) {
    const struct explain_found *one = &found->found[i];

    if (!accept_is_part(found, one) &&
        !policy_accepts_cause(policy, one->cause, accept_strength(found, one)))
      return false;
  }
  return true;
}

static struct policy_rule *rule_of(const struct policy *policy, const struct explanation *found,
                                   size_t i)
{
  return policy_accepts_cause(policy, found->found[i].cause,
                              accept_strength(found, &found->found[i]));
}

/* Each rule that had a part in it has hidden a difference. */
static void count(const struct policy *policy, const struct explanation *found)
{
  for (size_t i = 0; i < found->n; i++) {
    struct policy_rule *rule = rule_of(policy, found, i);
    bool counted = !rule;

    for (size_t j = 0; j < i && !counted; j++)
      counted = rule_of(policy, found, j) == rule;
    if (!counted)
      policy_count(rule);
  }
}

/* ---- the numbers of entries ---- */

static bool is_lone(const struct event *event)
{
  return event->type == EVENT_LAYER && (event->inputs[0].entry || event->inputs[1].entry);
}

/* A name that stands on both sides, but not as often: its entries are not compared one by one, so
 * nothing is known of what differs in them. Behind the name's quotes the note is ours. */
static bool is_of_unequal_count(const struct event *event)
{
  const char *quote = is_lone(event) ? strrchr(event->note, '"') : NULL;

  return quote && strstr(quote, " times in input ");
}

/* What became of the entries of one context that have no partner. */
enum { ANY_ACCEPTED = 1, ANY_TOLD = 2 };

static void note_lone(struct map *lone, const struct event *event, bool accepted)
{
  struct map_entry *entry = map_put(lone, str_of(event->context));

  entry->value = (void *)((uintptr_t)entry->value | (accepted ? ANY_ACCEPTED : ANY_TOLD));
}

static bool goes_with_entries(const struct map *lone, const struct event *event)
{
  const struct map_entry *entry = map_find(lone, str_of(event->context));

  return event_is_length(event) && entry && (uintptr_t)entry->value == ANY_ACCEPTED;
}

/* ---- files and their rows ---- */

/* An accepted row tells of the node that it is below. */
static void note_row(struct map *nodes, const struct event *event)
{
  const struct str key = { (const char *)&event->parent, sizeof(event->parent) };

  if (event->type == EVENT_TARENTRY)
    map_put(nodes, key)->value = nodes;
}

/* Whether all rows of the file are told, so that it need not be. */
static bool is_seen_by_rows(const struct map *nodes, const struct event *event)
{
  const struct str key = { (const char *)&event->beside, sizeof(event->beside) };

  return event->beside && !map_find(nodes, key);
}

/* ---- all ---- */

uint64_t accept_settle(struct accept *accept, const struct policy *policy, struct explain *explain,
                       void (*tell)(void *context, const struct event *event), void *context)
{
  AUTO_FREE bool *accepted = xcalloc(accept->n + 1, sizeof(*accepted));
  struct map lone = MAP_INIT;
  struct map nodes = MAP_INIT; /* of which rows are accepted */
  uint64_t n = 0;

  for (size_t i = 0; i < accept->n; i++) {
    const struct event *event = &accept->items[i];
    const struct explanation found = explain_get(explain, event->explanation);

    accepted[i] = accept_covers(policy, &found) && !is_of_unequal_count(event);
    if (accepted[i] && !event->beside)
      count(policy, &found);
    if (accepted[i])
      note_row(&nodes, event);
    if (is_lone(event))
      note_lone(&lone, event, accepted[i]);
    n += accepted[i] && !event->beside;
  }
  for (size_t i = 0; i < accept->n; i++) {
    const struct event *event = &accept->items[i];

    if (accepted[i] || goes_with_entries(&lone, event) || is_seen_by_rows(&nodes, event))
      explain_forget(explain, event->explanation);
    else
      tell(context, event);
  }
  map_release(&lone);
  map_release(&nodes);
  return n;
}
