/* What is inside two files that differ: their members and fields are compared, and the members of
 * these, by the rules that layers are compared by. Works on memory alone: made to run in a process
 * of its own (diff/inside/inside_worker.h). Private to src/diff. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_COMPARE_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_COMPARE_H

#include "base/buf.h"
#include "diff/diff.h"

enum inside_outcome {
  INSIDE_EQUAL, /* nothing that counts differs */
  INSIDE_ROWS,  /* what differs was told, place by place */
  INSIDE_HERE,  /* they differ, and no place inside tells it: see reasons */
};

/* A place inside a file where something differs. All is valid during the call only. */
struct inside_row {
  struct str path;                    /* "!/a.jar!/x"; empty: the file itself */
  const struct tar_entry *entries[2]; /* NULL: it is not there; both NULL: a field of the file */
  const struct digest *contents[2];   /* SHA-256 of the members' contents, where they differ */
  const struct event_field *fields;   /* as struct event has them */
  size_t n_fields;
  const struct patch *patch; /* what differs in the contents; NULL: not known */
  struct str heads[2];       /* the beginnings of contents that differ; ptr NULL: not at hand */
};

struct inside_sink {
  void (*row)(struct inside_sink *sink, const struct inside_row *row);
};

struct inside_input {
  struct str bytes[2];
  struct str names[2];  /* of the files */
  uint32_t ignore;      /* IGNORE_…, of those that --semantic implies */
  uint64_t max_bytes;   /* that may come out of one file */
  bool patch;           /* rows have patches, … */
  uint64_t patch_lines; /* … of so many lines; 0: all */
  bool heads;           /* rows have beginnings of contents */
  struct inside_sink *sink;
};

/* So much of a content is a beginning. */
enum { INSIDE_HEAD_MAX = 64 * 1024 };

enum { INSIDE_REASON_MAX = 512, INSIDE_PROOF_MAX = 8 * 1024 };

struct inside_result {
  enum inside_outcome outcome;
  uint64_t rows;
  /* Of INSIDE_HERE: why they were not looked into, on each side; "" if that side could be. */
  char reasons[2][INSIDE_REASON_MAX];
  /* Of INSIDE_EQUAL: the formats that were opened, and the rules (docs/formats.md) by which
   * bytes that differ mean nothing; each a word, once, in no order, with spaces between. */
  char formats[INSIDE_PROOF_MAX], rules[INSIDE_PROOF_MAX];
  uint64_t members; /* compared, on the way */
  /* Of INSIDE_ROWS: a file that is only shown may differ in more than the rows tell. */
  bool untold;
};

/* Whether both are files that can be looked into: what the beginnings tell. */
bool inside_may_look(const struct str beginnings[2], const struct str names[2]);

void inside_compare(const struct inside_input *input, struct inside_result *result);

#endif
