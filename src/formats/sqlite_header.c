#include "formats/sqlite_header.h"

#include <inttypes.h>

enum {
  PAGE_SIZE_AT = 16,
  RESERVED_AT = 20,
  COUNTER_AT = 24,
  PAGES_AT = 28,
  FREE_TRUNK_AT = 32,
  FREE_PAGES_AT = 36,
  AUTO_VACUUM_AT = 52,
  UNUSED_AT = 72,
  UNUSED = 20,
  VALID_FOR_AT = 92, /* the counter at which the number of pages was written */
};

static uint32_t number_at(struct str bytes, size_t at, size_t width)
{
  uint32_t value = 0;

  for (size_t i = 0; i < width; i++)
    value = value << 8 | (unsigned char)bytes.ptr[at + i];
  return value;
}

int sqlite_add_header(struct format_parts *parts, struct error *err)
{
  static const struct {
    const char *name;
    size_t at, width;
  } numbers[] = {
    { "page size", PAGE_SIZE_AT, 2 },
    { "journal mode", 18, 2 }, /* write and read version */
    { "reserved space", RESERVED_AT, 1 },
    { "payload fractions", 21, 3 },
    { "schema format", 44, 4 },
    { "cache size", 48, 4 },
    { "auto-vacuum", AUTO_VACUUM_AT, 4 },
    { "text encoding", 56, 4 },
    { "user version", 60, 4 },
    { "incremental vacuum", 64, 4 },
    { "application ID", 68, 4 },
  };

  for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
    const uint32_t number = number_at(parts->bytes, numbers[i].at, numbers[i].width);

    if (format_add_field(parts, FORMAT_COUNTS, numbers[i].name,
                         str_of(arena_printf(&parts->arena, "%" PRIu32, number)), err))
      return -1;
  }
  return format_add_field(parts, FORMAT_COUNTS, "unused header bytes",
                          (struct str) { parts->bytes.ptr + UNUSED_AT, UNUSED }, err);
}

size_t sqlite_page_size(struct str bytes)
{
  const uint32_t size = number_at(bytes, PAGE_SIZE_AT, 2);

  if (size == 1)
    return 65536;
  return size >= 512 && (size & (size - 1)) == 0 ? size : 0;
}

bool sqlite_pages_are_all(struct str bytes)
{
  const uint64_t pages = number_at(bytes, PAGES_AT, 4);

  return number_at(bytes, RESERVED_AT, 1) == 0 && number_at(bytes, AUTO_VACUUM_AT, 4) == 0 &&
         number_at(bytes, COUNTER_AT, 4) == number_at(bytes, VALID_FOR_AT, 4) &&
         number_at(bytes, FREE_TRUNK_AT, 4) == 0 && number_at(bytes, FREE_PAGES_AT, 4) == 0 &&
         pages && pages * sqlite_page_size(bytes) == bytes.len;
}
