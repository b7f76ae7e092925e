/* Reading one side's contents that are wanted later (diff/later.h), layer by layer, into a file.
 * Private to diff/later*.c. */
#ifndef DIFFOCI_DIFF_LATER_PASS_H
#define DIFFOCI_DIFF_LATER_PASS_H

#include "base/budget.h"
#include "base/tempfile.h"
#include "diff/later.h"

/* Where contents begin in the file, so that each can be mapped: a multiple of the page size of
 * every machine. */
enum { LATER_ALIGNMENT = 64 * 1024 };

/* A pair of contents that somebody wants; of one side alone where the other has no layer. */
struct later_pair {
  struct later_place places[2];
  struct digest contents[2]; /* what places[].content points to */
  const struct later_taker *taker;
  size_t number;
  size_t order; /* in which it came */
  bool taken;
  bool kept;                    /* read: it need not be read a second time */
  struct later_content read[2]; /* once read; fd -1: it was not */
};

/* One side of a round. */
struct later_pass {
  struct content_visitor visitor; /* first */
  const struct diff_options *options;
  int side;
  struct later_pair **wants; /* sorted by this side's places; owned */
  size_t n;
  size_t next, end; /* of the layer that is being read */
  struct tempfile file;
  uint64_t used; /* of the file */
  struct hasher *hasher;
};

/* What a pass's visitor calls for each content (diff/layers/content.h): writes it into the pass's
 * file and gives it to the wants that are for it. */
MUST_CHECK int later_pass_visit(struct content_visitor *visitor, const struct tar_entry *entry,
                                struct tar_reader *reader, struct error *err);

/* Opens the file that contents go to: in memory as long as the budget has `bytes` to spare, which
 * then are added to *taken and are the caller's to give back; else a temporary file. False if there
 * can be neither. */
bool later_pass_open(struct later_pass *pass, uint64_t bytes, uint64_t *taken);

/* Reads both sides, at the same time where threads are allowed. Each want gets what was read of its
 * places; that of a place that cannot be read, is longer than any taker takes, or has another
 * digest than is wanted keeps fd -1. */
void later_pass_run(struct later_pass passes[2]);

#endif
