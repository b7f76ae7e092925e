#include "formats/zip_record.h"

static const struct format_rule rule_end = { "zip-1", FORMAT_FORM,
                                             "where the directory lies, and how large it is" };

static int bad(struct error *err, const char *what)
{
  return error_set(err, ERROR_CORRUPT, "%s", what);
}

/* The place of the end record: the last that begins like one, as readers look for it. It is
 * followed by its comment (4.3.16), and by nothing but the zeros up to a full block that bsdtar
 * writes to a pipe. */
static int find_end(const struct format_parts *parts, uint64_t *at, struct error *err)
{
  const struct str bytes = parts->bytes;
  const size_t least = bytes.len - MIN_OF(bytes.len, (size_t)ZIP_END + UINT16_MAX);
  size_t from = bytes.len;
  size_t end;

  do {
    if (from == least)
      return bad(err, "it has no end of the directory at its end");
    from--;
  } while (!str_has_prefix(str_skip(bytes, from), STR("PK\5\6")));
  if (bytes.len - from < ZIP_END)
    return bad(err, "its end of the directory is cut short");
  end = from + ZIP_END + format_le16(bytes.ptr + from + 20);
  for (size_t i = end; i < bytes.len; i++)
    if (bytes.ptr[i])
      return bad(err, "something stands behind its end");
  if (end > bytes.len)
    return bad(err, "its comment is cut short");
  *at = from;
  return 0;
}

/* What stands behind the end record. */
static int add_behind(struct format_parts *parts, uint64_t at, struct error *err)
{
  const struct str comment = { parts->bytes.ptr + at + ZIP_END,
                               format_le16(parts->bytes.ptr + at + 20) };
  const size_t zeros = parts->bytes.len - at - ZIP_END - comment.len;

  format_account(parts, at + ZIP_END, comment.len + zeros, NULL);
  if (comment.len && format_add_field(parts, FORMAT_COUNTS, "comment", comment, err))
    return -1;
  if (!zeros)
    return 0;
  return format_add_field(parts, FORMAT_COUNTS, "zeros behind the end",
                          str_of(arena_printf(&parts->arena, "%zu", zeros)), err);
}

/* 4.3.14 and 4.3.15. */
static int read_zip64(struct format_parts *parts, uint64_t end, struct zip_directory *out,
                      struct error *err)
{
  const char *bytes = parts->bytes.ptr;
  const char *locator;
  const char *record;
  uint64_t at;

  if (end < ZIP64_LOCATOR + ZIP64_END)
    return bad(err, "its zip64 end of the directory does not fit");
  locator = bytes + end - ZIP64_LOCATOR;
  if (format_le32(locator + 4) != 0 || format_le32(locator + 16) != 1)
    return bad(err, "its zip64 end of the directory does not fit");
  at = format_le64(locator + 8);
  if (at != end - ZIP64_LOCATOR - ZIP64_END)
    return bad(err, "its zip64 end of the directory is not where it should be");
  record = bytes + at;
  if (memcmp(record, "PK\6\6", 4) != 0 || format_le64(record + 4) != ZIP64_END - 12 ||
      format_le32(record + 16) != 0 || format_le32(record + 20) != 0 ||
      format_le64(record + 24) != format_le64(record + 32))
    return bad(err, "its zip64 end of the directory does not fit");
  *out = (struct zip_directory) { .at = format_le64(record + 48),
                                  .len = format_le64(record + 40),
                                  .n = format_le64(record + 32),
                                  .end = at };
  format_account(parts, at, ZIP64_END + ZIP64_LOCATOR, &rule_end);
  return 0;
}

/* That there is such an end, where it has to say no more than its place (record), and which numbers
 * stand there alone: some programs know none. */
static int add_zip64(struct format_parts *parts, const char *record, const char *end,
                     struct error *err)
{
  const unsigned needed = format_le16(record + 14);
  const char *text = arena_printf(
      &parts->arena, "%s0x%x",
      needed > ZIP_VERSION_KNOWN ? arena_printf(&parts->arena, "version %u, ", needed) : "",
      (unsigned)(format_le16(end + 10) == UINT16_MAX) |
          (unsigned)(format_le32(end + 12) == UINT32_MAX) << 1 |
          (unsigned)(format_le32(end + 16) == UINT32_MAX) << 2);

  return format_add_field(parts, FORMAT_COUNTS, "zip64 end", str_of(text), err);
}

/* What the shorter record says has to be the same, or that the longer one says it. */
static bool agrees(uint64_t value, uint64_t wanted, uint64_t elsewhere)
{
  return value == wanted || value == elsewhere;
}

int zip_find_directory(struct format_parts *parts, struct zip_directory *out, struct error *err)
{
  uint64_t at;
  const char *p;

  if (find_end(parts, &at, err))
    return -1;
  p = parts->bytes.ptr + at;
  if (format_le16(p + 4) != 0 || format_le16(p + 6) != 0 ||
      format_le16(p + 8) != format_le16(p + 10))
    return error_set(err, ERROR_UNSUPPORTED, "it is a part of a larger archive");
  if (at >= ZIP64_LOCATOR && memcmp(p - ZIP64_LOCATOR, "PK\6\7", 4) == 0) {
    if (read_zip64(parts, at, out, err) || add_zip64(parts, parts->bytes.ptr + out->end, p, err))
      return -1;
  } else {
    *out = (struct zip_directory) {
      .at = format_le32(p + 16), .len = format_le32(p + 12), .n = format_le16(p + 10), .end = at
    };
  }
  if (!agrees(format_le32(p + 16), out->at, UINT32_MAX) ||
      !agrees(format_le32(p + 12), out->len, UINT32_MAX) ||
      !agrees(format_le16(p + 10), out->n, UINT16_MAX))
    return bad(err, "its two ends of the directory say different things");
  if (out->at > out->end || out->len != out->end - out->at)
    return bad(err, "its directory does not lie before its end");
  format_account(parts, at, ZIP_END, &rule_end);
  return add_behind(parts, at, err);
}

int zip_next_extra(struct str *rest, uint16_t *id, struct str *data)
{
  size_t len;

  if (!rest->len)
    return 0;
  if (rest->len < 4)
    return -1;
  *id = format_le16(rest->ptr);
  len = format_le16(rest->ptr + 2);
  if (len > rest->len - 4)
    return -1;
  *data = (struct str) { rest->ptr + 4, len };
  *rest = str_skip(*rest, len + 4);
  return 1;
}

/* 4.5.3: what did not fit into 32 bits, in this order. */
static int read_zip64_extra(struct zip_record *record, uint32_t disk, struct error *err)
{
  struct str rest = record->extra;
  struct str data;
  uint16_t id;
  uint64_t *const fields[] = {
    record->size == UINT32_MAX ? &record->size : NULL,
    record->stored == UINT32_MAX ? &record->stored : NULL,
    record->local == UINT32_MAX ? &record->local : NULL,
  };
  int got;

  while ((got = zip_next_extra(&rest, &id, &data)) > 0) {
    if (id != 1)
      continue;
    if (record->zip64)
      return bad(err, "a member has two zip64 fields");
    record->zip64 = true;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
      if (!fields[i])
        continue;
      if (data.len < 8)
        return bad(err, "a member's zip64 field is too short");
      *fields[i] = format_le64(data.ptr);
      data = str_skip(data, 8);
    }
    if (data.len)
      return bad(err, "a member's zip64 field is too long");
  }
  if (got < 0)
    return bad(err, "a member's extra field does not fit");
  return disk ? error_set(err, ERROR_UNSUPPORTED, "it is a part of a larger archive") : 0;
}

int zip_read_record(const struct format_parts *parts, uint64_t at, uint64_t end,
                    struct zip_record *out, struct error *err)
{
  const char *p = parts->bytes.ptr + at;
  size_t name_len;
  size_t extra_len;
  size_t comment_len;

  if (end - at < ZIP_CENTRAL || memcmp(p, "PK\1\2", 4) != 0)
    return bad(err, "its directory is damaged");
  name_len = format_le16(p + 28);
  extra_len = format_le16(p + 30);
  comment_len = format_le16(p + 32);
  if (end - at - ZIP_CENTRAL < name_len + extra_len + comment_len)
    return bad(err, "its directory is damaged");
  *out = (struct zip_record) {
    .at = at,
    .len = ZIP_CENTRAL + name_len + extra_len + comment_len,
    .made_by = format_le16(p + 4),
    .needed = format_le16(p + 6),
    .flags = format_le16(p + 8),
    .method = format_le16(p + 10),
    .time = format_le16(p + 12),
    .date = format_le16(p + 14),
    .crc = format_le32(p + 16),
    .stored = format_le32(p + 20),
    .size = format_le32(p + 24),
    .internal = format_le16(p + 36),
    .external = format_le32(p + 38),
    .local = format_le32(p + 42),
    .name = { p + ZIP_CENTRAL, name_len },
    .extra = { p + ZIP_CENTRAL + name_len, extra_len },
    .comment = { p + ZIP_CENTRAL + name_len + extra_len, comment_len },
  };
  return read_zip64_extra(out, format_le16(p + 34), err);
}
