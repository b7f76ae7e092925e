#include "diff/pair.h"

static uint64_t times_met(const struct map_entry *found)
{
  return found ? (uintptr_t)found->value / MET_ONCE : 0;
}

static size_t count_waiting(const struct pending_name *name, int side)
{
  size_t n = 0;

  for (const struct pending *pending = name->first[side]; pending; pending = pending->next)
    n++;
  return n;
}

/* What of it is left out is not counted either. */
void pair_report_rest(struct pair *pair)
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

void pair_weigh_findings(struct pair *pair)
{
  struct findings *findings = pair->findings;
  const unsigned spelled = pair->sides[0].spelled | pair->sides[1].spelled;
  const bool unsure = !(pair->rules.ignore & IGNORE_CANONICAL_PATHS) && (spelled & (spelled - 1));

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
