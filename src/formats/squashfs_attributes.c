/* Linux, fs/squashfs/squashfs_fs.h: struct squashfs_xattr_entry and those that follow it. The
 * library has a reader of its own, which makes room for whatever size a value says that it has. */
#include <sqfs/block.h>
#include <sqfs/xattr.h>
#include <stdlib.h>

#include "formats/squashfs_inode.h"

#define PART "extended attributes"

enum {
  TABLE_HEAD = 16,
  ID = 16, /* of a set of attributes, in the table */
  IDS_PER_BLOCK = SQFS_META_BLOCK_SIZE / ID,
  SET_MAX = 4096, /* attributes of one file; Linux gives their names 64 KiB */
};

static const char pax_prefix[] = "SCHILY.xattr.";

struct attribute_set {
  uint64_t start; /* where values and names are, in the file */
  uint64_t ref;
  uint32_t n;
};

/* ---- where they are ---- */

static int find_set(struct squashfs *image, uint32_t number, struct attribute_set *out,
                    struct error *err)
{
  const uint64_t table = image->super.xattr_id_table_start;
  const struct str bytes = image->parts->bytes;
  const uint64_t slot = TABLE_HEAD + UINT64_C(8) * (number / IDS_PER_BLOCK);
  unsigned char id[ID];

  if (!image->attribute_ids || table > bytes.len || bytes.len - table < slot + 8 ||
      number >= format_le32(bytes.ptr + table + 8))
    return error_set(err, ERROR_CORRUPT, "its " PART " lead out of it");
  if (squashfs_seek(image, image->attribute_ids, format_le64(bytes.ptr + table + slot),
                    number % IDS_PER_BLOCK * ID, PART, err) ||
      squashfs_take(image, image->attribute_ids, id, sizeof(id), PART, err))
    return -1;
  *out = (struct attribute_set) {
    .start = format_le64(bytes.ptr + table),
    .ref = format_le64(id),
    .n = format_le32(id + 8),
  };
  return out->n <= SET_MAX ? 0
                           : error_set(err, ERROR_LIMIT, "a file has more than %d " PART, SET_MAX);
}

static int seek_ref(struct squashfs *image, const struct attribute_set *set, uint64_t ref,
                    struct error *err)
{
  if (set->start > image->parts->bytes.len)
    return error_set(err, ERROR_CORRUPT, "its " PART " lead out of it");
  return squashfs_seek(image, image->attributes, set->start + (ref >> 16), (unsigned)(ref & 0xffff),
                       PART, err);
}

/* ---- one of them ---- */

static int take(struct squashfs *image, void *to, size_t size, struct error *err)
{
  return squashfs_take(image, image->attributes, to, size, PART, err);
}

static int read_name(struct squashfs *image, uint16_t type, uint16_t len, struct str *out,
                     struct error *err)
{
  const char *space = sqfs_get_xattr_prefix((SQFS_XATTR_TYPE)(type & SQFS_XATTR_PREFIX_MASK));
  const size_t before = sizeof(pax_prefix) - 1;
  const size_t space_len = space ? strlen(space) : 0;
  char *name;

  if (!space || type & ~(SQFS_XATTR_PREFIX_MASK | SQFS_XATTR_FLAG_OOL))
    return error_set(err, ERROR_UNSUPPORTED, "an extended attribute is of an unknown kind (%u)",
                     type);
  name = format_memory(image->parts, before + space_len + len, err);
  if (!name)
    return -1;
  memcpy(name, pax_prefix, before);
  memcpy(name + before, space, space_len);
  if (take(image, name + before + space_len, len, err))
    return -1;
  *out = (struct str) { name, before + space_len + len };
  return 0;
}

static int read_sized(struct squashfs *image, struct str *out, struct error *err)
{
  unsigned char size[4];
  char *value;

  if (take(image, size, sizeof(size), err))
    return -1;
  value = format_memory(image->parts, format_le32(size), err);
  if (!value || take(image, value, format_le32(size), err))
    return -1;
  *out = (struct str) { value, format_le32(size) };
  return 0;
}

/* Values that several sets have may lie elsewhere. */
static int read_value(struct squashfs *image, const struct attribute_set *set, uint16_t type,
                      struct str *out, struct error *err)
{
  unsigned char elsewhere[12];
  sqfs_u64 block;
  size_t offset;

  if (!(type & SQFS_XATTR_FLAG_OOL))
    return read_sized(image, out, err);
  if (take(image, elsewhere, sizeof(elsewhere), err))
    return -1;
  sqfs_meta_reader_get_position(image->attributes, &block, &offset);
  if (seek_ref(image, set, format_le64(elsewhere + 4), err) || read_sized(image, out, err))
    return -1;
  return squashfs_seek(image, image->attributes, block, (unsigned)offset, PART, err);
}

static int read_record(struct squashfs *image, const struct attribute_set *set,
                       struct tar_record *out, struct error *err)
{
  unsigned char entry[4];

  return take(image, entry, sizeof(entry), err) ||
                 read_name(image, format_le16(entry), format_le16(entry + 2), &out->key, err) ||
                 read_value(image, set, format_le16(entry), &out->value, err)
             ? -1
             : 0;
}

static int by_key(const void *a, const void *b)
{
  return str_compare(((const struct tar_record *)a)->key, ((const struct tar_record *)b)->key);
}

int squashfs_attributes(struct squashfs *image, uint32_t number, struct tar_record **records,
                        size_t *n, struct error *err)
{
  struct attribute_set set = { 0 };

  *n = 0;
  if (number != (uint32_t)SQUASHFS_NONE &&
      (find_set(image, number, &set, err) || seek_ref(image, &set, set.ref, err)))
    return -1;
  *records = format_memory(image->parts, ((size_t)set.n + 1) * sizeof(**records), err);
  if (!*records)
    return -1;
  while (*n < set.n)
    if (read_record(image, &set, &(*records)[(*n)++], err))
      return -1;
  qsort(*records, *n, sizeof(**records), by_key);
  for (size_t i = 1; i < *n; i++)
    if (str_equal((*records)[i - 1].key, (*records)[i].key))
      return error_set(err, ERROR_CORRUPT, "a file has an extended attribute twice");
  return 0;
}
