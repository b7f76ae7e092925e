/* Why things differ: the causes of each event, of those that are known (policy/causes.h), how
 * strong the evidence is, and how many differences each explains. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_H

#include "diff/later.h"
#include "evidence/values.h"
#include "policy/causes.h"

struct explain;

/* One cause of a difference. */
struct explain_found {
  const struct cause *cause;
  enum cause_evidence evidence;
  enum cause_strength strength; /* PART: not all that differs is this */
  const struct values
      *values;   /* what differs, of contents and compressed forms; NULL: nothing more is known */
  bool harmless; /* where it is proven: what differs by it changes nothing that a container does */
};

struct explanation {
  /* The causes, that of the most telling field first; n 0: none is known. */
  const struct explain_found *found;
  size_t n;
  /* What none of them accounts for, by the names of policies; "" if nothing is left. */
  const char *left;
  /* That is the content alone, of which a likely cause is named: a path known for it. */
  bool only_content_left;
  /* All that differs was looked at, and is accounted for. */
  bool proven;
  /* And by causes that change nothing that a container does, at the places where they were found.
   */
  bool harmless;
  /* The causes account for what is beside the point: of what there is to explain none is known, and
   * the difference counts as one without a cause. */
  bool headless;
};

/* later: where contents are asked for that would tell more and are not at hand when their events
 * come; borrowed, and read between explain_gather and explain_settle. NULL: none is. */
struct explain *explain_new(struct later *later);
void explain_free(struct explain *explain); /* NULL allowed */

/* Finds the causes of an event and counts it. Returns what goes to event->explanation: 0 where no
 * cause is known, else less than EXPLAIN_MAX. Called by one thread at a time. What an event's
 * number stands for may be known only after explain_settle. */
unsigned explain_event(struct explain *explain, const struct event *event);
#define EXPLAIN_MAX (1u << 28)

/* About how many bytes it takes now. */
uint64_t explain_memory(const struct explain *explain);

/* When the comparison has ended: finds which entries that only one side has are the same thing, and
 * asks for the contents of those that differ. */
void explain_gather(struct explain *explain);
/* When all events have come, and what was asked for was read: settles what follows from what, with
 * a look at the stored form of blobs of which nothing below differs. Reads them once more, where
 * that fetches nothing from a registry. What cannot be read stays as it was. */
void explain_settle(struct explain *explain, const struct diff_options *options);

/* What the number of an event stands for; after explain_settle for good. */
struct explanation explain_get(const struct explain *explain, unsigned number);
/* The same for a list of differences: no causes where what is known is not what matters most.
 * explain NULL: none. */
struct explanation explain_told(const struct explain *explain, unsigned number);
/* Whether explain_settle leaves it as it is. explain NULL: yes. */
bool explain_is_final(const struct explain *explain, unsigned number);

/* One event of this number is not told after all, and not counted. */
void explain_forget(struct explain *explain, unsigned number);

/* A cause and how many differences it explains, alone or with others. */
struct explain_count {
  const struct cause *cause;
  uint64_t differences;
  uint64_t by_strength[N_CAUSE_STRENGTHS];
  bool harmless;               /* it never changes what a container does, here */
  const struct values *values; /* those of one of the differences; NULL: there are none */
};

struct explain_totals {
  uint64_t differences, unexplained;
  uint64_t consequences; /* of those with a known cause: follow from other differences */
  uint64_t partly;       /* of those with a known cause: it is a part of what differs */
  uint64_t proven;       /* all that differs is accounted for */
  uint64_t harmless;     /* of these: by causes that change nothing that a container does */
};

/* The causes found, those of most differences first; at most causes_count(). Returns how many. */
size_t explain_counts(const struct explain *explain, struct explain_count *out,
                      struct explain_totals *totals);

/* "name", "first difference", "field" or "content". */
const char *explain_evidence_name(enum cause_evidence evidence);

#endif
