/* Two contents that differ, looked at whole: by which known causes, and whether these are all. */
#ifndef DIFFOCI_EVIDENCE_CONTENT_H
#define DIFFOCI_EVIDENCE_CONTENT_H

#include "evidence/values.h"

enum { CONTENT_FOUND_MAX = 8 };

/* What a cause tells of a content; the first is what there is to say, if there are several. */
enum content_rank {
  CONTENT_SAYS,    /* of what somebody wrote into it */
  CONTENT_FORM,    /* of how it was packed: order, owners, level */
  CONTENT_TIMES,   /* of the times that packing notes */
  CONTENT_FOLLOWS, /* of a number that is made from the rest: a hash, a build ID */
};

enum content_rank content_rank(const char *id);

struct content_found {
  const char *id; /* of a cause in the table */
  struct values values;
  uint64_t times; /* how often */
  bool assumed;   /* that it differs may have another reason than the cause: numeric owners */
  bool acts;      /* in one place at least a program may act on it: it is not harmless */
  unsigned place; /* among those found, by where each is first */
};

struct content_evidence {
  struct content_found found[CONTENT_FOUND_MAX];
  size_t n;
  bool left;        /* something else differs, too */
  char what[120];   /* what that is, where it has a name: a member, a line; "" */
  bool headless;    /* and in one place at least no cause of rank CONTENT_SAYS was found besides */
  bool looked_in;   /* a format was read: the file is what it holds, whatever its path says */
  bool only_times;  /* nothing was found but numbers that look like times */
  bool opaque;      /* but all that it holds is one compressed content of no format */
  const char *kind; /* the cause that files of this kind usually have, if they are of one that
                       nobody looks into; else NULL */
  bool same_words;  /* the same strings are in both, in another order or with other bytes between */
};

/* What is known of the file that has the one or the other content. */
struct content_file {
  struct str path; /* as in the image, or within the archive that it is a member of */
  bool executable; /* for somebody, on one side at least */
  bool described;  /* what a reader wrote of a certificate or a key, on both sides */
  bool debugging;  /* a section that only debuggers read (evidence/debugging.h), on both sides */
  /* When it was last changed on each side, in seconds since 1970, and what lies around it; 0: not
   * known. */
  int64_t changed[2][2];
};

/* Looks at both contents of a file. Takes time in proportion to their sizes, or gives up and leaves
 * something. */
void content_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                  struct content_evidence *out);

/* The same, of contents that are not to be opened, whatever format they have. */
void content_look_plain(const struct str content[2], const struct content_file *file,
                        struct arena *arena, struct content_evidence *out);

/* One more value pair of a cause; everything but id is copied to the arena. */
void content_add(struct content_evidence *out, struct arena *arena, const char *id,
                 const char *name, struct str a, struct str b);
/* The same of what has the cause most often, but may have any. */
void content_assume(struct content_evidence *out, struct arena *arena, const char *id,
                    const char *name, struct str a, struct str b);
/* A program may act on what was added of a cause. */
void content_acts(struct content_evidence *out, const char *id);
/* Something that no cause accounts for; the first is named. */
void content_leave(struct content_evidence *out, struct str what);
/* Whether no cause of rank CONTENT_SAYS was found. */
bool content_says_nothing(const struct content_evidence *out);
/* Adds what was found in a part called name. */
void content_merge(struct content_evidence *out, struct arena *arena,
                   const struct content_evidence *part, struct str name);

#endif
