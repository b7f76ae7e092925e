#include "base/compression.h"

#include <string.h>

enum compression compression_detect(const void *bytes, size_t len)
{
  const unsigned char *p = bytes;

  if (len >= 3 && p[0] == 0x1f && p[1] == 0x8b && p[2] == 8)
    return COMPRESSION_GZIP;
  if (len >= 4 && p[0] == 0x28 && p[1] == 0xb5 && p[2] == 0x2f && p[3] == 0xfd)
    return COMPRESSION_ZSTD;
  if (len >= 4 && (p[0] & 0xf0) == 0x50 && p[1] == 0x2a && p[2] == 0x4d && p[3] == 0x18)
    return COMPRESSION_ZSTD;
  return COMPRESSION_NONE;
}

enum compression compression_detect_archive(const void *bytes, size_t len)
{
  const unsigned char *p = bytes;

#ifdef HAVE_LZMA
  if (len >= 6 && memcmp(p, "\xfd\x37\x7a\x58\x5a", 6) == 0)
    return COMPRESSION_XZ;
#endif
#ifdef HAVE_BZIP2
  /* The beginning of a block, or of the end of a stream without one. */
  if (len >= 7 && memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9' &&
      (memcmp(p + 4, "1AY", 3) == 0 || memcmp(p + 4, "\x17\x72\x45", 3) == 0))
    return COMPRESSION_BZIP2;
#endif
  return compression_detect(p, len);
}
