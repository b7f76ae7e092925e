/* Reads whole images from registries and throws them away: what the tests hold against servers.
 *
 *   fetch [OPTION VALUE]... NAME...
 *
 * Options: --plain-http, --insecure, --ca-file, --attempts, --stall, --backoff (ms), --max-wait
 * (s),
 * --delay (ms between reads of all streams), --at-once 1 (all blobs of all images are open at the
 * same time and read in turns), --last-first 1 (the same, but read one after the other, from the
 * last on), --only-last 1 (the same, but the others are closed unread). Prints for each image its
 * media type, digest and size, for each blob digest and size, and at the end how much memory it
 * took (KiB), and the bytes received.
 * Exit status 0; 2 after an error. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/log.h"
#include "image/index.h"
#include "image/manifest.h"
#include "source/registry/registry.h"

enum { STREAMS_MAX = 256, PIECE = 16 * 1024 };

struct run {
  struct limits limits;
  struct net *net;
  struct source *sources[STREAMS_MAX];
  size_t n_sources;
  struct stream *streams[STREAMS_MAX]; /* with --at-once: open ones */
  size_t n_streams;
  bool at_once;
  bool last_first, only_last;
  long delay_ms;
};

struct number {
  const char *flag;
  unsigned *value;
};

static void rest(const struct run *run)
{
  const struct timespec pause = { run->delay_ms / 1000, run->delay_ms % 1000 * 1000000 };

  if (run->delay_ms)
    nanosleep(&pause, NULL);
}

static int drain(const struct run *run, struct stream *stream, struct error *err)
{
  char bytes[PIECE];
  ssize_t n;

  do {
    n = stream_read(stream, bytes, sizeof(bytes), err);
    rest(run);
  } while (n > 0);
  return (int)n;
}

static int take_blob(struct run *run, struct source *source, const struct descriptor *blob,
                     struct error *err)
{
  char text[DIGEST_MAX_TEXT];
  struct stream *stream = source_blob(source, blob, err);
  int result;

  if (!stream)
    return source_wrap(source, blob, err);
  printf("blob %s %lld\n", digest_format(&blob->digest, text), (long long)blob->size);
  if (run->at_once && run->n_streams < STREAMS_MAX) {
    run->streams[run->n_streams++] = stream;
    return 0;
  }
  result = drain(run, stream, err);
  stream_close(stream);
  return result < 0 ? source_wrap(source, blob, err) : 0;
}

static int take_document(struct run *run, struct source *source, const struct descriptor *document,
                         struct error *err);

static int take_index(struct run *run, struct source *source, struct str text, struct error *err)
{
  struct index index;
  int result = 0;

  if (index_parse(&index, text, &run->limits, err) < 0)
    return -1;
  for (size_t i = 0; i < index.n_manifests && result == 0; i++)
    result = take_document(run, source, &index.manifests[i], err);
  index_release(&index);
  return result;
}

static int take_manifest(struct run *run, struct source *source, struct str text, struct error *err)
{
  struct manifest manifest;
  int result;

  if (manifest_parse(&manifest, text, &run->limits, err) < 0)
    return -1;
  result = take_blob(run, source, &manifest.config, err);
  for (size_t i = 0; i < manifest.n_layers && result == 0; i++)
    result = take_blob(run, source, &manifest.layers[i], err);
  manifest_release(&manifest);
  return result;
}

static int take_document(struct run *run, struct source *source, const struct descriptor *document,
                         struct error *err)
{
  AUTO_BUF text = BUF_INIT(run->limits.json_bytes);

  if (source_read(source, document, run->limits.json_bytes, &text, err) < 0)
    return source_wrap(source, document, err);
  return document->kind == MEDIA_INDEX ? take_index(run, source, buf_str(&text), err)
                                       : take_manifest(run, source, buf_str(&text), err);
}

static int take_image(struct run *run, const char *name, struct error *err)
{
  char text[DIGEST_MAX_TEXT];
  struct reference reference;
  struct descriptor top;
  struct source *source;
  int result;

  if (source_registry_name(&reference, net_registries(run->net), str_of(name), err) < 0)
    return -1;
  source = source_registry_open(run->net, &reference, name, &run->limits, err);
  reference_release(&reference);
  if (!source)
    return -1;
  source->label = xstrdup(name);
  run->sources[run->n_sources++] = source;
  if (source_resolve(source, &top, err) < 0)
    return source_wrap(source, NULL, err);
  printf("image %s %s %lld\n", top.media_type, digest_format(&top.digest, text),
         (long long)top.size);
  result = take_document(run, source, &top, err);
  descriptor_release(&top);
  return result;
}

/* One piece from every stream in turn, as a comparison of them would. */
static int drain_in_turns(struct run *run, struct error *err)
{
  char bytes[PIECE];
  size_t open = run->n_streams;

  if (run->only_last && open > 0)
    return drain(run, run->streams[open - 1], err);
  for (size_t i = run->n_streams; run->last_first && i > 0; i--) {
    if (drain(run, run->streams[i - 1], err) < 0)
      return -1;
    stream_close(steal_pointer(&run->streams[i - 1]));
  }
  while (open > 0) {
    open = 0;
    for (size_t i = 0; i < run->n_streams; i++) {
      ssize_t n;

      if (!run->streams[i])
        continue;
      n = stream_read(run->streams[i], bytes, sizeof(bytes), err);
      if (n < 0)
        return -1;
      if (n == 0)
        stream_close(steal_pointer(&run->streams[i]));
      else
        open++;
    }
    rest(run);
  }
  return 0;
}

static int parse(struct run *run, struct net_options *options, char **argv, int argc)
{
  const struct number numbers[] = {
    { "--attempts", &options->http.attempts },
    { "--stall", &options->http.stall_seconds },
    { "--backoff", &options->http.backoff_ms },
    { "--max-wait", &options->http.max_wait_seconds },
  };
  int i = 1;

  for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
    const char *value = argv[i + 1];

    if (strcmp(argv[i], "--plain-http") == 0) {
      options->plain_http = (const char *const *)&argv[i + 1];
      options->n_plain_http = 1;
    } else if (strcmp(argv[i], "--insecure") == 0) {
      options->insecure = (const char *const *)&argv[i + 1];
      options->n_insecure = 1;
    } else if (strcmp(argv[i], "--ca-file") == 0) {
      options->ca_file = value;
    } else if (strcmp(argv[i], "--delay") == 0) {
      run->delay_ms = strtol(value, NULL, 10);
    } else if (strcmp(argv[i], "--at-once") == 0) {
      run->at_once = true;
    } else if (strcmp(argv[i], "--last-first") == 0) {
      run->at_once = run->last_first = true;
    } else if (strcmp(argv[i], "--only-last") == 0) {
      run->at_once = run->only_last = true;
    }
    for (size_t k = 0; k < ARRAY_LEN(numbers); k++) {
      if (strcmp(argv[i], numbers[k].flag) == 0)
        *numbers[k].value = (unsigned)strtoul(value, NULL, 10);
    }
  }
  return i;
}

/* Of this program alone: what getrusage tells may be its parent's. */
static long peak_kib(void)
{
  FILE *file = fopen("/proc/self/status", "re");
  char line[256];
  long kib = 0;

  while (file && fgets(line, sizeof(line), file))
    if (strncmp(line, "VmHWM:", 6) == 0)
      kib = strtol(line + 6, NULL, 10);
  if (file)
    fclose(file);
  return kib;
}

int main(int argc, char **argv)
{
  struct run run = { .limits = limits_scaled(1) };
  struct net_options options = { 0 };
  struct error err;
  int at = parse(&run, &options, argv, argc);
  AUTO_BUF shown = BUF_INIT(16384);
  int result = 0;

  log_enable_debug(getenv("FETCH_DEBUG") != NULL);
  setvbuf(stdout, NULL, _IOLBF, 0);
  run.net = net_new(&options, &err);
  if (!run.net)
    result = -1;
  for (; at < argc && result == 0; at++)
    result = take_image(&run, argv[at], &err);
  if (result == 0)
    result = drain_in_turns(&run, &err);
  for (size_t i = 0; i < run.n_streams; i++)
    stream_close(run.streams[i]);
  for (size_t i = 0; i < run.n_sources; i++)
    source_free(run.sources[i]);
  if (result < 0) {
    escape_terminal(&shown, str_of(err.message));
    fprintf(stderr, "fetch: %s\n", shown.ptr);
  } else {
    printf("peak %ld\n", peak_kib());
    printf("received %llu\n", (unsigned long long)http_client_received(net_client(run.net)));
  }
  net_free(run.net);
  return result < 0 ? 2 : 0;
}
