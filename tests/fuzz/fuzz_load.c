/* `load`: an archive goes into a new store. Whatever it is, each image that the store lists then
 * has its root there, whole; and where loading failed, only those that were reported are listed. */
#include <dirent.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "source/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCK = 512, MAGIC_AT = 257, CHECKSUM_AT = 148, CHECKSUM_LEN = 8, LONGEST = 1 << 20 };

/* Makes the checksums of what looks like tar headers right: a fuzzer does not guess them. */
static void repair_checksums(uint8_t *data, size_t size)
{
  for (; size >= BLOCK; data += BLOCK, size -= BLOCK) {
    unsigned sum = 0;

    if (memcmp(data + MAGIC_AT, "ustar", 5) != 0)
      continue;
    memset(data + CHECKSUM_AT, ' ', CHECKSUM_LEN);
    for (size_t i = 0; i < BLOCK; i++)
      sum += data[i];
    snprintf((char *)data + CHECKSUM_AT, CHECKSUM_LEN - 1, "%06o", sum & 0777777);
  }
}

static int count_name(void *context, const char *name, const struct digest *digest,
                      struct error *err)
{
  (void)name;
  (void)digest;
  (void)err;
  ++*(size_t *)context;
  return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
  (void)status;
  (void)kind;
  (void)place;
  return remove(path);
}

static void check_store(const char *dir, size_t reported)
{
  struct error err;
  struct store *store = store_open(dir, STORE_READ, &err);
  struct store_images images;

  if (!store)
    abort();
  if (store_list(store, &images, &err))
    abort();
  if (images.n > reported)
    abort();
  for (size_t i = 0; i < images.n; i++)
    if (store_check(store, &images.items[i].target, &err) != 1)
      abort();
  store_images_release(&images);
  store_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct limits limits = limits_scaled(1);
  const struct copy_options options = { .limits = &limits, .jobs = 1 };
  char dir[] = "/dev/shm/fuzz-load-XXXXXX";
  AUTO_FREE uint8_t *copy = NULL;
  struct store *store;
  struct error err;
  size_t reported = 0;

  if (size > LONGEST || !mkdtemp(dir))
    return 0;
  limits.tar_bytes = limits.blob_bytes = LONGEST;
  limits.json_bytes = 4096;
  copy = xmalloc(size + 1);
  memcpy(copy, data, size);
  repair_checksums(copy, size);
  store = store_open(dir, STORE_WRITE, &err);
  if (!store)
    abort();
  (void)!import_archive(store, stream_of_memory(copy, size), &options, count_name, &reported, &err);
  store_close(store);
  check_store(dir, reported);
  nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  return 0;
}
