/* RFC 1952: what counts of a gzip file is what comes out, its comments and its extra fields. */
#include "formats/gzip.h"

#include <zlib.h>

#include "formats/wrapper.h"

enum {
  HEADER = 10, /* without the optional parts */
  TRAILER = 8,
  FLAG_TEXT = 1,
  FLAG_HEADER_CRC = 2,
  FLAG_EXTRA = 4,
  FLAG_NAME = 8,
  FLAG_COMMENT = 16,
  FLAGS_RESERVED = 0xe0,
};

static const struct format_rule rule_text = { "gzip-1", FORMAT_FORM, "the guess that it is text" };
static const struct format_rule rule_time = { "gzip-2", FORMAT_FORM, "the time of the original" };
static const struct format_rule rule_made = { "gzip-3", FORMAT_FORM,
                                              "how hard it was compressed, and on what system" };
static const struct format_rule rule_name = { "gzip-4", FORMAT_FORM, "the name of the original" };
static const struct format_rule rule_sums = { "gzip-5", FORMAT_FORM,
                                              "checksums and sizes, which are right" };
static const struct format_rule rule_form = { "gzip-6", FORMAT_FORM, "the compressed form" };

static bool gzip_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= HEADER + TRAILER && memcmp(bytes.ptr, "\x1f\x8b\x08", 3) == 0;
}

/* A field that ends with a NUL, which is part of it. */
static int text_field(const struct format_parts *parts, size_t at, size_t *len, struct error *err)
{
  const char *start = parts->bytes.ptr + at;
  const char *end = memchr(start, '\0', parts->bytes.len - at);

  if (!end)
    return error_set(err, ERROR_CORRUPT, "it ends in the header");
  *len = (size_t)(end - start) + 1;
  return 0;
}

/* What a field of the n-th member is called: which it is of counts, too. */
static const char *field_name(struct format_parts *parts, const char *name, uint64_t n)
{
  return n == 1 ? name
                : arena_printf(&parts->arena, "%s of member %llu", name, (unsigned long long)n);
}

static int extra_field(struct format_parts *parts, size_t *at, uint64_t n, struct error *err)
{
  const char *start = parts->bytes.ptr + *at;
  const size_t left = parts->bytes.len - *at;
  size_t len;

  if (left < 2 || left - 2 < (len = format_le16(start)))
    return error_set(err, ERROR_CORRUPT, "it ends in the header");
  format_account(parts, *at, len + 2, NULL);
  *at += len + 2;
  return format_add_field(parts, FORMAT_COUNTS, field_name(parts, "extra field", n),
                          (struct str) { start + 2, len }, err);
}

/* Section 2.3.1, from FEXTRA on. */
static int optional_fields(struct format_parts *parts, unsigned flags, size_t *at, uint64_t n,
                           struct error *err)
{
  size_t len;

  if (flags & FLAG_EXTRA && extra_field(parts, at, n, err))
    return -1;
  if (flags & FLAG_NAME) {
    if (text_field(parts, *at, &len, err))
      return -1;
    format_account(parts, *at, len, &rule_name);
    *at += len;
  }
  if (flags & FLAG_COMMENT) {
    if (text_field(parts, *at, &len, err) ||
        format_add_field(parts, FORMAT_COUNTS, field_name(parts, "comment", n),
                         (struct str) { parts->bytes.ptr + *at, len - 1 }, err))
      return -1;
    format_account(parts, *at, len, NULL);
    *at += len;
  }
  return 0;
}

/* The header of the n-th member, from *at on. */
static int header(struct format_parts *parts, size_t *at, uint64_t n, struct error *err)
{
  const size_t start = *at;
  const char *p = parts->bytes.ptr + start;
  unsigned flags;

  if (parts->bytes.len - start < HEADER + TRAILER || memcmp(p, "\x1f\x8b\x08", 3) != 0)
    return error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its end", parts->bytes.len - start);
  flags = (unsigned char)p[3];
  if (flags & FLAGS_RESERVED)
    return error_set(err, ERROR_UNSUPPORTED, "its header has unknown flags (0x%02x)", flags);
  format_account(parts, start, 3, NULL);
  format_account(parts, start + 3, 1, &rule_text); /* the other flags show in what follows */
  format_account(parts, start + 4, 4, &rule_time);
  format_account(parts, start + 8, 2, &rule_made);
  *at += HEADER;
  if (optional_fields(parts, flags, at, n, err))
    return -1;
  if (!(flags & FLAG_HEADER_CRC))
    return 0;
  if (parts->bytes.len - *at < 2 ||
      format_le16(parts->bytes.ptr + *at) != (crc32_z(0, (const void *)p, *at - start) & 0xffff))
    return error_set(err, ERROR_CORRUPT, "its header's checksum is wrong");
  format_account(parts, *at, 2, &rule_sums);
  *at += 2;
  /* Linux's reader of initrds, for one, takes it for compressed data. */
  return format_add_field(parts, FORMAT_COUNTS, field_name(parts, "header checksum", n),
                          STR("present"), err);
}

static int gzip_member(struct format_parts *parts, size_t *at, uint64_t n,
                       struct format_output *out, struct error *err)
{
  const struct str bytes = parts->bytes;
  const size_t before = out->len;
  size_t len;
  size_t used;

  if (header(parts, at, n, err) || format_deflate.decode(str_skip(bytes, *at), out, &used, err))
    return -1;
  format_account(parts, *at, used, &rule_form);
  *at += used;
  len = out->len - before;
  if (bytes.len - *at < TRAILER)
    return error_set(err, ERROR_CORRUPT, "it ends in the checksum");
  if (format_le32(bytes.ptr + *at) != crc32_z(0, out->bytes + before, len) ||
      format_le32(bytes.ptr + *at + 4) != (uint32_t)len)
    return error_set(err, ERROR_CORRUPT, "its checksum is wrong");
  format_account(parts, *at, TRAILER, &rule_sums);
  *at += TRAILER;
  return 0;
}

static int gzip_read(struct format_parts *parts, struct error *err)
{
  struct format_output out = format_output_begin(parts, parts->bytes.len);
  AUTO_WRAPPER_PIECES pieces = WRAPPER_PIECES_INIT("members");
  size_t at = 0;

  do {
    if (wrapper_begin_piece(&pieces, out.len, err) ||
        gzip_member(parts, &at, pieces.n, &out, err)) {
      format_output_drop(&out);
      return -1;
    }
  } while (at < parts->bytes.len);
  return wrapper_add_content(parts, wrapper_name(parts, ".gz", ".tgz"),
                             format_output_keep(parts, &out), &pieces, err);
}

const struct format format_gzip = {
  .name = "gzip",
  .may_be_equal = true,
  .is_wrapper = true,
  .detect = gzip_detect,
  .read = gzip_read,
};
