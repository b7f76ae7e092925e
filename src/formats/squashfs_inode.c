/* Linux, fs/squashfs/squashfs_fs.h: struct squashfs_dir_inode and those that follow it. */
#include "formats/squashfs_inode.h"

#include <sqfs/inode.h>

#define PART "inodes"
#define NO_NUMBER ((uint32_t)SQUASHFS_NONE)

enum { COMMON = 16, LARGEST = 40 };

struct inode_kind {
  uint16_t len; /* of what stands behind the common fields */
  char type;
};

static const struct inode_kind kinds[] = {
  [SQFS_INODE_DIR] = { 16, TAR_DIR },           [SQFS_INODE_FILE] = { 16, TAR_REGULAR },
  [SQFS_INODE_SLINK] = { 8, TAR_SYMLINK },      [SQFS_INODE_BDEV] = { 8, TAR_BLOCK },
  [SQFS_INODE_CDEV] = { 8, TAR_CHAR },          [SQFS_INODE_FIFO] = { 4, TAR_FIFO },
  [SQFS_INODE_SOCKET] = { 4, SQUASHFS_SOCKET }, [SQFS_INODE_EXT_DIR] = { 24, TAR_DIR },
  [SQFS_INODE_EXT_FILE] = { 40, TAR_REGULAR },  [SQFS_INODE_EXT_SLINK] = { 8, TAR_SYMLINK },
  [SQFS_INODE_EXT_BDEV] = { 12, TAR_BLOCK },    [SQFS_INODE_EXT_CDEV] = { 12, TAR_CHAR },
  [SQFS_INODE_EXT_FIFO] = { 8, TAR_FIFO },      [SQFS_INODE_EXT_SOCKET] = { 8, SQUASHFS_SOCKET },
};

static int read_owner(struct squashfs *image, uint16_t index, int64_t *out, struct error *err)
{
  sqfs_u32 id;

  if (sqfs_id_table_index_to_id(image->owners, index, &id))
    return error_set(err, ERROR_CORRUPT, "an owner is not in its table");
  *out = id;
  return 0;
}

/* The words of the whole blocks, which stand behind the inode. */
static int read_words(struct squashfs *image, struct squashfs_place *place, struct error *err)
{
  const uint32_t size = image->super.block_size;
  const bool has_fragment = place->fragment != NO_NUMBER;

  place->n_words = place->size / size + (place->size % size && !has_fragment);
  if (!place->n_words)
    return 0;
  place->words = format_memory(image->parts, place->n_words * sizeof(*place->words), err);
  if (!place->words || squashfs_take(image, image->inodes, place->words,
                                     place->n_words * sizeof(*place->words), PART, err))
    return -1;
  for (uint64_t i = 0; i < place->n_words; i++)
    place->words[i] = format_le32(&place->words[i]);
  return 0;
}

static int read_file(struct squashfs *image, const unsigned char *p, bool extended,
                     struct squashfs_inode *out, struct error *err)
{
  struct squashfs_place *place = &out->place;

  place->start = extended ? format_le64(p) : format_le32(p);
  place->size = extended ? format_le64(p + 8) : format_le32(p + 12);
  place->fragment = format_le32(p + (extended ? 28 : 4));
  place->fragment_offset = format_le32(p + (extended ? 32 : 8));
  out->links = extended ? format_le32(p + 24) : 1;
  out->attributes = extended ? format_le32(p + 36) : NO_NUMBER;
  if (place->size > INT64_MAX)
    return error_set(err, ERROR_CORRUPT, "a file is larger than files are");
  return read_words(image, place, err);
}

static void read_directory(const unsigned char *p, bool extended, struct squashfs_inode *out)
{
  out->links = format_le32(p + (extended ? 0 : 4));
  out->list_start = format_le32(p + (extended ? 8 : 0));
  out->list_size = extended ? format_le32(p + 4) : format_le16(p + 8);
  out->list_offset = format_le16(p + (extended ? 18 : 10));
  out->attributes = extended ? format_le32(p + 20) : NO_NUMBER;
}

static int read_link(struct squashfs *image, const unsigned char *p, bool extended,
                     struct squashfs_inode *out, struct error *err)
{
  const uint32_t len = format_le32(p + 4);
  unsigned char attributes[4];
  char *target;

  if (len > FORMAT_NAME_MAX)
    return error_set(err, ERROR_CORRUPT, "the target of a link has more than %d bytes",
                     FORMAT_NAME_MAX);
  target = format_memory(image->parts, len, err);
  if (!target || squashfs_take(image, image->inodes, target, len, PART, err))
    return -1;
  if (memchr(target, '\0', len))
    return error_set(err, ERROR_CORRUPT, "the target of a link has a NUL in it");
  if (extended && squashfs_take(image, image->inodes, attributes, sizeof(attributes), PART, err))
    return -1;
  out->links = format_le32(p);
  out->target = (struct str) { target, len };
  out->attributes = extended ? format_le32(attributes) : NO_NUMBER;
  return 0;
}

static int read_rest(struct squashfs *image, const unsigned char *p, struct squashfs_inode *out,
                     struct error *err)
{
  const bool extended = out->kind >= SQFS_INODE_EXT_DIR;

  switch (out->type) {
  case TAR_REGULAR:
    return read_file(image, p, extended, out, err);
  case TAR_SYMLINK:
    return read_link(image, p, extended, out, err);
  case TAR_DIR:
    read_directory(p, extended, out);
    return 0;
  case TAR_BLOCK:
  case TAR_CHAR:
    out->links = format_le32(p);
    out->device = format_le32(p + 4);
    out->attributes = extended ? format_le32(p + 8) : NO_NUMBER;
    return 0;
  default:
    out->links = format_le32(p);
    out->attributes = extended ? format_le32(p + 4) : NO_NUMBER;
    return 0;
  }
}

int squashfs_read_inode(struct squashfs *image, uint64_t ref, struct squashfs_inode *out,
                        struct error *err)
{
  unsigned char common[COMMON];
  unsigned char rest[LARGEST];

  *out = (struct squashfs_inode) { 0 };
  if (ref >> 48)
    return error_set(err, ERROR_CORRUPT, "its " PART " lead out of it");
  if (squashfs_seek(image, image->inodes, image->super.inode_table_start + (ref >> 16),
                    (unsigned)(ref & 0xffff), PART, err) ||
      squashfs_take(image, image->inodes, common, sizeof(common), PART, err))
    return -1;
  out->kind = format_le16(common);
  if (!out->kind || out->kind >= ARRAY_LEN(kinds))
    return error_set(err, ERROR_UNSUPPORTED, "an inode is of an unknown kind (%u)", out->kind);
  out->type = kinds[out->kind].type;
  out->mode = format_le16(common + 2) & 07777;
  out->mtime = format_le32(common + 8);
  out->number = format_le32(common + 12);
  if (read_owner(image, format_le16(common + 4), &out->uid, err) ||
      read_owner(image, format_le16(common + 6), &out->gid, err) ||
      squashfs_take(image, image->inodes, rest, kinds[out->kind].len, PART, err))
    return -1;
  return read_rest(image, rest, out, err);
}
