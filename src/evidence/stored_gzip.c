/* Gzip as it was written: headers, members, padding. zlib tells where headers end, which the
 * decompressor of layers, made to be fast, does not. */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/alloc.h"
#include "evidence/stored_form.h"

enum { PIECE = 64 * 1024 };

struct reading {
  struct stored_form *form;
  struct stream *blob;
  z_stream zlib;
  gz_header header;
  struct hasher *inside, *deflate;
  uint64_t max_bytes, out_bytes;
  bool in_header; /* of a member */
  unsigned char in[PIECE], out[PIECE], extra[1];
};

static int stored_gzip_corrupt(struct error *err)
{
  return error_set(err, ERROR_CORRUPT, "its gzip stream is damaged");
}

static int stored_gzip_fill(struct reading *reading, struct error *err)
{
  ssize_t got = stream_read(reading->blob, reading->in, PIECE, err);

  if (got < 0)
    return -1;
  reading->form->bytes += (uint64_t)got;
  reading->zlib.next_in = reading->in;
  reading->zlib.avail_in = (unsigned)got;
  return got > 0;
}

static void start_member(struct reading *reading)
{
  struct gzip_header *first = &reading->form->gzip;

  reading->in_header = true;
  reading->header = (gz_header) { .extra = reading->extra, .extra_max = sizeof(reading->extra) };
  if (reading->form->members == 0) {
    reading->header.name = (unsigned char *)first->name;
    reading->header.name_max = FORM_MAX_NAME - 1;
    reading->header.comment = (unsigned char *)first->comment;
    reading->header.comm_max = FORM_MAX_NAME - 1;
  }
  inflateGetHeader(&reading->zlib, &reading->header);
}

/* zlib sets what a header lacks to NULL. */
static void end_header(struct reading *reading)
{
  const gz_header *header = &reading->header;

  reading->in_header = false;
  if (reading->form->members++)
    return;
  reading->form->gzip.mtime = (uint32_t)header->time;
  reading->form->gzip.xfl = (uint8_t)header->xflags;
  reading->form->gzip.os = (uint8_t)header->os;
  reading->form->gzip.has_name = header->name != NULL;
  reading->form->gzip.has_comment = header->comment != NULL;
  reading->form->gzip.has_extra = header->extra != NULL;
  reading->form->gzip.extra_bytes = header->extra ? header->extra_len : 0;
  reading->form->gzip.has_crc = header->hcrc != 0;
}

/* One call of inflate, which stops behind a header and behind each block. Returns what it says. */
static int stored_gzip_step(struct reading *reading, struct error *err)
{
  const unsigned char *before = reading->zlib.next_in;
  size_t made;
  size_t taken;
  int said;

  reading->zlib.next_out = reading->out;
  reading->zlib.avail_out = PIECE;
  said = inflate(&reading->zlib, Z_BLOCK);
  made = PIECE - reading->zlib.avail_out;
  taken = (size_t)(reading->zlib.next_in - before);
  if (said != Z_OK && said != Z_STREAM_END && said != Z_BUF_ERROR) {
    stored_gzip_corrupt(err);
    return -1;
  }
  if (reading->in_header && reading->header.done == 1) {
    end_header(reading);
  } else if (!reading->in_header) {
    hasher_add(reading->deflate, before, taken);
    reading->form->deflate_bytes += taken;
  }
  hasher_add(reading->inside, reading->out, made);
  reading->out_bytes += made;
  if (reading->out_bytes <= reading->max_bytes)
    return said;
  error_set(err, ERROR_LIMIT, "more comes out of its gzip stream than the limit");
  return -1;
}

/* Behind a member: another one, zeros, or the end. 1: another one. */
static int go_on(struct reading *reading, struct error *err)
{
  int got = 1;

  while (got > 0) {
    while (reading->zlib.avail_in && !*reading->zlib.next_in) {
      reading->form->padding++;
      reading->zlib.next_in++;
      reading->zlib.avail_in--;
    }
    if (reading->zlib.avail_in)
      return reading->form->padding ? stored_gzip_corrupt(err) : 1;
    got = stored_gzip_fill(reading, err);
  }
  return got;
}

static int read_members(struct reading *reading, struct error *err)
{
  int got = 1;

  while (got > 0) {
    int said = Z_OK;

    inflateReset(&reading->zlib);
    start_member(reading);
    while (said != Z_STREAM_END) {
      if (!reading->zlib.avail_in && (got = stored_gzip_fill(reading, err)) <= 0)
        return got < 0 ? -1 : stored_gzip_corrupt(err);
      said = stored_gzip_step(reading, err);
      if (said < 0 && said != Z_BUF_ERROR)
        return -1;
    }
    got = go_on(reading, err);
  }
  return got;
}

int stored_form_gzip(struct stored_form *form, struct stream *blob, uint64_t max_bytes,
                     struct error *err)
{
  AUTO_FREE struct reading *reading = xcalloc(1, sizeof(*reading));
  AUTO_HASHER inside = hasher_new(DIGEST_SHA256);
  AUTO_HASHER deflate = hasher_new(DIGEST_SHA256);
  int status;

  *form = (struct stored_form) { .compression = COMPRESSION_GZIP };
  reading->form = form;
  reading->blob = blob;
  reading->inside = inside;
  reading->deflate = deflate;
  reading->max_bytes = max_bytes;
  if (inflateInit2(&reading->zlib, 16 + MAX_WBITS) != Z_OK)
    return error_set(err, ERROR_LIMIT, "no memory for a gzip stream");
  status = read_members(reading, err);
  inflateEnd(&reading->zlib);
  form->inside = hasher_finish(inside);
  form->deflate = hasher_finish(deflate);
  return status;
}
