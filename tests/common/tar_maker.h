/* Tar archives made byte by byte, for unit tests and fuzz targets. */
#ifndef DIFFOCI_TESTS_TAR_MAKER_H
#define DIFFOCI_TESTS_TAR_MAKER_H

#include "base/buf.h"
#include "tar/tar.h"

enum tar_maker_magic { MAGIC_USTAR, MAGIC_GNU, MAGIC_STAR, MAGIC_V7 };

/* One header. What is left zero has the usual value: a regular file of mode 0644 with the size of
 * its content and mtime 0. */
struct tar_item {
  enum tar_maker_magic magic;
  const char *name;   /* up to 100 bytes */
  const char *prefix; /* of a ustar or star name */
  char type;          /* 0: '0'; TYPE_NUL for a NUL */
  const char *link_name;
  const char *user_name, *group_name;
  unsigned long long mode; /* 0: 0644 */
  unsigned long long uid, gid, mtime, major, minor;
  struct str content;
  bool has_size; /* the size field is not the content's length but… */
  unsigned long long size;
  /* Bytes put over the header at the end, before its checksum is made. */
  struct {
    int at;
    struct str bytes;
  } patches[4];
};
#define TYPE_NUL '\x7f'

/* The header, the content, and its padding. */
void tar_make(struct buf *out, const struct tar_item *item);
/* Writes a header's checksum into it. */
void tar_make_checksum(unsigned char block[512]);
/* A PAX header of type 'x' or 'g' whose body is exactly these bytes. */
void tar_make_pax_body(struct buf *out, char type, struct str body);
/* One PAX record: "LENGTH KEY=VALUE\n". */
void tar_make_record(struct buf *body, struct str key, struct str value);
/* A PAX header with records key, value, key, value, …, NULL. */
void tar_make_pax(struct buf *out, int type, ...);
/* The two blocks of zeros at the end. */
void tar_make_end(struct buf *out);

/* Memory as a source of blocks of at most `piece` bytes (at most BLOCK_SIZE), perhaps with an error
 * at its end. */
struct tar_memory {
  struct str rest;
  size_t piece;
  bool fails; /* ERROR_NETWORK, "the connection broke" */
};
struct block_source tar_memory_source(struct tar_memory *memory);

#endif
