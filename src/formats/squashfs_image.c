#include "formats/squashfs_image.h"

#include <sqfs/block.h>
#include <sqfs/compressor.h>
#include <sqfs/error.h>
#include <string.h>

#include "formats/squashfs_data.h"

/* A block of metadata is read in two pieces. Directories of a hundred thousand files come to some
 * thousand blocks; who refers from one to the other and back has as much as this. */
#define WORK_ALWAYS (UINT64_C(1) << 30)
#define WORK_PER_BYTE 4

/* ---- the file ---- */

static int file_read_at(sqfs_file_t *file, sqfs_u64 offset, void *buffer, size_t size)
{
  struct squashfs_file *source = (struct squashfs_file *)file;

  if (source->work < SQFS_META_BLOCK_SIZE + (uint64_t)size) {
    source->used_up = true;
    return SQFS_ERROR_OVERFLOW;
  }
  source->work -= SQFS_META_BLOCK_SIZE + (uint64_t)size;
  if (offset > source->bytes.len || size > source->bytes.len - offset)
    return SQFS_ERROR_OUT_OF_BOUNDS;
  if (size)
    memcpy(buffer, source->bytes.ptr + offset, size);
  return 0;
}

static int file_write_at(sqfs_file_t *file, sqfs_u64 offset, const void *buffer, size_t size)
{
  (void)file, (void)offset, (void)buffer, (void)size;
  return SQFS_ERROR_UNSUPPORTED;
}

static sqfs_u64 file_size(const sqfs_file_t *file)
{
  return ((const struct squashfs_file *)file)->bytes.len;
}

static int file_truncate(sqfs_file_t *file, sqfs_u64 size)
{
  (void)file, (void)size;
  return SQFS_ERROR_UNSUPPORTED;
}

static void file_destroy(sqfs_object_t *object)
{
  (void)object;
}

/* ---- failures ---- */

int squashfs_work(struct squashfs *image, uint64_t bytes, struct error *err)
{
  if (image->source.work < bytes)
    return error_set(err, ERROR_LIMIT, "parts of it are used too often");
  image->source.work -= bytes;
  return 0;
}

int squashfs_failed(const struct squashfs *image, int status, const char *part, struct error *err)
{
  if (image->source.used_up)
    return error_set(err, ERROR_LIMIT, "parts of it are used too often");
  switch (status) {
  case SQFS_ERROR_ALLOC:
    return error_set(err, ERROR_LIMIT, "there is no memory for its %s", part);
  case SQFS_ERROR_UNSUPPORTED:
    return error_set(err, ERROR_UNSUPPORTED, "the library does not read its %s", part);
  case SQFS_ERROR_OUT_OF_BOUNDS:
    return error_set(err, ERROR_CORRUPT, "its %s lead out of it", part);
  case SQFS_ERROR_COMPRESSOR:
    return error_set(err, ERROR_CORRUPT, "its %s cannot be decompressed", part);
  default:
    return error_set(err, ERROR_CORRUPT, "its %s are broken", part);
  }
}

/* ---- what the library does ---- */

const char *squashfs_compressor_name(unsigned id)
{
  return id >= SQFS_COMP_MIN && id <= SQFS_COMP_MAX
             ? sqfs_compressor_name_from_id((SQFS_COMPRESSOR)id)
             : NULL;
}

int squashfs_compressor(unsigned id, uint32_t block_size, sqfs_compressor_t **out,
                        struct error *err)
{
  const char *name = squashfs_compressor_name(id);
  sqfs_compressor_config_t config;
  int status;

  *out = NULL;
  if (!name)
    return error_set(err, ERROR_UNSUPPORTED, "its compression is of an unknown kind (%u)", id);
  status = sqfs_compressor_config_init(&config, (SQFS_COMPRESSOR)id, block_size,
                                       SQFS_COMP_FLAG_UNCOMPRESS);
  if (status == 0)
    status = sqfs_compressor_create(&config, out);
  if (status == 0)
    return 0;
  *out = NULL;
  if (status == SQFS_ERROR_ALLOC)
    return error_set(err, ERROR_LIMIT, "there is no memory to decompress it");
  return error_set(err, ERROR_UNSUPPORTED, "the library does not decompress %s", name);
}

int squashfs_seek(struct squashfs *image, sqfs_meta_reader_t *reader, uint64_t block,
                  unsigned offset, const char *part, struct error *err)
{
  const int status = sqfs_meta_reader_seek(reader, block, offset);

  return status ? squashfs_failed(image, status, part, err) : 0;
}

int squashfs_take(struct squashfs *image, sqfs_meta_reader_t *reader, void *to, size_t size,
                  const char *part, struct error *err)
{
  const int status = sqfs_meta_reader_read(reader, to, size);

  return status ? squashfs_failed(image, status, part, err) : 0;
}

/* ---- opening ---- */

static int open_reader(struct squashfs *image, uint64_t from, uint64_t to, sqfs_meta_reader_t **out,
                       struct error *err)
{
  *out = sqfs_meta_reader_create(&image->source.file, image->compressor, from, to);
  return *out ? 0 : error_set(err, ERROR_LIMIT, "there is no memory to read it");
}

static int open_readers(struct squashfs *image, struct error *err)
{
  const sqfs_super_t *super = &image->super;

  /* Directories end before whatever table stands behind them. */
  const uint64_t to = MIN_OF(MIN_OF(super->id_table_start, super->fragment_table_start),
                             MIN_OF(super->export_table_start, super->bytes_used));

  if (open_reader(image, super->inode_table_start, super->directory_table_start, &image->inodes,
                  err) ||
      open_reader(image, super->directory_table_start, to, &image->directories, err))
    return -1;
  if (super->xattr_id_table_start == UINT64_MAX || super->flags & SQFS_FLAG_NO_XATTRS)
    return 0;
  return open_reader(image, sizeof(*super), super->bytes_used, &image->attributes, err) ||
                 open_reader(image, sizeof(*super), super->bytes_used, &image->attribute_ids, err)
             ? -1
             : 0;
}

static int read_owners(struct squashfs *image, struct error *err)
{
  int status;

  image->owners = sqfs_id_table_create(0);
  if (!image->owners)
    return error_set(err, ERROR_LIMIT, "there is no memory for its owners");
  status = sqfs_id_table_read(image->owners, &image->source.file, &image->super, image->compressor);
  return status ? squashfs_failed(image, status, "owners", err) : 0;
}

/* The library makes room for as many as the file says there are. */
static int read_fragments(struct squashfs *image, struct error *err)
{
  const uint64_t n = image->super.fragment_entry_count;
  int status;

  if (image->super.flags & SQFS_FLAG_NO_FRAGMENTS || !n)
    return 0;
  if (n > image->parts->bytes.len)
    return error_set(err, ERROR_CORRUPT, "it has more fragments than bytes");
  if (format_charge(image->parts->budget, 2 * n * sizeof(sqfs_fragment_t), err))
    return -1;
  image->fragments = sqfs_frag_table_create(0);
  if (!image->fragments)
    return error_set(err, ERROR_LIMIT, "there is no memory for its fragments");
  status =
      sqfs_frag_table_read(image->fragments, &image->source.file, &image->super, image->compressor);
  return status ? squashfs_failed(image, status, "fragments", err) : 0;
}

int squashfs_open(struct squashfs *image, struct format_parts *parts, struct error *err)
{
  int status;

  *image = (struct squashfs) {
    .parts = parts,
    .source = {
      .file = {
        .base = { .destroy = file_destroy },
        .read_at = file_read_at,
        .write_at = file_write_at,
        .get_size = file_size,
        .truncate = file_truncate,
      },
      .bytes = parts->bytes,
      .work = WORK_ALWAYS + WORK_PER_BYTE * (uint64_t)parts->bytes.len,
    },
  };
  status = sqfs_super_read(&image->super, &image->source.file);
  if (status == SFQS_ERROR_SUPER_VERSION)
    return error_set(err, ERROR_UNSUPPORTED, "it is of another version than 4.0");
  if (status)
    return squashfs_failed(image, status, "first numbers", err);
  if (image->super.bytes_used > parts->bytes.len)
    return error_set(err, ERROR_CORRUPT, "it ends early");
  if (squashfs_compressor(image->super.compression_id, image->super.block_size, &image->compressor,
                          err) ||
      open_readers(image, err) || read_owners(image, err) || read_fragments(image, err))
    return -1;
  image->blocks = squashfs_blocks_new(image, err);
  return image->blocks ? 0 : -1;
}

void squashfs_close(struct squashfs *image)
{
  sqfs_destroy(image->fragments);
  sqfs_destroy(image->owners);
  sqfs_destroy(image->attribute_ids);
  sqfs_destroy(image->attributes);
  sqfs_destroy(image->directories);
  sqfs_destroy(image->inodes);
  sqfs_destroy(image->compressor);
}
