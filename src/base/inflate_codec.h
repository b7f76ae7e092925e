/* What the decompressors of inflate.h share: an input with a buffer, and a table of functions. Only
 * for the files inflate*.c. */
#ifndef DIFFOCI_BASE_INFLATE_CODEC_H
#define DIFFOCI_BASE_INFLATE_CODEC_H

#include <stdbool.h>

#include "base/budget.h"
#include "base/compression.h"
#include "base/stream.h"

/* Small enough to stay in the cache between being hashed and being inflated. */
enum { INFLATE_INPUT_SIZE = 64 * 1024 };

struct inflate_input {
  struct stream *inner; /* owned by who owns the input */
  uint64_t passed;      /* compressed bytes before bytes[0] */
  size_t pos, len;      /* bytes[pos..len) are there and not consumed */
  bool end;             /* inner has ended */
  unsigned char bytes[INFLATE_INPUT_SIZE];
};

/* Makes at least want (at most 16) bytes available from pos on, fewer only at the end of inner.
 * Returns 0, or -1 with *err where inner cannot be read. */
MUST_CHECK int inflate_input_need(struct inflate_input *input, size_t want, struct error *err);
/* Bytes available now. */
static inline size_t inflate_input_left(const struct inflate_input *input)
{
  return input->len - input->pos;
}
/* The compressed bytes consumed so far, for messages. */
static inline unsigned long long inflate_input_offset(const struct inflate_input *input)
{
  return (unsigned long long)(input->passed + input->pos);
}

struct inflate_codec {
  /* Decompresses up to size (> 0) bytes into out, as many as it can, and sets *n to how many there
   * are in any case. Returns 1 if more may follow, 0 at the end (and when called again after it),
   * -1 with *err; what came before the fault is in out. */
  int (*read)(void *state, struct inflate_input *input, unsigned char *out, size_t size, size_t *n,
              struct error *err);
  void (*free)(void *state);
};

extern const struct inflate_codec inflate_gzip;
extern const struct inflate_codec inflate_zstd;
extern const struct inflate_codec inflate_xz;    /* HAVE_LZMA */
extern const struct inflate_codec inflate_bzip2; /* HAVE_BZIP2 */
/* The codecs' states; never NULL. */
void *inflate_gzip_new(enum gzip_engine engine);
void *inflate_zstd_new(struct budget *memory); /* for the window; NULL: no limit */
void *inflate_xz_new(void);
void *inflate_bzip2_new(void);

#endif
