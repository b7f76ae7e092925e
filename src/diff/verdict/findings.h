/* What the comparison of one pair of layers finds out on the way for the verdict, beyond its
 * events: whether the semantic comparison would find a difference, and whether a container could
 * see one. Private to src/diff.
 *
 * An entry is a suspect if it differs in more than what the effective comparison leaves out
 * (diff/effective/effective.h), or if it has no partner. Where no entry of any layer is a suspect
 * and the order of entries is the same, or means nothing (diff/layers/order.h), merging the layers
 * gives the same tree on both sides.
 *
 * A strong suspect is one whose difference shows in the tree that its own layer and those below it
 * are merged to, whatever those below hold. A suspect without a partner is strong only as long as
 * the layers below on the other side hold nothing at its path. A strong suspect that no layer above
 * replaces or hides decides that a container sees a difference, without any merging: weighing it is
 * to read the names of those layers. */
#ifndef DIFFOCI_DIFF_VERDICT_FINDINGS_H
#define DIFFOCI_DIFF_VERDICT_FINDINGS_H

#include "diff/compare.h"
#include "diff/layers/entry.h"
#include "diff/layers/layer_events.h"
#include "layer/overlay/overlay_path.h"

enum { STRONG_MAX = 4 };

struct strong {
  struct overlay_path path;
  bool is_directory;
  int lone;      /* the side that alone has it; -1: both have it */
  unsigned seen; /* entries of this path in the layer */
};

struct findings {
  /* Set by who wants them. */
  bool wanted;
  struct diff *semantic;                    /* the shadow to be asked; NULL: none, or it is known */
  const struct event_node *semantic_parent; /* the task's in the shadow */
  /* The same for the effective one, of layers that are merged anyway. */
  struct diff *effective;
  const struct layer_task *effective_task;

  bool effective_same;   /* the effective shadow's task finds no difference */
  bool semantic_unsure;  /* names are written in different ways: the shadow has to compare */
  bool order_counts;     /* entries come in another order, which may mean something */
  bool respelled;        /* targets of links are written in two ways */
  bool suspect;          /* there are suspects; those too that the policy leaves out */
  struct strong *strong; /* owned; those that came first */
  size_t n_strong;

  /* Private. */
  const struct diff *diff;
  struct entry_rules rules; /* the semantic ones */
  struct layer_events events;
  bool started;
};

/* Before the first entry. layers: as layer_events_init has them. */
void findings_start(struct findings *findings, const struct diff *diff,
                    const struct entry_rules *rules, const struct descriptor *const layers[2]);
/* After the last one. */
void findings_stop(struct findings *findings);
void findings_release(struct findings *findings);

/* Two entries differ under the comparison's rules. contents: as layer_events_entry has them.
 * in_step: they met at the same place of both layers. always: the semantic comparison would pair
 * them, too. */
void findings_differ(struct findings *findings, const struct tar_entry *const entries[2],
                     const struct digest *const contents[2], bool in_step, bool always);
/* Two entries are the same to the comparison's rules. */
void findings_same(struct findings *findings, const struct tar_entry *const entries[2]);
/* An entry has no partner. always: the semantic comparison would not give it one either. */
void findings_lone(struct findings *findings, int side, const struct tar_entry *entry, bool always);
/* Names begin in different ways: the semantic comparison may pair others. */
void findings_spelled(struct findings *findings);

/* Drops the strong suspects that an entry called name may replace, hide, or turn into a directory.
 * Of the suspects' own layer every entry has to be told, of both sides; of layers above it those of
 * both sides, too. */
void findings_weigh_own(struct findings *findings, struct str name, bool is_directory);
void findings_weigh_above(struct findings *findings, struct str name, bool is_directory);
/* Drops the strong suspects without a partner that a layer below may hold at their path on the
 * other side. side is that of the entry called name. */
void findings_weigh_below(struct findings *findings, struct str name, int side);
/* After the last call of findings_weigh_own: drops what stands in its layer several times. */
void findings_weighed(struct findings *findings);

#endif
