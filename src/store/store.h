/* A store: where images are kept that are named, not files. There are two kinds, the local store
 * described here and containerd (store/containerd/containerd.h); all below but store_open is for
 * both.
 *
 * The local store is an OCI image layout (image-layout.md) that several processes share.
 *
 *   oci-layout, index.json, blobs/ALGORITHM/HEX   the layout, readable by other tools
 *   .diffoci/lock              flock: shared to take a lease, exclusive to change index.json and
 *                              to free blobs
 *   .diffoci/leases/NAME       one for each process that uses the store, flocked by it: lists
 *                              the blobs that it has looked for, written or read
 *   .diffoci/partial/ALG-HEX   a blob on its way, flocked by who writes it
 *
 * The protocol, which makes it safe to be killed at any moment:
 * - A blob gets its name by rename, synced and with its digest checked; where nothing can be
 * renamed from there, a synced copy without a name is linked. index.json is replaced by rename
 * under the exclusive lock, after it was read again under that lock.
 * - Who looks for a blob writes its digest into its own lease first, under the shared lock. Who
 *   frees blobs holds the exclusive lock while it reads index.json and the leases and unlinks. So a
 *   blob that was found (or written) stays until the lease ends, whatever others remove.
 * - Who removes an image writes what may become free into a lease of its own before it changes
 *   index.json.
 * - A lease that nobody holds a flock on is one whose owner is gone: what it lists is freed where
 *   no image and no live lease needs it, then the lease. That is done when a store that was opened
 *   for writing is closed, and never before, so that whoever does again what a dead process was at
 *   finds all that it had finished. Only blobs in such lists are freed, so that what other programs
 *   put into the layout is left alone, referenced or not.
 * - A partial file that nobody has locked is what somebody who died has left. Who writes that blob
 *   next goes on with it, after hashing what is there. It goes when a store is closed and no live
 *   lease lists the blob.
 * - Two that want the same blob: the second waits for the flock on the partial file, then finds the
 *   blob, or takes over where the first died. A stream that is both read and stored never waits
 *   while its store has another such file locked, since the reader may be waiting for that one.
 *   One that does not get on (it was stopped, say) is waited for only so long; then the blob is
 *   written a second time, to a partial file of another name.
 *
 * Other programs that write to the layout take no part in this: one that changes index.json in the
 * same instant may lose the change of the other, as always with image layouts. */
#ifndef DIFFOCI_STORE_STORE_H
#define DIFFOCI_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/starter.h"
#include "base/stream.h"
#include "image/descriptor.h"

#define ANNOTATION_IMAGE_NAME "io.containerd.image.name"
#define ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"
/* On an image that was fetched in passing by a comparison: --cache-limit may remove it. */
#define ANNOTATION_CACHED "diffoci.cached"

struct store; /* may be used by several threads at once */

enum store_mode {
  STORE_READ,  /* what is there; nothing is created, and a directory that is read-only will do */
  STORE_WRITE, /* made if it is not there, readable by its owner only */
};

/* The local store in a directory. dir is copied. ERROR_NOT_FOUND: STORE_READ and there is no store.
 * ERROR_PERMISSION: read-only, or not ours to write. ERROR_UNSUPPORTED: a directory that holds
 * something else. */
struct store *store_open(const char *dir, enum store_mode mode, struct error *err);
/* Blobs that were written but belong to no image are freed, whoever wrote them; but if a writer
 * ended with blob_writer_keep, all that is left for the next who closes a store. NULL allowed. */
void store_close(struct store *store);
/* The directory that all of the store is in and that whatever it does is done below of, as a
 * descriptor that stays the store's; -1: it is kept by somebody else (containerd). */
int store_directory(const struct store *store);
/* Opens what the store needs beside that directory, for a process that will open nothing outside of
 * it any more. */
MUST_CHECK int store_keep_open(struct store *store, struct error *err);
/* The same where another process opens it when it is needed (base/starter.h): tells it what. */
void store_allow(const struct store *store, struct starter *starter);
/* On closing, blobs (0 bytes: no limit) that no image needs, but for those fetched in passing, are
 * removed, the longest unused first, until all blobs together take at most so many bytes. */
void store_set_limit(struct store *store, uint64_t bytes);

/* How long to wait for another process that writes the same blob and does not get on with it
 * (default: 10 s); then it is written by both. */
void store_set_patience(struct store *store, unsigned milliseconds);
/* Called with a line for people when that happens, from any thread. */
void store_set_notice(struct store *store, void (*notice)(void *context, const char *line),
                      void *context);

/* Which repository what is written from here on comes from ("docker.io", "library/alpine"), for
 * kinds of store that keep that. Before other threads use the store. */
void store_set_origin(struct store *store, const char *domain, const char *path);

/* Blobs. */

/* Whether the blob is there, with that size: 1, if so it stays until store_close; 0; -1: that
 * cannot be told, and *err says why. */
MUST_CHECK int store_has(struct store *store, const struct descriptor *blob, struct error *err);
/* Its bytes, not checked. Counts as a use. NULL: ERROR_NOT_FOUND if it is not there (or of another
 * size, which only a damaged store has). */
struct stream *store_open_blob(struct store *store, const struct descriptor *blob,
                               struct error *err);

/* Reads all of the blob: 1: it is what its digest says; 0: it is not there, or was damaged and is
 * there no longer; -1: it could not be read, or is damaged (ERROR_CORRUPT) and could not be
 * discarded. */
MUST_CHECK int store_check(struct store *store, const struct descriptor *blob, struct error *err);

struct blob_writer;
enum store_wait {
  STORE_WAIT,         /* until who writes the same blob has finished (see store_set_patience) */
  STORE_WAIT_IF_IDLE, /* the same, but only while no blob_writer of this store is open */
};
enum { BLOB_TO_WRITE, BLOB_IS_THERE, BLOB_IS_BUSY };
/* Starts to write a blob, or goes on where another writer of it has stopped (blob_writer_done).
 * BLOB_TO_WRITE: *out is to be committed, aborted or kept. BLOB_IS_THERE: nothing to do.
 * BLOB_IS_BUSY: being written by somebody else, with STORE_WAIT_IF_IDLE only. -1: *err. */
MUST_CHECK int blob_writer_open(struct blob_writer **out, struct store *store,
                                const struct descriptor *blob, enum store_wait wait,
                                struct error *err);
/* Starts to write a blob whose digest is not known yet. NULL: *err. */
struct blob_writer *blob_writer_open_unknown(struct store *store, struct error *err);
/* How many of the blob's first bytes were there when it was opened, and are not to be added. That
 * they are the right ones shows when the digest is checked. */
uint64_t blob_writer_done(const struct blob_writer *writer);
/* A stream of these bytes; NULL: they cannot be read. */
struct stream *blob_writer_read_done(struct blob_writer *writer, struct error *err);
/* Drops these bytes: all of the blob is to be added. Before anything was. */
MUST_CHECK int blob_writer_restart(struct blob_writer *writer, struct error *err);
MUST_CHECK int blob_writer_add(struct blob_writer *writer, const void *bytes, size_t len,
                               struct error *err);
/* Checks size and digest (ERROR_CORRUPT), syncs, names the blob. *digest and *size (NULL allowed)
 * are set to what it is. Frees the writer in any case. */
MUST_CHECK int blob_writer_commit(struct blob_writer *writer, struct digest *digest, uint64_t *size,
                                  struct error *err);
void blob_writer_abort(struct blob_writer *writer); /* NULL allowed; leaves nothing behind */
/* The same, but leaves what was written for the next who writes the blob. */
void blob_writer_keep(struct blob_writer *writer);
/* Writes a small blob. */
MUST_CHECK int store_put_blob(struct store *store, const struct digest *digest, const void *bytes,
                              size_t len, struct error *err);

/* Images. */

struct store_image {
  char *name;               /* the full name where there is one, else as it stands; NULL: none */
  struct descriptor target; /* as in index.json, without what this program added */
  bool cached;
};
struct store_images {
  struct store_image *items; /* in the order of index.json */
  size_t n;
};
MUST_CHECK int store_list(struct store *store, struct store_images *out, struct error *err);
void store_images_release(struct store_images *images);

/* The image of that name (full or short), digest ("sha256:HEX") or NAME@DIGEST; its blobs stay
 * until store_close. ERROR_NOT_FOUND. *out is to be released. */
MUST_CHECK int store_find(struct store *store, const char *name, struct descriptor *out,
                          struct error *err);
/* Puts the image, whose root is there, into index.json; one of the same name is replaced, and what
 * only it used is freed. name is a full name, or NULL. */
MUST_CHECK int store_put_image(struct store *store, const char *name, const struct descriptor *root,
                               bool cached, struct error *err);
/* Removes the image (named as for store_find; by digest: under all its names) and every blob that
 * only it used and nobody is reading. Each name that is gone is appended to *removed with a newline
 * behind it, the digest for an image without a name; also those that went before a failure. */
MUST_CHECK int store_remove(struct store *store, const char *name, struct buf *removed,
                            struct error *err);

#endif
