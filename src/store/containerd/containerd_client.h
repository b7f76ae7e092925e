/* Calls to containerd: what the files about containerd in this room share. */
#ifndef DIFFOCI_STORE_CONTAINERD_CONTAINERD_CLIENT_H
#define DIFFOCI_STORE_CONTAINERD_CONTAINERD_CLIENT_H

#include <pthread.h>
#include <stdbool.h>

#include "net/grpc/grpc.h"
#include "store/containerd/containerd.h"
#include "store/containerd/containerd_labels.h"

struct ProtobufCMessage;
struct ProtobufCMessageDescriptor;

struct containerd {
  struct grpc *grpc;
  char *address;
  char *name_space;
  char *version;
  pthread_mutex_t mutex; /* around lease */
  char lease[64];        /* "": none yet */
  bool keeps_lease; /* atomic: it is left to end by itself, since another try needs what it has */
  struct containerd_label
      origin; /* of every blob that is written; its key is "" where that is not known */
};

/* Connects and asks for the version. */
struct containerd *containerd_connect(const struct containerd_options *options, struct error *err);
void containerd_free(struct containerd *containerd); /* NULL allowed */

#define CONTAINERD_API "/containerd.services."
enum {
  CONTAINERD_SLOW = 1, /* may wait for a disk or the garbage collector for long */
  CONTAINERD_SLOW_MS = 5 * 60 * 1000,
  CONTAINERD_LEASED = 2, /* what it makes belongs to the lease, which is made if there is none */
};

struct containerd_method {
  const char *path;
  const struct ProtobufCMessageDescriptor *reply; /* NULL: of no interest */
  unsigned flags;
};

/* Opens a call of method; see grpc_call_open. */
struct grpc_call *containerd_open_call(struct containerd *containerd,
                                       const struct containerd_method *method, struct error *err);
/* A unary call. *reply (a pointer to a pointer to the message; NULL where the method has none) is
 * to be freed with protobuf_c_message_free_unpacked. *code, where not NULL, is as for grpc_unary.
 */
MUST_CHECK int containerd_call(struct containerd *containerd,
                               const struct containerd_method *method,
                               const struct ProtobufCMessage *request, void *reply,
                               enum grpc_code *code, struct error *err);
/* Appends the message as it goes over the wire. */
void containerd_pack(struct buf *out, const struct ProtobufCMessage *message);
/* Puts "containerd (ADDRESS): " before an error. Returns -1. */
int containerd_wrap(const struct containerd *containerd, struct error *err);

/* Makes the garbage collector keep a blob, and what its labels refer to, until the lease ends. */
MUST_CHECK int containerd_lease_blob(struct containerd *containerd, const struct digest *digest,
                                     struct error *err);
/* Waits until the garbage collector has run. */
MUST_CHECK int containerd_collect(struct containerd *containerd, struct error *err);
/* Ends the lease, if there is one. collect: wait until what it alone kept is gone. */
void containerd_end_lease(struct containerd *containerd, bool collect);

/* Whether there is a blob of that digest: 1, 0, -1. *size and *labelled (NULL allowed): whether it
 * has labels that say what it refers to. */
MUST_CHECK int containerd_blob_info(struct containerd *containerd, const struct digest *digest,
                                    int64_t *size, bool *labelled, struct error *err);
/* The bytes of a blob, not checked. ERROR_NOT_FOUND. */
struct stream *containerd_read(struct containerd *containerd, const struct digest *digest,
                               struct error *err);

/* A writer for the blob (its digest DIGEST_NONE: not known, nor its size), as blob_writer_open; it
 * never waits, nor says BLOB_IS_BUSY. */
MUST_CHECK int containerd_write(struct blob_writer **out, struct containerd *containerd,
                                const struct descriptor *blob, struct error *err);
/* Gives an index or manifest that is there the labels that say what it refers to, and what an index
 * refers to as well; what is not there, or has them, is left alone. */
MUST_CHECK int containerd_label(struct containerd *containerd, const struct descriptor *root,
                                struct error *err);

#endif
