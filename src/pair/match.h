/* Two sequences of entries against each other: every entry finds its partner, the n-th of a name
 * the n-th of that name on the other side, wherever it stands. It knows two readers, rules and a
 * sink: no layer, no image, no event. */
#ifndef DIFFOCI_PAIR_MATCH_H
#define DIFFOCI_PAIR_MATCH_H

#include "base/budget.h"
#include "pair/content.h"

/* When two entries are partners, and when they are the same. */
struct match_rules {
  /* The name that an entry is found by: part of `name`, or `name` itself. */
  struct str (*key)(const struct match_rules *rules, struct str name);
  /* Whether two partners differ in anything but their contents. */
  bool (*differ)(const struct match_rules *rules, const struct tar_entry *a,
                 const struct tar_entry *b);
  /* The digests of all contents are wanted of which a difference may be told: of partners that
   * differ in something else, and of entries without one. */
  bool wants_digests;
};

/* Two partners. */
struct match_pair {
  const struct tar_entry *entries[2];
  struct str key;
  bool in_step;        /* they met at the same place of both sequences */
  bool headers_differ; /* as the rules say */
  bool contents_differ;
  const struct digest *contents[2]; /* SHA-256; NULL: not hashed, then they are the same */
  struct str heads[2];              /* as struct content_result has them; only where in_step */
  bool same_rest;
};

/* An entry without a partner. Entries of one name follow upon each other only by accident; the
 * last of them, which is what a container has, has `times`. */
struct match_lone {
  int side;
  const struct tar_entry *entry;
  struct str key;
  const struct digest *content; /* NULL: not hashed */
  /* Of the last one of its name: how many entries of the name each side has; else both 0. */
  uint64_t counts[2];
  uint64_t times; /* …and how many of these have no partner, all on its side; else 0 */
};

/* What is found. Everything in the arguments is valid during the call only. */
struct match_sink {
  /* An entry of a side as it comes, before anything is done with it; may change what counts of it.
   * NULL: none of that is wanted. */
  void (*entry)(struct match_sink *sink, int side, struct tar_entry *entry);
  /* Two partners, whether they differ or not, in the order in which the later of the two comes. */
  void (*pair)(struct match_sink *sink, const struct match_pair *pair);
  /* After all pairs, in the order in which they came. */
  void (*lone)(struct match_sink *sink, const struct match_lone *lone);
};

struct match_options {
  struct entry_reader *readers[2]; /* read to their ends by this thread alone */
  const struct match_rules *rules;
  struct match_sink *sink;
  struct budget *memory; /* for names and what waits; NULL: no limit */
  size_t keep_bytes;     /* of equal content, kept in case a difference follows (content.h) */
  size_t head_bytes;     /* so much of the beginnings of differing contents is wanted */
  struct content_keeper *keeper; /* told of contents that differ (content.h); NULL: none is */
};

/* counts: how many entries each side has. 0, or -1 with *err, wrapped by the reader that it is
 * about: a reader's own error, or that the memory limit was reached or a temporary file failed. */
MUST_CHECK int match_run(const struct match_options *options, uint64_t counts[2],
                         struct error *err);

#endif
