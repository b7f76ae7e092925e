/* Differences that follow from others: a digest, a size, a number of entries differs because what
 * it stands for does. Only where something does differ there they are called so; else the blobs
 * themselves are looked at. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_BELOW_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_BELOW_H

#include "base/map.h"
#include "report/explain/explain_draft.h"

enum below_kind {
  BELOW_NOTHING,  /* it differs by itself */
  BELOW_DOCUMENT, /* the digest or size of a descriptor */
  BELOW_LENGTH,   /* the number of entries */
};

struct below_item {
  enum below_kind kind;
  size_t record;       /* of the explanation that is made later */
  struct draft others; /* of its other fields */
  const struct cause *cause;
  const char **places; /* in the arena: contexts in which something is to differ */
  size_t n_places;
  size_t depth; /* of the first of them */
  const struct descriptor *blobs[2];
  bool resolved; /* it has a cause of its own, so that what is above it follows from it */
};

struct explain_below {
  struct map contexts; /* of differences that follow from no other; keys in the arena */
  struct str last;     /* the context that was last put there */
  struct below_item *items;
  size_t n, cap;
  struct arena arena;
};

void explain_below_release(struct explain_below *below);
/* A difference that follows from no other. */
void explain_below_note(struct explain_below *below, const char *context);
/* One that may. Takes the others' contents. */
struct below_item *explain_below_add(struct explain_below *below, enum below_kind kind,
                                     const struct cause *cause, struct draft *others);
/* A context in which something has to differ, "%s" and all; a trailing slash: or below. */
void explain_below_place(struct explain_below *below, struct below_item *item, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* After the last event: gives each item's record its explanation. Reads blobs of which nothing
 * below differs. set(context, record, explanation). */
void explain_below_resolve(struct explain_below *below, const struct diff_options *options,
                           void (*set)(void *context, size_t record, struct explanation found),
                           void *context);

#endif
