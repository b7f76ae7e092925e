/* Base64: what is decoded is encoded as the same text again, so that no text has two meanings and
 * no two texts that are taken mean the same. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char encoded(const unsigned char *bytes, size_t len, size_t at)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint32_t bits = 0;

  for (size_t i = 0; i < 3; i++)
    bits = bits << 8 | (at / 4 * 3 + i < len ? bytes[at / 4 * 3 + i] : 0);
  if (at / 4 * 3 + at % 4 > len)
    return '=';
  return digits[bits >> (18 - at % 4 * 6) & 63];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str text = { (const char *)data, size };
  unsigned char *out = malloc(size + 1);
  ssize_t len;

  if (!out)
    abort();
  len = base64_decode(out, text);
  if (len > (ssize_t)size)
    abort();
  for (size_t i = 0; len >= 0 && i < size; i++) {
    const bool has_spare_bits = i + 1 < size && text.ptr[i] != '=' && text.ptr[i + 1] == '=';

    if (text.ptr[i] != encoded(out, (size_t)len, i) && !has_spare_bits)
      abort();
  }
  free(out);
  return 0;
}
