#include "formats/squashfs_data.h"

#include <sqfs/block.h>
#include <sqfs/compressor.h>
#include <stddef.h>

#include "base/digest.h"
#include "formats/codec.h"

enum { KEY = 32, FLAG_BITS = 25 };

#define NO_FRAGMENT ((uint32_t)SQUASHFS_NONE)

/* A block as it lies in the file, and how: SQFS_IS_BLOCK_COMPRESSED. */
struct stored_block {
  uint64_t at;
  uint32_t word;
};

/* What was made of a block last. Two fragments may begin at one place and differ in their sizes. */
struct last_block {
  bool set;
  struct stored_block block;
};

struct squashfs_blocks {
  struct str bytes;
  uint32_t size; /* of a block */
  unsigned compressor;
  unsigned char *scratch;  /* a block, decompressed */
  unsigned char *fragment; /* the one that was decompressed last */
  size_t fragment_len;
  struct last_block in_fragment;
  struct digest hashed; /* of the fragment that was hashed last */
  struct last_block in_hashed;
};

/* What the codec gets is the key alone: it stands behind all that is known of the content. */
struct squashfs_stored {
  struct squashfs_blocks *blocks;
  struct squashfs_place place;
  struct stored_block fragment; /* where place.fragment is one */
  char key[KEY];
};

struct squashfs_blocks *squashfs_blocks_new(struct squashfs *image, struct error *err)
{
  struct squashfs_blocks *blocks = format_memory(image->parts, sizeof(*blocks), err);

  if (!blocks)
    return NULL;
  *blocks = (struct squashfs_blocks) {
    .bytes = image->parts->bytes,
    .size = image->super.block_size,
    .compressor = image->super.compression_id,
    .scratch = format_memory(image->parts, image->super.block_size, err),
  };
  if (!blocks->scratch)
    return NULL;
  blocks->fragment = format_memory(image->parts, image->super.block_size, err);
  return blocks->fragment ? blocks : NULL;
}

static struct str stored_bytes(const struct squashfs_blocks *blocks, struct stored_block block)
{
  return (struct str) { blocks->bytes.ptr + block.at, SQFS_ON_DISK_BLOCK_SIZE(block.word) };
}

static bool is_last(const struct last_block *last, struct stored_block block)
{
  return last->set && last->block.at == block.at && last->block.word == block.word;
}

/* Whether it lies in the file, and is no larger than a block may be. */
static int check_block(const struct squashfs_blocks *blocks, struct stored_block block,
                       struct error *err)
{
  const uint32_t len = SQFS_ON_DISK_BLOCK_SIZE(block.word);

  if (block.word >> FLAG_BITS || len > blocks->size)
    return error_set(err, ERROR_CORRUPT, "a block is larger than blocks are");
  if (block.at > blocks->bytes.len || len > blocks->bytes.len - block.at)
    return error_set(err, ERROR_CORRUPT, "a block lies behind its end");
  return 0;
}

/* ---- keys ---- */

static int find_fragment(struct squashfs *image, uint32_t index, struct stored_block *out,
                         struct error *err)
{
  sqfs_fragment_t found = { 0 };

  if (!image->fragments || sqfs_frag_table_lookup(image->fragments, index, &found))
    return error_set(err, ERROR_CORRUPT, "a fragment is not in its table");
  *out = (struct stored_block) { found.start_offset, found.size };
  return check_block(image->blocks, *out, err);
}

/* Of a fragment, which many files have a piece of. */
static const struct digest *digest_fragment(struct squashfs *image, struct stored_block block,
                                            struct error *err)
{
  struct squashfs_blocks *blocks = image->blocks;
  const struct str bytes = stored_bytes(blocks, block);

  if (is_last(&blocks->in_hashed, block))
    return &blocks->hashed;
  if (squashfs_work(image, bytes.len, err))
    return NULL;
  blocks->hashed = digest_of(DIGEST_SHA256, bytes.ptr, bytes.len);
  blocks->in_hashed = (struct last_block) { true, block };
  return &blocks->hashed;
}

static int hash_blocks(struct squashfs *image, const struct squashfs_place *place,
                       struct hasher *hasher, struct error *err)
{
  struct stored_block block = { .at = place->start };

  for (uint64_t i = 0; i < place->n_words; i++) {
    struct str bytes;

    block.word = place->words[i];
    if (check_block(image->blocks, block, err))
      return -1;
    bytes = stored_bytes(image->blocks, block);
    if (squashfs_work(image, bytes.len + 1, err))
      return -1;
    hasher_add(hasher, &block.word, sizeof(block.word));
    hasher_add(hasher, bytes.ptr, bytes.len);
    block.at += bytes.len;
  }
  return 0;
}

/* All that the content follows from. */
static int make_key(struct squashfs *image, struct squashfs_stored *stored, struct error *err)
{
  const struct squashfs_place *place = &stored->place;
  const uint64_t numbers[] = { image->blocks->compressor, image->blocks->size, place->size,
                               place->n_words };
  AUTO_HASHER hasher = hasher_new(DIGEST_SHA256);
  struct digest digest;

  hasher_add(hasher, numbers, sizeof(numbers));
  if (hash_blocks(image, place, hasher, err))
    return -1;
  if (place->fragment != NO_FRAGMENT) {
    const uint32_t offset_and_word[] = { place->fragment_offset, stored->fragment.word };
    const struct digest *fragment = digest_fragment(image, stored->fragment, err);

    if (!fragment)
      return -1;
    hasher_add(hasher, offset_and_word, sizeof(offset_and_word));
    hasher_add(hasher, fragment->bytes, KEY);
  }
  digest = hasher_finish(hasher);
  memcpy(stored->key, digest.bytes, KEY);
  return 0;
}

/* ---- decoding ---- */

/* What comes out of a block has to be so many bytes, or, of a fragment, no more. */
static int unpack(const struct squashfs_blocks *blocks, sqfs_compressor_t *compressor,
                  struct stored_block block, unsigned char *to, size_t *len, struct error *err)
{
  const struct str bytes = stored_bytes(blocks, block);
  sqfs_s32 got;

  if (!SQFS_IS_BLOCK_COMPRESSED(block.word)) {
    memcpy(to, bytes.ptr, bytes.len);
    *len = bytes.len;
    return 0;
  }
  got = compressor->do_block(compressor, (const sqfs_u8 *)bytes.ptr, (sqfs_u32)bytes.len, to,
                             blocks->size);
  if (got <= 0 || (uint32_t)got > blocks->size)
    return error_set(err, ERROR_CORRUPT, "a block cannot be decompressed");
  *len = (size_t)got;
  return 0;
}

static int emit(struct format_output *out, const unsigned char *bytes, size_t len,
                struct error *err)
{
  while (len) {
    size_t room;

    if (format_output_room(out, &room, err))
      return -1;
    room = MIN_OF(room, len);
    memcpy(out->bytes + out->len, bytes, room);
    out->len += room;
    bytes += room;
    len -= room;
  }
  return 0;
}

static int decode_blocks(const struct squashfs_stored *stored, sqfs_compressor_t *compressor,
                         struct format_output *out, struct error *err)
{
  const struct squashfs_place *place = &stored->place;
  const struct squashfs_blocks *blocks = stored->blocks;
  struct stored_block block = { .at = place->start };
  uint64_t left = place->size;

  for (uint64_t i = 0; i < place->n_words; i++) {
    const size_t wanted = (size_t)MIN_OF(left, (uint64_t)blocks->size);
    size_t len = wanted;

    block.word = place->words[i];
    if (!SQFS_IS_SPARSE_BLOCK(block.word)) {
      if (unpack(blocks, compressor, block, blocks->scratch, &len, err))
        return -1;
    } else {
      memset(blocks->scratch, 0, len);
    }
    if (len != wanted)
      return error_set(err, ERROR_CORRUPT, "%zu bytes come out of a block instead of %zu", len,
                       wanted);
    if (emit(out, blocks->scratch, len, err))
      return -1;
    left -= len;
    block.at += SQFS_ON_DISK_BLOCK_SIZE(block.word);
  }
  return 0;
}

static int decode_fragment(const struct squashfs_stored *stored, sqfs_compressor_t *compressor,
                           struct format_output *out, struct error *err)
{
  struct squashfs_blocks *blocks = stored->blocks;
  const size_t offset = stored->place.fragment_offset;
  const size_t len = (size_t)(stored->place.size % blocks->size);

  if (!is_last(&blocks->in_fragment, stored->fragment)) {
    blocks->in_fragment.set = false;
    blocks->fragment_len = 0;
    if (unpack(blocks, compressor, stored->fragment, blocks->fragment, &blocks->fragment_len, err))
      return -1;
    blocks->in_fragment = (struct last_block) { true, stored->fragment };
  }
  if (offset > blocks->fragment_len || len > blocks->fragment_len - offset)
    return error_set(err, ERROR_CORRUPT, "a fragment is shorter than what is in it");
  return emit(out, blocks->fragment + offset, len, err);
}

/* How much of the file was read for it: what more may come out of that is bounded by. */
static size_t stored_len(const struct squashfs_stored *stored)
{
  size_t len = 0;

  for (uint64_t i = 0; i < stored->place.n_words; i++)
    len += SQFS_ON_DISK_BLOCK_SIZE(stored->place.words[i]);
  return len + (stored->place.fragment != NO_FRAGMENT
                    ? SQFS_ON_DISK_BLOCK_SIZE(stored->fragment.word)
                    : 0);
}

static int squashfs_decode(struct str in, struct format_output *out, size_t *used,
                           struct error *err)
{
  const struct squashfs_stored *stored =
      (const void *)(in.ptr - offsetof(struct squashfs_stored, key));
  sqfs_compressor_t *compressor;
  int status;

  *used = in.len;
  out->stored = stored_len(stored);
  if (squashfs_compressor(stored->blocks->compressor, stored->blocks->size, &compressor, err))
    return -1;
  status = decode_blocks(stored, compressor, out, err);
  if (status == 0 && stored->place.fragment != NO_FRAGMENT)
    status = decode_fragment(stored, compressor, out, err);
  sqfs_destroy(compressor);
  return status;
}

static const struct format_codec codec = { "squashfs", squashfs_decode };

int squashfs_content(struct squashfs *image, const struct squashfs_place *place,
                     struct format_content *out, struct error *err)
{
  struct squashfs_stored *stored;

  *out = (struct format_content) { .stored = STR("") };
  if (!place->size)
    return 0;
  stored = format_memory(image->parts, sizeof(*stored), err);
  if (!stored)
    return -1;
  *stored = (struct squashfs_stored) { .blocks = image->blocks, .place = *place };
  if ((place->fragment != NO_FRAGMENT &&
       find_fragment(image, place->fragment, &stored->fragment, err)) ||
      make_key(image, stored, err))
    return -1;
  *out = (struct format_content) {
    .stored = { stored->key, KEY },
    .codec = &codec,
    .size = place->size,
  };
  return 0;
}
