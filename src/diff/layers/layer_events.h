/* The events of one pair of layers, or of two squashed images. Private to src/diff. */
#ifndef DIFFOCI_DIFF_LAYERS_LAYER_EVENTS_H
#define DIFFOCI_DIFF_LAYERS_LAYER_EVENTS_H

#include "diff/compare.h"
#include "diff/layers/entry.h"

struct layer_events {
  struct diff *diff;
  const struct event_node *parent; /* of the leaves that are about the layer */
  const char *layer_context;
  struct event_node *node; /* "layer", parent of the entries' leaves; made when first needed */
  const char *entry_context;
  struct event_input inputs[2];
  struct fields fields;
  struct str heads[2]; /* of the contents of the next two entries; see struct event_input */
  bool same_rest;      /* see struct event */
  bool order_is_free;  /* see struct event; of all entries that follow */
  /* Of the next two entries: they are names of files that have not the same other names; the first
   * of those, ptr NULL where an entry comes before all other names of its file. */
  bool links_differ;
  struct str links[2];
};

/* layers: the descriptors the events are about; an item may be NULL (squashed). */
void layer_events_init(struct layer_events *events, struct diff *diff,
                       const struct event_node *parent, const struct descriptor *const layers[2]);
void layer_events_release(struct layer_events *events);
/* The layers that the next entries stand in, where it is not always the same. */
void layer_events_merged(struct layer_events *events, int side, const struct event_origin *origin);
/* The same where it is known which layer of the image it is. origin: NULL for what no layer has an
 * entry for. */
void layer_events_from(struct layer_events *events, int side, const struct event_origin *origin);

/* "length mismatch (5 vs 6)", unless a flag leaves it out. */
void layer_events_length(struct layer_events *events, uint64_t count0, uint64_t count1);
/* A name that appears counts[0] and counts[1] times; the entry is the first on `side` that has no
 * partner; content may be NULL. False if the policy or a flag leaves it out. */
bool layer_events_lone(struct layer_events *events, struct str name, const uint64_t counts[2],
                       int side, const struct tar_entry *entry, const struct digest *content);
/* Two entries that differ; contents may be NULL where they were not hashed (they are equal then).
 * Takes the heads and the links. False if the policy or a flag leaves it out. */
bool layer_events_entry(struct layer_events *events, const struct entry_rules *rules,
                        const struct tar_entry *const entries[2],
                        const struct digest *const contents[2]);

#endif
