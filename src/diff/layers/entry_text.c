#include "diff/layers/entry_text.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"

#define YEAR_ONE INT64_C(-62135596800) /* what Go shows for a time that is not set */
/* What is beyond the years of struct tm, counted in an int from this one, is shown as a number. */
enum { TM_YEAR = 1900 };

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
  const struct civil parts = civil_of_seconds(time->set ? time->seconds : YEAR_ONE);
  char *at = text;

  if (parts.year - TM_YEAR < INT_MIN || parts.year - TM_YEAR > INT_MAX) {
    snprintf(text, ENTRY_TIME_MAX, "%" PRId64 " seconds since 1970", time->seconds);
    return text;
  }
  if (parts.year >= TM_YEAR && parts.year < 10000)
    at = put_digits(at, (int)parts.year, 4, '-');
  else
    at += snprintf(at, 20, "%04" PRId64 "-", parts.year);
  at = put_digits(at, parts.month, 2, '-');
  at = put_digits(at, parts.day, 2, ' ');
  at = put_digits(at, parts.hour, 2, ':');
  at = put_digits(at, parts.minute, 2, ':');
  at = put_digits(at, parts.second, 2, '.');
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
