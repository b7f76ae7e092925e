#include "base/base64.h"

#include <stdint.h>

static int base64_value(char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

ssize_t base64_decode(unsigned char *out, struct str text)
{
  size_t n = 0;

  if (text.len % 4)
    return -1;
  for (size_t i = 0; i < text.len; i += 4) {
    uint32_t bits = 0;
    size_t digits = 4;

    while (digits > 2 && i + 4 == text.len && text.ptr[i + digits - 1] == '=')
      digits--;
    for (size_t j = 0; j < 4; j++) {
      int value = j < digits ? base64_value(text.ptr[i + j]) : 0;

      if (value < 0)
        return -1;
      bits = bits << 6 | (uint32_t)value;
    }
    for (size_t j = 0; j + 1 < digits; j++)
      out[n++] = (unsigned char)(bits >> (16 - 8 * j));
  }
  return (ssize_t)n;
}
