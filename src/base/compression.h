/* Which compression bytes have, told by how they begin, and who undoes it. */
#ifndef DIFFOCI_BASE_COMPRESSION_H
#define DIFFOCI_BASE_COMPRESSION_H

#include <stddef.h>

enum compression {
  COMPRESSION_NONE,
  COMPRESSION_GZIP,
  COMPRESSION_ZSTD,
  /* Of whole archives only: no engine takes layers that are compressed so, or few do. */
  COMPRESSION_XZ,
  COMPRESSION_BZIP2,
};

/* By magic: 1f 8b 08 is gzip; 28 b5 2f fd, or 5x 2a 4d 18 (a skippable frame), zstd; else none. */
enum compression compression_detect(const void *bytes, size_t len);
/* The same of an archive, of which some are compressed with xz (fd 37 7a 58 5a 00) or bzip2 ("BZh",
 * a digit, "1AY" or 17 72 45), too. Where such a library was not built in, it is none. */
enum compression compression_detect_archive(const void *bytes, size_t len);

enum gzip_engine {
  GZIP_ENGINE_FASTEST, /* ISA-L where it was built in, else zlib */
  GZIP_ENGINE_ZLIB,
};

#endif
