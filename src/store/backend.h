/* Which store the images are in that go by a name: the local one, containerd, or whichever of them
 * a machine has. */
#ifndef DIFFOCI_STORE_BACKEND_H
#define DIFFOCI_STORE_BACKEND_H

#include "store/store.h"

enum backend { BACKEND_AUTO, BACKEND_CONTAINERD, BACKEND_LOCAL }; /* in the order of --backend */

/* Texts are not copied, and have to live as long as the options are used. */
struct backend_options {
  unsigned backend;                 /* enum backend */
  const char *containerd_address;   /* NULL: where containerd's socket is by default */
  const char *containerd_namespace; /* never NULL */
  const char *local_directory;      /* NULL: backend_default_directory */
  /* Called with a line for people, from any thread, by the local stores that are opened
   * (store_set_notice). NULL: it is told nobody. */
  void (*notice)(void *context, const char *line);
  void *notice_context;
};

/* Where the local store is if nobody says where: /var/cache/diffoci for root, else diffoci in
 * $XDG_CACHE_HOME or ~/.cache (XDG Base Directory Specification). To be freed. NULL: ERROR_USAGE,
 * there is no home directory. */
char *backend_default_directory(struct error *err);

/* The local store, whatever the backend is. Errors as of store_open and backend_default_directory.
 */
struct store *backend_open_local(const struct backend_options *options, enum store_mode mode,
                                 struct error *err);
/* containerd, whatever the backend is. Errors as of store_open_containerd. */
struct store *backend_open_containerd(const struct backend_options *options, enum store_mode mode,
                                      struct error *err);
/* What backend "auto" finds: containerd, where it answers within a second and has the namespace;
 * else NULL, and the debug log says why. */
struct store *backend_auto_containerd(const struct backend_options *options, enum store_mode mode);
/* The store that images are put into: what the backend names; of "auto" containerd if
 * backend_auto_containerd finds it, else the local store. */
struct store *backend_open(const struct backend_options *options, enum store_mode mode,
                           struct error *err);

/* For who can do without a store: the local one for writing, or if that fails for reading; *out is
 * NULL where there is none. -1: it is there, but cannot be read. */
MUST_CHECK int backend_find_local(const struct backend_options *options, struct store **out,
                                  struct error *err);

/* The stores in which an image may be: containerd, the local store, or of "auto" what there is of
 * both, in the order in which they are searched. The local store is not made, even with
 * STORE_WRITE. How many, 1 or 2, each to be closed; -1: *err, ERROR_NOT_FOUND where there is none.
 */
enum { BACKEND_STORES_MAX = 2 };
MUST_CHECK int backend_open_all(const struct backend_options *options, enum store_mode mode,
                                struct store *out[BACKEND_STORES_MAX], struct error *err);

#endif
