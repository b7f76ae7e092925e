#include "diff/layers/entry_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* n decimal digits and what follows them. Returns the place behind. For what a comparison may have
 * to say of every file, since snprintf takes ten times as long. */
static char *put_digits(char *to, int value, int n, char then)
{
  for (int i = n; i-- > 0; value /= 10)
    to[i] = (char)('0' + value % 10);
  to[n] = then;
  return to + n + 1;
}

const char *entry_time_text(const struct tar_time *time, char text[ENTRY_TIME_MAX])
{
  time_t seconds = time->set ? (time_t)time->seconds : (time_t)-62135596800; /* year 1 */
  struct tm parts;
  char *at = text;

  if (!gmtime_r(&seconds, &parts)) {
    snprintf(text, ENTRY_TIME_MAX, "%" PRId64 " seconds since 1970", time->seconds);
    return text;
  }
  if (parts.tm_year >= 0 && parts.tm_year < 10000 - 1900)
    at = put_digits(at, parts.tm_year + 1900, 4, '-');
  else
    at += snprintf(at, 20, "%04d-", parts.tm_year + 1900);
  at = put_digits(at, parts.tm_mon + 1, 2, '-');
  at = put_digits(at, parts.tm_mday, 2, ' ');
  at = put_digits(at, parts.tm_hour, 2, ':');
  at = put_digits(at, parts.tm_min, 2, ':');
  at = put_digits(at, parts.tm_sec, 2, '.');
  if (time->set && time->nanoseconds)
    at = put_digits(at, time->nanoseconds, 9, '0');
  while (at[-1] == '0')
    at--;
  if (at[-1] == '.')
    at--;
  memcpy(at, " +0000 UTC", sizeof(" +0000 UTC"));
  return text;
}

const char *entry_format_text(enum tar_format format, char text[ENTRY_FORMAT_MAX])
{
  const char *name = format == TAR_FORMAT_USTAR ? "USTAR"
                     : format == TAR_FORMAT_PAX ? "PAX"
                     : format == TAR_FORMAT_GNU ? "GNU"
                                                : "<unknown>";

  snprintf(text, ENTRY_FORMAT_MAX, "%s (%d)", name, (int)format);
  return text;
}

const char *entry_type_name(char type)
{
  switch (type) {
  case TAR_REGULAR:
    return "regular file";
  case TAR_LINK:
    return "hard link";
  case TAR_SYMLINK:
    return "symbolic link";
  case TAR_CHAR:
    return "character device";
  case TAR_BLOCK:
    return "block device";
  case TAR_DIR:
    return "directory";
  case TAR_FIFO:
    return "fifo";
  case TAR_CONTIGUOUS:
    return "contiguous file";
  case TAR_GLOBAL:
    return "global header";
  case TAR_GNU_SPARSE:
    return "sparse file";
  default:
    return "unknown type";
  }
}
