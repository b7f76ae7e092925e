/* Digits in ASCII, whatever the locale is. */
#ifndef DIFFOCI_BASE_DIGIT_H
#define DIFFOCI_BASE_DIGIT_H

#include <stdbool.h>

static inline bool digit_is_decimal(char c)
{
  return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit of either case, 0 to 15; -1: it is none. */
static inline int digit_hex_value(char c)
{
  if (digit_is_decimal(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
