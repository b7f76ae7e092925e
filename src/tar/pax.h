/* PAX extended headers (POSIX.1-2017, pax, "pax Header Block"). Only for the files of tar/. */
#ifndef DIFFOCI_TAR_PAX_H
#define DIFFOCI_TAR_PAX_H

#include "base/buf.h"
#include "base/error.h"
#include "tar/entry.h"

/* The records of one extended header. */
struct tar_pax {
  struct buf body;            /* as in the archive; filled by the caller; records point into it */
  struct buf sparse_map;      /* GNU.sparse.map, put together from a map of version 0.0 */
  struct tar_record *records; /* sorted by key, no key twice; owned */
  size_t n, cap;
};

void tar_pax_init(struct tar_pax *pax);
void tar_pax_release(struct tar_pax *pax);
/* Makes records of body. The errors do not say where. */
MUST_CHECK int tar_pax_parse(struct tar_pax *pax, struct error *err);
/* The value of a key; empty if there is none. */
struct str tar_pax_get(const struct tar_pax *pax, struct str key);
/* Gives the entry the records and what they say about its fields. */
MUST_CHECK int tar_pax_apply(const struct tar_pax *pax, struct tar_entry *entry, struct error *err);

/* A decimal number with an optional sign, as Go's strconv.ParseInt takes it. */
MUST_CHECK bool tar_decimal(struct str text, int64_t *out);

#endif
