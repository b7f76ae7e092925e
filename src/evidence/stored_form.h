/* How the bytes of one blob are compressed. Private to stored*.c. */
#ifndef DIFFOCI_EVIDENCE_STORED_FORM_H
#define DIFFOCI_EVIDENCE_STORED_FORM_H

#include "base/compression.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/stream.h"

enum { FORM_MAX_NAME = 256 };

/* The first header of a gzip stream (RFC 1952, section 2.3). */
struct gzip_header {
  uint32_t mtime;
  uint8_t xfl, os;
  bool has_name, has_comment, has_extra, has_crc;
  char name[FORM_MAX_NAME], comment[FORM_MAX_NAME]; /* cut, with a NUL */
  uint32_t extra_bytes;
};

struct stored_form {
  enum compression compression;
  uint64_t bytes;       /* of the blob */
  struct digest inside; /* of what comes out */
  /* gzip */
  struct gzip_header gzip;
  uint64_t members;
  uint64_t padding; /* zero bytes behind the last member */
  struct digest
      deflate; /* of all that is no header or padding; trailers follow from what is inside */
  uint64_t deflate_bytes;
  /* zstd: of the first frame (RFC 8878, section 3.1.1.1) */
  bool has_checksum, has_size;
  uint64_t window; /* bytes; 0: a single segment, as large as its content */
};

/* Reads all of the stream, which is one of gzip. */
MUST_CHECK int stored_form_gzip(struct stored_form *form, struct stream *blob, uint64_t max_bytes,
                                struct error *err);

#endif
