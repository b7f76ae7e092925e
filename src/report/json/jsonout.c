#include "report/json/jsonout.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>

#include "base/escape.h"
#include "report/json/gotime.h"

static void jsonout_escaped(struct writer *writer, unsigned char c)
{
  static const char letters[] = "btn?fr"; /* 0x08 to 0x0d; 0x0b has none */

  if (c == '"' || c == '\\')
    writer_printf(writer, "\\%c", c);
  else if (c >= 0x08 && c <= 0x0d && c != 0x0b)
    writer_printf(writer, "\\%c", letters[c - 0x08]);
  else
    writer_printf(writer, "\\u%04x", c);
}

static bool ends_scripts(uint32_t rune)
{
  return rune == '<' || rune == 0x2028 || rune == 0x2029;
}

/* Length of the beginning of s that can be written as it is. */
static size_t plain_length(struct str s, bool in_script)
{
  size_t n = 0;

  while (n < s.len) {
    unsigned char c = (unsigned char)s.ptr[n];
    uint32_t rune = c;
    size_t len = 1;

    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
      break;
    if (c >= 0x80 && (len = utf8_decode(str_skip(s, n), &rune)) == 0)
      break;
    if (c >= 0x80 && !rune_prints(rune))
      break;
    if (in_script && ends_scripts(rune))
      break;
    n += len;
  }
  return n;
}

/* What cannot be written as it is: one character. Returns its length. */
static size_t write_special(struct writer *writer, struct str s)
{
  uint32_t rune;
  const size_t len = utf8_decode(s, &rune);
  char escape[ESCAPE_JSON_RUNE];

  if ((unsigned char)s.ptr[0] < 0x80)
    jsonout_escaped(writer, (unsigned char)s.ptr[0]);
  else if (len > 0)
    writer_puts(writer, escape_json_rune(rune, escape));
  else
    writer_puts(writer, "\xef\xbf\xbd");
  return len ? len : 1;
}

static void jsonout_write_string(struct writer *writer, struct str s, bool in_script)
{
  writer_putc(writer, '"');
  while (s.len > 0) {
    const size_t plain = plain_length(s, in_script);

    writer_add(writer, s.ptr, plain);
    s = str_skip(s, plain);
    if (s.len > 0)
      s = str_skip(s, write_special(writer, s));
  }
  writer_putc(writer, '"');
}

void jsonout_string(struct writer *writer, struct str s)
{
  jsonout_write_string(writer, s, false);
}

void jsonout_script_string(struct writer *writer, struct str s)
{
  jsonout_write_string(writer, s, true);
}

static int dump_piece(const char *bytes, size_t len, void *user)
{
  struct writer *writer = user;
  AUTO_BUF shown = BUF_INIT(INT_MAX);

  escape_json(&shown, (struct str) { bytes, len }); /* a piece ends where a character does */
  writer_add(writer, shown.ptr, shown.len);
  return writer->error ? -1 : 0;
}

void jsonout_document(struct writer *writer, const json_t *document)
{
  if (json_dump_callback(document, dump_piece, writer, JSON_COMPACT | JSON_ENCODE_ANY) != 0 &&
      !writer->error)
    writer->error = EINVAL;
}

static void jsonout_text_member(struct writer *writer, const char *key, struct str value)
{
  writer_printf(writer, "\"%s\":", key);
  jsonout_string(writer, value);
  writer_putc(writer, ',');
}

static void number_member(struct writer *writer, const char *key, int64_t value)
{
  writer_printf(writer, "\"%s\":%" PRId64 ",", key, value);
}

static void time_member(struct writer *writer, const char *key, const struct tar_time *time)
{
  char text[GOTIME_MAX_TEXT];

  writer_printf(writer, "\"%s\":\"%s\",", key, gotime_rfc3339(time, text));
}

/* Whether a record is a PAX record, as xattrs are, too. */
static bool is_pax(const struct tar_record *record, struct str *key)
{
  *key = record->key;
  return !tar_record_of_member(record, key);
}

/* An object of strings, or null for none: those records that are of a kind. */
static void records_member(struct writer *writer, const char *member, const struct tar_entry *entry,
                           bool (*is_kind)(const struct tar_record *, struct str *key))
{
  size_t n = 0;

  writer_printf(writer, "\"%s\":", member);
  for (size_t i = 0; i < entry->n_records; i++) {
    struct str key;

    if (!is_kind(&entry->records[i], &key))
      continue;
    writer_putc(writer, n++ ? ',' : '{');
    jsonout_string(writer, key);
    writer_putc(writer, ':');
    jsonout_string(writer, entry->records[i].value);
  }
  writer_puts(writer, n ? "}," : "null,");
}

static bool has_member_records(const struct tar_entry *entry)
{
  struct str key;

  return entry->n_records && tar_record_of_member(&entry->records[0], &key); /* sorts first */
}

void jsonout_entry(struct writer *writer, const struct tar_entry *entry,
                   const struct digest *content)
{
  char digest[DIGEST_MAX_TEXT];

  writer_printf(writer, "{\"index\":%" PRIu64 ",\"header\":{", entry->index);
  number_member(writer, "Typeflag", (unsigned char)entry->type);
  jsonout_text_member(writer, "Name", entry->name);
  jsonout_text_member(writer, "Linkname", entry->link_name);
  number_member(writer, "Size", entry->size);
  number_member(writer, "Mode", entry->mode);
  number_member(writer, "Uid", entry->uid);
  number_member(writer, "Gid", entry->gid);
  jsonout_text_member(writer, "Uname", entry->user_name);
  jsonout_text_member(writer, "Gname", entry->group_name);
  time_member(writer, "ModTime", &entry->mtime);
  time_member(writer, "AccessTime", &entry->atime);
  time_member(writer, "ChangeTime", &entry->ctime);
  number_member(writer, "Devmajor", entry->device_major);
  number_member(writer, "Devminor", entry->device_minor);
  records_member(writer, "Xattrs", entry, tar_record_xattr);
  records_member(writer, "PAXRecords", entry, is_pax);
  if (has_member_records(entry))
    records_member(writer, "MemberRecords", entry, tar_record_of_member);
  writer_printf(writer, "\"Format\":%d}", (int)entry->format);
  if (content && content->algorithm != DIGEST_NONE)
    writer_printf(writer, ",\"digest\":\"%s\"", digest_format(content, digest));
  writer_putc(writer, '}');
}
