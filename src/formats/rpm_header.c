#include "formats/rpm_header.h"

enum { INTRO = 8, ENTRY = 16, TYPE_INT32 = 4, TYPE_BIN = 7, TAG_HEADERIMMUTABLE = 63 };

bool rpm_header_open(struct str blob, struct rpm_header *out)
{
  uint64_t index;

  if (blob.len < INTRO)
    return false;
  index = (uint64_t)format_be32(blob.ptr) * ENTRY;
  if (index > blob.len - INTRO || format_be32(blob.ptr + 4) != blob.len - INTRO - index)
    return false;
  *out = (struct rpm_header) { { blob.ptr + INTRO, (size_t)index },
                               str_skip(blob, INTRO + (size_t)index) };
  return true;
}

size_t rpm_header_count(const struct rpm_header *header)
{
  return header->index.len / ENTRY;
}

/* Bytes of one value by its type ("Header Format", data types); 0: it is text. */
static size_t size_of(uint32_t type)
{
  static const unsigned char sizes[] = { 0, 1, 1, 2, 4, 8, 0, 1, 0, 0 };

  return type < ARRAY_LEN(sizes) ? sizes[type] : 0;
}

static bool take_texts(struct str store, uint32_t count, size_t *len)
{
  struct str rest = store;

  for (uint32_t i = 0; i < count; i++) {
    const char *end = rest.len ? memchr(rest.ptr, '\0', rest.len) : NULL;

    if (!end)
      return false;
    rest = str_skip(rest, (size_t)(end - rest.ptr) + 1);
  }
  *len = store.len - rest.len;
  return true;
}

bool rpm_header_tag(const struct rpm_header *header, size_t i, struct rpm_header_tag *out)
{
  const char *entry = header->index.ptr + i * ENTRY;
  const uint32_t place = format_be32(entry + 8);
  const size_t size = size_of(format_be32(entry + 4));

  *out = (struct rpm_header_tag) { .tag = format_be32(entry),
                                   .type = format_be32(entry + 4),
                                   .count = format_be32(entry + 12) };
  if (place > header->store.len || out->type > 9)
    return false;
  out->data = str_skip(header->store, place);
  if (out->type == 0) {
    out->data.len = 0;
    return true;
  }
  if (!size)
    return take_texts(out->data, out->count, &out->data.len);
  if (out->count > out->data.len / size)
    return false;
  out->data.len = out->count * size;
  return true;
}

bool rpm_header_number(const struct rpm_header *header, uint32_t tag, uint32_t *out,
                       struct str *data)
{
  bool found = false;

  for (size_t i = 0; i < rpm_header_count(header); i++) {
    struct rpm_header_tag held;

    if (format_be32(header->index.ptr + i * ENTRY) != tag)
      continue;
    if (found || !rpm_header_tag(header, i, &held) || held.type != TYPE_INT32 || held.count != 1)
      return false;
    *out = format_be32(held.data.ptr);
    *data = held.data;
    found = true;
  }
  return found;
}

bool rpm_header_has_alone(const struct rpm_header *header, uint32_t tag, struct str data)
{
  struct rpm_header_tag held;

  if (!rpm_header_count(header) || !rpm_header_tag(header, 0, &held) ||
      held.tag != TAG_HEADERIMMUTABLE || held.type != TYPE_BIN || held.count != ENTRY ||
      held.data.ptr + held.data.len > data.ptr)
    return false;
  for (size_t i = 0; i < rpm_header_count(header); i++)
    if (!rpm_header_tag(header, i, &held) ||
        (held.tag != tag && held.data.ptr < data.ptr + data.len &&
         data.ptr < held.data.ptr + held.data.len))
      return false;
  return true;
}
