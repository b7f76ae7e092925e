#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/socket.h"
#include "source/source.h"
#include "worker/broker.h"

struct frame {
  uint32_t len;
  char bytes[WIRE_FRAME_MAX];
};

/* The beginning of a blob that may be a document. */
struct blob_document {
  struct mentioned *mentioned; /* NULL: nobody wants to know */
  struct buf bytes;
};

static void blob_collect(struct blob_document *document, const char *bytes, size_t len)
{
  if (!document->mentioned)
    return;
  if (!document->bytes.len && len && bytes[0] != '{')
    document->mentioned = NULL;
  else
    buf_add(&document->bytes, bytes, len);
}

/* All of it was collected. */
static void blob_learn(const struct blob_document *document, const struct digest *wanted)
{
  struct digest found;

  if (!document->mentioned || document->bytes.overflow || !document->bytes.len)
    return;
  found = digest_of(wanted->algorithm, document->bytes.ptr, document->bytes.len);
  if (digest_equal(&found, wanted))
    mentioned_add(document->mentioned, buf_str(&document->bytes));
}

/* document: NULL: it is none. */
static void blob_pump(struct stream *stream, struct blob_document *document,
                      const struct digest *digest, uint64_t size, int socket)
{
  static const struct wire_answer answer = { .kind = WIRE_STREAM };
  static const uint32_t broken = WIRE_FRAME_FAILED;
  AUTO_FREE struct frame *frame = xmalloc(sizeof(*frame));
  struct error err;
  ssize_t n;

  if (wire_answer_send(socket, &answer, NULL, -1) <= 0)
    return;
  do {
    n = stream_read(stream, frame->bytes, sizeof(frame->bytes), &err);
    if (n < 0)
      break;
    if (document)
      blob_collect(document, frame->bytes, (size_t)n);
    /* Before the reader has all of it, and asks for what it mentions. */
    if (document && (n == 0 || document->bytes.len == size))
      blob_learn(document, digest);
    frame->len = (uint32_t)n;
    if (socket_send(socket, frame, sizeof(frame->len) + (size_t)n) <= 0)
      return; /* nobody reads on: what is needed of it was read */
  } while (n > 0);
  if (n < 0 && socket_send(socket, &broken, sizeof(broken)) > 0)
    (void)!wire_failed_send(socket, &err);
}

/* What could not be read is in no document that is known here, and so would be refused. */
static int blob_learn_range(struct blob_document *document, const struct digest *digest,
                            const struct stream_range *range, struct error *err)
{
  char bytes[WIRE_FRAME_MAX];
  uint64_t done = 0;

  while (document->mentioned && done < range->length && !document->bytes.overflow) {
    const size_t want = (size_t)MIN_OF(range->length - done, (uint64_t)sizeof(bytes));
    const ssize_t n = pread(range->fd, bytes, want, (off_t)(range->offset + done));

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_sys(err, errno, "a blob cannot be read");
    if (n == 0)
      return 0; /* which whoever reads it finds out */
    blob_collect(document, bytes, (size_t)n);
    done += (uint64_t)n;
  }
  blob_learn(document, digest);
  return 0;
}

bool broker_may_see(struct broker *broker, const struct wire_request *request)
{
  return !broker->job->has_no_documents ||
         mentioned_has(&broker->mentioned[request->side], &request->blob.digest);
}

static int blob_is_mentioned(struct broker *broker, const struct wire_request *request,
                             struct error *err)
{
  char digest[DIGEST_MAX_TEXT];

  if (broker_may_see(broker, request))
    return 0;
  return error_set(err, ERROR_PERMISSION, "blob %s is in no document of the image",
                   digest_format(&request->blob.digest, digest));
}

static void blob_file(int socket, const struct stream_range *range)
{
  const struct wire_answer answer = { .kind = WIRE_FILE,
                                      .offset = range->offset,
                                      .size = range->length };

  (void)!wire_answer_send(socket, &answer, NULL, range->fd);
}

void broker_answer_blob(struct broker *broker, struct wire_request *request, int socket)
{
  struct source *source = broker->sources[request->side];
  struct mentioned *mentioned = &broker->mentioned[request->side];
  const struct digest *digest = &request->blob.digest;
  struct blob_document document = { request->from ? NULL : mentioned,
                                    BUF_INIT(broker->job->options->limits->json_bytes) };
  AUTO_STREAM stream = NULL;
  struct stream_range range;
  struct error err;

  if (blob_is_mentioned(broker, request, &err)) {
    (void)!wire_failed_send(socket, &err);
    return;
  }
  if (broker->job->has_no_documents)
    mentioned_keep_urls(mentioned, &request->blob);
  stream = request->from ? source_blob_from(source, &request->blob, request->from, &err)
                         : source_stored(source, &request->blob, &err);
  if (stream && !stream_is_range(stream, &range))
    blob_pump(stream, &document, digest, (uint64_t)request->blob.size, socket);
  else if (stream && blob_learn_range(&document, digest, &range, &err) == 0)
    blob_file(socket, &range);
  else
    (void)!wire_failed_send(socket, &err);
  buf_release(&document.bytes);
}

void broker_answer_elsewhere(const struct broker *broker, const struct wire_request *request,
                             int socket)
{
  const struct source_options *options = broker->job->options;
  AUTO_STREAM stream = NULL;
  struct error err;

  error_set(&err, ERROR_NOT_FOUND, "%s", request->text);
  stream = options->fetch(options->fetch_context, &request->blob, &err);
  if (stream)
    blob_pump(stream, NULL, NULL, 0, socket);
  else
    (void)!wire_failed_send(socket, &err);
}
