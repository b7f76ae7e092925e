#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/containerd/containerd.pb-c.h"
#include "store/containerd/containerd_client.h"
#include "store/containerd/containerd_data.h"
#include "store/containerd/containerd_labels.h"

enum { SMALL_REQUEST_MAX = 4096 };

int containerd_blob_info(struct containerd *containerd, const struct digest *digest, int64_t *size,
                         bool *labelled, struct error *err)
{
  static const struct containerd_method info = { CONTAINERD_API "content.v1.Content/Info",
                                                 &containerd__info_response__descriptor, 0 };
  Containerd__InfoRequest request = CONTAINERD__INFO_REQUEST__INIT;
  Containerd__InfoResponse *reply;
  char text[DIGEST_MAX_TEXT];
  bool has_labels = false;

  digest_format(digest, text);
  request.digest = text;
  if (containerd_call(containerd, &info, &request.base, &reply, NULL, err) < 0)
    return err->code == ERROR_NOT_FOUND ? 0 : -1;
  for (size_t i = 0; reply->info && i < reply->info->n_labels; i++)
    has_labels |=
        str_has_prefix(str_of(reply->info->labels[i]->key), STR(CONTAINERD_REFERENCE_LABEL));
  if (labelled)
    *labelled = has_labels;
  *size = reply->info ? reply->info->size : 0;
  protobuf_c_message_free_unpacked(&reply->base, NULL);
  return 1;
}

struct read_stream {
  struct stream base;
  struct containerd *containerd;
  struct grpc_call *call;
  struct str waiting; /* a view into the last message */
  uint64_t offset;    /* of what comes next from containerd */
};

/* 1: there is something waiting; 0: the end. */
static int containerd_read_receive(struct read_stream *blob, struct error *err)
{
  while (blob->waiting.len == 0) {
    struct str message;
    uint64_t offset;
    int found = grpc_call_receive(blob->call, &message, err);

    if (found <= 0)
      return found;
    if (containerd_data_parse(message, &offset, &blob->waiting, err) < 0)
      return -1;
    if (offset != blob->offset)
      return error_set(err, ERROR_CORRUPT, "expected bytes from %llu on, found some from %llu on",
                       (unsigned long long)blob->offset, (unsigned long long)offset);
    blob->offset += blob->waiting.len;
  }
  return 1;
}

static ssize_t read_some(struct stream *stream, void *buffer, size_t size, struct error *err)
{
  struct read_stream *blob = (struct read_stream *)stream;
  int found = containerd_read_receive(blob, err);
  size_t n;

  if (found <= 0)
    return found < 0 ? containerd_wrap(blob->containerd, err) : 0;
  n = MIN_OF(size, blob->waiting.len);
  memcpy(buffer, blob->waiting.ptr, n);
  blob->waiting = str_skip(blob->waiting, n);
  return (ssize_t)n;
}

static void close_read(struct stream *stream)
{
  struct read_stream *blob = (struct read_stream *)stream;

  grpc_call_close(blob->call);
  free(blob);
}

struct stream *containerd_read(struct containerd *containerd, const struct digest *digest,
                               struct error *err)
{
  static const struct containerd_method read = { CONTAINERD_API "content.v1.Content/Read", NULL,
                                                 0 };
  static const struct stream_ops ops = { read_some, close_read };
  Containerd__ReadContentRequest request = CONTAINERD__READ_CONTENT_REQUEST__INIT;
  AUTO_BUF message = BUF_INIT(SMALL_REQUEST_MAX);
  struct grpc_call *call = containerd_open_call(containerd, &read, err);
  struct read_stream *blob;
  char text[DIGEST_MAX_TEXT];

  if (!call)
    return NULL;
  blob = xcalloc(1, sizeof(*blob));
  *blob = (struct read_stream) { { &ops }, containerd, call, { 0 }, 0 };
  digest_format(digest, text);
  request.digest = text;
  containerd_pack(&message, &request.base);
  /* The first message tells whether there is such a blob. */
  if (grpc_call_send(call, buf_str(&message), true, err) == 0 &&
      containerd_read_receive(blob, err) >= 0)
    return &blob->base;
  if (err->code == ERROR_NOT_FOUND)
    error_set(err, ERROR_NOT_FOUND,
              "the image is there, this blob of it is not: layers may be dropped once they are "
              "unpacked (discard_unpacked_layers), and of other platforms nothing is fetched; "
              "\"ctr content fetch NAME\" gets all, and so does diffoci for a NAME without "
              "containerd:// and --pull=never");
  containerd_wrap(containerd, err);
  close_read(&blob->base);
  return NULL;
}
