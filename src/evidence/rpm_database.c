#include "evidence/rpm_database.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/civil.h"
#include "base/digit.h"
#include "base/macros.h"
#include "formats/rpm_header.h"

static const char cause[] = "rpm-database";

/* ---- rows ---- */

/* "NUMBER, x'BLOB'" */
struct package_row {
  uint64_t number;
  struct str blob; /* owned */
  struct rpm_header header;
};

static void row_release(struct package_row *row)
{
  free((void *)(uintptr_t)row->blob.ptr);
  *row = (struct package_row) { 0 };
}

/* The bytes of "x'…'", to be freed; ptr NULL: it is none. */
static struct str blob_of(struct str text)
{
  char *bytes;

  if (text.len < 3 || text.len % 2 == 0 || !str_has_prefix(text, STR("x'")) ||
      text.ptr[text.len - 1] != '\'')
    return (struct str) { NULL, 0 };
  text = (struct str) { text.ptr + 2, text.len - 3 };
  bytes = xmalloc(text.len / 2 + 1);
  for (size_t i = 0; i < text.len / 2; i++) {
    const int high = digit_hex_value(text.ptr[2 * i]);
    const int low = digit_hex_value(text.ptr[2 * i + 1]);

    if (high < 0 || low < 0) {
      free(bytes);
      return (struct str) { NULL, 0 };
    }
    bytes[i] = (char)(high << 4 | low);
  }
  return (struct str) { bytes, text.len / 2 };
}

static bool row_read(struct str line, struct package_row *out)
{
  const char *comma = line.len ? memchr(line.ptr, ',', line.len) : NULL;
  const size_t n = comma ? (size_t)(comma - line.ptr) : 0;

  *out = (struct package_row) { 0 };
  if (!n || line.len < n + 2 || !str_to_u64((struct str) { line.ptr, n }, UINT64_MAX, &out->number))
    return false;
  out->blob = blob_of(str_skip(line, n + 2));
  if (out->blob.ptr && rpm_header_open(out->blob, &out->header))
    return true;
  row_release(out);
  return false;
}

/* ---- headers ---- */

static struct str text_of(const struct rpm_header *header, uint32_t tag)
{
  struct rpm_header_tag held;

  for (size_t i = 0; i < rpm_header_count(header); i++)
    if (rpm_header_tag(header, i, &held) && held.tag == tag && held.data.len)
      return (struct str) { held.data.ptr, strnlen(held.data.ptr, held.data.len) };
  return STR("");
}

/* Leaves something about a package, by its name and version. */
static void leave_of(struct content_evidence *out, struct arena *arena,
                     const struct rpm_header *header, const char *what)
{
  enum { NAME = 1000, VERSION = 1001, RELEASE = 1002, SHOWN = 60 };
  const struct str name = text_of(header, NAME);
  const struct str version = text_of(header, VERSION);
  const struct str release = text_of(header, RELEASE);

  content_leave(out, str_of(arena_printf(arena, "%s of %.*s-%.*s-%.*s", what,
                                         (int)MIN_OF(name.len, (size_t)SHOWN), name.ptr,
                                         (int)MIN_OF(version.len, (size_t)SHOWN), version.ptr,
                                         (int)MIN_OF(release.len, (size_t)SHOWN), release.ptr)));
  out->headless = true;
}

static void note_number(struct content_evidence *out, struct arena *arena, const char *name,
                        bool is_time, const struct str data[2])
{
  char texts[2][CIVIL_TEXT_MAX];
  struct str values[2];

  for (int side = 0; side < 2; side++) {
    const uint32_t number = format_be32(data[side].ptr);

    if (!is_time)
      snprintf(texts[side], sizeof(texts[side]), "%" PRIu32, number);
    values[side] = str_of(is_time ? civil_rfc3339(number, texts[side]) : texts[side]);
  }
  content_add(out, arena, cause, name, values[0], values[1]);
}

static bool has_tag(const struct rpm_header *header, size_t i, struct rpm_header_tag *out,
                    uint32_t tag)
{
  return i < rpm_header_count(header) && rpm_header_tag(header, i, out) && out->tag == tag;
}

/* The tags of both stand in their order; what only one has is told once. */
static void look_at_headers(const struct rpm_header headers[2], struct arena *arena,
                            struct content_evidence *out)
{
  const size_t n = rpm_header_count(&headers[0]);
  bool any = false;

  for (size_t i = 0; i < n || i < rpm_header_count(&headers[1]); i++) {
    struct rpm_header_tag tags[2];
    const char *name;
    const bool known = i < n && rpm_header_tag(&headers[0], i, &tags[0]);

    if (!known || !has_tag(&headers[1], i, &tags[1], tags[0].tag)) {
      leave_of(out, arena, &headers[known ? 0 : 1], "other tags");
      return;
    }
    if (tags[0].type == tags[1].type && tags[0].count == tags[1].count &&
        str_equal(tags[0].data, tags[1].data))
      continue;
    any = true;
    name = rpm_tag_name(tags[0].tag);
    if ((tags[0].tag == RPM_TAG_INSTALLTIME || tags[0].tag == RPM_TAG_INSTALLTID) &&
        tags[0].type == tags[1].type && tags[0].data.len == 4 && tags[1].data.len == 4)
      note_number(out, arena, name, tags[0].tag == RPM_TAG_INSTALLTIME,
                  (const struct str[2]) { tags[0].data, tags[1].data });
    else
      leave_of(out, arena, &headers[1],
               name ? name : arena_printf(arena, "tag %" PRIu32, tags[0].tag));
  }
  if (!any)
    leave_of(out, arena, &headers[1], "the form");
}

/* ---- tables ---- */

/* Rows have ascending numbers. */
static bool look_at_packages(const struct str content[2], struct arena *arena,
                             struct content_evidence *out)
{
  struct str rest[2] = { content[0], content[1] };
  struct package_row rows[2] = { { 0 }, { 0 } };
  bool all = true;

  while (all && (rest[0].len || rest[1].len || rows[0].blob.ptr || rows[1].blob.ptr)) {
    for (int side = 0; side < 2 && all; side++)
      if (!rows[side].blob.ptr && rest[side].len)
        all = row_read(str_take_line(&rest[side]), &rows[side]);
    if (!all)
      break;
    if (rows[0].blob.ptr && rows[1].blob.ptr && rows[0].number == rows[1].number) {
      const struct rpm_header headers[2] = { rows[0].header, rows[1].header };

      if (!str_equal(rows[0].blob, rows[1].blob))
        look_at_headers(headers, arena, out);
      row_release(&rows[0]);
      row_release(&rows[1]);
    } else {
      const int side =
          rows[0].blob.ptr && (!rows[1].blob.ptr || rows[0].number < rows[1].number) ? 0 : 1;

      leave_of(out, arena, &rows[side].header, "all");
      row_release(&rows[side]);
    }
  }
  row_release(&rows[0]);
  row_release(&rows[1]);
  return all;
}

/* "x'XXXXXXXX', NUMBER, PLACE": whether the keys are those of the headers was looked at where the
 * pages were. */
static bool look_at_tids(const struct str content[2], struct arena *arena,
                         struct content_evidence *out)
{
  enum { KEY = 11 };
  struct str rest[2] = { content[0], content[1] };

  while (rest[0].len && rest[1].len) {
    const struct str a = str_take_line(&rest[0]);
    const struct str b = str_take_line(&rest[1]);

    if (a.len < KEY || !str_has_prefix(a, STR("x'")) || !str_has_prefix(b, STR("x'")) ||
        !str_equal(str_skip(a, KEY), b.len < KEY ? STR("") : str_skip(b, KEY)))
      return false;
  }
  if (rest[0].len || rest[1].len)
    return false;
  content_add(out, arena, cause, "", (struct str) { NULL, 0 }, (struct str) { NULL, 0 });
  return true;
}

/* What differs there besides is told of the packages, by name. */
static bool leave_tids(const struct str content[2], struct content_evidence *out)
{
  for (int side = 0; side < 2; side++)
    if (content[side].len && !str_has_prefix(content[side], STR("x'")))
      return false;
  content_leave(out, STR(""));
  return true;
}

bool rpm_database_look(struct str table, const struct str content[2], struct arena *arena,
                       struct content_evidence *out)
{
  AUTO_FREE struct content_evidence *found = xcalloc(1, sizeof(*found));
  bool known = false;

  if (str_equal(table, STR("Packages")))
    known = look_at_packages(content, arena, found);
  else if (str_equal(table, STR("Installtid")))
    known = look_at_tids(content, arena, found) || leave_tids(content, found);
  if (known)
    content_merge(out, arena, found, str_of(found->what));
  return known;
}
