/* The format is that of ar(5) of FreeBSD and of "The GNU Archive Format": a header of 60 bytes of
 * text before each member, which lies on an even place. */
#include "formats/ar.h"

#include <inttypes.h>

#include "formats/record.h"

static const struct format_rule rule_number = { "ar-1", FORMAT_WRITTEN,
                                                "spaces and zeros around numbers" };
static const struct format_rule rule_name = {
  "ar-2", FORMAT_WRITTEN, "spaces and NULs behind a name, and where in a table it stands"
};
static const struct format_rule rule_padding = { "ar-3", FORMAT_WRITTEN,
                                                 "the newline behind contents of odd length" };

enum { MAGIC = 8, HEADER = 60 };

/* The header of a member, and what belongs to it. */
struct header {
  const char *written; /* how the name is; NULL: as it is, with spaces behind it */
  unsigned empty;      /* how many numbers there are not, which are 0 then */
  uint64_t at;
  int64_t mtime, uid, gid, mode, size;
  struct str name;    /* the field, without spaces at its end */
  struct str content; /* with the name before it, if that stands there */
};

/* Digits and spaces behind them; an empty field is 0, as the symbol table's owners are. Counts
 * empty ones. */
static int ar_number(struct format_parts *parts, uint64_t at, size_t len, unsigned base,
                     int64_t *out, unsigned *empty, struct error *err)
{
  const char *field = parts->bytes.ptr + at;
  size_t digits = 0;
  size_t zeros = 0;
  int64_t value = 0;

  while (digits < len && field[digits] >= '0' && field[digits] < (char)('0' + base))
    value = value * (int64_t)base + (field[digits++] - '0');
  for (size_t i = digits; i < len; i++)
    if (field[i] != ' ')
      return error_set(err, ERROR_CORRUPT,
                       "the header before byte %llu has a field that is no number",
                       (unsigned long long)at);
  while (zeros < digits && field[zeros] == '0')
    zeros++;
  format_account(parts, at, zeros, &rule_number);
  format_account(parts, at + zeros, digits - zeros, NULL);
  format_account(parts, at + digits, len - digits, &rule_number);
  *out = value;
  *empty += !digits;
  return 0;
}

static int ar_read_header(struct format_parts *parts, uint64_t at, struct header *out,
                          struct error *err)
{
  const char *p = parts->bytes.ptr + at;
  size_t len = 16;

  if (parts->bytes.len - at < HEADER || memcmp(p + 58, "`\n", 2) != 0)
    return error_set(err, ERROR_CORRUPT, "there is no member's header at byte %llu",
                     (unsigned long long)at);
  while (len && p[len - 1] == ' ')
    len--;
  *out = (struct header) { .at = at, .name = { p, len } };
  if (ar_number(parts, at + 16, 12, 10, &out->mtime, &out->empty, err) ||
      ar_number(parts, at + 28, 6, 10, &out->uid, &out->empty, err) ||
      ar_number(parts, at + 34, 6, 10, &out->gid, &out->empty, err) ||
      ar_number(parts, at + 40, 8, 8, &out->mode, &out->empty, err) ||
      ar_number(parts, at + 48, 10, 10, &out->size, &out->empty, err))
    return -1;
  format_account(parts, at + len, 16 - len, &rule_name);
  format_account(parts, at + 58, 2, NULL);
  if ((uint64_t)out->size > parts->bytes.len - at - HEADER)
    return error_set(err, ERROR_CORRUPT, "the member at byte %llu is cut short",
                     (unsigned long long)at);
  out->content = (struct str) { p + HEADER, (size_t)out->size };
  return 0;
}

/* GNU's table of long names: each ends with "/\n". Which of its bytes are a name's is not
 * asked: they count as the table's content does. */
static int long_name(struct format_parts *parts, struct str table, struct str field,
                     struct str *out, struct error *err)
{
  uint64_t at;

  if (!str_to_u64(str_skip(field, 1), table.len, &at) || at >= table.len)
    return error_set(err, ERROR_CORRUPT, "\"%.*s\" is no place in its table of names",
                     STR_ARGS(field));
  return format_shared_name(parts, str_skip(table, at), STR("/\n"), out, err);
}

/* BSD's: "#1/LENGTH", and the name before the content, perhaps with NULs behind it. */
static bool bsd_name(struct format_parts *parts, struct header *header, struct str *out)
{
  uint64_t len;

  if (!str_to_u64(str_skip(header->name, 3), header->content.len, &len))
    return false;
  out->ptr = header->content.ptr;
  out->len = strnlen(out->ptr, len);
  for (size_t i = out->len; i < len; i++)
    if (header->content.ptr[i])
      return false;
  format_account(parts, header->at, header->name.len, &rule_name);
  format_account(parts, header->at + HEADER, out->len, NULL);
  format_account(parts, header->at + HEADER + out->len, len - out->len, &rule_name);
  header->content = str_skip(header->content, len);
  /* How long it is with them moves all that follows, whose places a symbol table tells. */
  header->written = arena_printf(&parts->arena, "before the content, of %" PRIu64 " bytes", len);
  return true;
}

static int name_of(struct format_parts *parts, struct str table, struct header *header,
                   struct str *out, struct error *err)
{
  const struct str field = header->name;
  bool known = true;

  if (str_has_prefix(field, STR("#1/"))) {
    known = bsd_name(parts, header, out);
  } else if (field.len > 1 && field.ptr[0] == '/' && field.ptr[1] >= '0' && field.ptr[1] <= '9') {
    if (long_name(parts, table, field, out, err))
      return -1;
    format_account(parts, header->at, field.len, &rule_name);
    header->written = "in a table";
  } else {
    const bool ended = field.len > 1 && field.ptr[field.len - 1] == '/' && field.ptr[0] != '/';

    *out = (struct str) { field.ptr, field.len - ended };
    format_account(parts, header->at, out->len, NULL);
    format_account(parts, header->at + out->len, ended, NULL);
    header->written = ended ? "with a slash" : NULL;
  }
  if (known && out->len && !memchr(out->ptr, '\0', out->len))
    return 0;
  return error_set(err, ERROR_CORRUPT, "the member at byte %llu has no right name",
                   (unsigned long long)header->at);
}

/* What a reader of entries does not know: that a mode has no bits for the type (0100000: a regular
 * file), which entries are compared without; that a number is nothing, which to some programs is
 * none; and how the name is written, since dpkg knows neither tables nor names before contents, and
 * Go's programs no slash. */
static void ar_add_records(struct format_parts *parts, const struct header *header,
                           struct format_member *member)
{
  if (!(header->mode & 0170000))
    format_add_record(parts, member, TAR_RECORD_OF_MEMBER "ar.type", STR("none"));
  if (header->empty)
    format_add_record(parts, member, TAR_RECORD_OF_MEMBER "ar.empty",
                      str_of(arena_printf(&parts->arena, "%u", header->empty)));
  if (header->written)
    format_add_record(parts, member, TAR_RECORD_OF_MEMBER "ar.name", str_of(header->written));
}

static int ar_add_member(struct format_parts *parts, struct str *table, struct header *header,
                         struct error *err)
{
  struct tar_entry entry = {
    .type = TAR_REGULAR,
    .mode = header->mode,
    .uid = header->uid,
    .gid = header->gid,
    .mtime = { header->mtime, 0, true },
  };
  struct format_member *member;

  if (header->mode & ~(int64_t)0107777 ||
      (header->mode & 0170000 && (header->mode & 0170000) != 0100000))
    return error_set(err, ERROR_UNSUPPORTED, "the member at byte %llu is no regular file",
                     (unsigned long long)header->at);
  if (name_of(parts, *table, header, &entry.name, err))
    return -1;
  if (str_equal(header->name, STR("//"))) {
    if (table->ptr)
      return error_set(err, ERROR_CORRUPT, "it has two tables of names");
    *table = header->content;
  }
  entry.size = (int64_t)header->content.len;
  member = format_add_member(parts, &entry, err);
  if (!member)
    return -1;
  ar_add_records(parts, header, member);
  member->at = header->at;
  member->content =
      (struct format_content) { .stored = header->content, .size = header->content.len };
  format_account(parts, (uint64_t)(header->content.ptr - parts->bytes.ptr), header->content.len,
                 NULL);
  return 0;
}

/* In a Debian package the order counts (deb(5)): dpkg refuses one whose members stand otherwise. */
static int ar_add_order(struct format_parts *parts, struct error *err)
{
  bool is_package = false;
  size_t len = 0;
  char *names;

  for (size_t i = 0; i < parts->n_members; i++) {
    is_package |= str_equal(parts->members[i].entry.name, STR("debian-binary"));
    len += parts->members[i].entry.name.len + 1;
  }
  if (!is_package)
    return 0;
  names = format_memory(parts, len, err);
  if (!names)
    return -1;
  len = 0;
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct str name = parts->members[i].entry.name;

    memcpy(names + len, name.ptr, name.len);
    names[len + name.len] = ' ';
    len += name.len + 1;
  }
  return format_add_field(parts, FORMAT_COUNTS, "order", (struct str) { names, len }, err);
}

static int ar_read(struct format_parts *parts, struct error *err)
{
  struct str table = { NULL, 0 };
  uint64_t at = MAGIC;

  format_account(parts, 0, MAGIC, NULL);
  while (at < parts->bytes.len) {
    struct header header;

    if (ar_read_header(parts, at, &header, err))
      return -1;
    at += HEADER + (uint64_t)header.size;
    if (ar_add_member(parts, &table, &header, err))
      return -1;
    if (at % 2 && at < parts->bytes.len) {
      if (parts->bytes.ptr[at] == '\n')
        format_account(parts, at, 1, &rule_padding);
      at++;
    }
  }
  /* libarchive, and what is built on it, reads the newline behind the last member, too. */
  if (at % 2 &&
      format_add_field(parts, FORMAT_COUNTS, "end", STR("without a newline to fill it up"), err))
    return -1;
  return ar_add_order(parts, err);
}

static bool ar_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= MAGIC && memcmp(bytes.ptr, "!<arch>\n", MAGIC) == 0;
}

/* Linkers that go without a symbol table, or take all (lld; --whole-archive; Go's), take objects in
 * their order, and of two that define a symbol the first. Objects of all kinds have zeros. */
static bool ar_is_read_in_order(const struct format_parts *parts)
{
  for (size_t i = 0; i < parts->n_members; i++) {
    const struct str content = parts->members[i].content.stored;

    if (content.len && memchr(content.ptr, '\0', content.len))
      return true;
  }
  return false;
}

const struct format format_ar = {
  .name = "ar",
  .may_be_equal = true,
  .is_read_in_order = ar_is_read_in_order,
  .detect = ar_detect,
  .read = ar_read,
};
