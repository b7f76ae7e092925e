#include "formats/pyc.h"

/* Magic numbers, from the list in CPython's importlib, from which on a header is so long. */
enum {
  MAGIC_PYTHON_3 = 3000,
  MAGIC_WITH_SIZE = 3210,  /* 3.3a2 */
  MAGIC_WITH_FLAGS = 3392, /* 3.7a4, PEP 552 */
  MAGIC_PYTHON_3_END = 4000,
  MAGIC_PYTHON_2 = 50000,
  FLAG_HASH = 1,
  FLAG_CHECK = 2,
  TYPE_CODE = 'c', /* marshal's; its highest bit: it may be referred to */
};

/* 0: none. */
static size_t header_len(unsigned magic)
{
  if (magic >= MAGIC_WITH_FLAGS && magic < MAGIC_PYTHON_3_END)
    return 16;
  if (magic >= MAGIC_WITH_SIZE && magic < MAGIC_WITH_FLAGS)
    return 12;
  return magic >= MAGIC_PYTHON_2 || (magic >= MAGIC_PYTHON_3 && magic < MAGIC_WITH_SIZE) ? 8 : 0;
}

static bool pyc_detect(struct str bytes, struct str name)
{
  size_t len;

  if (bytes.len < 9 || memcmp(bytes.ptr + 2, "\r\n", 2) != 0)
    return false;
  len = header_len(format_le16(bytes.ptr));
  /* Behind the header stands code, which nobody looks into here, if the name says what it is. */
  return len && bytes.len > len &&
         ((bytes.ptr[len] & 0x7f) == TYPE_CODE || str_has_suffix(name, STR(".pyc")));
}

static int pyc_add(struct format_parts *parts, enum format_class class, const char *name, size_t at,
                   size_t len, struct error *err)
{
  format_account(parts, at, len, NULL);
  return format_add_field(parts, class, name, (struct str) { parts->bytes.ptr + at, len }, err);
}

/* PEP 552: what tells whether the source has changed. */
static int add_source(struct format_parts *parts, uint32_t flags, size_t at, size_t len,
                      struct error *err)
{
  if (flags & ~(uint32_t)(FLAG_HASH | FLAG_CHECK) || flags == FLAG_CHECK)
    return error_set(err, ERROR_UNSUPPORTED, "its header has unknown flags (0x%x)", flags);
  if (flags & FLAG_HASH)
    return pyc_add(parts, FORMAT_COUNTS, "source hash", at, 8, err);
  if (pyc_add(parts, FORMAT_TIME, "source time", at, 4, err))
    return -1;
  return len == 8 ? 0 : pyc_add(parts, FORMAT_COUNTS, "source size", at + 4, 4, err);
}

static int pyc_read(struct format_parts *parts, struct error *err)
{
  const size_t len = header_len(format_le16(parts->bytes.ptr));
  const bool has_flags = len == 16;

  if (pyc_add(parts, FORMAT_COUNTS, "magic", 0, 4, err) ||
      (has_flags && pyc_add(parts, FORMAT_COUNTS, "flags", 4, 4, err)) ||
      add_source(parts, has_flags ? format_le32(parts->bytes.ptr + 4) : 0, has_flags ? 8 : 4, len,
                 err))
    return -1;
  format_account(parts, len, parts->bytes.len - len, NULL);
  return format_add_file(parts, STR("code"), str_skip(parts->bytes, len), err) ? 0 : -1;
}

bool pyc_stamp(struct str bytes, struct pyc_stamp *out)
{
  size_t len;
  size_t at;

  if (!pyc_detect(bytes, STR(".pyc")))
    return false;
  len = header_len(format_le16(bytes.ptr));
  at = len == 16 ? 8 : 4;
  if (len == 16 && format_le32(bytes.ptr + 4) != 0)
    return false;
  *out = (struct pyc_stamp) { .time = format_le32(bytes.ptr + at), .has_size = len > 8 };
  if (out->has_size)
    out->size = format_le32(bytes.ptr + at + 4);
  return true;
}

const struct format format_pyc = {
  .name = "pyc",
  .may_be_equal = true,
  .detect = pyc_detect,
  .read = pyc_read,
};
