#include "worker/wire.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/libc.h"
#include "base/wire.h"
#include "image/json.h"

enum { MEDIA_TYPE_MAX = 255 };

static bool wire_has_blob(enum wire_ask ask)
{
  return ask == WIRE_BLOB || ask == WIRE_ELSEWHERE || ask == WIRE_AT_HAND || ask == WIRE_REFERRERS;
}

static bool wire_has_text(enum wire_ask ask)
{
  return ask == WIRE_ELSEWHERE || ask == WIRE_MEMBER || ask == WIRE_OUTPUT || ask == WIRE_COMMIT ||
         ask == WIRE_CLEAR || ask == WIRE_END || ask == WIRE_WARN;
}

/* ---- writing ---- */

static void wire_put_urls(struct buf *out, const struct descriptor *blob)
{
  const json_t *urls = json_object_get(blob->json, "urls");
  int64_t n = 0;

  for (size_t i = 0; i < json_array_size(urls) && n < WIRE_URLS_MAX; i++) {
    const char *url = json_string_value(json_array_get(urls, i));

    if (!url || !*url || strlen(url) > WIRE_URL_MAX)
      continue;
    wire_put_number(out, 1);
    wire_put_str(out, str_of(url));
    n++;
  }
  wire_put_number(out, 0);
}

static void wire_put_blob(struct buf *out, const struct descriptor *blob)
{
  const struct str type = str_of(blob->media_type);

  wire_put_number(out, blob->digest.algorithm);
  buf_add(out, blob->digest.bytes, sizeof(blob->digest.bytes));
  wire_put_number(out, blob->size);
  /* One that is longer is none that a source knows. */
  wire_put_str(out, type.len <= MEDIA_TYPE_MAX && type.ptr ? type : STR(""));
  wire_put_urls(out, blob);
}

int wire_request_write(struct buf *out, const struct wire_request *request, struct error *err)
{
  wire_put_number(out, request->ask);
  wire_put_number(out, request->side);
  if (wire_has_blob(request->ask))
    wire_put_blob(out, &request->blob);
  if (request->ask == WIRE_BLOB)
    wire_put_number(out, (int64_t)request->from);
  if (wire_has_text(request->ask))
    wire_put_str(out, str_of(request->text ? request->text : ""));
  if (request->ask == WIRE_END) {
    wire_put_number(out, request->status);
    wire_put_number(out, request->error.code);
    wire_put_number(out, request->error.sys);
  }
  if (out->overflow || (request->text && strlen(request->text) > WIRE_TEXT_MAX))
    return error_set(err, ERROR_LIMIT, "a request of over %d bytes to the broker",
                     request->text ? WIRE_TEXT_MAX : WIRE_REQUEST_MAX);
  return 0;
}

/* ---- reading ---- */

static char *wire_take_text(struct wire_reader *reader, size_t max)
{
  const struct str s = wire_take_str(reader, max);

  if (s.ptr && !memchr(s.ptr, '\0', s.len))
    return str_dup(s);
  reader->bad = true;
  return NULL;
}

static json_t *wire_take_urls(struct wire_reader *reader)
{
  json_t *urls = json_array();

  while (wire_take_within(reader, 0, 1)) {
    const struct str url = wire_take_str(reader, WIRE_URL_MAX);

    if (!url.ptr || json_array_size(urls) >= WIRE_URLS_MAX ||
        json_array_append_new(urls, json_stringn(url.ptr, url.len)))
      reader->bad = true; /* it is no UTF-8, too */
  }
  return urls;
}

/* As a descriptor of a document would be, with the same checks. */
static void wire_take_blob(struct wire_reader *reader, struct descriptor *out)
{
  AUTO_JSON json = json_object();
  AUTO_FREE char *type = NULL;
  struct digest digest = { 0 };
  char text[DIGEST_MAX_TEXT];
  struct error ignored;
  int64_t size;

  digest.algorithm = (enum digest_algorithm)wire_take_within(reader, DIGEST_SHA256, DIGEST_SHA512);
  wire_take_bytes(reader, digest.bytes, sizeof(digest.bytes));
  size = wire_take_within(reader, 0, INT64_MAX);
  type = wire_take_text(reader, MEDIA_TYPE_MAX);
  json_object_set_new(json, "urls", wire_take_urls(reader));
  if (reader->bad)
    return;
  json_object_set_new(json, "mediaType", json_string(type));
  json_object_set_new(json, "digest", json_string(digest_format(&digest, text)));
  json_object_set_new(json, "size", json_integer(size));
  if (json_object_size(json) != 4 || descriptor_from_json(out, json, &ignored))
    reader->bad = true;
}

static void wire_take_end(struct wire_reader *reader, struct wire_request *out)
{
  out->status = (int)wire_take_within(reader, -1, UINT8_MAX);
  out->error.code = (enum error_code)wire_take_within(reader, ERROR_NONE, ERROR_CANCELLED);
  out->error.sys = (int)wire_take_within(reader, 0, INT16_MAX);
  if (out->text)
    snprintf(out->error.message, sizeof(out->error.message), "%s", out->text);
}

int wire_request_read(struct str bytes, struct wire_request *out, struct error *err)
{
  struct wire_reader reader = { bytes, false };

  *out = (struct wire_request) { 0 };
  out->ask = (enum wire_ask)wire_take_within(&reader, WIRE_OPEN, WIRE_ASKS - 1);
  out->side = (int)wire_take_within(&reader, 0, WIRE_SIDES - 1);
  if (wire_has_blob(out->ask))
    wire_take_blob(&reader, &out->blob);
  if (out->ask == WIRE_BLOB)
    out->from = (uint64_t)wire_take_within(&reader, 0, INT64_MAX);
  if (wire_has_text(out->ask))
    out->text = wire_take_text(&reader, WIRE_TEXT_MAX);
  if (out->ask == WIRE_END)
    wire_take_end(&reader, out);
  if (wire_is_done(&reader))
    return 0;
  wire_request_release(out);
  return error_set(err, ERROR_CORRUPT, "the confined process asks for something odd");
}

void wire_request_release(struct wire_request *request)
{
  if (request->blob.json)
    descriptor_release(&request->blob);
  free(request->text);
  *request = (struct wire_request) { 0 };
}

int wire_broken(int errnum, struct error *err)
{
  char text[96];

  return error_set(err, ERROR_NETWORK, "the broker has ended (%s)",
                   libc_error_text(errnum, text, sizeof(text)));
}

void wire_error(const struct wire_answer *answer, const char *message, struct error *err)
{
  error_set(err, (enum error_code)answer->code, "%s", message);
  err->sys = answer->sys;
}
