/* What files that are another form of one content have in common. */
#ifndef DIFFOCI_FORMATS_WRAPPER_H
#define DIFFOCI_FORMATS_WRAPPER_H

#include "base/buf.h"
#include "formats/codec.h"

/* What the content is called: "x" for "dir/x.gz", "x.tar" for "x.tgz". suffix: of the file;
 * tar_suffix: of one that holds a tar archive; each is taken off if it is there. */
struct str wrapper_name(struct format_parts *parts, const char *suffix, const char *tar_suffix);

/* A kind of such files. */
struct wrapper {
  const struct format_codec *codec;
  const struct format_rule *rule; /* what the bytes of streams are */
  const char *suffix, *tar_suffix;
  /* Adds fields for what of the n-th stream, which was decoded, counts all the same; NULL: nothing
   * does. */
  int (*look)(struct format_parts *parts, struct str stream, uint64_t n, struct error *err);
  const char *count; /* what streams are called */
};

enum {
  WRAPPER_PIECES_MAX = 1 << 16,
  WRAPPER_ENDS_MAX = 24 * WRAPPER_PIECES_MAX, /* bytes of text about where they end */
};

/* The pieces that one content is in: their number, and where all but the last end in it, as numbers
 * and as text. */
struct wrapper_pieces {
  const char *what; /* they are called: "members"; a constant */
  uint64_t n;
  uint64_t *cuts; /* n - 1 of them */
  size_t n_cuts, cap_cuts;
  struct buf ends;
};

#define WRAPPER_PIECES_INIT(name)                                                                  \
  ((struct wrapper_pieces) { .what = (name), .ends = BUF_INIT(WRAPPER_ENDS_MAX) })
#define AUTO_WRAPPER_PIECES CLEANUP(wrapper_pieces_release) struct wrapper_pieces

void wrapper_pieces_release(struct wrapper_pieces *pieces);

/* Notes that a piece begins where this much of the content was read. 0/-1: there are more than
 * WRAPPER_PIECES_MAX, each of which takes its time. */
MUST_CHECK int wrapper_begin_piece(struct wrapper_pieces *pieces, size_t at, struct error *err);
/* Adds the one member, whose content came out of the pieces: what is in it is held against where
 * they end (formats/pieces.h). Where there are several their number counts, and where each ends:
 * not every program goes on behind the first one (Linux, which unpacks initrds, starts anew), and
 * Alpine's signatures are of one. 0/-1. */
MUST_CHECK int wrapper_add_content(struct format_parts *parts, struct str name, struct str content,
                                   const struct wrapper_pieces *pieces, struct error *err);

/* Reads a file that is nothing but streams of the codec one behind the other, to its end; each
 * gives a part of the one content. */
MUST_CHECK int wrapper_read(struct format_parts *parts, const struct wrapper *wrapper,
                            struct error *err);

#endif
