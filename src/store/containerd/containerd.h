/* containerd as a store (--backend=containerd), over its gRPC API on a Unix socket: versions 1.6
 * and later. Images are image records of one namespace, blobs are its content.
 *
 * What store.h promises is kept by containerd's means. A blob is an ingest until it is committed
 * under its digest. A lease holds what was found or written until the store is closed (or, should
 * we be killed, for a day); manifests and indexes carry labels (containerd.io/gc.ref.content.*)
 * that tell the garbage collector what they refer to. */
#ifndef DIFFOCI_STORE_CONTAINERD_CONTAINERD_H
#define DIFFOCI_STORE_CONTAINERD_CONTAINERD_H

#include "store/store.h"

struct containerd_options {
  const char *address; /* of the socket, "unix://" before it allowed */
  const char
      *name_space;    /* containerd's namespace; need not be there before something is written */
  unsigned answer_ms; /* for the first answer; 0: 5 s */
  unsigned stall_ms;  /* without any answer, later; 0: 60 s */
};

/* Copies what it needs. ERROR_NOT_FOUND: no such socket; ERROR_PERMISSION; ERROR_NETWORK;
 * ERROR_TIMEOUT; ERROR_UNSUPPORTED: this program was built without it. */
struct store *store_open_containerd(const struct containerd_options *options, enum store_mode mode,
                                    struct error *err);
/* "1.6.20", as containerd says it of itself. store was opened by the function above. */
const char *store_containerd_version(const struct store *store);
/* Whether the namespace is there: 1, 0, -1. Where not, *others (to be freed) lists those that are,
 * "a, b, c", "" if there are none. */
MUST_CHECK int store_containerd_namespace(struct store *store, char **others, struct error *err);

/* Where containerd's socket is by default: for users other than root that of the rootless one,
 * where it runs (containerd-rootless.sh), else the system's. To be freed. */
char *containerd_default_address(void);

#endif
