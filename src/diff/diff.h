/* The comparison of two images. It pulls documents and layers from two sources and sends one event
 * per difference to a sink; it knows neither files nor sockets nor terminals. */
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
  /* --extra-ignore-files: a difference between two entries whose headers both have this name is not
   * sent. The verdict is about the images and takes no notice of it. Not owned. */
  const struct str *ignored_files;
  size_t n_ignored_files;
  /* --ignore-image-name=false: also compare the name annotations of the descriptor that names the
   * image. Without it they are no content, strict or not. */
  bool compare_root_name;
  /* --effective: compare what a container would see (diff/effective/effective.h). ignore then holds
   * the bits of --semantic. */
  bool effective;
  /* A single manifest of no platform asked for is an error beside an index, too. */
  bool platform_is_required;
  /* diff_verdict will be asked (diff/verdict/verdict.h). */
  bool verdict;
  /* Compare as under a policy, though there is none yet: digests do not count by themselves. */
  bool never_strict;
  bool attestations;         /* --attestations: compare what attests to images in an index */
  bool referrers;            /* --referrers: compare what refers to the images */
  bool patch;                /* --patch: what differs in files is wanted, … */
  uint64_t patch_lines;      /* … so many lines of each; 0: all */
  bool uncounted;            /* do not count what the policy leaves out: somebody else has */
  bool verify;               /* read and check blobs even where the digests are equal */
  bool skip_security_xattrs; /* leave out xattrs security.*: who runs this could not read them */
  /* --inside: the process that looks into files (diff/inside/inside.h). Not owned. */
  struct inside_worker *looker;
  /* Contents that somebody may want later go there as they are read (diff/kept.h). NULL: none do.
   * Not owned. */
  struct kept *kept;
  struct policy
      *policy; /* the user's rules, which count what they leave out; not owned; may be NULL */
  struct platform_set platforms; /* not owned */
  /* The user asked for these platforms. Otherwise they are the host's, and give way to the platform
   * of an image that has only one. */
  bool platforms_given;
  const struct limits *limits;
  struct source *sources[2];
  struct event_sink *sink;
  unsigned threads; /* processors to use; 0: as many as there are */
};

struct diff; /* a comparison; owns the nodes and documents that its events refer to */

/* Compares the two images, and sends all events before it returns. NULL with *err set if nothing
 * could be compared. If something could not be compared, *failed is set, *err says what, and the
 * events are those of the rest. */
struct diff *diff_run(const struct diff_options *options, bool *failed, struct error *err);
/* What events refer to goes with it. NULL allowed. */
void diff_free(struct diff *diff);

/* A line for people that is no difference: that an engine cannot unpack one of the images, or that
 * layers were merged since their numbers differ. It may hold bytes from images, so it has to be
 * escaped for where it is shown. */
struct diff_notice {
  char *text;
  bool is_warning; /* about an image: told even where only differences are wanted */
};

/* The notices of a comparison, sorted by their texts. To be called after diff_run, and after
 * diff_verdict if there is one, since that may add some. They live as long as the comparison. */
const struct diff_notice *diff_notices(const struct diff *diff, size_t *n);

/* Who reads contents of chosen entries of one layer a second time. */
struct content_visitor {
  /* Called for every entry of the layer whose position is in the list. read(reader, …) as tar_read;
   * returns -1 to stop. */
  int (*entry)(struct content_visitor *visitor, const struct tar_entry *entry,
               struct tar_reader *reader, struct error *err);
};
/* Visits the entries at these positions, a sorted list without doubles, in the order of the layer.
 * The layer has to have been read and checked before. If it is at hand it is neither checked once
 * more nor read to its end, so a visitor that knows a content's digest has to check it. */
MUST_CHECK int diff_visit_layer(struct source *source, const struct descriptor *layer,
                                const uint64_t *positions, size_t n_positions,
                                const struct limits *limits, struct content_visitor *visitor,
                                struct error *err);

#endif
