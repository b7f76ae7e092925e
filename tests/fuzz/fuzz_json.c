/* The JSON documents of an image, all of them made of the same text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "image/config.h"
#include "image/history.h"
#include "image/index.h"
#include "image/json.h"
#include "image/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
  if (!holds)
    abort();
}

static void check_descriptor(const struct descriptor *descriptor)
{
  char text[DIGEST_MAX_TEXT];
  struct descriptor copy = descriptor_copy(descriptor);
  const char *refers_to = NULL;
  struct digest digest;
  struct error err;

  check(copy.size >= 0 && copy.media_type && copy.artifact_type);
  check(digest_parse(&digest, str_of(digest_format(&copy.digest, text)), &err) == 0);
  check(digest_equal(&digest, &copy.digest));
  check(!descriptor_is_attestation(&copy, &refers_to) || refers_to);
  if (copy.has_platform) {
    struct platform normal = platform_normalize(&copy.platform);

    check(platform_equal(&normal, &copy.platform));
  }
  descriptor_release(&copy);
}

static void try_index(struct str text, const struct limits *limits)
{
  struct index index;
  struct error err = { 0 };

  if (index_parse(&index, text, limits, &err) < 0) {
    check(err.code != ERROR_NONE && err.message[0]);
    return;
  }
  check(index.n_manifests <= limits->manifests);
  for (size_t i = 0; i < index.n_manifests; i++)
    check_descriptor(&index.manifests[i]);
  index_release(&index);
}

static void try_manifest(struct str text, const struct limits *limits)
{
  struct manifest manifest;
  struct error err = { 0 };

  if (manifest_parse(&manifest, text, limits, &err) < 0) {
    check(err.code != ERROR_NONE && err.message[0]);
    return;
  }
  check(manifest.n_layers <= limits->layers);
  check_descriptor(&manifest.config);
  for (size_t i = 0; i < manifest.n_layers; i++)
    check_descriptor(&manifest.layers[i]);
  if (manifest.has_subject)
    check_descriptor(&manifest.subject);
  manifest_release(&manifest);
}

/* Nothing is known of the layers but where each has an item, and an instruction is one line. */
static void check_history(const json_t *history)
{
  const json_t *items[4] = { NULL };

  for (size_t n = 0; n <= ARRAY_LEN(items); n++) {
    history_of_layers(history, n, items);
    for (size_t i = 0; i < n; i++) {
      const char *by = history_created_by(items[i]);
      AUTO_BUF line = BUF_INIT((size_t)1 << 20);

      check(!items[i] == !items[0]);
      if (!by)
        continue;
      history_instruction(&line, by);
      check(!line.len || !strpbrk(line.ptr, "\n\t\r"));
    }
  }
}

static void try_config(struct str text)
{
  struct config config;
  struct error err = { 0 };

  if (config_parse(&config, text, &err) < 0) {
    check(err.code != ERROR_NONE && err.message[0]);
    return;
  }
  for (size_t i = 0; i < json_array_size(config.diff_ids); i++)
    check(json_string_value(json_array_get(config.diff_ids, i)) != NULL);
  check_history(config.history);
  config_release(&config);
}

static void try_descriptor(struct str text)
{
  struct error err = { 0 };
  AUTO_JSON json = json_parse(text, &err);
  struct descriptor descriptor;

  if (!json || descriptor_from_json(&descriptor, json, &err) < 0) {
    check(err.code != ERROR_NONE && err.message[0]);
    return;
  }
  check_descriptor(&descriptor);
  descriptor_release(&descriptor);
}

/* Whatever jansson takes is taken, and is the same, but for numbers that a double does not hold. */
static void try_against_jansson(struct str text)
{
  json_error_t ignored;
  struct error err = { 0 };
  AUTO_JSON wanted =
      json_loadb(text.len ? text.ptr : "", text.len,
                 JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &ignored);
  AUTO_JSON found = json_parse(text, &err);
  AUTO_FREE char *dumped = NULL;

  check(found || (err.code != ERROR_NONE && err.message[0]));
  if (!wanted)
    return;
  check(found || err.code == ERROR_LIMIT || strstr(err.message, "nested"));
  dumped = found ? json_dumps(found, JSON_ENCODE_ANY) : NULL;
  check(!dumped || strstr(dumped, "\xef\xb7\x90") || json_equal(found, wanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str text = { (const char *)data, size };
  struct limits limits = limits_scaled(1);
  AUTO_FREE char *time = NULL;
  int64_t seconds;
  int32_t nanoseconds;

  limits.manifests = 16;
  limits.layers = 16;
  try_against_jansson(text);
  try_index(text, &limits);
  try_manifest(text, &limits);
  try_config(text);
  try_descriptor(text);
  time = str_dup(text);
  check(!time_parse_rfc3339(time, &seconds, &nanoseconds) ||
        (nanoseconds >= 0 && nanoseconds < 1000000000));
  return 0;
}
