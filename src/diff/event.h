/* What a comparison finds, one event per difference, and who wants to hear of it.
 *
 * Events form a tree (docs/behaviour.md). The comparison sends the leaves; each carries the
 * chain of inner nodes above it. */
#ifndef DIFFOCI_DIFF_EVENT_H
#define DIFFOCI_DIFF_EVENT_H

#include <jansson.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "evidence/patch.h"
#include "image/descriptor.h"
#include "policy/field.h"
#include "tar/entry.h"

enum event_type {
  EVENT_NONE, /* the root node, which is no event */
  EVENT_DESCRIPTOR,
  EVENT_INDEX,
  EVENT_MANIFEST,
  EVENT_CONFIG,
  EVENT_LAYER,
  EVENT_TARENTRY,
};

/* "DescriptorMismatch", …; "" for EVENT_NONE. */
const char *event_type_name(enum event_type type);

/* Which layer of an image something comes from, where layers were merged. */
struct event_origin {
  uint32_t number; /* from 0 */
  const struct descriptor *descriptor;
  const char *created_by; /* the command that made it (the config's history); NULL if unknown */
};

/* One side of a difference. What a difference of its type does not have is NULL. */
struct event_input {
  const struct descriptor *descriptor;
  const json_t *index, *manifest, *config; /* the whole documents */
  const struct tar_entry *entry;           /* its name as in the image */
  const struct digest *content;            /* of the entry's content, where it was computed */
  /* The layer that the entry stands in, at its index; NULL for what is inside a file: that is the
   * parent's entry. */
  const struct descriptor *layer;
  const struct event_origin *origin; /* that layer and its number, in effective comparisons */
  /* The same where layers were merged though nobody asked for it: for reports to people. */
  const struct event_origin *merged_from;
  /* Of a node that is a layer: the command that made it, where a config was read that tells. */
  const char *created_by;
  /* The beginning of the entry's content, or all of it. It is there if the sink wants it
   * (wants_head_bytes), the contents differ, and both were read at the same time; else ptr is NULL.
   */
  struct str head;
};

/* An inner node. Lives as long as the comparison (struct diff). */
struct event_node {
  const struct event_node *parent; /* NULL: this is the root */
  const char *context;             /* "/", "/manifests-0/layers-1" */
  enum event_type type;            /* EVENT_NONE for the root only */
  const char *note;                /* "" if there is none */
  struct event_input inputs[2];
};

/* One field that differs. All text is as in the image: escape before printing. */
struct event_field {
  const char *name;    /* "config.Env", "Mode", "Xattr user.x": what verbose and reports call it */
  const char *label;   /* what the table puts before the value: "Mode "; may be "" */
  struct str value[2]; /* one line each, where the field is there; ptr NULL where it is absent */
  bool ignored;        /* differs, but the flags say that it does not count */
};

struct event {
  const struct event_node *parent; /* never NULL */
  const char *context;             /* the leaf's own */
  enum event_type type;
  const char *note; /* "" if there is none */
  struct event_input inputs[2];
  struct str name; /* of entries: their name as it was compared, under the flags; else empty */
  /* All fields that differ, the one that the table shows first. Those that the flags leave out are
   * among them, but never alone. An event that has a note may have none. */
  const struct event_field *fields;
  size_t n_fields;
  bool same_rest; /* the contents differ within their heads alone */
  /* That entries stand in another order, if they do, is known to mean nothing
   * (diff/layers/order.h).
   */
  bool order_is_free;
  bool left_out;      /* a rule of the user's policy took fields off the list */
  bool digests_count; /* of descriptors: their digests were compared, so any difference shows */
  /* What differs in the contents, of what is inside a file: nobody else has these. NULL: not known.
   */
  const struct patch *patch;
  /* The file of rows below this node, told of as a whole since they may not tell all that differs
   * in it: it counts only if a rule accepts one of them by its cause, and is to be left out
   * otherwise (report/explain/accept.h). NULL: of all other events. */
  const struct event_node *beside;
  /* What report/explain/explain.h and report/patches/patches.h know of it, set on the way to
   * reports; 0: nothing. */
  unsigned explanation, patch_number;
};

/* The field as rules and causes name it; false for one that they do not know. */
bool event_field_named(const struct event *event, const struct event_field *field,
                       struct policy_field *out);

/* Whether it is about two files whose contents differ, and that counts. */
bool event_content_counts(const struct event *event);
/* Whether a row of a layer says no more than how many entries it has, on both sides (its note is
 * "length mismatch (…)"), which follows from the rows of those entries. Other rows without entries
 * (an engine that refuses an image, or makes another tree of it) follow from nothing. */
bool event_is_length(const struct event *event);

/* A copy whose memory is in the arena, but for what lives as long as the comparison; without the
 * heads and the patch. */
void event_copy(struct event *out, const struct event *event, struct arena *arena);

/* What the two arguments stand for, as far as the comparison had to look into them. */
struct event_roots {
  const struct descriptor *descriptors[2];
  /* Those compared that the image has, in the order of its index: "linux/amd64". */
  const char *const *platforms[2];
  size_t n_platforms[2];
};

struct event_sink {
  /* Takes one leaf. Its parents, and the documents, descriptors and layers that it and they refer
   * to, live as long as the comparison. Its name, its fields, its patch, and inputs[].entry,
   * .content and .head are gone when this returns: a sink copies what it wants to keep. It is never
   * called by two threads at once. The order of the calls is not fixed; a sink that shows them
   * sorts them by context, then name, then note. */
  void (*event)(struct event_sink *sink, const struct event *event);
  /* Called once, before any layer is read, with what lives as long as the comparison. NULL allowed.
   */
  void (*begun)(struct event_sink *sink, const struct event_roots *roots);
  /* No event will come any more whose context stands before this one (str_compare_natural); NULL:
   * none at all. Called as the layers are done, under the same rules as event. NULL allowed. */
  void (*settled)(struct event_sink *sink, const char *context);
  /* The sink wants inputs[].content of every entry event, not only where the contents differ. This
   * costs a hash of each content. */
  bool wants_content_digests;
  /* The sink only wants to know whether there is an event: after the first, none need be sent, and
   * an effective comparison ends early. */
  bool one_is_enough;
  /* The sink wants to know whether the order of entries may mean something (event.order_is_free).
   * This costs their names. */
  bool weighs_order;
  /* How many bytes of two contents that differ the sink wants in inputs[].head; 0: none. */
  size_t wants_head_bytes;
};

#endif
