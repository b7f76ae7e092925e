/* Which store the images are in that go by a name (--backend). */
#ifndef DIFFOCI_CLI_BACKEND_H
#define DIFFOCI_CLI_BACKEND_H

#include "cli/cli.h"
#include "store/containerd/containerd.h"

/* containerd, as the flags name it. */
struct store *cli_open_containerd(const struct global_options *globals, enum store_mode mode,
                                  struct error *err);
/* For backend auto: containerd, where it answers within a second and has the namespace; else NULL,
 * and --debug says why. */
struct store *cli_auto_containerd(const struct global_options *globals, enum store_mode mode);

/* The stores in which an image may be: containerd, the local store, or for backend auto what there
 * is of both, in the order in which they are searched. The local store is not made, even with
 * STORE_WRITE. How many, 1 or 2; -1: *err, where there is none. Each is to be closed. */
enum { CLI_STORES_MAX = 2 };
MUST_CHECK int cli_open_stores(const struct global_options *globals, enum store_mode mode,
                               struct store *out[CLI_STORES_MAX], struct error *err);

#endif
