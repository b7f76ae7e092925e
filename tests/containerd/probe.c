/* Drives a containerd store step by step, for tests that stop or end containerd between two steps:
 *
 *   probe SOCKET NAMESPACE STALL_MS
 *
 * Reads commands, answers each with a line that begins with "ok" or with the error's code:
 *   find NAME    looks an image up, which keeps its blobs
 *   open DIGEST SIZE
 *   read N       reads N bytes of it
 *   rest         reads to its end, checked
 *   begin DIGEST SIZE
 *                begins to write that blob; 0: to be written, 1: is there
 *   put N        begins to write a blob, if none is begun, and adds N bytes
 *   commit       ends it
 *   abort        drops it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/verify.h"
#include "store/containerd/containerd.h"

enum { PIECE = 65536 };

struct probe {
  struct store *store;
  struct stream *stream;
  struct blob_writer *writer;
  char piece[PIECE];
};

static int read_some(struct probe *probe, unsigned long wanted, unsigned long *got,
                     struct error *err)
{
  ssize_t n = 1;

  for (*got = 0; *got < wanted && n > 0; *got += (unsigned long)n) {
    n = stream_read(probe->stream, probe->piece, MIN_OF(wanted - *got, (unsigned long)PIECE), err);
    if (n < 0)
      return -1;
  }
  return 0;
}

static int put(struct probe *probe, unsigned long len, struct error *err)
{
  if (!probe->writer)
    probe->writer = blob_writer_open_unknown(probe->store, err);
  if (!probe->writer)
    return -1;
  while (len > 0) {
    unsigned long n = MIN_OF(len, (unsigned long)PIECE);

    if (blob_writer_add(probe->writer, probe->piece, n, err) < 0)
      return -1;
    len -= n;
  }
  return 0;
}

static int parse_blob(struct descriptor *blob, char *argument, struct error *err)
{
  char *space = strchr(argument, ' ');

  if (!space)
    return error_set(err, ERROR_USAGE, "expected DIGEST SIZE");
  *space = '\0';
  *blob = (struct descriptor) { .size = strtol(space + 1, NULL, 10) };
  return digest_parse(&blob->digest, str_of(argument), err);
}

static int begin(struct probe *probe, char *argument, unsigned long *found, struct error *err)
{
  struct descriptor blob;
  int result = parse_blob(&blob, argument, err);

  if (result == 0)
    result = blob_writer_open(&probe->writer, probe->store, &blob, STORE_WAIT, err);
  *found = result == BLOB_IS_THERE;
  return result < 0 ? -1 : 0;
}

static int open_blob(struct probe *probe, char *argument, struct error *err)
{
  struct descriptor blob;

  if (parse_blob(&blob, argument, err) < 0)
    return -1;
  stream_close(probe->stream);
  probe->stream = store_open_blob(probe->store, &blob, err);
  if (!probe->stream)
    return -1;
  probe->stream = stream_verified(probe->stream, &blob.digest, (uint64_t)blob.size);
  return 0;
}

static int run(struct probe *probe, const char *command, char *argument, unsigned long *number,
               struct error *err)
{
  struct descriptor found;

  if (strcmp(command, "find") == 0) {
    if (store_find(probe->store, argument, &found, err) < 0)
      return -1;
    *number = (unsigned long)found.size;
    descriptor_release(&found);
    return 0;
  }
  if (strcmp(command, "open") == 0)
    return open_blob(probe, argument, err);
  if (strcmp(command, "begin") == 0)
    return begin(probe, argument, number, err);
  if (strcmp(command, "read") == 0)
    return read_some(probe, strtoul(argument, NULL, 10), number, err);
  if (strcmp(command, "rest") == 0)
    return read_some(probe, ~0UL, number, err);
  if (strcmp(command, "put") == 0)
    return put(probe, strtoul(argument, NULL, 10), err);
  if (strcmp(command, "commit") == 0)
    return blob_writer_commit(steal_pointer(&probe->writer), NULL, NULL, err);
  if (strcmp(command, "abort") == 0) {
    blob_writer_abort(steal_pointer(&probe->writer));
    return 0;
  }
  return error_set(err, ERROR_USAGE, "no such command: %s", command);
}

static void serve(struct probe *probe)
{
  char line[1024];

  while (fgets(line, sizeof(line), stdin)) {
    char *argument;
    unsigned long number = 0;
    struct error err;

    line[strcspn(line, "\n")] = '\0';
    argument = strchr(line, ' ');
    if (argument)
      *argument++ = '\0';
    if (run(probe, line, argument ? argument : line + strlen(line), &number, &err) == 0)
      printf("ok %lu\n", number);
    else
      printf("%d %s\n", (int)err.code, err.message);
    fflush(stdout);
  }
}

int main(int argc, char **argv)
{
  struct probe *probe = xcalloc(1, sizeof(*probe));
  struct containerd_options options = { 0 };
  struct error err;

  if (argc != 4)
    return 2;
  options.address = argv[1];
  options.name_space = argv[2];
  options.stall_ms = (unsigned)strtoul(argv[3], NULL, 10);
  options.answer_ms = options.stall_ms;
  probe->store = store_open_containerd(&options, STORE_WRITE, &err);
  if (probe->store)
    serve(probe);
  else
    printf("%d %s\n", (int)err.code, err.message);
  stream_close(probe->stream);
  blob_writer_abort(probe->writer);
  store_close(probe->store);
  free(probe);
  return 0;
}
