/* Compressed bytes inside files: each codec gives what comes out of one piece of memory. */
#ifndef DIFFOCI_FORMATS_CODEC_H
#define DIFFOCI_FORMATS_CODEC_H

#include "formats/format.h"

/* Where the bytes go that come out: memory that grows, within the budget, within what stored bytes
 * may come to (FORMAT_RATIO_MAX), within a size that is known before. */
struct format_output {
  struct format_budget *budget;
  uint64_t max; /* bytes that may come out */
  size_t stored;
  unsigned char *bytes; /* owned until format_output_finish */
  size_t len, cap;
};

struct format_codec {
  const char *name;
  /* Decompresses in to out. *used: how many bytes of in belong to it; the rest is not looked at.
   * 0/-1. */
  int (*decode)(struct str in, struct format_output *out, size_t *used, struct error *err);
};

/* Room for at least one byte more, at out->bytes + out->len, *room bytes of it; add what was filled
 * to out->len. -1 where no more may come. */
MUST_CHECK int format_output_room(struct format_output *out, size_t *room, struct error *err);

/* Several pieces of a file one behind the other, all of which make one content: begin, decode with
 * any codec as often as need be, then keep what came out as memory of the parts, or drop it after a
 * failure. stored: how much may be decoded in all. */
struct format_output format_output_begin(struct format_parts *parts, size_t stored);
struct str format_output_keep(struct format_parts *parts, struct format_output *out);
void format_output_drop(struct format_output *out);

/* Decompresses stored into memory of the parts. max: what may come out at most; UINT64_MAX: as much
 * as the budget allows. */
MUST_CHECK int format_decode(struct format_parts *parts, const struct format_codec *codec,
                             struct str stored, uint64_t max, struct str *out, size_t *used,
                             struct error *err);

/* The bytes of a member's content, checked against its size and CRC. */
struct format_opened {
  struct str bytes;
  unsigned char *owned; /* NULL: bytes lie elsewhere */
};

MUST_CHECK int format_open(const struct format_content *content, struct format_budget *budget,
                           struct format_opened *out, struct error *err);
void format_close(struct format_opened *opened);

/* Raw deflate (RFC 1951), and with zlib's header and checksum (RFC 1950). */
extern const struct format_codec format_deflate;
extern const struct format_codec format_zlib;

#endif
