#include "formats/tar_account.h"

#include <stdio.h>

#include "formats/tar_holes.h"
#include "formats/tar_number.h"
#include "formats/tar_replaced.h"
#include "tar/header.h"

static const struct format_rule rule_replaced = { "tar-2", FORMAT_WRITTEN,
                                                  "what an extended header replaces" };
static const struct format_rule rule_extended = { "tar-3", FORMAT_WRITTEN,
                                                  "the header of an extended header" };
static const struct format_rule rule_magic = { "tar-6", FORMAT_WRITTEN,
                                               "which kind of tar it says it is" };

/* What kind of field. Numbers of 12 and 8 bytes, texts that may fill their field. */
enum kind { TEXT, NUMBER };

struct place {
  uint16_t at, len;
  enum kind kind;
  const char *record; /* the PAX record that replaces it, or NULL */
};

/* POSIX.1-2017, pax, "ustar Header Block"; the magic, type and checksum are told apart. */
static const struct place common[] = {
  { 0, 100, TEXT, "path" },       { 100, 8, NUMBER, NULL },    { 108, 8, NUMBER, "uid" },
  { 116, 8, NUMBER, "gid" },      { 124, 12, NUMBER, "size" }, { 136, 12, NUMBER, "mtime" },
  { 157, 100, TEXT, "linkpath" },
};
static const struct place since_ustar[] = {
  { 265, 32, TEXT, "uname" },
  { 297, 32, TEXT, "gname" },
  { 329, 8, NUMBER, NULL },
  { 337, 8, NUMBER, NULL },
};
static const struct place ustar_prefix = { 345, 155, TEXT, "path" };
static const struct place star_rest[] = {
  { 345, 131, TEXT, "path" },
  { 476, 12, NUMBER, "atime" },
  { 488, 12, NUMBER, "ctime" },
};
static const struct place gnu_times[] = {
  { 345, 12, NUMBER, "atime" },
  { 357, 12, NUMBER, "ctime" },
};

enum {
  SIZE = 124,
  MTIME = 136,
  CHECKSUM = 148,
  TYPE = 156,
  MAGIC = 257,
  MAGIC_LEN = 8,
  STAR_PREFIX_LAST = 475,
  STAR_TRAILER = 508
};

/* What is known of an entry's extended headers. */
struct extended {
  const struct tar_entry *entry;
  enum tar_holes *holes;
  bool has_pax, long_name, long_link;
};

/* What an extended header of POSIX's kind says of a key; empty: nothing. */
static struct str pax_value(const struct extended *extended, const char *key)
{
  const struct tar_entry *entry = extended->entry;

  for (size_t i = 0; extended->has_pax && i < entry->n_records; i++)
    if (str_equal(entry->records[i].key, str_of(key)))
      return entry->records[i].value;
  return (struct str) { NULL, 0 };
}

static bool is_sparse_pax(const struct extended *extended)
{
  return *extended->holes > TAR_HOLES_GNU;
}

static bool is_replaced(const struct extended *extended, const char *record)
{
  if (!record)
    return false;
  if ((extended->long_name && strcmp(record, "path") == 0) ||
      (extended->long_link && strcmp(record, "linkpath") == 0))
    return true;
  if (strcmp(record, "path") == 0 && is_sparse_pax(extended) &&
      pax_value(extended, "GNU.sparse.name").len)
    return true;
  return pax_value(extended, record).len > 0;
}

/* A text up to its NUL, and zeros behind it. */
static void account_text(struct format_parts *parts, uint64_t at, size_t len)
{
  const size_t used = strnlen(parts->bytes.ptr + at, len);

  format_account(parts, at, used, NULL);
  tar_account_zeros(parts, at + used, at + len);
}

static void account_places(struct format_parts *parts, uint64_t header, const struct place *places,
                           size_t n, const struct extended *extended)
{
  for (size_t i = 0; i < n; i++) {
    const uint64_t at = header + places[i].at;

    if (is_replaced(extended, places[i].record))
      format_account(parts, at, places[i].len, &rule_replaced);
    else if (places[i].kind == TEXT)
      account_text(parts, at, places[i].len);
    else
      tar_account_number(parts, at, places[i].len, NULL);
  }
}

/* GNU's two times; Go's writer, before its version 1.8, put a name's prefix there: that stays
 * outside, unless it is all zero. */
static void account_gnu(struct format_parts *parts, uint64_t header,
                        const struct extended *extended)
{
  const char *block = parts->bytes.ptr + header;

  for (size_t i = 0; i < ARRAY_LEN(gnu_times); i++) {
    if (block[gnu_times[i].at])
      account_places(parts, header, &gnu_times[i], 1, extended);
    else
      tar_account_zeros(parts, header + gnu_times[i].at,
                        header + gnu_times[i].at + gnu_times[i].len);
  }
  if (block[TYPE] == TAR_GNU_SPARSE)
    tar_holes_account_header(parts, header);
  else
    tar_account_zeros(parts, header + 369, header + TAR_UNIT);
}

/* Before ustar there was nothing behind the target; GNU tar has the numbers of devices there all
 * the same, as zeros. */
static void account_v7(struct format_parts *parts, uint64_t header)
{
  const unsigned char *block = (const unsigned char *)parts->bytes.ptr + header;

  tar_account_zeros(parts, header + MAGIC, header + 329);
  for (uint64_t at = 329; at < 345; at += 8) {
    int64_t number;

    if (!block[at])
      tar_account_zeros(parts, header + at, header + at + 8);
    else if (tar_number(block + at, 8, &number) && number == 0)
      tar_account_number(parts, header + at, 8, NULL);
  }
  tar_account_zeros(parts, header + 345, header + TAR_UNIT);
}

static void account_header(struct format_parts *parts, uint64_t header,
                           const struct extended *extended)
{
  const char *block = parts->bytes.ptr + header;
  const bool is_gnu = memcmp(block + MAGIC, "ustar  \0", 8) == 0;
  const bool is_posix = memcmp(block + MAGIC, "ustar\0", 6) == 0;
  const bool is_star = is_posix && memcmp(block + STAR_TRAILER, "tar\0", 4) == 0;

  account_places(parts, header, common, ARRAY_LEN(common), extended);
  tar_account_sum(parts, header);
  /* '\0' is '0' or, by the name, '5'. */
  format_account(parts, header + TYPE, 1,
                 block[TYPE] == '\0' || block[TYPE] == '0' ? &tar_rule_number : NULL);
  if (!is_gnu && !is_posix) {
    account_v7(parts, header);
    return;
  }
  format_account(parts, header + MAGIC, is_gnu ? MAGIC_LEN : 6, &rule_magic);
  if (is_posix && memcmp(block + MAGIC + 6, "00", 2) == 0)
    format_account(parts, header + MAGIC + 6, 2, &rule_magic);
  account_places(parts, header, since_ustar, ARRAY_LEN(since_ustar), extended);
  if (is_gnu) {
    account_gnu(parts, header, extended);
  } else if (is_star) {
    /* All others have a prefix of 155 bytes, which goes on in the times unless it ends before. */
    if (!block[STAR_PREFIX_LAST])
      account_places(parts, header, star_rest, ARRAY_LEN(star_rest), extended);
    tar_account_zeros(parts, header + 500, header + STAR_TRAILER);
    format_account(parts, header + STAR_TRAILER, 4, &rule_magic);
  } else {
    account_places(parts, header, &ustar_prefix, 1, extended);
    tar_account_zeros(parts, header + 500, header + TAR_UNIT);
  }
}

/* GNU tar and libarchive take no number with a plus sign before it, others do. */
static int check_numbers(const struct tar_entry *entry, uint64_t at, struct error *err)
{
  static const char *const keys[] = { "uid", "gid", "size", "mtime", "atime", "ctime" };

  for (size_t i = 0; i < entry->n_records; i++)
    for (size_t k = 0; k < ARRAY_LEN(keys); k++)
      if (str_equal(entry->records[i].key, str_of(keys[k])) &&
          str_has_prefix(entry->records[i].value, STR("+")))
        return error_set(err, ERROR_UNSUPPORTED,
                         "the extended header at byte %llu has a number with a plus sign",
                         (unsigned long long)at);
  return 0;
}

/* The entry has each record once. What an empty value deletes, and what a global header repeats, is
 * there too. */
static int check_pax(struct format_parts *parts, uint64_t at, uint64_t size,
                     const struct extended *extended, struct error *err)
{
  const struct str body = { parts->bytes.ptr + at, size };
  uint64_t expected;

  if (tar_holes_records(body, extended->entry, extended->holes, &expected, err))
    return -1;
  if (expected != size)
    return error_set(err, ERROR_UNSUPPORTED,
                     "the extended header at byte %llu says something twice, or sparsely",
                     (unsigned long long)at);
  format_account(parts, at, size, NULL);
  return check_numbers(extended->entry, at, err);
}

/* The body of an extended header of the given type. */
static int account_body(struct format_parts *parts, char type, uint64_t at, uint64_t size,
                        struct extended *extended, struct error *err)
{
  bool *seen = type == 'L'   ? &extended->long_name
               : type == 'K' ? &extended->long_link
               : type == 'x' ? &extended->has_pax
                             : NULL;

  if (!seen || *seen)
    return error_set(err, ERROR_UNSUPPORTED,
                     "the extended header at byte %llu hides another, or is of unknown kind",
                     (unsigned long long)at);
  *seen = true;
  if (type == 'x')
    return check_pax(parts, at, size, extended, err);
  account_text(parts, at, size);
  return 0;
}

/* The header of an extended header, from byte `at` of it on: its size counts, with what it is of.
 */
static void account_extended(struct format_parts *parts, uint64_t header, uint64_t at)
{
  format_account(parts, at, header + SIZE - at, &rule_extended);
  tar_account_number(parts, header + SIZE, MTIME - SIZE, &rule_extended);
  format_account(parts, header + MTIME, CHECKSUM - MTIME, &rule_extended);
  tar_account_sum(parts, header);
  format_account(parts, header + TYPE, TAR_UNIT - TYPE, &rule_extended);
}

static int extended_header(struct format_parts *parts, uint64_t *at, uint64_t to,
                           struct extended *extended, struct error *err)
{
  const unsigned char *block = (const unsigned char *)parts->bytes.ptr + *at;
  const uint64_t body = *at + TAR_UNIT;
  int64_t size;
  uint64_t padded;

  if (!tar_number(block + SIZE, 12, &size) || size < 0 || (uint64_t)size > to - body)
    return error_set(err, ERROR_CORRUPT, "the extended header at byte %llu has no right size",
                     (unsigned long long)*at);
  padded = ((uint64_t)size + TAR_UNIT - 1) / TAR_UNIT * TAR_UNIT;
  if (padded > to - body)
    return error_set(err, ERROR_CORRUPT, "the extended header at byte %llu is cut short",
                     (unsigned long long)*at);
  account_extended(parts, *at, *at);
  if (account_body(parts, (char)block[TYPE], body, (uint64_t)size, extended, err))
    return -1;
  tar_account_zeros(parts, body + (uint64_t)size, body + padded);
  *at = body + padded;
  return 0;
}

/* A global header is an entry whose records are its body. */
static int account_global(struct format_parts *parts, uint64_t from, uint64_t to,
                          const struct tar_entry *entry, struct error *err)
{
  enum tar_holes none = TAR_HOLES_NONE;
  struct extended extended = { .entry = entry, .holes = &none };
  int64_t size;

  if (!tar_number((const unsigned char *)parts->bytes.ptr + from + SIZE, 12, &size) || size < 0 ||
      (uint64_t)size > to - from - TAR_UNIT)
    return error_set(err, ERROR_CORRUPT, "the global header at byte %llu has no right size",
                     (unsigned long long)from);
  account_text(parts, from, 100); /* its name is the entry's */
  account_extended(parts, from, from + 100);
  if (check_pax(parts, from + TAR_UNIT, (uint64_t)size, &extended, err))
    return -1;
  tar_account_zeros(parts, from + TAR_UNIT + (uint64_t)size, to);
  return 0;
}

/* The name that a sparse file has besides its own, for programs that know none, has to be made of
 * that: it is no name of another file. */
static int check_sparse_name(struct format_parts *parts, uint64_t header,
                             const struct extended *extended, struct error *err)
{
  const char *block = parts->bytes.ptr + header;
  const struct str real = pax_value(extended, "GNU.sparse.name");
  struct str name = pax_value(extended, "path");
  char joined[TAR_NAME_MAX + 1];

  if (!is_sparse_pax(extended) || !real.len)
    return 0;
  if (!name.len && memcmp(block + MAGIC, "ustar\0", 6) == 0 && block[ustar_prefix.at])
    snprintf(joined, sizeof(joined), "%.155s/%.100s", block + ustar_prefix.at, block);
  else
    snprintf(joined, sizeof(joined), "%.100s", block);
  if (tar_holes_stands_for(name.len ? name : str_of(joined), real))
    return 0;
  return error_set(err, ERROR_UNSUPPORTED,
                   "the sparse file at byte %llu has two names of which neither follows from the "
                   "other",
                   (unsigned long long)header);
}

/* The names of sparse files were looked at, and their sizes are those with holes or without. */
static int add_replaced(struct format_parts *parts, uint64_t header,
                        const struct extended *extended, struct error *err)
{
  const bool is_sparse = *extended->holes != TAR_HOLES_NONE;
  const struct tar_replaced replaced = {
    .path = !is_sparse && is_replaced(extended, "path"),
    .linkpath = is_replaced(extended, "linkpath"),
    .uname = is_replaced(extended, "uname"),
    .gname = is_replaced(extended, "gname"),
    .size = !is_sparse && is_replaced(extended, "size"),
    .uid = is_replaced(extended, "uid"),
    .gid = is_replaced(extended, "gid"),
    .mtime = is_replaced(extended, "mtime"),
  };

  return tar_replaced_add(parts, header, extended->entry, &replaced, err);
}

/* Whether an extended header is at a byte. Behind headers with a map there is more, but that has
 * no end to look for. */
static bool is_extended(const struct format_parts *parts, uint64_t from, uint64_t to,
                        enum tar_holes holes)
{
  char type;

  if (to - from <= TAR_UNIT)
    return false;
  type = parts->bytes.ptr[from + TYPE];
  return (holes != TAR_HOLES_GNU && holes != TAR_HOLES_PAX_1_0) || (type && strchr("xLK", type));
}

int tar_account_headers(struct format_parts *parts, uint64_t *from, uint64_t to,
                        const struct tar_entry *entry, enum tar_holes *holes, struct error *err)
{
  struct extended extended = { .entry = entry, .holes = holes };

  if (to > parts->bytes.len || to - *from < TAR_UNIT || (to - *from) % TAR_UNIT)
    return error_set(err, ERROR_CORRUPT, "the header at byte %llu is cut short",
                     (unsigned long long)*from);
  if (entry->type == TAR_GLOBAL)
    return account_global(parts, *from, to, entry, err);
  while (is_extended(parts, *from, to, *holes))
    if (extended_header(parts, from, to, &extended, err))
      return -1;
  if (to - *from < TAR_UNIT)
    return error_set(err, ERROR_CORRUPT, "the header at byte %llu is cut short",
                     (unsigned long long)*from);
  if (extended.long_name + extended.long_link > 0 && extended.has_pax)
    return error_set(err, ERROR_UNSUPPORTED,
                     "the entry at byte %llu has extended headers of two kinds",
                     (unsigned long long)*from);
  if (check_sparse_name(parts, *from, &extended, err) || add_replaced(parts, *from, &extended, err))
    return -1;
  account_header(parts, *from, &extended);
  *from += TAR_UNIT;
  return 0;
}
