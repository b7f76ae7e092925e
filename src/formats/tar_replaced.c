#include "formats/tar_replaced.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "formats/tar_number.h"
#include "tar/header.h"
#include "tar/tar.h"

/* POSIX.1-2017, pax, "ustar Header Block". */
enum {
  NAME = 0,
  UID = 108,
  GID = 116,
  SIZE = 124,
  MTIME = 136,
  LINK = 157,
  MAGIC = 257,
  UNAME = 265,
  GNAME = 297,
  PREFIX = 345,
  NAME_LEN = 100,
  OWNER_LEN = 32,
  PREFIX_LEN = 155,
};

static int add(struct format_parts *parts, const struct tar_entry *entry, enum format_class class,
               const char *what, struct str said, struct error *err)
{
  const char *value =
      arena_printf(&parts->arena, "%.*s, of %.*s", STR_ARGS(said),
                   (int)MIN_OF(entry->name.len, (size_t)TAR_NAME_MAX), entry->name.ptr);

  return format_add_field(parts, class, what, str_of(value), err);
}

/* room: how many bytes a header has for such a text. */
static int add_text(struct format_parts *parts, const struct tar_entry *entry, const char *what,
                    struct str said, struct str real, size_t room, struct error *err)
{
  return str_equal(said, real) || (real.len > room && str_has_prefix(real, said))
             ? 0
             : add(parts, entry, FORMAT_COUNTS, what, said, err);
}

/* What a header has room for in octal digits, with one byte behind them. */
static bool does_fit(int64_t number, size_t len)
{
  return number >= 0 && number >> 3 * (len - 1) == 0;
}

/* As two digits for each. */
static struct str bytes_of(struct format_parts *parts, struct str field)
{
  AUTO_BUF text = BUF_INIT(SIZE_MAX);

  for (size_t i = 0; i < field.len; i++)
    buf_printf(&text, "%02x", (unsigned char)field.ptr[i]);
  return arena_str(&parts->arena, buf_str(&text));
}

static int add_number(struct format_parts *parts, const struct tar_entry *entry,
                      enum format_class class, const char *what, struct str field, int64_t real,
                      struct error *err)
{
  int64_t said;
  char text[32];

  if (!tar_number_is_one(field))
    return add(parts, entry, class, what, bytes_of(parts, field), err);
  if (!tar_number((const unsigned char *)field.ptr, field.len, &said))
    said = -1;
  if (said == real || (!said && !does_fit(real, field.len)))
    return 0;
  snprintf(text, sizeof(text), "%" PRId64, said);
  return add(parts, entry, class, what, str_of(text), err);
}

static struct str text_of(const char *field, size_t len)
{
  return (struct str) { field, strnlen(field, len) };
}

/* With ustar's prefix before it. */
static struct str name_of(struct format_parts *parts, const char *block)
{
  const struct str name = text_of(block + NAME, NAME_LEN);

  if (memcmp(block + MAGIC, "ustar\0", 6) != 0 || !block[PREFIX])
    return name;
  return str_of(arena_printf(&parts->arena, "%.155s/%.*s", block + PREFIX, STR_ARGS(name)));
}

/* Where GNU tar has two times, the first here, others have a prefix of the name: Python, BusyBox,
 * GNU cpio and 7-Zip take it for one whatever the magic says. */
static int add_prefix(struct format_parts *parts, const struct tar_entry *entry, const char *block,
                      struct error *err)
{
  if (memcmp(block + MAGIC, "ustar  \0", 8) != 0 || !block[PREFIX])
    return 0;
  return add(parts, entry, FORMAT_COUNTS, "time in the prefix's place",
             text_of(block + PREFIX, PREFIX_LEN), err);
}

/* POSIX has an empty value undo what came before, so that the header counts; GNU tar and Python
 * take the emptiness for the name. */
static int add_emptied(struct format_parts *parts, const struct tar_entry *entry, struct error *err)
{
  static const char *const keys[] = { "path", "linkpath", "uname", "gname", "size",
                                      "uid",  "gid",      "mtime", "atime", "ctime" };

  for (size_t i = 0; i < entry->n_records; i++)
    for (size_t k = 0; k < ARRAY_LEN(keys) && !entry->records[i].value.len; k++)
      if (str_equal(entry->records[i].key, str_of(keys[k])) &&
          add(parts, entry, FORMAT_COUNTS, "emptied", entry->records[i].key, err))
        return -1;
  return 0;
}

static int add_texts(struct format_parts *parts, const char *block, const struct tar_entry *entry,
                     const struct tar_replaced *replaced, struct error *err)
{
  if ((replaced->path && add_text(parts, entry, "header's name", name_of(parts, block), entry->name,
                                  NAME_LEN, err)) ||
      (replaced->linkpath &&
       add_text(parts, entry, "header's target", text_of(block + LINK, NAME_LEN), entry->link_name,
                NAME_LEN, err)) ||
      (replaced->uname && add_text(parts, entry, "header's user", text_of(block + UNAME, OWNER_LEN),
                                   entry->user_name, OWNER_LEN - 1, err)) ||
      (replaced->gname &&
       add_text(parts, entry, "header's group", text_of(block + GNAME, OWNER_LEN),
                entry->group_name, OWNER_LEN - 1, err)))
    return -1;
  return 0;
}

int tar_replaced_add(struct format_parts *parts, uint64_t header, const struct tar_entry *entry,
                     const struct tar_replaced *replaced, struct error *err)
{
  const char *block = parts->bytes.ptr + header;
  const struct {
    bool is_replaced;
    enum format_class class;
    const char *what;
    struct str field;
    int64_t real;
  } numbers[] = {
    { replaced->size, FORMAT_COUNTS, "header's size", { block + SIZE, 12 }, entry->size },
    { replaced->uid, FORMAT_COUNTS, "header's uid", { block + UID, 8 }, entry->uid },
    { replaced->gid, FORMAT_COUNTS, "header's gid", { block + GID, 8 }, entry->gid },
    { replaced->mtime, FORMAT_TIME, "header's time", { block + MTIME, 12 }, entry->mtime.seconds },
  };

  if (add_emptied(parts, entry, err) || add_prefix(parts, entry, block, err) ||
      add_texts(parts, block, entry, replaced, err))
    return -1;
  for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
    if (numbers[i].is_replaced && add_number(parts, entry, numbers[i].class, numbers[i].what,
                                             numbers[i].field, numbers[i].real, err))
      return -1;
  return 0;
}
