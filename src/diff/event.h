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

/* One side of a difference. What does not apply is NULL. */
struct event_input {
  const struct descriptor *descriptor;
  const json_t *index, *manifest, *config; /* the whole documents */
  const struct tar_entry *entry;           /* its name as in the image */
  const struct digest *content;            /* of the entry's content, where it was computed */
  /* The layer that the entry stands in, at its index; NULL for what is inside a file: that is the
   * parent's entry. */
  const struct descriptor *layer;
  const struct event_origin *origin; /* the same with its number, in effective comparisons */
  /* The same where layers were merged though nobody asked for it: for reports to people. */
  const struct event_origin *merged_from;
  /* Of a node that is a layer: the command that made it, where a config was read that tells. */
  const char *created_by;
  /* The first bytes of the entry's content, or all: where the sink wants them, the contents differ
   * and were at hand together; else ptr NULL. */
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
  const char *label;   /* what the table puts before the value: "Mode ", "" */
  struct str value[2]; /* one line each, where the field is there; ptr NULL where it is absent */
  bool ignored;        /* differs, but the flags say that it does not count */
};

struct event {
  const struct event_node *parent; /* never NULL */
  const char *context;             /* the leaf's own */
  enum event_type type;
  const char *note; /* "" if there is none */
  struct event_input inputs[2];
  struct str name; /* of two entries, as the flags compare it; else empty */
  /* What differs, the most telling first, what is ignored too (another field then counts). May be
   * none where there is a note. */
  const struct event_field *fields;
  size_t n_fields;
  bool same_rest;       /* behind the heads, the contents are the same */
  bool left_out;        /* rules of the user's policy took fields off the list */
  bool digests_count;   /* of descriptors: theirs are compared, and tell of whatever differs */
  unsigned explanation; /* what report/explain/explain.h knows of it, set on the way to reports; 0:
                           nothing */
};

/* The field as rules and causes name it; false for one that they do not know. */
bool event_field_named(const struct event *event, const struct event_field *field,
                       struct policy_field *out);

/* A copy whose memory is in the arena, but for what lives as long as the comparison; without the
 * heads. */
void event_copy(struct event *out, const struct event *event, struct arena *arena);

struct event_sink {
  /* Takes one leaf. Parent nodes and what they and a leaf's inputs refer to live as long as the
   * comparison, but for the name, the fields, inputs[].entry, .content and .head: these are gone
   * after the call and have to be copied. Never called by two threads at once; the order of calls
   * is not fixed: a sink sorts by context, then name, then note. */
  void (*event)(struct event_sink *sink, const struct event *event);
  /* Whether inputs[].content is wanted on every tar entry event (it costs hashing), not only where
   * the contents differ. */
  bool wants_content_digests;
  /* Nothing more need be sent after one event; the effective comparison then ends early. */
  bool one_is_enough;
  /* How much of two contents that differ is wanted in inputs[].head; 0: nothing. */
  size_t wants_head_bytes;
};

#endif
