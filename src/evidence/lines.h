/* Contents as lines, or as the strings of a binary file. Private to evidence/. */
#ifndef DIFFOCI_EVIDENCE_LINES_H
#define DIFFOCI_EVIDENCE_LINES_H

#include "evidence/content.h"

struct line {
  struct str text;
  struct str end; /* the newlines or NULs behind it */
  uint64_t hash;  /* of both */
};

struct lines {
  struct line *items; /* owned */
  size_t n;
};

enum { LINES_MAX = 1 << 22 };

/* Cuts at newlines and NULs. False if there are too many. */
bool lines_split(struct lines *out, struct str content);
void lines_release(struct lines *lines);
bool lines_equal(const struct line *a, const struct line *b);
/* Whether the same lines are in both, in whatever order. */
bool lines_same_set(const struct lines *a, const struct lines *b);

/* Two stretches of lines that have no partner on the other side; one may be empty. */
struct lines_gap {
  size_t from[2], to[2];
};

/* Goes through all that differs, from the top: a shortest edit script as long as *work lasts, of
 * which is taken what was done (evidence/edits.h). Between two gaps, before the first and behind
 * the last, lines are equal. */
void lines_diff(const struct lines *a, const struct lines *b, uint64_t *work,
                void (*gap)(void *context, const struct lines_gap *gap), void *context);

#endif
