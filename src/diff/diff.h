/* The comparison of two images. Knows no file, socket or terminal: it pulls from two sources and
 * sends events. */
#ifndef DIFFOCI_DIFF_DIFF_H
#define DIFFOCI_DIFF_DIFF_H

#include <stdbool.h>

#include "diff/event.h"
#include "diff/ignore.h"
#include "image/platform.h"
#include "source/source.h"
#include "tar/tar.h"

struct inside_worker;
struct policy;

struct diff_options {
  /* What is left out: a set of IGNORE_… bits. The empty set, with no rule of a policy and no
   * ignored file, is the strict comparison. */
  uint32_t ignore;
  /* --extra-ignore-files: what differs between entries of these names, as they stand in the headers
   * of both sides, is not shown. Not owned. The verdict takes no notice. */
  const struct str *ignored_files;
  size_t n_ignored_files;
  /* --ignore-image-name=false: also compare the name annotations of the descriptor that names the
   * image. Without it they are no content, strict or not. */
  bool compare_root_name;
  /* --effective (diff/effective/effective.h): what a container would see. ignore holds what
   * --semantic leaves out then. */
  bool effective;
  /* diff_verdict will be asked (diff/verdict/verdict.h). */
  bool verdict;
  /* Compare as under a policy, though there is none yet: digests do not count by themselves. */
  bool never_strict;
  bool attestations;         /* --attestations: compare what attests to images in an index */
  bool referrers;            /* --referrers: compare what refers to the images */
  bool uncounted;            /* what the policy leaves out was counted by another comparison */
  bool verify;               /* read and check blobs even where the digests are equal */
  bool skip_security_xattrs; /* leave out xattrs security.*: who runs this could not read them */
  struct inside_worker
      *looker;           /* --inside: who looks into files (diff/inside/inside.h); not owned */
  struct policy *policy; /* what else is left out, and counted; not owned; NULL: nothing */
  struct platform_set platforms; /* not owned */
  /* They were asked for; else they are the host's, which gives way where one side has but one. */
  bool platforms_given;
  const struct limits *limits;
  struct source *sources[2];
  struct event_sink *sink;
  unsigned threads; /* processors to use; 0: as many as there are */
};

struct diff; /* one comparison; owns the nodes and documents that events refer to */

/* Compares. Returns NULL where nothing could be compared at all; otherwise the comparison, with
 * *failed set and *err filled if it had to stop before the end (what was found until then was
 * sent). */
struct diff *diff_run(const struct diff_options *options, bool *failed, struct error *err);
void diff_free(struct diff *diff); /* after the last use of an event's parents; NULL allowed */

/* A line for people: about one of the images, as that an engine cannot unpack it, or about how the
 * two were compared. It may hold bytes from images: escape before printing. */
struct diff_notice {
  char *text;
  bool is_warning; /* about an image: told even where only differences are wanted */
};

/* Sorted by their texts, whatever the timing. To be asked after diff_run, and after diff_verdict
 * where that is wanted. As long as the comparison. */
const struct diff_notice *diff_notices(const struct diff *diff, size_t *n);

/* A second pass: hands out the content of chosen entries of one layer of one side. */
struct content_visitor {
  /* Called for every entry of the layer whose position is in the list. read(reader, …) as tar_read;
   * returns -1 to stop. */
  int (*entry)(struct content_visitor *visitor, const struct tar_entry *entry,
               struct tar_reader *reader, struct error *err);
};
/* positions: sorted, no doubles. Entries are visited in the order of the layer. The layer was read
 * and checked before; if it lies at hand it is not checked once more, and not read to its end: who
 * knows the digests of the contents is to check these. */
MUST_CHECK int diff_visit_layer(struct source *source, const struct descriptor *layer,
                                const uint64_t *positions, size_t n_positions,
                                const struct limits *limits, struct content_visitor *visitor,
                                struct error *err);

#endif
