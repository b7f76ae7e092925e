/* What the files about the local store share. */
#ifndef DIFFOCI_STORE_LOCAL_LOCAL_H
#define DIFFOCI_STORE_LOCAL_LOCAL_H

#include <pthread.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/map.h"
#include "store/local/index_json.h"
#include "store/ops.h"

enum {
  LEASE_MAX = 256 * 1024 * 1024, /* bytes of a lease */
  BLOB_PATH_MAX = 16 + DIGEST_MAX_TEXT,
};

#define PRIVATE_DIR ".diffoci"
#define LEASES_DIR PRIVATE_DIR "/leases"
#define PARTIAL_DIR PRIVATE_DIR "/partial"
#define LOCK_FILE PRIVATE_DIR "/lock"
/* What becomes index.json, where nothing moves there from the private directory. */
#define NEW_BESIDE ".diffoci.new"
/* Left by the program of the same name that is written in Go: it may need any blob. */
#define GO_DATABASE "diffoci.db"

struct lease {
  int fd; /* -1: none */
  char name[64];
};

struct local_store {
  struct store base;
  char *dir;
  int dir_fd;
  int lock_fd; /* -1: read-only and never used by this program */
  bool writable;
  bool wrote; /* blobs that may belong to no image */
  bool kept;  /* atomic: something unfinished that is to be gone on with */
  uint64_t limit;
  unsigned patience_ms;
  void (*notice)(void *context, const char *line); /* NULL: nobody wants to know */
  void *notice_context;
  pthread_mutex_t lock_mutex;  /* around lock_fd and all below */
  pthread_mutex_t count_mutex; /* around writers */
  unsigned writers;            /* open, with a locked partial file */
  struct lease lease;
  struct arena leased_names;
  struct map leased; /* digest text -> kind, as written to the lease */
};

/* The lock. kind: LOCK_SH or LOCK_EX. Held by one thread of a store at a time. */
MUST_CHECK int store_lock(struct local_store *store, int kind, struct error *err);
void store_unlock(struct local_store *store);

/* What a lease says of a blob. */
enum lease_kind { LEASE_BLOB = 'b', LEASE_MANIFEST = 'm', LEASE_INDEX = 'i' };

struct wanted { /* a blob that is needed, or may become free */
  struct digest digest;
  enum lease_kind kind;
};
struct wanted_set {
  struct arena arena;
  struct map map; /* digest text -> struct wanted, in the order in which they were added */
};
#define WANTED_INIT ((struct wanted_set) { ARENA_INIT, MAP_INIT })
void wanted_release(struct wanted_set *set);
void wanted_add(struct wanted_set *set, const struct digest *digest, enum lease_kind kind);
bool wanted_has(const struct wanted_set *set, const struct digest *digest);
enum lease_kind lease_kind_of(enum media_kind kind);
/* Adds what the indexes and manifests in the set refer to, and so on. Damaged ones refer to
 * nothing; -1 only where reading fails. */
MUST_CHECK int wanted_add_children(struct local_store *store, struct wanted_set *set,
                                   struct error *err);

/* Leases. All but store_lease under the lock. */
MUST_CHECK int lease_create(struct local_store *store, struct lease *lease, struct error *err);
MUST_CHECK int lease_add(const struct lease *lease, const struct wanted *wanted, struct error *err);
/* Closes it, which unlocks it; the file stays and counts as left behind. */
void lease_abandon(struct lease *lease);
void lease_remove(struct local_store *store, struct lease *lease);
/* Adds what the lines of a lease list. */
void lease_parse(struct str text, struct wanted_set *out);
/* Puts a blob into the store's lease, unless it is there already. Takes the shared lock. */
MUST_CHECK int store_lease(struct local_store *store, const struct digest *digest,
                           enum lease_kind kind, struct error *err);
/* Adds what live leases list to live; what left-behind ones list to dead, and their names (in
 * names, NUL-separated). Under the exclusive lock. */
MUST_CHECK int leases_read(struct local_store *store, struct wanted_set *live,
                           struct wanted_set *dead, struct buf *names, struct error *err);

/* "blobs/ALGORITHM/HEX". Returns path. */
const char *blob_path(const struct digest *digest, char path[BLOB_PATH_MAX]);
/* The open blob, or -1 with errno. One of another size is damaged and counts as missing. */
int blob_open(struct local_store *store, const struct digest *digest, int64_t size);

struct local_writer {
  struct blob_writer base;
  struct local_store *store;
  int fd;
  bool has_digest;
  bool has_turn;        /* the partial file is the one that everybody looks for */
  struct digest digest; /* where has_digest, as is size */
  uint64_t size;
  uint64_t written;
  struct hasher *hasher;
  char partial[sizeof(PARTIAL_DIR) + DIGEST_MAX_TEXT + 16];
};
/* Waits until the writer, whose blob is known, has its partial file locked, and hashes what is in
 * it. As blob_writer_open. */
MUST_CHECK int blob_take_turn(struct local_writer *writer, enum store_wait wait, struct error *err);
/* Empties the partial file. */
MUST_CHECK int blob_restart(struct local_writer *writer, struct error *err);
/* Locks an empty partial file that nobody else looks for. */
MUST_CHECK int blob_lock_own(struct local_writer *writer, struct error *err);
void blob_count_writers(struct local_store *store, int change);
/* Syncs the partial file, whose bytes are checked, and gives it the blob's name. Where no file
 * moves between the two directories (EXDEV: the first version of Landlock, or blobs on another
 * disk), a copy gets that name once it is whole and synced, and the partial file goes. */
MUST_CHECK int blob_place(struct local_writer *writer, struct error *err);

/* Reads index.json, which may be missing. */
MUST_CHECK int store_read_index(struct local_store *store, struct index_json *out,
                                struct error *err);
/* Replaces index.json, after syncing the blobs' directories. Under the exclusive lock. */
MUST_CHECK int store_write_index(struct local_store *store, const struct index_json *index,
                                 struct error *err);
/* Syncs a directory, where its file system knows how to. -1 with errno. */
int store_sync_dir(int fd);
/* Writes a file by way of a temporary name. */
MUST_CHECK int store_replace_file(struct local_store *store, const char *name, struct str text,
                                  struct error *err);
/* All of a file below the store's directory, at most max bytes. */
MUST_CHECK int store_read_file(struct local_store *store, const char *path, size_t max,
                               struct buf *out, struct error *err);

/* Frees what left-behind leases list and nobody needs; sweeps partial files that nobody has locked,
 * nor listed in a live lease. Under no lock. */
MUST_CHECK int store_collect(struct local_store *store, struct error *err);
/* Makes what the images at these positions of index (before they are taken out of it) refer to
 * candidates for store_collect. */
MUST_CHECK int store_doom(struct local_store *store, const struct index_json *index,
                          const bool *positions, struct error *err);
/* Enforces store->limit. Under no lock. */
MUST_CHECK int store_trim(struct local_store *store, struct error *err);
/* Whether blobs may be freed at all. */
bool store_may_free(const struct local_store *store);

/* As the functions of store.h, for a local store. */
MUST_CHECK int local_has(struct store *base, const struct descriptor *blob, struct error *err);
MUST_CHECK int local_discard(struct store *base, const struct descriptor *blob, struct error *err);
struct stream *local_open_blob(struct store *base, const struct descriptor *blob,
                               struct error *err);
MUST_CHECK int local_open_writer(struct blob_writer **out, struct store *base,
                                 const struct descriptor *blob, enum store_wait wait,
                                 struct error *err);
struct blob_writer *local_open_writer_unknown(struct store *base, struct error *err);
MUST_CHECK int local_list(struct store *base, struct store_images *out, struct error *err);
MUST_CHECK int local_find(struct store *base, const char *name, struct descriptor *out,
                          struct error *err);
MUST_CHECK int local_put_image(struct store *base, const char *name, const struct descriptor *root,
                               bool cached, struct error *err);
MUST_CHECK int local_remove(struct store *base, const char *name, struct buf *removed,
                            struct error *err);

#endif
