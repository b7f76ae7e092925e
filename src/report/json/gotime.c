#include "report/json/gotime.h"

#include <inttypes.h>
#include <stdio.h>

enum {
  DAY_SECONDS = 86400,
  ERA_DAYS = 146097, /* 400 years of the Gregorian calendar */
  ERA_YEARS = 400,
  DAYS_TO_1970 = 719468, /* from 0000-03-01, where a year of this count starts */
};

struct date {
  int64_t year;
  int month, day; /* from 1 */
};

static int64_t floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

/* Years are counted from March on, so that the leap day is the last one of its year. */
static struct date date_of_days(int64_t days)
{
  int64_t since_march = days + DAYS_TO_1970;
  int64_t era = floor_div(since_march, ERA_DAYS);
  int in_era = (int)(since_march - era * ERA_DAYS);
  int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / (ERA_DAYS - 1)) / 365;
  int in_year = in_era - (365 * year + year / 4 - year / 100);
  int month = (5 * in_year + 2) / 153; /* 0: March; five months have 153 days */
  struct date date = {
    .year = era * ERA_YEARS + year + (month >= 10),
    .month = month < 10 ? month + 3 : month - 9,
    .day = in_year - (153 * month + 2) / 5 + 1,
  };

  return date;
}

const char *gotime_rfc3339(const struct tar_time *time, char text[GOTIME_MAX_TEXT])
{
  int64_t days = floor_div(time->seconds, DAY_SECONDS);
  int in_day = (int)(time->seconds % DAY_SECONDS);
  int seconds = in_day < 0 ? in_day + DAY_SECONDS : in_day;
  struct date date = date_of_days(days);
  int len;

  if (!time->set) {
    snprintf(text, GOTIME_MAX_TEXT, "0001-01-01T00:00:00Z");
    return text;
  }
  len = snprintf(text, GOTIME_MAX_TEXT, "%s%04" PRIu64 "-%02d-%02dT%02d:%02d:%02d",
                 date.year < 0 ? "-" : "", (uint64_t)(date.year < 0 ? -date.year : date.year),
                 date.month, date.day, seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (time->nanoseconds > 0 && time->nanoseconds < 1000000000) {
    len += snprintf(text + len, GOTIME_MAX_TEXT - (size_t)len, ".%09" PRId32, time->nanoseconds);
    while (text[len - 1] == '0')
      len--;
  }
  snprintf(text + len, GOTIME_MAX_TEXT - (size_t)len, "Z");
  return text;
}
