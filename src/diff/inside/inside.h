/* --inside: files that differ are looked into, on the way from the comparison to the reports.
 *
 * It is an event sink before another one. Two regular files of one path whose contents differ are
 * opened (formats/format.h): where nothing that counts differs inside them, that their contents and
 * sizes differ is no difference; where something does, the places inside are events of their own,
 * below a node for the file; else the event says why it was not looked into. */
#ifndef DIFFOCI_DIFF_INSIDE_INSIDE_H
#define DIFFOCI_DIFF_INSIDE_INSIDE_H

#include "diff/later.h"

struct inside;

/* Two files that are equal inside, and why. */
struct inside_equal {
  struct str path;
  const char *context;       /* the event's */
  const char *formats;       /* that were opened; words with spaces between */
  const char *rules;         /* of docs/formats.md: what differs by these means nothing; the same */
  uint64_t members;          /* compared */
  struct digest contents[2]; /* SHA-256 of the two files */
};

/* options->sink is where events go on to, and options->looker looks; later is asked for the
 * contents of what differs: when they are read, what comes of looking into them is sent. Everything
 * is borrowed and lives longer. */
struct inside *inside_new(const struct diff_options *options, struct later *later);
/* After the last use of an event's parents. NULL allowed. */
void inside_free(struct inside *inside);

/* What the comparison has to send its events to. */
struct event_sink *inside_sink(struct inside *inside);

/* After later_read: whether all that a container would see of the two images is the same, but
 * for files that are equal inside by the rules of --semantic. Compares them once more, under
 * --effective. 1 or 0; -1 with *err if that cannot be known. */
int inside_is_equivalent(struct inside *inside, struct error *err);

/* The files that are equal inside, in no order: *n of them. */
const struct inside_equal *inside_equals(const struct inside *inside, size_t *n);

#endif
