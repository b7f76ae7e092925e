/* An explanation in the making. Private to explain*.c. */
#ifndef DIFFOCI_REPORT_EXPLAIN_EXPLAIN_DRAFT_H
#define DIFFOCI_REPORT_EXPLAIN_EXPLAIN_DRAFT_H

#include "report/explain/explain.h"

enum { DRAFT_MAX = 12 }; /* causes of one difference; what further ones explain is left */

struct draft {
  struct explain_found found[DRAFT_MAX];
  size_t n;
  struct buf left; /* names, with commas between them */
  size_t n_left;
  bool content_left; /* the first of them is the content, and a cause of it is likely */
  bool headless;     /* see struct explanation */
};

enum { DRAFT_MAX_LEFT = 1000 };
#define DRAFT_INIT ((struct draft) { .left = BUF_INIT(DRAFT_MAX_LEFT) })
#define AUTO_DRAFT CLEANUP(draft_release) struct draft

void draft_release(struct draft *draft);
/* Adds a cause; of one that is there already the weaker evidence counts. values: NULL: none. */
void draft_add(struct draft *draft, const struct cause *cause, enum cause_evidence evidence,
               enum cause_strength strength, const struct values *values);
/* A program may act on what differs by a cause that was added: it is not harmless here. */
void draft_acts(struct draft *draft, const struct cause *cause);
/* Something has no cause. */
void draft_leave(struct draft *draft, const char *what);
/* What another one says. */
void draft_add_draft(struct draft *draft, const struct draft *other);
void draft_add_all(struct draft *draft, const struct explanation *other);
/* A copy in the arena; whose values stay where they are. */
struct explanation draft_finish(const struct draft *draft, struct arena *arena);

#endif
