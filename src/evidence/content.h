/* Two contents that differ, looked at whole: by which known causes, and whether these are all. */
#ifndef DIFFOCI_EVIDENCE_CONTENT_H
#define DIFFOCI_EVIDENCE_CONTENT_H

#include "evidence/values.h"

enum { CONTENT_FOUND_MAX = 8 };

struct content_found {
  const char *id; /* of a cause in the table */
  struct values values;
  uint64_t times; /* how often */
  unsigned place; /* among those found, by where each is first */
};

struct content_evidence {
  struct content_found found[CONTENT_FOUND_MAX];
  size_t n;
  bool left;       /* something else differs, too */
  char what[120];  /* what that is, where it has a name: a member, a line; "" */
  bool looked_in;  /* a format was read: the file is what it holds, whatever its path says */
  bool same_words; /* the same strings are in both, in another order or with other bytes between */
};

/* Looks at both contents, of which the file called path has the one or the other. Takes time in
 * proportion to their sizes, or gives up and leaves something. */
void content_look(const struct str content[2], struct str path, struct arena *arena,
                  struct content_evidence *out);

/* One more value pair of a cause. */
void content_add(struct content_evidence *out, struct arena *arena, const char *id,
                 const char *name, struct str a, struct str b);
/* Something that no cause accounts for; the first is named. */
void content_leave(struct content_evidence *out, struct str what);

#endif
