/* One header block of an image archive, and the extended headers that change it. */
#ifndef DIFFOCI_SOURCE_TAR_HEADER_H
#define DIFFOCI_SOURCE_TAR_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum { TAR_BLOCK = 512 };

struct tar_header {
  char type;        /* '0', '1', '2', 'x', 'L', … as it stands, NUL as '0' */
  uint64_t size;    /* the size field */
  bool continued;   /* an old GNU sparse header with further blocks behind it */
  char name[257];   /* prefix and name; NUL-terminated */
  char target[101]; /* the link target */
};

/* What an 'x' header says about the next member. Views of memory owned by the caller. */
struct tar_extension {
  struct str path;     /* empty: not given */
  struct str linkpath; /* likewise */
  bool has_size;
  uint64_t size;
  bool sparse;
};

/* Checks the checksum. ERROR_CORRUPT for it and for numbers that are none or do not fit 63 bits. */
MUST_CHECK int tar_header_parse(struct tar_header *out, const unsigned char block[TAR_BLOCK],
                                struct error *err);
/* The records of a PAX header (LENGTH KEY=VALUE\n …) added to *out. */
MUST_CHECK int tar_extension_parse(struct tar_extension *out, struct str records,
                                   struct error *err);

#endif
