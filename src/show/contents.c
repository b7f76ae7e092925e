#include "show/contents.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "image/history.h"
#include "image/platform_match.h"
#include "show/contents_files.h"

enum { LIST_MAX = 1024 };

struct reading {
  struct contents *out;
  struct source *source;
  const struct contents_options *options;
};

static int read_document(const struct reading *reading, const struct descriptor *blob,
                         struct buf *text, struct error *err)
{
  return source_read(reading->source, blob, text->max, text, err)
             ? source_wrap(reading->source, blob, err)
             : 0;
}

static int contents_read_index(const struct reading *reading, const struct descriptor *blob,
                               struct index *out, struct error *err)
{
  AUTO_BUF text = BUF_INIT(reading->options->limits->json_bytes);

  if (read_document(reading, blob, &text, err))
    return -1;
  return index_parse(out, buf_str(&text), reading->options->limits, err)
             ? source_wrap(reading->source, blob, err)
             : 0;
}

/* ---- the manifest of a platform ---- */

static int contents_no_platform(const struct index *index, const struct platform *wanted,
                                struct error *err)
{
  AUTO_BUF list = BUF_INIT(LIST_MAX);
  char text[PLATFORM_MAX_TEXT];
  const char *ignored;

  for (size_t i = 0; i < index->n_manifests; i++) {
    const struct descriptor *manifest = &index->manifests[i];

    if (manifest->has_platform && !descriptor_is_attestation(manifest, &ignored))
      buf_printf(&list, "%s%s", list.len ? ", " : "", platform_format(&manifest->platform, text));
  }
  return error_set(err, ERROR_NOT_FOUND,
                   "no manifest for platform %s: there are %s (choose with --platform)",
                   platform_format(wanted, text), list.len ? list.ptr : "none with a platform");
}

/* The entry of an index that suits best; one alone suits where nothing was asked for. */
static int choose(const struct index *index, const struct platform *asked,
                  const struct descriptor **out, struct error *err)
{
  const struct platform wanted = asked ? *asked : platform_host();
  const struct descriptor *only = NULL;
  size_t images = 0;
  int best = -1;
  const char *ignored;

  *out = NULL;
  for (size_t i = 0; i < index->n_manifests; i++) {
    const struct descriptor *manifest = &index->manifests[i];
    int rank = -1;

    if (descriptor_is_attestation(manifest, &ignored))
      continue;
    images++;
    only = manifest;
    if (manifest->has_platform) {
      const struct platform has = platform_normalize(&manifest->platform);

      rank = platform_rank(&wanted, &has);
    }
    if (rank >= 0 && (best < 0 || rank < best)) {
      best = rank;
      *out = manifest;
    }
  }
  if (!*out && images == 1 && (!asked || !only->has_platform))
    *out = only;
  return *out ? 0 : contents_no_platform(index, &wanted, err);
}

/* From the root down to a manifest, through as many indexes as there are. */
static int find_manifest(const struct reading *reading, struct error *err)
{
  struct contents *out = reading->out;
  struct descriptor at = descriptor_copy(&out->root);

  for (unsigned depth = 0; at.kind == MEDIA_INDEX; depth++) {
    const struct descriptor *chosen;
    struct index index = { 0 };
    int result = contents_read_index(reading, &at, &index, err);

    if (result == 0 && depth == LIMIT_INDEX_DEPTH)
      result =
          error_set(err, ERROR_LIMIT, "more than %d indexes in one another", LIMIT_INDEX_DEPTH);
    if (result == 0 && choose(&index, reading->options->platform, &chosen, err))
      result = source_wrap(reading->source, NULL, err);
    descriptor_release(&at);
    if (result == 0)
      at = descriptor_copy(chosen);
    if (result == 0 && depth == 0) {
      out->index = index;
      out->has_index = true;
    } else {
      index_release(&index);
    }
    if (result)
      return -1;
  }
  out->descriptor = at;
  return 0;
}

/* ---- manifest and config ---- */

static int contents_read_manifest(const struct reading *reading, struct error *err)
{
  AUTO_BUF text = BUF_INIT(reading->options->limits->json_bytes);
  struct contents *out = reading->out;

  if (read_document(reading, &out->descriptor, &text, err))
    return -1;
  if (manifest_parse(&out->manifest, buf_str(&text), reading->options->limits, err))
    return source_wrap(reading->source, &out->descriptor, err);
  out->layers = xcalloc(out->manifest.n_layers + 1, sizeof(*out->layers));
  out->stored_bytes = (uint64_t)out->descriptor.size + (uint64_t)out->manifest.config.size;
  for (size_t i = 0; i < out->manifest.n_layers; i++) {
    out->layers[i].descriptor = &out->manifest.layers[i];
    out->stored_bytes += (uint64_t)out->manifest.layers[i].size;
  }
  return 0;
}

/* A manifest alone, of another platform than was asked for. */
static int check_platform(const struct reading *reading, struct error *err)
{
  const struct platform *asked = reading->options->platform;

  if (!asked || platform_check_alone(asked, 1, &reading->out->config.platform, err) == 0)
    return 0;
  return source_wrap(reading->source, NULL, err);
}

static int contents_read_config(const struct reading *reading, struct error *err)
{
  AUTO_BUF text = BUF_INIT(reading->options->limits->json_bytes);
  struct contents *out = reading->out;
  const size_t n = out->manifest.n_layers;
  AUTO_FREE const json_t **items = xcalloc(n + 1, sizeof(json_t *));

  if (out->manifest.is_artifact || out->manifest.config.kind != MEDIA_CONFIG)
    return 0;
  if (read_document(reading, &out->manifest.config, &text, err))
    return -1;
  if (config_parse(&out->config, buf_str(&text), err))
    return source_wrap(reading->source, &out->manifest.config, err);
  out->has_config = true;
  history_of_layers(out->config.history, n, items);
  for (size_t i = 0; i < n; i++)
    out->layers[i].history = items[i];
  return check_platform(reading, err);
}

int contents_read(struct contents *out, struct source *source,
                  const struct contents_options *options, struct error *err)
{
  const struct reading reading = { out, source, options };

  *out = (struct contents) { 0 };
  if (source_resolve(source, &out->root, err))
    return source_wrap(source, NULL, err);
  if (find_manifest(&reading, err) || contents_read_manifest(&reading, err) ||
      contents_read_config(&reading, err))
    return -1;
  return options->files && out->has_config ? contents_read_files(out, source, options, err) : 0;
}

void contents_release(struct contents *contents)
{
  descriptor_release(&contents->root);
  index_release(&contents->index);
  descriptor_release(&contents->descriptor);
  manifest_release(&contents->manifest);
  config_release(&contents->config);
  free(contents->layers);
  free(contents->largest);
  free(contents->privileged);
  free(contents->hidden);
  package_list_release(&contents->packages);
  arena_release(&contents->arena);
  *contents = (struct contents) { 0 };
}
