/* One header block of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual,
 * "Basic Tar Format"). Only for the files of tar/. */
#ifndef DIFFOCI_TAR_HEADER_H
#define DIFFOCI_TAR_HEADER_H

#include <stdbool.h>

#include "base/error.h"
#include "tar/entry.h"

enum { TAR_UNIT = 512, TAR_NAME_MAX = 155 + 1 + 100 };

struct tar_block {
  struct tar_entry entry; /* its views point into the block or into name */
  unsigned formats;       /* what it may be: a set of enum tar_format; 0: v7, star or unclear */
  bool is_gnu;            /* by its magic */
  char name[TAR_NAME_MAX];
};

bool tar_block_is_zero(const unsigned char block[TAR_UNIT]);
/* Fills *out, which is to be cleared up to name by the caller; index and records stay as they are.
 * The errors do not say where. */
MUST_CHECK int tar_block_parse(struct tar_block *out, const unsigned char block[TAR_UNIT],
                               struct error *err);

/* A number of a header field: octal with spaces and NULs around it, or base-256. False if it is
 * none. */
MUST_CHECK bool tar_number(const unsigned char *field, size_t len, int64_t *out);
/* The bytes before the first NUL. */
struct str tar_string(const void *bytes, size_t len);
/* Whether entries of this type have no content, whatever their size field says. */
bool tar_type_is_bare(char type);

#endif
