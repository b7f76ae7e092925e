/* Where images come from. A source is one place that was opened for one image argument: a layout
 * directory, an archive, a repository of a registry, a container engine, the store. It can do two
 * things: say which descriptor the argument means, and open blobs. Whatever else tells one kind of
 * place from another stays behind this interface. */
#ifndef DIFFOCI_SOURCE_SOURCE_H
#define DIFFOCI_SOURCE_SOURCE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/stream.h"
#include "image/descriptor.h"

struct progress;
struct referrers; /* source/referrers.h */
struct source;

struct source_ops {
  /* Says which descriptor the argument means: that of a manifest or of an index. The caller
   * releases *out. */
  int (*resolve)(struct source *source, struct descriptor *out, struct error *err);
  /* Opens the blob as it is stored, compressed or not; nothing is checked here. Several threads
   * may call this and read the streams at the same time. Fails with ERROR_NOT_FOUND if the place
   * has no such blob. */
  struct stream *(*open)(struct source *source, const struct descriptor *blob, struct error *err);
  void (*free)(struct source *source);
  /* See source_referrers (source/referrers.h). NULL: a place of this kind knows of no referrers. */
  int (*referrers)(struct source *source, const struct descriptor *subject, struct referrers *out,
                   struct error *err);
  /* As open, but the stream begins at byte `from`, and what stands before it is not fetched. NULL:
   * open is called instead, and the bytes before `from` are read and dropped. */
  struct stream *(*open_from)(struct source *source, const struct descriptor *blob, uint64_t from,
                              struct error *err);
  /* As source_mend; NULL: nothing can have been damaged. */
  int (*mend)(struct source *source, struct error *err);
};

struct source { /* the first member of every kind of source */
  const struct source_ops *ops;
  char *label; /* the argument as the user gave it, for messages; owned by the source */
  /* Nothing keeps here what was fetched: opening a blob twice fetches it twice. */
  bool fetches_again;
  /* The digests of its layers are what the config or their names say, and nothing that stands
   * beside them could be held against it: of two blobs with the same digest, the one that is here
   * may be another. */
  bool digests_claimed;
  /* Atomic: what it takes to open a blob was done, so that nobody has to be waited for. */
  bool is_loaded;
  /* A root file system, not an image: what it has besides one layer means nothing. */
  bool is_root;
  /* What is there and not told by any blob, as a line for the user, not escaped; owned by the
   * source. NULL: nothing.
   */
  char *unseen;
  /* Whether the blob can be had without fetching it from elsewhere. NULL: always so, or never if
   * fetches_again is set. */
  bool (*at_hand)(struct source *source, const struct descriptor *blob);
  /* As in struct source_options, for sources that have no such connection of their own. */
  struct stream *(*fetch)(void *context, const struct descriptor *blob, struct error *err);
  void *fetch_context;
  /* Where large blobs that are at hand are counted while they are read (those that are fetched are
   * counted with the network); borrowed. NULL: nowhere. */
  struct progress *progress;
  struct descriptor *root; /* what source_resolve has answered; NULL: nothing yet. Owned, atomic */
};

/* What the caller of the functions that open arguments (source/open.h) may have to say. */
struct source_options {
  const struct limits *limits; /* must live as long as the source */
  /* How to fetch a blob that a file lacks, but whose descriptor has urls: as external_fetch. Called
   * when that happens, from any thread. NULL: they are not fetched. */
  struct stream *(*fetch)(void *context, const struct descriptor *blob, struct error *err);
  void *fetch_context;
  /* The platforms that the user asked for; an engine is told of them when it saves an image. NULL:
   * the user made no choice. Must live as long as the source. */
  const struct platform_set *platforms;
  struct progress *progress; /* where it is counted what opening reads; borrowed. NULL: nowhere */
};

/* The errors of the functions that follow tell what was wrong, not of which source and blob:
 * the caller adds that with source_wrap. */

/* Says which descriptor the argument means. The source's operation is asked once, and its answer
 * stays: a tag that moves, or a name of the store that becomes another image's, while we run does
 * not change what is compared. May be called by several threads. The caller releases *out. */
MUST_CHECK int source_resolve(struct source *source, struct descriptor *out, struct error *err);
/* The blob's bytes as stored, not checked: of the source, or else from the descriptor's `data` or
 * its `urls`. */
struct stream *source_stored(struct source *source, const struct descriptor *blob,
                             struct error *err);
/* The blob's bytes as stored, checked while they are read: more bytes than the descriptor's size,
 * or at the end fewer, or another digest, is ERROR_CORRUPT. What the source lacks is taken from the
 * descriptor's `data`, or fetched from its `urls`. */
struct stream *source_blob(struct source *source, const struct descriptor *blob, struct error *err);
/* The blob's bytes from byte `from` on. They are not checked, since a digest is of all bytes. */
struct stream *source_blob_from(struct source *source, const struct descriptor *blob, uint64_t from,
                                struct error *err);
/* As source_blob, for a blob that this process has read to its end, and so checked, before. If it
 * is at hand (source_at_hand) it is not checked a second time. */
struct stream *source_blob_again(struct source *source, const struct descriptor *blob,
                                 struct error *err);
/* Reads all of a small blob, at most max bytes (ERROR_LIMIT beyond), checked. Fills *out, which the
 * caller initialised. */
MUST_CHECK int source_read(struct source *source, const struct descriptor *blob, uint64_t max,
                           struct buf *out, struct error *err);
/* Whether damaged bytes may have made the error, so that source_mend is worth its time. */
bool source_may_mend(const struct error *err);
/* After an error that damaged bytes may have made: checks what was read from the store. 1: some of
 * it was damaged, and another try will fetch it anew; 0: it was not; -1: it was, and there is
 * nowhere to fetch it from, or it could not be checked: *err says so. No blob is open. */
MUST_CHECK int source_mend(struct source *source, struct error *err);
/* Puts "LABEL: blob DIGEST: " (blob NULL: "LABEL: ") before an error's message. Returns -1. */
int source_wrap(const struct source *source, const struct descriptor *blob, struct error *err);
/* Whether the blob can be read without fetching it from elsewhere. */
bool source_at_hand(struct source *source, const struct descriptor *blob);
void source_free(struct source *source); /* NULL allowed */

#endif
