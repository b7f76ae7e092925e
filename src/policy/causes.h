/* Known sources of nondeterminism: why something differs, and what one does about it. The table is
 * data, causes.yaml, which is checked and turned into C when the program is built. */
#ifndef DIFFOCI_POLICY_CAUSES_H
#define DIFFOCI_POLICY_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "policy/field.h"

/* So much of the beginning of two contents is at hand when their difference is told. */
enum { CAUSE_CONTENT_BYTES = 64 * 1024 };

struct cause; /* constant, for ever */

const char *cause_id(const struct cause *cause);    /* "dpkg-log": a name that does not change */
const char *cause_title(const struct cause *cause); /* a few words, for a column */
const char *cause_text(const struct cause *cause);  /* the cause, in a sentence */
const char *cause_fix(const struct cause *cause);   /* the usual fix, in a sentence or two */
/* Where to read more; NULL behind the last one. At least one. */
const char *const *cause_sources(const struct cause *cause);
/* All of them, in the order of the table: how many, the i-th (i < causes_count()), and which one a
 * cause is, for who counts differences by cause. */
size_t causes_count(void);
const struct cause *cause_at(size_t i);
size_t cause_index(const struct cause *cause);

/* One difference to be explained. */
struct cause_query {
  struct str path;           /* as in the image; empty: no entry, but a document */
  bool executable;           /* for somebody, on one side at least */
  bool described;            /* what a reader wrote of a certificate or a key (evidence/) */
  bool debugging;            /* a section of a program that only debuggers read */
  int64_t changed[2];        /* when, in seconds since 1970; 0: not known */
  int64_t around[2];         /* the same of the file that it lies in */
  char types[2];             /* tar types of both sides; 0 where it is absent or not known */
  bool has_field;            /* else no field differs, and nothing is found */
  struct policy_field field; /* the most telling one that differs; name not copied */
  bool restated;             /* it is a PAX record of what is the same on both sides */
  bool order_is_free;        /* another order of the entries is known to mean nothing */
  /* The beginning, or all, of both contents; ptr NULL where it is not known. */
  struct str content[2];
  uint64_t size[2]; /* of the contents as a whole */
  bool same_rest;   /* of contents that are longer: what follows is known to be the same */
};

enum cause_evidence {
  CAUSE_BY_NAME,             /* the path or type is known for it */
  CAUSE_BY_FIRST_DIFFERENCE, /* so the contents look, or differ first; there may be more */
  CAUSE_BY_FIELD,            /* the field that differs is one that differs for nothing else */
  CAUSE_BY_CONTENT,          /* so the contents differ, as a whole */
  N_CAUSE_EVIDENCES,
};

/* How much of a difference a cause accounts for. */
enum cause_strength {
  CAUSE_LIKELY, /* it usually does; nobody looked, or nobody looked at all of it */
  CAUSE_PART,   /* it is there; something else differs besides */
  CAUSE_PROVEN, /* all that differs was looked at, and is this */
  N_CAUSE_STRENGTHS,
};

enum cause_strength cause_strength_of(enum cause_evidence evidence);
/* "likely", "part", "proven". */
const char *cause_strength_name(enum cause_strength strength);
/* Whether a difference that has this cause and no other changes nothing that a container does.
 */
bool cause_is_harmless(const struct cause *cause);
/* Whether it says only that a difference follows from others. */
bool cause_is_consequence(const struct cause *cause);
/* Whether it says that no build makes such a difference: what was found in it has no cause. */
bool cause_is_real(const struct cause *cause);
/* Whether it is about certain paths, and not about contents or fields wherever they are. */
bool cause_has_paths(const struct cause *cause);
/* The cause called id; NULL if there is none. */
const struct cause *cause_named(struct str id);

/* The cause of the difference, the most specific there is (a path in full, then a pattern with a
 * look into the contents, then a pattern, then contents alone, then the field alone; then the first
 * of the table); NULL if none is known. evidence may be NULL. Looks at the contents only if both
 * are there and they are what differs; a cause that wants them is given by name if they are not.
 * Takes time in proportion to the contents. */
const struct cause *cause_find(const struct cause_query *query, enum cause_evidence *evidence);

#endif
