#include "formats/tar_replaced.h"

#include <inttypes.h>
#include <stdio.h>

#include "tar/header.h"
#include "tar/tar.h"

/* POSIX.1-2017, pax, "ustar Header Block". */
enum {
  NAME = 0,
  UID = 108,
  GID = 116,
  SIZE = 124,
  LINK = 157,
  MAGIC = 257,
  UNAME = 265,
  GNAME = 297,
  PREFIX = 345
};

static int add(struct format_parts *parts, const struct tar_entry *entry, const char *what,
               struct str said, struct error *err)
{
  const char *value =
      arena_printf(&parts->arena, "%.*s, of %.*s", STR_ARGS(said),
                   (int)MIN_OF(entry->name.len, (size_t)TAR_NAME_MAX), entry->name.ptr);

  return format_add_field(parts, FORMAT_COUNTS, what, str_of(value), err);
}

static int add_text(struct format_parts *parts, const struct tar_entry *entry, const char *what,
                    struct str said, struct str real, struct error *err)
{
  return str_has_prefix(real, said) ? 0 : add(parts, entry, what, said, err);
}

static int replaced_number(struct format_parts *parts, const struct tar_entry *entry,
                           const char *what, const char *field, size_t len, int64_t real,
                           struct error *err)
{
  int64_t said;
  char text[32];

  if (!tar_number((const unsigned char *)field, len, &said))
    said = -1;
  if (said == real || !said)
    return 0;
  snprintf(text, sizeof(text), "%" PRId64, said);
  return add(parts, entry, what, str_of(text), err);
}

static struct str text_of(const char *field, size_t len)
{
  return (struct str) { field, strnlen(field, len) };
}

/* With ustar's prefix before it. */
static struct str name_of(struct format_parts *parts, const char *block)
{
  const struct str name = text_of(block + NAME, 100);

  if (memcmp(block + MAGIC, "ustar\0", 6) != 0 || !block[PREFIX])
    return name;
  return str_of(arena_printf(&parts->arena, "%.155s/%.*s", block + PREFIX, STR_ARGS(name)));
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
          add(parts, entry, "emptied", entry->records[i].key, err))
        return -1;
  return 0;
}

int tar_replaced_add(struct format_parts *parts, uint64_t header, const struct tar_entry *entry,
                     const struct tar_replaced *replaced, struct error *err)
{
  const char *block = parts->bytes.ptr + header;

  if (add_emptied(parts, entry, err) ||
      (replaced->path &&
       add_text(parts, entry, "header's name", name_of(parts, block), entry->name, err)) ||
      (replaced->linkpath && add_text(parts, entry, "header's target", text_of(block + LINK, 100),
                                      entry->link_name, err)) ||
      (replaced->uname && add_text(parts, entry, "header's user", text_of(block + UNAME, 32),
                                   entry->user_name, err)) ||
      (replaced->gname && add_text(parts, entry, "header's group", text_of(block + GNAME, 32),
                                   entry->group_name, err)) ||
      (replaced->size &&
       replaced_number(parts, entry, "header's size", block + SIZE, 12, entry->size, err)) ||
      (replaced->uid &&
       replaced_number(parts, entry, "header's uid", block + UID, 8, entry->uid, err)) ||
      (replaced->gid &&
       replaced_number(parts, entry, "header's gid", block + GID, 8, entry->gid, err)))
    return -1;
  return 0;
}
