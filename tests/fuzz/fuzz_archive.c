/* An image archive, plain or compressed: its members are listed, its image is chosen, and every
 * blob of it is read. The same bytes as a root file system's. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "image/index.h"
#include "image/manifest.h"
#include "source/kinds.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCK = 512, MAGIC_AT = 257, CHECKSUM_AT = 148, CHECKSUM_LEN = 8, MAX_INPUT = 1 << 20 };

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
    for (size_t i = 0; i < 6; i++)
      data[CHECKSUM_AT + i] = (uint8_t)('0' + (sum >> 3 * (5 - i)) % 8);
    data[CHECKSUM_AT + 6] = '\0';
  }
}

static int drain(struct source *source, const struct descriptor *blob)
{
  struct error err;
  AUTO_STREAM stream = source_blob(source, blob, &err);
  char block[4096];
  ssize_t n;

  if (!stream)
    return -1;
  do {
    n = stream_read(stream, block, sizeof(block), &err);
  } while (n > 0);
  return (int)n;
}

static void read_manifest(struct source *source, const struct descriptor *descriptor,
                          const struct limits *limits)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  struct manifest manifest;
  struct error err;

  if (source_read(source, descriptor, limits->json_bytes, &text, &err) < 0 ||
      manifest_parse(&manifest, buf_str(&text), limits, &err) < 0)
    return;
  (void)drain(source, &manifest.config);
  for (size_t i = 0; i < manifest.n_layers; i++)
    (void)drain(source, &manifest.layers[i]);
  manifest_release(&manifest);
}

static void read_index(struct source *source, const struct descriptor *descriptor,
                       const struct limits *limits)
{
  AUTO_BUF text = BUF_INIT(limits->json_bytes);
  struct index index;
  struct error err;

  if (source_read(source, descriptor, limits->json_bytes, &text, &err) < 0 ||
      index_parse(&index, buf_str(&text), limits, &err) < 0)
    return;
  for (size_t i = 0; i < index.n_manifests; i++)
    read_manifest(source, &index.manifests[i], limits);
  index_release(&index);
}

typedef struct source *open_source(struct members *members, const char *ref,
                                   const struct source_options *options, struct error *err);

static void try_with(int fd, open_source *open, const char *ref, const struct limits *limits)
{
  const struct source_options options = { .limits = limits };
  struct error err = { 0 };
  struct members *members = members_of_archive(fd, limits, &err);
  struct source *source = members ? open(members, ref, &options, &err) : NULL;
  struct descriptor descriptor;

  if (!source || source_resolve(source, &descriptor, &err) < 0) {
    if (err.code == ERROR_NONE || !err.message[0])
      abort();
    source_free(source);
    return;
  }
  if (descriptor.kind == MEDIA_INDEX)
    read_index(source, &descriptor, limits);
  else
    read_manifest(source, &descriptor, limits);
  descriptor_release(&descriptor);
  source_free(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct limits limits = limits_scaled(1);
  AUTO_FREE uint8_t *copy = NULL;
  int fd;

  if (size > MAX_INPUT)
    return 0;
  limits.tar_bytes = MAX_INPUT;
  limits.blob_bytes = MAX_INPUT;
  limits.json_bytes = 4096; /* so that members larger than that are read again, too */
  copy = xmalloc(size + 1);
  memcpy(copy, data, size);
  repair_checksums(copy, size);
  fd = memfd_create("archive", MFD_CLOEXEC);
  if (fd < 0 || write(fd, copy, size) != (ssize_t)size)
    abort();
  try_with(dup(fd), source_of_root_archive, NULL, &limits);
  try_with(dup(fd), source_detect, NULL, &limits);
  try_with(dup(fd), source_detect, "a:1", &limits);
  try_with(fd, source_detect,
           "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", &limits);
  return 0;
}
