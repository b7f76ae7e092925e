#include "base/civil.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

enum {
  ERA_DAYS = 146097, /* 400 years of the calendar */
  ERA_YEARS = 400,
  DAYS_TO_1970 = 719468, /* from 0000-03-01, where a year of this count starts */
};

static int64_t floor_div(int64_t a, int64_t b)
{
  return a / b - (a % b < 0);
}

/* Years are counted from March on, so that the leap day is the last one of its year, and all months
 * before it have fixed lengths. */
struct civil civil_of_seconds(int64_t seconds)
{
  const int64_t since_march = floor_div(seconds, CIVIL_DAY_SECONDS) + DAYS_TO_1970;
  const int64_t era = floor_div(since_march, ERA_DAYS);
  const int in_era = (int)(since_march - era * ERA_DAYS);
  const int year = (in_era - in_era / 1460 + in_era / 36524 - in_era / (ERA_DAYS - 1)) / 365;
  const int in_year = in_era - (365 * year + year / 4 - year / 100);
  const int month = (5 * in_year + 2) / 153; /* 0: March; five months have 153 days */
  const int left = (int)(seconds % CIVIL_DAY_SECONDS);
  const int in_day = left < 0 ? left + CIVIL_DAY_SECONDS : left;

  return (struct civil) {
    .year = era * ERA_YEARS + year + (month >= 10),
    .month = month < 10 ? month + 3 : month - 9,
    .day = in_year - (153 * month + 2) / 5 + 1,
    .hour = in_day / 3600,
    .minute = in_day / 60 % 60,
    .second = in_day % 60,
  };
}

int64_t civil_days(int64_t year, int month, int day)
{
  const int64_t y = month > 2 ? year : year - 1;
  const int64_t era = floor_div(y, ERA_YEARS);
  const int64_t in_era = y - era * ERA_YEARS;
  const int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

  return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_TO_1970;
}

int civil_month_days(int64_t year, int month)
{
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % ERA_YEARS == 0);

  return month == 2 && leap ? 29 : days[month - 1];
}

const char *civil_rfc3339(int64_t seconds, char text[CIVIL_TEXT_MAX])
{
  const struct civil t = civil_of_seconds(seconds);

  snprintf(text, CIVIL_TEXT_MAX, "%s%04" PRId64 "-%02d-%02dT%02d:%02d:%02dZ", t.year < 0 ? "-" : "",
           t.year < 0 ? -t.year : t.year, t.month, t.day, t.hour, t.minute, t.second);
  return text;
}
