/* The tar reader. The first byte says in which pieces the archive comes, and whether its checksums
 * are to be made right first, so that the fuzzer need not find them. Reading all contents and
 * skipping them shows the same entries, as far as the contents can be read. */
#include <stdint.h>
#include <stdlib.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"

enum { ENTRIES_MAX = 4096, HOLES_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
  uint32_t hashes[ENTRIES_MAX];
  size_t n;
  int result;
};

static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t len)
{
  for (size_t i = 0; i < len; i++)
    hash = (hash ^ ((const unsigned char *)bytes)[i]) * 16777619;
  return hash;
}

static uint32_t hash_str(uint32_t hash, struct str s)
{
  return hash_bytes(hash_bytes(hash, &s.len, sizeof(s.len)), s.ptr, s.len);
}

/* Touches all that an entry refers to. */
static uint32_t hash_entry(const struct tar_entry *entry)
{
  uint32_t hash = hash_bytes(2166136261, &entry->size, sizeof(entry->size));

  hash = hash_str(hash, entry->name);
  hash = hash_str(hash, entry->link_name);
  hash = hash_str(hash, entry->user_name);
  hash = hash_str(hash, entry->group_name);
  hash = hash_bytes(hash, &entry->format, sizeof(entry->format));
  for (size_t i = 0; i < entry->n_records; i++) {
    hash = hash_str(hash, entry->records[i].key);
    hash = hash_str(hash, entry->records[i].value);
    if (i && str_compare(entry->records[i - 1].key, entry->records[i].key) >= 0)
      abort();
  }
  return hash;
}

static int read_content(struct tar_reader *reader, const struct tar_entry *entry, struct error *err)
{
  struct tar_chunk chunk;
  uint64_t len = 0;
  int result;

  while ((result = tar_read(reader, &chunk, err)) > 0) {
    if (!chunk.len)
      abort();
    (void)hash_bytes(0, chunk.bytes, chunk.len);
    len += chunk.len;
  }
  if (result == 0 && len != (uint64_t)entry->size && len != 0)
    abort();
  return result;
}

static void walk(struct str tar, size_t piece, bool reads, struct seen *seen)
{
  struct tar_memory memory = { tar, piece, false };
  struct tar_reader *reader = tar_reader_new(tar_memory_source(&memory));
  struct tar_entry entry;
  struct error err;

  tar_reader_limit_holes(reader, HOLES_MAX);
  seen->n = 0;
  while (seen->n < ENTRIES_MAX && (seen->result = tar_next(reader, &entry, &err)) > 0) {
    if (entry.index != seen->n)
      abort();
    seen->hashes[seen->n++] = hash_entry(&entry);
    if (reads && (seen->result = read_content(reader, &entry, &err)) < 0)
      break;
  }
  if (seen->result == 0 && tar_offset(reader) != tar.len)
    abort();
  tar_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const size_t pieces[] = { BLOCK_SIZE, 512, 4096, 700 };
  struct seen *read = xmalloc(sizeof(*read));
  struct seen *skipped = xmalloc(sizeof(*skipped));
  unsigned char *tar = xmalloc(size + 1);

  if (size > 0) {
    memcpy(tar, data + 1, size - 1);
    for (size_t at = 0; data[0] & 1 && at + 512 < size; at += 512)
      if (at == 0 || memcmp(tar + at + 257, "ustar", 5) == 0)
        tar_make_checksum(tar + at);
    walk((struct str) { (char *)tar, size - 1 }, pieces[data[0] >> 1 & 3], true, read);
    walk((struct str) { (char *)tar, size - 1 }, BLOCK_SIZE, false, skipped);
    if (read->n > skipped->n || memcmp(read->hashes, skipped->hashes, read->n * 4) != 0 ||
        (read->result == 0 && (skipped->result != 0 || skipped->n != read->n)))
      abort();
  }
  free(tar);
  free(read);
  free(skipped);
  return 0;
}
