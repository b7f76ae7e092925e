/* One entry of a layer's tar stream, as Go's archive/tar sees it. */
#ifndef DIFFOCI_TAR_ENTRY_H
#define DIFFOCI_TAR_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

enum tar_type { /* the values are the type flags of the header */
                TAR_REGULAR = '0',
                TAR_LINK = '1',
                TAR_SYMLINK = '2',
                TAR_CHAR = '3',
                TAR_BLOCK = '4',
                TAR_DIR = '5',
                TAR_FIFO = '6',
                TAR_CONTIGUOUS = '7',
                TAR_GLOBAL = 'g', /* a PAX global header counts as an entry; it changes no other */
                TAR_GNU_SPARSE = 'S',
};

enum tar_format { /* Go's archive/tar.Format */
                  TAR_FORMAT_UNKNOWN = 0,
                  TAR_FORMAT_USTAR = 2,
                  TAR_FORMAT_PAX = 4,
                  TAR_FORMAT_GNU = 8,
};

struct tar_time {
  int64_t seconds; /* since 1970 */
  int32_t nanoseconds;
  bool set; /* false: Go's zero time, 0001-01-01T00:00:00Z */
};

/* Two that are not set are equal. */
bool tar_time_equal(const struct tar_time *a, const struct tar_time *b);

struct tar_record { /* a PAX record */
  struct str key;
  struct str value; /* may hold any byte */
};

struct tar_entry {
  uint64_t index;   /* position in the layer, from 0 */
  uint64_t skipped; /* so many before it are no part of what is compared; the reader gives 0 */
  char type;        /* enum tar_type or any other byte; '\0' was turned into '0' or '5' */
  enum tar_format format;
  struct str name, link_name, user_name, group_name; /* any byte but NUL */
  int64_t size; /* as the header (or PAX) says; the logical size of a sparse file */
  int64_t mode, uid, gid;
  int64_t device_major, device_minor;
  struct tar_time mtime, atime, ctime;
  const struct tar_record *records; /* sorted by key, no key twice */
  size_t n_records;
};

/* Key of a record that is none of a PAX header: what another format than tar says of its member. No
 * PAX record has '=' in its key, which ends at the first (POSIX.1-2017, pax). NAME: "FORMAT.FIELD".
 */
#define TAR_RECORD_OF_MEMBER "="

/* The NAME of such a record, or false. */
bool tar_record_of_member(const struct tar_record *record, struct str *name);
/* The xattr that a record is (key "SCHILY.xattr." + NAME), or false. */
bool tar_record_xattr(const struct tar_record *record, struct str *name);
/* Whether one of the entry's records is such. */
bool tar_entry_has_xattrs(const struct tar_entry *entry);
/* Whether bytes follow the header as a file's do: regular files of every kind, and entries of types
 * that nobody knows. */
bool tar_entry_has_content(const struct tar_entry *entry);
/* A copy all of whose memory is in the arena. */
struct tar_entry *tar_entry_copy(const struct tar_entry *entry, struct arena *arena);

#endif
