#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/containerd/containerd.pb-c.h"
#include "store/containerd/containerd_client.h"
#include "store/containerd/containerd_labels.h"
#include "store/ops.h"

enum {
  CHUNK_BYTES = 1024 * 1024, /* sent in one message */
  MESSAGE_MAX = 64 * 1024 * 1024,
  REF_MAX = 16 + DIGEST_MAX_TEXT,
};

struct containerd_writer {
  struct blob_writer base;
  struct containerd *containerd;
  struct grpc_call *call;
  char ref[REF_MAX]; /* of the ingest */
  enum media_kind kind;
  bool has_digest;
  struct digest digest;  /* where has_digest, as is size */
  struct hasher *hasher; /* NULL where has_digest: containerd checks it */
  uint64_t size;
  uint64_t written; /* taken from the caller; the last bytes of it are in chunk */
  struct buf chunk;
  struct buf document; /* all of an index or manifest */
};

static void writer_free(struct containerd_writer *writer)
{
  grpc_call_close(writer->call);
  hasher_free(writer->hasher);
  buf_release(&writer->chunk);
  buf_release(&writer->document);
  free(writer);
}

static void abort_writer(struct blob_writer *base)
{
  static const struct containerd_method abort_ingest = { CONTAINERD_API "content.v1.Content/Abort",
                                                         NULL, 0 };
  struct containerd_writer *writer = (struct containerd_writer *)base;
  Containerd__AbortRequest request = CONTAINERD__ABORT_REQUEST__INIT;
  struct error err;

  /* It holds a lock on the ingest. */
  grpc_call_close(steal_pointer(&writer->call));
  request.ref = writer->ref;
  if (containerd_call(writer->containerd, &abort_ingest, &request.base, NULL, NULL, &err) < 0)
    log_debug("ingest %s: %s; it goes with its lease", writer->ref, err.message);
  writer_free(writer);
}

/* Sends a request and takes its answer. */
static int exchange(struct containerd_writer *writer,
                    const Containerd__WriteContentRequest *request, uint64_t *offset,
                    struct error *err)
{
  bool last = request->action == CONTAINERD__WRITE_ACTION__COMMIT;
  AUTO_BUF packed = BUF_INIT(MESSAGE_MAX);
  Containerd__WriteContentResponse *reply;
  struct str message;
  int found;

  containerd_pack(&packed, &request->base);
  if (packed.overflow)
    return error_set(err, ERROR_LIMIT, "a request over %zu bytes", packed.max);
  if (grpc_call_send(writer->call, buf_str(&packed), last, err) < 0)
    return -1;
  found = grpc_call_receive(writer->call, &message, err);
  if (found <= 0)
    return found < 0 ? -1 : error_set(err, ERROR_CORRUPT, "the write was ended early");
  reply =
      containerd__write_content_response__unpack(NULL, message.len, (const uint8_t *)message.ptr);
  if (!reply)
    return error_set(err, ERROR_CORRUPT, "an answer that is no WriteContentResponse");
  *offset = reply->offset < 0 ? 0 : (uint64_t)reply->offset;
  containerd__write_content_response__free_unpacked(reply, NULL);
  /* A commit is answered twice; the status after that tells that it is done. */
  while (last && found > 0)
    found = grpc_call_receive(writer->call, &message, err);
  return found < 0 ? -1 : 0;
}

static Containerd__WriteContentRequest request_of(struct containerd_writer *writer,
                                                  Containerd__WriteAction action)
{
  Containerd__WriteContentRequest request = CONTAINERD__WRITE_CONTENT_REQUEST__INIT;

  request.action = action;
  request.offset = (int64_t)(writer->written - writer->chunk.len);
  request.data.data = (uint8_t *)writer->chunk.ptr;
  request.data.len = writer->chunk.len;
  return request;
}

static int flush(struct containerd_writer *writer, struct error *err)
{
  Containerd__WriteContentRequest request = request_of(writer, CONTAINERD__WRITE_ACTION__WRITE);
  uint64_t offset;

  if (exchange(writer, &request, &offset, err) < 0)
    return -1;
  if (offset != writer->written)
    return error_set(err, ERROR_IO, "expected to have %llu bytes written, containerd has %llu",
                     (unsigned long long)writer->written, (unsigned long long)offset);
  buf_clear(&writer->chunk);
  return 0;
}

/* The ingest stays, with all that containerd has of it, until its lease ends. */
static void containerd_write_keep(struct blob_writer *base)
{
  struct containerd_writer *writer = (struct containerd_writer *)base;
  struct error err;

  __atomic_store_n(&writer->containerd->keeps_lease, true, __ATOMIC_RELAXED);
  if (writer->chunk.len > 0 && flush(writer, &err) < 0)
    log_debug("ingest %s: %s", writer->ref, err.message);
  writer_free(writer);
}

/* containerd empties an ingest that is written to from its beginning. */
static int containerd_write_restart(struct blob_writer *base, struct error *err)
{
  struct containerd_writer *writer = (struct containerd_writer *)base;

  (void)err;
  writer->written = base->done = 0;
  return 0;
}

static int containerd_write_add(struct blob_writer *base, const void *bytes, size_t len,
                                struct error *err)
{
  struct containerd_writer *writer = (struct containerd_writer *)base;
  const char *next = bytes;

  if (writer->has_digest && len > writer->size - writer->written)
    return error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes, found more",
                     (unsigned long long)writer->size);
  if (writer->hasher)
    hasher_add(writer->hasher, bytes, len);
  if (writer->kind == MEDIA_INDEX || writer->kind == MEDIA_MANIFEST)
    buf_add(&writer->document, bytes, len);
  while (len > 0) {
    size_t n = MIN_OF(len, (size_t)CHUNK_BYTES - writer->chunk.len);

    buf_add(&writer->chunk, next, n);
    writer->written += n;
    next += n;
    len -= n;
    if (writer->chunk.len == CHUNK_BYTES && flush(writer, err) < 0)
      return containerd_wrap(writer->containerd, err);
  }
  return 0;
}

/* Another process may have finished the same blob in between. */
static int containerd_write_settle(struct containerd_writer *writer, struct error *err)
{
  switch (grpc_call_code(writer->call)) {
  case GRPC_ALREADY_EXISTS:
    return containerd_lease_blob(writer->containerd, &writer->digest, err);
  case GRPC_FAILED_PRECONDITION: /* size or digest are not what was expected */
    err->code = ERROR_CORRUPT;
    break;
  default:
    break;
  }
  return containerd_wrap(writer->containerd, err);
}

static int send_commit(struct containerd_writer *writer, struct error *err)
{
  Containerd__WriteContentRequest request = request_of(writer, CONTAINERD__WRITE_ACTION__COMMIT);
  struct containerd_labels labels;
  uint64_t offset;
  int result;

  containerd_labels_make(
      &labels, writer->document.len && !writer->document.overflow ? writer->kind : MEDIA_OTHER,
      buf_str(&writer->document), &writer->containerd->origin);
  request.labels = labels.pointers;
  request.n_labels = labels.n;
  grpc_call_set_stall(writer->call, CONTAINERD_SLOW_MS);
  result = exchange(writer, &request, &offset, err);
  containerd_labels_release(&labels);
  return result < 0 ? containerd_write_settle(writer, err) : 0;
}

static int containerd_write_commit(struct blob_writer *base, struct digest *digest, uint64_t *size,
                                   struct error *err)
{
  struct containerd_writer *writer = (struct containerd_writer *)base;
  int result = 0;

  if (writer->has_digest && writer->written != writer->size)
    result = error_set(err, ERROR_CORRUPT, "size mismatch: expected %llu bytes, found %llu",
                       (unsigned long long)writer->size, (unsigned long long)writer->written);
  if (writer->hasher)
    writer->digest = hasher_finish(writer->hasher);
  if (result < 0 || send_commit(writer, err) < 0) {
    abort_writer(base);
    return -1;
  }
  if (digest)
    *digest = writer->digest;
  if (size)
    *size = writer->written;
  writer_free(writer);
  return 0;
}

/* Takes the ingest. BLOB_IS_THERE also where another namespace has the blob: a commit without any
 * bytes then makes it ours. */
static int containerd_write_begin(struct containerd_writer *writer, struct error *err)
{
  Containerd__WriteContentRequest request = request_of(writer, CONTAINERD__WRITE_ACTION__STAT);
  char expected[DIGEST_MAX_TEXT];
  uint64_t offset;

  request.ref = writer->ref;
  if (writer->has_digest) {
    digest_format(&writer->digest, expected);
    request.expected = expected;
    request.total = (int64_t)writer->size;
  }
  if (exchange(writer, &request, &offset, err) < 0)
    return grpc_call_code(writer->call) == GRPC_ALREADY_EXISTS
               ? BLOB_IS_THERE
               : containerd_wrap(writer->containerd, err);
  if (offset == 0)
    return BLOB_TO_WRITE;
  if (!writer->has_digest || offset > writer->size)
    return error_set(err, ERROR_IO, "containerd (%s): ingest %s begins with %llu bytes",
                     writer->containerd->address, writer->ref, (unsigned long long)offset);
  writer->written = writer->base.done = offset;
  if (offset < writer->size)
    return BLOB_TO_WRITE;
  return send_commit(writer, err) < 0 ? -1 : BLOB_IS_THERE;
}

static struct containerd_writer *containerd_writer_new(struct containerd *containerd,
                                                       const struct descriptor *blob,
                                                       struct error *err)
{
  static const struct containerd_method write = { CONTAINERD_API "content.v1.Content/Write", NULL,
                                                  CONTAINERD_LEASED };
  static const struct blob_writer_ops ops = {
    .add = containerd_write_add,
    .commit = containerd_write_commit,
    .abort = abort_writer,
    .keep = containerd_write_keep,
    .restart = containerd_write_restart,
  };
  struct grpc_call *call = containerd_open_call(containerd, &write, err);
  struct containerd_writer *writer;

  if (!call)
    return NULL;
  writer = xcalloc(1, sizeof(*writer));
  writer->base.ops = &ops;
  writer->containerd = containerd;
  writer->call = call;
  writer->kind = blob->kind;
  writer->has_digest = blob->digest.algorithm != DIGEST_NONE;
  writer->digest = blob->digest;
  writer->size = writer->has_digest ? (uint64_t)blob->size : 0;
  writer->hasher = writer->has_digest ? NULL : hasher_new(DIGEST_SHA256);
  writer->chunk = BUF_INIT(CHUNK_BYTES);
  writer->document = BUF_INIT(STORE_MANIFEST_MAX);
  return writer;
}

/* Under a name that only the blob gives, so that whoever writes it next goes on with what is there
 * (containerd hashes that again). 0: that is not possible, since another process is writing it, or
 * what is there is not the blob. */
static int write_shared(struct blob_writer **out, struct containerd *containerd,
                        const struct descriptor *blob, int *result, struct error *err)
{
  struct containerd_writer *writer = containerd_writer_new(containerd, blob, err);
  char text[DIGEST_MAX_TEXT];

  *result = -1;
  if (!writer)
    return 1;
  snprintf(writer->ref, sizeof(writer->ref), "diffoci-%s", digest_format(&blob->digest, text));
  *result = containerd_write_begin(writer, err);
  if (*result == BLOB_TO_WRITE) {
    *out = &writer->base;
    return 1;
  }
  if (*result < 0 && grpc_call_code(writer->call) != GRPC_NONE) {
    log_debug("ingest %s: %s", writer->ref, err->message);
    if (err->code == ERROR_CORRUPT)
      abort_writer(&writer->base);
    else
      writer_free(writer);
    return 0;
  }
  writer_free(writer);
  return 1;
}

int containerd_write(struct blob_writer **out, struct containerd *containerd,
                     const struct descriptor *blob, struct error *err)
{
  static unsigned long counter; /* only to make names differ; atomic */
  bool is_document = blob->kind == MEDIA_INDEX || blob->kind == MEDIA_MANIFEST;
  struct containerd_writer *writer;
  int result;

  /* All of a document is needed for its labels. */
  if (blob->digest.algorithm != DIGEST_NONE && !is_document &&
      write_shared(out, containerd, blob, &result, err))
    return result;
  writer = containerd_writer_new(containerd, blob, err);
  if (!writer)
    return -1;
  snprintf(writer->ref, sizeof(writer->ref), "%s-%lu", containerd->lease,
           __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED));
  result = containerd_write_begin(writer, err);
  if (result == BLOB_TO_WRITE)
    *out = &writer->base;
  else
    writer_free(writer);
  return result;
}
