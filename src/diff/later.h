/* Contents that are wanted when the comparison is over: the comparison reads them in step and keeps
 * none. Whoever wants to know more of two files that differ (what is inside them, why they differ,
 * where) says so when their event comes; one more pass over just the layers in which something is
 * wanted then reads each content once, for all who want it, and hands out both sides together.
 *
 * Layers that would have to be fetched again are not read. */
#ifndef DIFFOCI_DIFF_LATER_H
#define DIFFOCI_DIFF_LATER_H

#include "diff/diff.h"

struct later;

/* The entry at a position of a layer. */
struct later_place {
  const struct descriptor *layer; /* NULL: this side has none, and the other is handed out alone */
  uint64_t position;
  uint64_t size;                /* bytes, as the entry says */
  const struct digest *content; /* what was compared, which has to be read again; NULL: not known */
};

struct later_content {
  int fd; /* of a file without a name: size bytes from offset on, a multiple of every page size */
  uint64_t offset, size;
  struct str bytes; /* the same, in memory */
};

struct later_taker {
  /* Gets two contents, which are valid during the call; NULL: they could not be read a second time,
   * or one of them is larger than max. number: as in later_want. It may want more: the same two
   * contents are handed to who wants them next, without being read once more. */
  void (*take)(void *context, size_t number, const struct later_content *contents);
  void *context;
  uint64_t max; /* bytes of each */
};

/* The options are borrowed and live longer. */
struct later *later_new(const struct diff_options *options);
void later_free(struct later *later); /* NULL allowed */

/* Where the file of one side of an event lies; its digest is borrowed. */
struct later_place later_place_of(const struct event_input *input);
/* Takes note that the contents of two places are wanted. Everything but the digests, which are
 * copied, is borrowed until they were taken. By one thread at a time. */
void later_want(struct later *later, const struct later_place places[2],
                const struct later_taker *taker, size_t number);
/* Reads all that is wanted and hands it out, each want once; that of one pair in the order in which
 * it was wanted. Returns when nothing is wanted any more. */
void later_read(struct later *later);

#endif
