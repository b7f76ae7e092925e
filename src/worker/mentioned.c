#include "worker/mentioned.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/base64.h"
#include "base/buf.h"

enum { DEPTH_MAX = 4, EMBEDDED_MIN = 64 };

void mentioned_init(struct mentioned *out)
{
  *out = (struct mentioned) { .strings = MAP_INIT, .bytes_max = MENTIONED_BYTES_MAX };
  pthread_mutex_init(&out->lock, NULL);
}

void mentioned_release(struct mentioned *mentioned)
{
  map_release(&mentioned->strings);
  arena_release(&mentioned->arena);
  pthread_mutex_destroy(&mentioned->lock);
}

static void mentioned_look(struct mentioned *mentioned, struct str document, int depth);

static void mentioned_note(struct mentioned *mentioned, struct str text)
{
  struct map_entry *entry;

  /* Whoever asks may ask for very many documents, each full of long URLs. */
  if (mentioned->strings.n >= MENTIONED_MAX ||
      mentioned->arena.total + text.len > mentioned->bytes_max)
    return;
  entry = map_put(&mentioned->strings, text);
  if (entry->key.ptr == text.ptr)
    entry->key = arena_str(&mentioned->arena, text);
}

static bool mentioned_is_digest(struct str text)
{
  struct digest digest;
  struct error ignored;

  return (str_has_prefix(text, STR("sha256:")) || str_has_prefix(text, STR("sha512:"))) &&
         digest_parse(&digest, text, &ignored) == 0;
}

/* A document in a descriptor's `data`. */
static void mentioned_look_inside(struct mentioned *mentioned, struct str text, int depth)
{
  AUTO_FREE unsigned char *bytes = xmalloc(text.len);
  const ssize_t len = base64_decode(bytes, text);

  if (len > 0)
    mentioned_look(mentioned, (struct str) { (const char *)bytes, (size_t)len }, depth + 1);
}

static void mentioned_string(struct mentioned *mentioned, struct str text, int depth)
{
  if (mentioned_is_digest(text) || str_has_prefix(text, STR("http://")) ||
      str_has_prefix(text, STR("https://")))
    mentioned_note(mentioned, text);
  else if (text.len >= EMBEDDED_MIN && text.len % 4 == 0 && depth < DEPTH_MAX)
    mentioned_look_inside(mentioned, text, depth);
}

/* The character that an escape at the start of text stands for, and how long it is; those that are
 * no part of a URL are left as they stand. */
static char mentioned_escape(struct str text, size_t *len)
{
  char digits[5] = "";
  unsigned long code;

  *len = 2;
  if (text.len >= 2 && text.ptr[1] != 'u')
    return text.ptr[1];
  if (text.len < 6)
    return '\\';
  memcpy(digits, text.ptr + 2, 4);
  code = strtoul(digits, NULL, 16);
  *len = 6;
  if (code == 0 || code >= 0x80)
    return '?';
  return (char)code;
}

/* Every string of JSON, wherever it stands. Of what is no JSON, this is nothing that does harm. */
static void mentioned_look(struct mentioned *mentioned, struct str document, int depth)
{
  AUTO_BUF text = BUF_INIT(SIZE_MAX);
  bool inside = false;

  for (size_t i = 0; i < document.len; i++) {
    const char c = document.ptr[i];

    if (c == '"' && inside)
      mentioned_string(mentioned, buf_str(&text), depth);
    if (c == '"') {
      buf_clear(&text);
      inside = !inside;
    } else if (inside && c == '\\') {
      size_t len;

      buf_putc(&text, mentioned_escape(str_skip(document, i), &len));
      i += len - 1;
    } else if (inside) {
      buf_putc(&text, c);
    }
  }
}

void mentioned_add(struct mentioned *mentioned, struct str document)
{
  pthread_mutex_lock(&mentioned->lock);
  mentioned_look(mentioned, document, 0);
  pthread_mutex_unlock(&mentioned->lock);
}

static bool mentioned_knows(struct mentioned *mentioned, const char *text)
{
  bool known;

  pthread_mutex_lock(&mentioned->lock);
  known = map_find(&mentioned->strings, str_of(text)) != NULL;
  pthread_mutex_unlock(&mentioned->lock);
  return known;
}

bool mentioned_has(struct mentioned *mentioned, const struct digest *digest)
{
  char text[DIGEST_MAX_TEXT];

  return mentioned_knows(mentioned, digest_format(digest, text));
}

void mentioned_keep_urls(struct mentioned *mentioned, struct descriptor *blob)
{
  json_t *urls = json_object_get(blob->json, "urls");

  for (size_t i = json_array_size(urls); i > 0; i--)
    if (!mentioned_knows(mentioned, json_string_value(json_array_get(urls, i - 1))))
      json_array_remove(urls, i - 1);
}
