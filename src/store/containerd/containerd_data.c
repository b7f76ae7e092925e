#include "store/containerd/containerd_data.h"

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5, VARINT_BITS = 64 };

static bool take_varint(struct str *rest, uint64_t *out)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < VARINT_BITS && rest->len > 0; shift += 7) {
    uint8_t byte = (uint8_t)rest->ptr[0];

    *rest = str_skip(*rest, 1);
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) {
      *out = value;
      return true;
    }
  }
  return false;
}

static bool take_bytes(struct str *rest, uint64_t len, struct str *out)
{
  if (len > rest->len)
    return false;
  *out = (struct str) { rest->ptr, (size_t)len };
  *rest = str_skip(*rest, (size_t)len);
  return true;
}

/* One field; what it holds goes to *number or *bytes, by its wire type. */
static bool take_field(struct str *rest, uint64_t *tag, uint64_t *number, struct str *bytes)
{
  uint64_t len = 0;

  if (!take_varint(rest, tag))
    return false;
  switch (*tag & 7) {
  case WIRE_VARINT:
    return take_varint(rest, number);
  case WIRE_64:
    return take_bytes(rest, 8, bytes);
  case WIRE_BYTES:
    return take_varint(rest, &len) && take_bytes(rest, len, bytes);
  case WIRE_32:
    return take_bytes(rest, 4, bytes);
  default: /* groups are not in proto3 */
    return false;
  }
}

int containerd_data_parse(struct str message, uint64_t *offset, struct str *data, struct error *err)
{
  struct str found = { 0 };
  uint64_t found_offset = 0;

  while (message.len > 0) {
    uint64_t tag;
    uint64_t number = 0;
    struct str bytes = { 0 };

    if (!take_field(&message, &tag, &number, &bytes) || tag >> 3 == 0)
      return error_set(err, ERROR_CORRUPT, "an answer that is no ReadContentResponse");
    if (tag == (1 << 3 | WIRE_VARINT))
      found_offset = number;
    else if (tag == (2 << 3 | WIRE_BYTES))
      found = bytes;
  }
  *offset = found_offset;
  *data = found;
  return 0;
}
