/* What files that are another form of one content have in common. */
#ifndef DIFFOCI_FORMATS_WRAPPER_H
#define DIFFOCI_FORMATS_WRAPPER_H

#include "formats/codec.h"

/* What the content is called: "x" for "dir/x.gz", "x.tar" for "x.tgz". suffix: of the file;
 * tar_suffix: of one that holds a tar archive; each is taken off if it is there. */
struct str wrapper_name(struct format_parts *parts, const char *suffix, const char *tar_suffix);

/* A kind of such files. */
struct wrapper {
  const struct format_codec *codec;
  const struct format_rule *rule; /* what the bytes of streams are */
  const char *suffix, *tar_suffix;
  /* Adds fields for what of a stream, which was decoded, counts all the same; NULL: nothing does.
   */
  int (*look)(struct format_parts *parts, struct str stream, struct error *err);
  const char *count; /* what streams are called */
};

/* Where a content is in several pieces their number counts: not every program goes on behind the
 * first one (Linux, which unpacks initrds, starts anew). what: "members", …; a constant. 0/-1. */
MUST_CHECK int wrapper_add_count(struct format_parts *parts, const char *what, uint64_t n,
                                 struct error *err);

/* Reads a file that is nothing but streams of the codec one behind the other, to its end; each
 * gives a part of the one content. */
MUST_CHECK int wrapper_read(struct format_parts *parts, const struct wrapper *wrapper,
                            struct error *err);

#endif
