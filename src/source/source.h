/* Where images come from. A source is one opened place: a layout directory, an archive, a registry,
 * a container engine, the store. The rest of the program knows no other difference between them. */
#ifndef DIFFOCI_SOURCE_SOURCE_H
#define DIFFOCI_SOURCE_SOURCE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/stream.h"
#include "image/descriptor.h"

struct net;
struct progress;
struct referrers; /* source/referrers.h */
struct source;

struct source_ops {
  /* The descriptor that names the image the argument chose. *out to be released by the caller. */
  int (*resolve)(struct source *source, struct descriptor *out, struct error *err);
  /* A stream of the blob's bytes as stored, not checked. May be called, and the streams read, from
   * several threads at once. ERROR_NOT_FOUND if the blob is not there. */
  struct stream *(*open)(struct source *source, const struct descriptor *blob, struct error *err);
  void (*free)(struct source *source);
  /* As source_referrers; NULL: it knows of none. */
  int (*referrers)(struct source *source, const struct descriptor *subject, struct referrers *out,
                   struct error *err);
  /* As open, but for the bytes from there on, so that the others are not fetched. NULL: open is
   * called, and they are read and dropped. */
  struct stream *(*open_from)(struct source *source, const struct descriptor *blob, uint64_t from,
                              struct error *err);
};

struct source { /* the first member of every kind of source */
  const struct source_ops *ops;
  char *label; /* the argument as the user gave it, for messages; owned by the source */
  /* Opening a blob a second time fetches it a second time: nothing keeps it here. */
  bool fetches_again;
  /* Whether a blob would be found here. NULL: always, or with fetches_again never. */
  bool (*at_hand)(struct source *source, const struct descriptor *blob);
  /* As in struct source_options, for sources that have no such connection of their own. */
  struct net *(*net)(void *context, struct error *err);
  void *net_context;
  /* Where large blobs that are at hand are counted while they are read (those that are fetched are
   * counted with the network); borrowed. NULL: nowhere. */
  struct progress *progress;
};

/* What opening an argument may need to know. */
struct source_options {
  const struct limits *limits; /* must live as long as the source */
  /* How to fetch a blob that a file lacks, but whose descriptor has urls. Called when that happens,
   * from any thread; what it returns must live as long as the source. NULL: they are not fetched.
   */
  struct net *(*net)(void *context, struct error *err);
  void *net_context;
  /* Those asked for, which a container engine may be told; NULL: no choice was made. Must live as
   * long as the source. */
  const struct platform_set *platforms;
  struct progress *progress; /* where it is counted what opening reads; borrowed. NULL: nowhere */
};

/* The three below do not say in their errors whose they are, since callers know better what they
 * wanted: see source_wrap. */
MUST_CHECK int source_resolve(struct source *source, struct descriptor *out, struct error *err);
/* The blob's bytes as stored, checked while they are read: more bytes than the descriptor's size,
 * or at the end fewer, or another digest, is ERROR_CORRUPT. What the source lacks is taken from the
 * descriptor's `data`, or fetched from its `urls`. */
struct stream *source_blob(struct source *source, const struct descriptor *blob, struct error *err);
/* The blob's bytes from there on, not checked, since the others are not seen. */
struct stream *source_blob_from(struct source *source, const struct descriptor *blob, uint64_t from,
                                struct error *err);
/* The same for a blob that was read whole, and so checked, before. What lies at hand (see
 * source_at_hand) is not checked once more. */
struct stream *source_blob_again(struct source *source, const struct descriptor *blob,
                                 struct error *err);
/* Reads all of a small blob, at most max bytes (ERROR_LIMIT beyond), checked. Fills *out, which the
 * caller initialised. */
MUST_CHECK int source_read(struct source *source, const struct descriptor *blob, uint64_t max,
                           struct buf *out, struct error *err);
/* Puts "LABEL: blob DIGEST: " (blob NULL: "LABEL: ") before an error's message. Returns -1. */
int source_wrap(const struct source *source, const struct descriptor *blob, struct error *err);
/* Whether the blob can be read without fetching it from elsewhere. */
bool source_at_hand(struct source *source, const struct descriptor *blob);
void source_free(struct source *source); /* NULL allowed */

#endif
