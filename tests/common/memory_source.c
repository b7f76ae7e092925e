#include "memory_source.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "diff/event.h"

struct blob {
  struct digest digest;
  char *bytes;
  size_t len;
};

struct memory_source {
  struct source base;
  struct blob *blobs;
  size_t n, cap;
  struct descriptor root;
};

static int resolve(struct source *base, struct descriptor *out, struct error *err)
{
  struct memory_source *source = (struct memory_source *)base;

  (void)err;
  *out = descriptor_copy(&source->root);
  return 0;
}

static struct stream *open_blob(struct source *base, const struct descriptor *blob,
                                struct error *err)
{
  struct memory_source *source = (struct memory_source *)base;

  for (size_t i = 0; i < source->n; i++)
    if (digest_equal(&source->blobs[i].digest, &blob->digest))
      return stream_of_memory(source->blobs[i].bytes, source->blobs[i].len);
  error_set(err, ERROR_NOT_FOUND, "no such blob");
  return NULL;
}

static void free_source(struct source *base)
{
  struct memory_source *source = (struct memory_source *)base;

  for (size_t i = 0; i < source->n; i++)
    free(source->blobs[i].bytes);
  free(source->blobs);
  if (source->root.json)
    descriptor_release(&source->root);
  free(source);
}

struct source *memory_source_new(const char *label)
{
  static const struct source_ops ops = {
    .resolve = resolve,
    .open = open_blob,
    .free = free_source,
  };
  struct memory_source *source = xcalloc(1, sizeof(*source));

  source->base.ops = &ops;
  source->base.label = xstrdup(label);
  return &source->base;
}

struct digest memory_source_add(struct source *base, const void *bytes, size_t len)
{
  struct memory_source *source = (struct memory_source *)base;
  struct blob blob = { digest_of(DIGEST_SHA256, bytes, len), xstrndup(len ? bytes : "", len), len };

  source->blobs = xgrow(source->blobs, source->n, &source->cap, sizeof(*source->blobs));
  source->blobs[source->n++] = blob;
  return blob.digest;
}

void memory_source_image(struct source *base, const struct str *layers, size_t n_layers,
                         const char *config_extra)
{
  struct memory_source *source = (struct memory_source *)base;
  AUTO_BUF config = BUF_INIT(1 << 20);
  AUTO_BUF list = BUF_INIT(1 << 20);
  AUTO_BUF manifest = BUF_INIT(1 << 20);
  char text[DIGEST_MAX_TEXT];
  struct digest digest;

  buf_puts(&config, "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\","
                    "\"diff_ids\":[");
  for (size_t i = 0; i < n_layers; i++) {
    digest = memory_source_add(base, layers[i].ptr, layers[i].len);
    buf_printf(&config, "%s\"%s\"", i ? "," : "", digest_format(&digest, text));
    buf_printf(&list, "%s{\"mediaType\":\"" MEDIA_OCI_LAYER "\",\"digest\":\"%s\",\"size\":%zu}",
               i ? "," : "", text, layers[i].len);
  }
  buf_printf(&config, "]}%s}", config_extra);
  digest = memory_source_add(base, config.ptr, config.len);
  buf_printf(&manifest,
             "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST
             "\",\"config\":{\"mediaType\":\"" MEDIA_OCI_CONFIG
             "\",\"digest\":\"%s\",\"size\":%zu},\"layers\":[%s]}",
             digest_format(&digest, text), config.len, list.ptr ? list.ptr : "");
  digest = memory_source_add(base, manifest.ptr, manifest.len);
  if (source->root.json)
    descriptor_release(&source->root);
  source->root = descriptor_make(MEDIA_OCI_MANIFEST, &digest, (int64_t)manifest.len);
}

struct memory_sink {
  struct event_sink base;
  char **lines;
  size_t n, cap;
};

static void take_event(struct event_sink *base, const struct event *event)
{
  struct memory_sink *sink = (struct memory_sink *)base;
  AUTO_BUF line = BUF_INIT((size_t)64 << 20);

  buf_printf(&line, "%s %s %s", event->context, event_type_name(event->type), event->note);
  for (size_t i = 0; i < event->n_fields; i++)
    if (!event->fields[i].ignored)
      buf_printf(&line, " | %s=%.*s/%.*s", event->fields[i].name,
                 STR_ARGS(event->fields[i].value[0]), STR_ARGS(event->fields[i].value[1]));
  sink->lines = xgrow(sink->lines, sink->n, &sink->cap, sizeof(*sink->lines));
  sink->lines[sink->n++] = buf_detach(&line);
}

struct memory_sink *memory_sink_new(bool wants_content_digests)
{
  struct memory_sink *sink = xcalloc(1, sizeof(*sink));

  sink->base.event = take_event;
  sink->base.wants_content_digests = wants_content_digests;
  return sink;
}

struct event_sink *memory_sink_sink(struct memory_sink *sink)
{
  return &sink->base;
}

static int compare_lines(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

char *memory_sink_text(struct memory_sink *sink)
{
  AUTO_BUF text = BUF_INIT((size_t)256 << 20);

  if (sink->n)
    qsort(sink->lines, sink->n, sizeof(*sink->lines), compare_lines);
  for (size_t i = 0; i < sink->n; i++)
    buf_printf(&text, "%s\n", sink->lines[i]);
  return buf_detach(&text);
}

void memory_sink_free(struct memory_sink *sink)
{
  for (size_t i = 0; i < sink->n; i++)
    free(sink->lines[i]);
  free(sink->lines);
  free(sink);
}
