/* Upper bounds for everything whose size an image decides. Those that behaviour allows to be raised
 * (--max-scale) are fields of struct limits; the rest are constants. */
#ifndef DIFFOCI_BASE_LIMITS_H
#define DIFFOCI_BASE_LIMITS_H

#include <stdint.h>

struct budget;
struct totals;

struct limits {
  uint64_t manifests;      /* manifests of one index */
  uint64_t layers;         /* layers of one manifest */
  uint64_t json_bytes;     /* one index, manifest or config */
  uint64_t blob_bytes;     /* one layer as stored */
  uint64_t tar_bytes;      /* one layer's tar stream */
  struct budget *memory;   /* base/budget.h; borrowed; NULL: no limit */
  uint64_t file_bytes;     /* one file that is looked into, and what comes out of it */
  uint64_t inside_seconds; /* of processor time, for looking into all of them */
  struct totals *totals;   /* layer/totals.h: of a whole comparison; borrowed; NULL: no limit */
};

/* The defaults, each times scale (> 0, may be a fraction); results saturate at INT64_MAX.
 * Without a memory budget and totals. */
struct limits limits_scaled(double scale);

enum {
  LIMIT_JSON_DEPTH = 64,         /* nested arrays and objects */
  LIMIT_INDEX_DEPTH = 8,         /* an index in an index in … */
  LIMIT_PAX_BYTES = 1024 * 1024, /* one PAX or GNU long-name header's body, as Go's archive/tar */
  LIMIT_SPARSE_ENTRIES = 256 * 1024, /* data fragments of one sparse file */
  LIMIT_ARCHIVE_MEMBERS = 1 << 20,   /* members of an image archive (not of a layer) */
  LIMIT_SYMLINK_HOPS = 40,           /* from member to member in an image archive */
  LIMIT_PATH_BYTES = 4096, /* a path where layers are merged; Linux takes no longer ones */
};

#endif
