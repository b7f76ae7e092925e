#include "evidence/ar_symbols.h"

static uint64_t place(const char *p, size_t width)
{
  uint64_t value = 0;

  for (size_t i = 0; i < width; i++)
    value = value << 8 | (unsigned char)p[i];
  return value;
}

/* How many bytes a place has; 0: the member is no such table. */
static size_t width_of(struct str name)
{
  return str_equal(name, STR("/")) ? 4 : str_equal(name, STR("/SYM64/")) ? 8 : 0;
}

/* The member whose header lies at the place, which the members before it do; SIZE_MAX: none. */
static size_t member_at(const struct format_parts *parts, uint64_t at)
{
  size_t from = 0;
  size_t to = parts->n_members;

  while (from < to) {
    const size_t middle = from + (to - from) / 2;
    const uint64_t header = parts->members[middle].at;

    if (header == at)
      return middle;
    if (header < at)
      from = middle + 1;
    else
      to = middle;
  }
  return SIZE_MAX;
}

bool ar_symbols_follow(struct format_parts *const parts[2], const struct format_member *a,
                       const struct format_member *b)
{
  const struct str tables[2] = { a->content.stored, b->content.stored };
  const size_t width = width_of(a->entry.name);
  uint64_t n;

  if (!width || width_of(b->entry.name) != width || tables[0].len != tables[1].len ||
      tables[0].len < width)
    return false;
  n = place(tables[0].ptr, width);
  if (n != place(tables[1].ptr, width) || n > tables[0].len / width - 1 ||
      !str_equal(str_skip(tables[0], (size_t)(n + 1) * width),
                 str_skip(tables[1], (size_t)(n + 1) * width)))
    return false;
  for (uint64_t i = 1; i <= n; i++) {
    size_t at[2];

    for (int side = 0; side < 2; side++)
      at[side] = member_at(parts[side], place(tables[side].ptr + i * width, width));
    if (at[0] == SIZE_MAX || at[0] != at[1] ||
        !str_equal(parts[0]->members[at[0]].entry.name, parts[1]->members[at[1]].entry.name))
      return false;
  }
  return true;
}
