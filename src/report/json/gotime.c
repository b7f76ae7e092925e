#include "report/json/gotime.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/civil.h"

const char *gotime_rfc3339(const struct tar_time *time, char text[GOTIME_MAX_TEXT])
{
  const struct civil t = civil_of_seconds(time->seconds);
  int len;

  if (!time->set) {
    snprintf(text, GOTIME_MAX_TEXT, "0001-01-01T00:00:00Z");
    return text;
  }
  len = snprintf(text, GOTIME_MAX_TEXT, "%s%04" PRIu64 "-%02d-%02dT%02d:%02d:%02d",
                 t.year < 0 ? "-" : "", (uint64_t)(t.year < 0 ? -t.year : t.year), t.month, t.day,
                 t.hour, t.minute, t.second);
  if (time->nanoseconds > 0 && time->nanoseconds < 1000000000) {
    len += snprintf(text + len, GOTIME_MAX_TEXT - (size_t)len, ".%09" PRId32, time->nanoseconds);
    while (text[len - 1] == '0')
      len--;
  }
  snprintf(text + len, GOTIME_MAX_TEXT - (size_t)len, "Z");
  return text;
}
