/* Differences whose causes the policy accepts (policy/policy.h) are not told, but counted. What a
 * difference's causes are may be known only when all have come, so that until then all of them wait
 * here. */
#ifndef DIFFOCI_REPORT_EXPLAIN_ACCEPT_H
#define DIFFOCI_REPORT_EXPLAIN_ACCEPT_H

#include "diff/event.h"
#include "policy/policy.h"
#include "report/explain/explain.h"

struct accept {
  struct event *items; /* owned; what they refer to is in the arena */
  size_t n, cap;
  struct arena arena;
};

void accept_release(struct accept *accept);

/* Keeps an event, with the number that explain_event gave it. */
void accept_keep(struct accept *accept, const struct event *event);

/* How many bytes it takes now. */
uint64_t accept_memory(const struct accept *accept);

/* Whether causes are known for all that differs: nothing is left but a content of which a likely
 * cause is named, which then stands for all of it. */
bool accept_is_whole(const struct explanation *found);
/* Whether a cause is a part of a content that such a likely cause stands for. */
bool accept_is_part(const struct explanation *found, const struct explain_found *one);
/* How far a cause accounts for what it is of, if causes are known for all that differs: one that is
 * told as a part is proven where nothing is left but what another one likely is. */
enum cause_strength accept_strength(const struct explanation *found,
                                    const struct explain_found *one);

/* After explain_settle: calls tell(context, event) for each event that the policy does not
 * accept, in the order in which they came. Those that it does are counted by their rules and
 * forgotten by explain. That two layers have so many entries, and so many, goes with the entries
 * that make the difference. Returns how many were accepted. */
uint64_t accept_settle(struct accept *accept, const struct policy *policy, struct explain *explain,
                       void (*tell)(void *context, const struct event *event), void *context);

#endif
