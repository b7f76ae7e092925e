#include "formats/format.h"

#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "formats/ar.h"
#include "formats/cpio.h"
#include "formats/der.h"
#include "formats/described.h"
#include "formats/elf.h"
#include "formats/gettext.h"
#include "formats/gzip.h"
#include "formats/html.h"
#include "formats/jks.h"
#include "formats/json.h"
#include "formats/pdf.h"
#include "formats/pem.h"
#include "formats/pkcs12.h"
#include "formats/png.h"
#include "formats/properties.h"
#include "formats/pyc.h"
#include "formats/roff.h"
#include "formats/rpm.h"
#include "formats/tar.h"
#include "formats/xml.h"
#include "formats/zip.h"
#include "formats/zstd.h"
#ifdef HAVE_BZIP2
#include "formats/bzip2.h"
#endif
#ifdef HAVE_LZ4
#include "formats/lz4.h"
#endif
#ifdef HAVE_SQLITE
#include "formats/sqlite.h"
#endif
#ifdef HAVE_SQUASHFS
#include "formats/squashfs.h"
#endif
#ifdef HAVE_LZMA
#include "base/path.h"
#include "formats/xz.h"
#endif

struct format_memory {
  struct format_memory *next;
  void *bytes;
};

/* The first that takes a file for its own reads it. */
static const struct format *const formats[] = {
  &format_gzip,
  &format_zstd,
  &format_zip,
  &format_ar,
  &format_cpio,
  &format_pyc,
  &format_png,
  &format_mo,
  &format_po,
  &format_elf,
  &format_pdf,
  &format_pem,
  &format_der,
  &format_jks,
  &format_pkcs12,
  &format_rpm,
  &format_json,
  &format_properties,
  &format_xml,
  &format_html,
  &format_roff,
#ifdef HAVE_SQLITE
  &format_sqlite,
#endif
#ifdef HAVE_SQUASHFS
  &format_squashfs,
#endif
#ifdef HAVE_BZIP2
  &format_bzip2,
#endif
#ifdef HAVE_LZ4
  &format_lz4,
#endif
#ifdef HAVE_LZMA
  &format_xz,
#endif
  &format_tar, /* has no magic of its own */
  NULL,
};

const struct format *const *format_all(void)
{
  return formats;
}

const struct format *format_detect(struct str bytes, struct str name)
{
  for (size_t i = 0; formats[i]; i++)
    if (formats[i]->detect(bytes, name))
      return formats[i];
  return NULL;
}

/* ---- memory ---- */

int format_charge(struct format_budget *budget, uint64_t size, struct error *err)
{
  if (size > budget->bytes)
    return error_set(err, ERROR_LIMIT,
                     "more comes out of it than may come out of one file (see --max-scale)");
  budget->bytes -= size;
  return 0;
}

void format_adopt(struct format_parts *parts, void *bytes)
{
  struct format_memory *memory = xmalloc(sizeof(*memory));

  *memory = (struct format_memory) { parts->memory, bytes };
  parts->memory = memory;
}

void *format_memory(struct format_parts *parts, size_t size, struct error *err)
{
  void *bytes;

  if (format_charge(parts->budget, size, err))
    return NULL;
  bytes = malloc(size ? size : 1);
  if (!bytes)
    error_set(err, ERROR_LIMIT, "there is no memory for %zu bytes of it", size);
  else
    format_adopt(parts, bytes);
  return bytes;
}

void format_release(struct format_parts *parts)
{
  while (parts->memory) {
    struct format_memory *memory = parts->memory;

    parts->memory = memory->next;
    free(memory->bytes);
    free(memory);
  }
  free(parts->members);
  free(parts->fields);
  free(parts->ranges);
  if (parts->budget)
    parts->budget->bytes += parts->charged;
  arena_release(&parts->arena);
  *parts = (struct format_parts) { 0 };
}

/* ---- what readers add ---- */

/* For one more of n items, as xgrow makes room for it. */
static int charge_item(struct format_parts *parts, size_t n, size_t cap, size_t size,
                       struct error *err)
{
  const uint64_t more = (uint64_t)(cap ? cap : 8) * size;

  if (n < cap)
    return 0;
  if (format_charge(parts->budget, more, err))
    return -1;
  parts->charged += more;
  return 0;
}

struct format_member *format_add_member(struct format_parts *parts, const struct tar_entry *entry,
                                        struct error *err)
{
  struct format_member *member;

  if (parts->n_members == FORMAT_MEMBERS_MAX) {
    error_set(err, ERROR_LIMIT, "it has more than %d members", FORMAT_MEMBERS_MAX);
    return NULL;
  }
  if (charge_item(parts, parts->n_members, parts->cap_members, sizeof(*parts->members), err))
    return NULL;
  parts->members =
      xgrow(parts->members, parts->n_members, &parts->cap_members, sizeof(*parts->members));
  member = &parts->members[parts->n_members];
  *member = (struct format_member) { .entry = *entry };
  member->entry.index = parts->n_members++;
  member->entry.skipped = 0;
  return member;
}

struct format_member *format_add_file(struct format_parts *parts, struct str name,
                                      struct str content, struct error *err)
{
  const struct tar_entry entry = {
    .type = TAR_REGULAR,
    .name = name,
    .mode = 0644,
    .size = (int64_t)content.len,
  };
  struct format_member *member = format_add_member(parts, &entry, err);

  if (member)
    member->content = (struct format_content) { .stored = content, .size = content.len };
  return member;
}

int format_add_field(struct format_parts *parts, enum format_class class, const char *name,
                     struct str value, struct error *err)
{
  if (parts->n_fields == FORMAT_MEMBERS_MAX)
    return error_set(err, ERROR_LIMIT, "it has more than %d fields", FORMAT_MEMBERS_MAX);
  if (charge_item(parts, parts->n_fields, parts->cap_fields, sizeof(*parts->fields), err))
    return -1;
  parts->fields = xgrow(parts->fields, parts->n_fields, &parts->cap_fields, sizeof(*parts->fields));
  parts->fields[parts->n_fields++] = (struct format_field) { name, value, class };
  return 0;
}

static void add_range(struct format_parts *parts, struct format_range range)
{
  struct error ignored;

  parts->exhausted = parts->exhausted || charge_item(parts, parts->n_ranges, parts->cap_ranges,
                                                     sizeof(*parts->ranges), &ignored);
  if (parts->exhausted)
    return;
  parts->ranges = xgrow(parts->ranges, parts->n_ranges, &parts->cap_ranges, sizeof(*parts->ranges));
  parts->ranges[parts->n_ranges++] = range;
}

void format_account(struct format_parts *parts, uint64_t from, uint64_t len,
                    const struct format_rule *rule)
{
  const uint32_t member = (uint32_t)parts->n_members;
  struct format_range *last = parts->n_ranges ? &parts->ranges[parts->n_ranges - 1] : NULL;

  if (!len)
    return;
  if (last && last->to == from && last->rule == rule && last->member == member)
    last->to += len;
  else
    add_range(parts, (struct format_range) { from, from + len, rule, member });
}

void format_account_shown(struct format_parts *parts, struct str piece)
{
  const struct str bytes = parts->bytes;
  uint64_t from;

  /* What is empty may be a constant. */
  if (piece.ptr < bytes.ptr || piece.ptr > bytes.ptr + bytes.len)
    return;
  from = (uint64_t)(piece.ptr - bytes.ptr);
  /* Where nothing stands on one side, something may on the other. */
  if (!piece.len)
    add_range(parts, (struct format_range) { from, from, NULL, (uint32_t)parts->n_members });
  format_account(parts, from, piece.len, NULL);
}

int format_shared_name(struct format_parts *parts, struct str bytes, struct str end,
                       struct str *out, struct error *err)
{
  const size_t len = MIN_OF(bytes.len, FORMAT_NAME_MAX + end.len);
  const char *found = len ? memmem(bytes.ptr, len, end.ptr, end.len) : NULL;

  if (!found && bytes.len > len)
    return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", FORMAT_NAME_MAX);
  if (!found)
    return error_set(err, ERROR_CORRUPT, "a name in it does not end");
  *out = (struct str) { bytes.ptr, (size_t)(found - bytes.ptr) };
  return format_charge(parts->budget, out->len + end.len, err);
}

struct str format_base_name(struct str name, const char *suffix)
{
  const struct str end = str_of(suffix);

  name = path_name(name);
  if (name.len > end.len && strncasecmp(name.ptr + name.len - end.len, end.ptr, end.len) == 0)
    name.len -= end.len;
  return name;
}

/* ---- reading ---- */

static int format_by_place(const void *a, const void *b)
{
  const struct format_range *range_a = a;
  const struct format_range *range_b = b;

  return (range_a->from > range_b->from) - (range_a->from < range_b->from);
}

/* Every byte is in one range, none in two: what two members share could be told of one only. */
static int check_ranges(struct format_parts *parts, struct error *err)
{
  uint64_t at = 0;

  for (size_t i = 0; i <= parts->n_ranges; i++) {
    const uint64_t from = i < parts->n_ranges ? parts->ranges[i].from : parts->bytes.len;

    if (from > at)
      return error_set(err, ERROR_UNSUPPORTED,
                       "%llu bytes from byte %llu on belong to nothing that is known",
                       (unsigned long long)(from - at), (unsigned long long)at);
    if (from < at)
      return error_set(err, ERROR_CORRUPT, "parts of it overlap at byte %llu",
                       (unsigned long long)from);
    if (i < parts->n_ranges)
      at = parts->ranges[i].to;
  }
  return 0;
}

int format_read(const struct format *format, struct format_parts *parts, struct str bytes,
                struct str name, struct format_budget *budget, struct error *err)
{
  *parts = (struct format_parts) { .bytes = bytes, .name = name, .budget = budget };
  if (format->read(parts, err))
    return -1;
  if (parts->exhausted)
    return error_set(err, ERROR_LIMIT,
                     "its parts take more memory than one file may (see --max-scale)");
  if (parts->n_ranges)
    qsort(parts->ranges, parts->n_ranges, sizeof(*parts->ranges), format_by_place);
  if (format->describes)
    described_mark(parts);
  return format->may_be_equal ? check_ranges(parts, err) : 0;
}
