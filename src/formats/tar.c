#include "formats/tar.h"

#include "base/path.h"
#include "formats/record.h"
#include "formats/tar_account.h"
#include "formats/tar_holes.h"
#include "formats/tar_number.h"
#include "tar/header.h"
#include "tar/tar.h"

/* The blocks that the reader wants, copied from the file. */
struct blocks {
  struct str left;
};

static int next_block(void *context, struct block **out, struct error *err)
{
  struct blocks *blocks = context;
  struct block *block;

  (void)err;
  if (!blocks->left.len)
    return 0;
  block = block_new();
  block->len = MIN_OF(blocks->left.len, sizeof(block->bytes));
  memcpy(block->bytes, blocks->left.ptr, block->len);
  blocks->left = str_skip(blocks->left, block->len);
  *out = block;
  return 1;
}

/* Other archives and texts have no such block at their beginning: it holds its own checksum. */
static bool tar_detect(struct str bytes, struct str name)
{
  struct tar_block block = { 0 };
  struct error ignored;

  (void)name;
  return bytes.len >= TAR_UNIT && bytes.ptr[0] &&
         tar_block_parse(&block, (const unsigned char *)bytes.ptr, &ignored) == 0;
}

/* The content of an entry that is no sparse file lies in one piece in the file. */
static int take_content(struct format_parts *parts, struct tar_reader *reader,
                        struct format_member *member, struct error *err)
{
  const uint64_t from = tar_offset(reader);
  struct tar_chunk chunk;
  uint64_t len = 0;
  int got;

  while ((got = tar_read(reader, &chunk, err)) > 0)
    len += chunk.len;
  if (got < 0)
    return -1;
  member->content.stored = (struct str) { parts->bytes.ptr + from, len };
  member->content.size = len;
  format_account(parts, from, len, NULL);
  return 0;
}

/* What belongs to the entry: header blocks from `from` on, content, padding. Returns where the next
 * one begins in *from. */
static int tar_add_entry(struct format_parts *parts, struct tar_reader *reader,
                         const struct tar_entry *entry, uint64_t *from, struct error *err)
{
  const struct tar_entry *copy = tar_entry_copy(entry, &parts->arena);
  struct format_member *member = format_add_member(parts, copy, err);
  const bool is_global = entry->type == TAR_GLOBAL;
  enum tar_holes holes = is_global ? TAR_HOLES_NONE : tar_holes_kind(reader, entry);
  uint64_t body = tar_offset(reader);
  uint64_t end;

  if (!member)
    return -1;
  member->at = *from;
  if (is_global)
    body = (body + TAR_UNIT - 1) / TAR_UNIT * TAR_UNIT;
  body = MIN_OF(body, (uint64_t)parts->bytes.len);
  if (tar_account_headers(parts, from, body, copy, &holes, err) ||
      (holes && tar_holes_account_map(parts, reader, holes, *from, body, err)))
    return -1;
  if (holes ? tar_holes_take(parts, reader, holes, *from, member, err)
            : !is_global && take_content(parts, reader, member, err))
    return -1;
  end = MAX_OF(body, tar_offset(reader));
  *from = MIN_OF((end + TAR_UNIT - 1) / TAR_UNIT * TAR_UNIT, (uint64_t)parts->bytes.len);
  tar_account_zeros(parts, end, *from);
  return 0;
}

/* An archive ends in two blocks of zeros (POSIX.1-2017, pax, "ustar Interchange Format"). Of one
 * that does not, or is not of whole blocks, some programs say that it is cut short, and end with a
 * status (GNU cpio, 7-Zip; of a part of a block all but BusyBox), others warn or do not mind. */
static int add_end(struct format_parts *parts, uint64_t from, struct error *err)
{
  const uint64_t blocks = (parts->bytes.len - from) / TAR_UNIT;
  const uint64_t rest = parts->bytes.len % TAR_UNIT;

  if (blocks >= 2 && !rest)
    return 0;
  return format_add_field(parts, FORMAT_COUNTS, "end",
                          str_of(arena_printf(&parts->arena, "%s of zeros%s",
                                              blocks >= 2   ? "blocks"
                                              : blocks == 1 ? "one block"
                                                            : "no block",
                                              rest ? ", cut within a block" : "")),
                          err);
}

static int read_all(struct format_parts *parts, struct tar_reader *reader, struct error *err)
{
  struct tar_entry entry;
  uint64_t from = 0;
  int got;

  while ((got = tar_next(reader, &entry, err)) > 0)
    if (tar_add_entry(parts, reader, &entry, &from, err))
      return -1;
  if (got)
    return got;
  tar_account_zeros(parts, from, parts->bytes.len);
  format_mark_absolute(parts);
  return add_end(parts, from, err);
}

static int tar_format_read(struct format_parts *parts, struct error *err)
{
  struct blocks blocks = { parts->bytes };
  struct tar_reader *reader =
      tar_reader_new((struct block_source) { .next = next_block, .context = &blocks });
  int status;

  tar_reader_limit_holes(reader, parts->budget->bytes);
  status = read_all(parts, reader, err);
  tar_reader_free(reader);
  return status;
}

/* Packages of Alpine and Arch Linux (apk-package(5), alpm-lib), OpenWrt (opkg), and Ruby
 * (Gem::Package): their managers compare names as they stand there ("./.PKGINFO" is a file to be
 * installed), and some stop where they have what they looked for. */
static bool tar_is_read_in_order(const struct format_parts *parts)
{
  static const char *const names[] = { ".PKGINFO", "debian-binary", "metadata", "metadata.gz" };

  for (size_t i = 0; i < parts->n_members; i++) {
    struct str name;

    (void)path_plain(parts->members[i].entry.name, &name);
    if (str_has_prefix(name, STR(".SIGN.")))
      return true;
    for (size_t k = 0; k < ARRAY_LEN(names); k++)
      if (str_equal(name, str_of(names[k])))
        return true;
  }
  return false;
}

const struct format format_tar = {
  .name = "tar",
  .may_be_equal = true,
  .is_tree = true,
  .has_loose_names = true,
  .is_read_in_order = tar_is_read_in_order,
  .detect = tar_detect,
  .read = tar_format_read,
};
