/* What the broker learns from documents: the input is one. Every digest that a JSON parser finds
 * in it, wherever it stands, may be asked for from there on; what is in a descriptor's data too;
 * and no URL that does not stand in it. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "worker/mentioned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct mentioned *mentioned, const char *text, size_t len)
{
  struct digest digest;
  struct error err;

  if ((strncmp(text, "sha256:", 7) == 0 || strncmp(text, "sha512:", 7) == 0) &&
      digest_parse(&digest, (struct str) { text, len }, &err) == 0 &&
      !mentioned_has(mentioned, &digest))
    abort();
}

static void check(struct mentioned *mentioned, const json_t *json)
{
  const char *key;
  json_t *value;
  size_t i;

  if (json_is_string(json))
    check_text(mentioned, json_string_value(json), json_string_length(json));
  json_object_foreach((json_t *)json, key, value) check(mentioned, value);
  json_array_foreach(json, i, value) check(mentioned, value);
}

/* A string in base64 that holds JSON, as `data` may. */
static void check_inside(struct mentioned *mentioned, const uint8_t *data, size_t size)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t len = (size + 2) / 3 * 4;
  char *text = malloc(len + 5);
  unsigned char *back = malloc(len + 1);

  if (!text || !back)
    abort();
  memcpy(text, "[\"", 2);
  for (size_t i = 0; i < len / 4; i++) {
    const size_t left = size - 3 * i;
    const uint32_t bits = (uint32_t)data[3 * i] << 16 |
                          (left > 1 ? (uint32_t)data[3 * i + 1] << 8 : 0) |
                          (left > 2 ? (uint32_t)data[3 * i + 2] : 0);

    for (size_t k = 0; k < 4; k++)
      text[2 + 4 * i + k] = (char)(k > left ? '=' : digits[bits >> (18 - 6 * k) & 63]);
  }
  memcpy(text + 2 + len, "\"]", 3);
  if (base64_decode(back, (struct str) { text + 2, len }) != (ssize_t)size ||
      memcmp(back, data, size) != 0)
    abort();
  mentioned_add(mentioned, (struct str) { text, len + 4 });
  free(text);
  free(back);
}

static void check_urls(struct mentioned *mentioned, const uint8_t *data, size_t size)
{
  struct descriptor blob = { .json = json_pack("{s:[ss]}", "urls", "http://nobody/asked",
                                               "https://example.com/layer") };

  if (!blob.json)
    abort();
  mentioned_keep_urls(mentioned, &blob);
  if (!memmem(data, size, "http", 4) && !memchr(data, '\\', size) &&
      json_array_size(json_object_get(blob.json, "urls")) > 0)
    abort();
  json_decref(blob.json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  json_t *json = json_loadb((const char *)data, size, 0, NULL);
  struct mentioned mentioned;

  mentioned_init(&mentioned);
  mentioned_add(&mentioned, (struct str) { (const char *)data, size });
  check(&mentioned, json);
  check_urls(&mentioned, data, size);
  mentioned_release(&mentioned);
  mentioned_init(&mentioned);
  check_inside(&mentioned, data, size);
  if (size >= 64)
    check(&mentioned, json);
  mentioned_release(&mentioned);
  json_decref(json);
  return 0;
}
