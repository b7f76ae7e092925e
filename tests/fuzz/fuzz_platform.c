/* Platforms as --platform gives them, and as the JSON of images does: what is taken reads as the
 * same again, fits itself, and is as far from another as that is from it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/json.h"
#include "image/platform_match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct platform *platform, const struct platform *other)
{
  const struct platform normal = platform_normalize(platform);
  const struct platform twice = platform_normalize(&normal);
  const struct platform other_normal = platform_normalize(other);
  char text[2][PLATFORM_MAX_TEXT];

  if (strcmp(platform_format(&normal, text[0]), platform_format(&twice, text[1])) != 0)
    abort();
  if (!platform_equal(platform, &normal) || platform_rank(&normal, &normal) != 0)
    abort();
  if (platform_equal(platform, other) != platform_equal(other, platform) ||
      platform_distance(&normal, &other_normal) != platform_distance(&other_normal, &normal))
    abort();
  /* What runs where another is asked for is of the same system. */
  if ((platform_rank(&normal, &other_normal) >= 0 || platform_rank(&other_normal, &normal) >= 0) &&
      strcmp(normal.os, other_normal.os) != 0)
    abort();
}

static void check_all(const struct platform *platform)
{
  static const char *const others[] = { "linux/amd64",      "linux/amd64/v3", "linux/arm/v5",
                                        "linux/arm/v7",     "linux/arm64",    "linux/arm64/v9",
                                        "linux/arm64/v8.7", "windows/amd64" };
  const struct platform host = platform_host();

  check(platform, &host);
  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    struct platform other;
    struct error err;

    if (platform_parse(&other, str_of(others[i]), &err) < 0)
      abort();
    check(platform, &other);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const struct str text = { (const char *)data, size };
  struct platform_set set = { 0 };
  struct platform platform;
  struct platform again;
  struct error err;
  AUTO_JSON json = json_parse(text, &err);
  char written[PLATFORM_MAX_TEXT];

  if (platform_parse(&platform, text, &err) == 0) {
    check_all(&platform);
    if (platform_parse(&again, str_of(platform_format(&platform, written)), &err) ||
        !platform_equal(&platform, &again))
      abort();
  }
  if (platform_set_add(&set, text, &err) == 0)
    for (size_t i = 0; i < set.n; i++)
      if (!platform_set_has(&set, &set.items[i]))
        abort();
  platform_set_release(&set);
  if (json && platform_from_json(&platform, json, &err) == 0)
    check_all(&platform);
  return 0;
}
