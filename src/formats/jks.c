/* The layout is that of sun.security.provider.JavaKeyStore (OpenJDK), whose comments describe it:
 * big-endian numbers, strings with their lengths before them. Each entry is a member under its
 * alias; its time is when it was added. */
#include "formats/jks.h"

#include <inttypes.h>

#include "formats/certificate.h"
#include "formats/described.h"

enum {
  HEADER = 12,
  DIGEST = 20, /* SHA-1 over the password and all before it */
  PRIVATE_KEY = 1,
  TRUSTED = 2,
  CHAIN_MAX = 1000,
};

#define MAGIC_JKS 0xfeedfeedU
#define MAGIC_JCEKS 0xcecececeU

struct store {
  struct format_parts *parts;
  struct str rest; /* of the entries */
  uint32_t version;
};

static bool jks_detect(struct str bytes, struct str name)
{
  uint32_t version;

  (void)name;
  if (bytes.len < HEADER + DIGEST ||
      (format_be32(bytes.ptr) != MAGIC_JKS && format_be32(bytes.ptr) != MAGIC_JCEKS))
    return false;
  version = format_be32(bytes.ptr + 4);
  return version == 1 || version == 2;
}

static int take(struct store *store, size_t len, struct str *out, struct error *err)
{
  if (len > store->rest.len)
    return error_set(err, ERROR_CORRUPT, "it ends in an entry");
  *out = (struct str) { store->rest.ptr, len };
  store->rest = str_skip(store->rest, len);
  return 0;
}

static int take_number(struct store *store, uint32_t *out, struct error *err)
{
  struct str bytes;

  if (take(store, 4, &bytes, err))
    return -1;
  *out = format_be32(bytes.ptr);
  return 0;
}

/* A string: two bytes of length before it. */
static int take_text(struct store *store, struct str *out, struct error *err)
{
  struct str len;

  if (take(store, 2, &len, err))
    return -1;
  return take(store, (size_t)((unsigned char)len.ptr[0] << 8 | (unsigned char)len.ptr[1]), out,
              err);
}

/* Bytes: four bytes of length before them. */
static int take_bytes(struct store *store, struct str *out, struct error *err)
{
  uint32_t len;

  return take_number(store, &len, err) ? -1 : take(store, len, out, err);
}

static int take_certificate(struct store *store, struct buf *text, struct error *err)
{
  struct str type = STR("X.509");
  struct str der;

  if ((store->version == 2 && take_text(store, &type, err)) || take_bytes(store, &der, err))
    return -1;
  if (!certificate_describe(text, der)) {
    described_quote(text, type);
    described_digest(text, " certificate", der);
  }
  return 0;
}

static int take_private_key(struct store *store, struct buf *text, struct error *err)
{
  struct str key;
  uint32_t n;

  if (take_bytes(store, &key, err) || take_number(store, &n, err))
    return -1;
  if (n > CHAIN_MAX)
    return error_set(err, ERROR_LIMIT, "a chain has more than %d certificates", CHAIN_MAX);
  described_digest(text, "private key, encrypted", key);
  for (uint32_t i = 0; i < n; i++)
    if (take_certificate(store, text, err))
      return -1;
  return 0;
}

static int jks_entry(struct store *store, struct error *err)
{
  AUTO_BUF text = described_begin(store->parts);
  uint32_t tag;
  struct str alias;
  struct str time;
  uint64_t milliseconds;
  struct format_member *member;

  if (take_number(store, &tag, err) || take_text(store, &alias, err) || take(store, 8, &time, err))
    return -1;
  if (tag != PRIVATE_KEY && tag != TRUSTED)
    return error_set(err, ERROR_UNSUPPORTED,
                     "it has an entry of a kind that is not known (%" PRIu32 ")", tag);
  buf_puts(&text, tag == TRUSTED ? "trusted certificate\n" : "key with its certificates\n");
  if (tag == TRUSTED ? take_certificate(store, &text, err) : take_private_key(store, &text, err))
    return -1;
  if (described_add(store->parts, alias, &text, err))
    return -1;
  milliseconds = (uint64_t)format_be32(time.ptr) << 32 | format_be32(time.ptr + 4);
  member = &store->parts->members[store->parts->n_members - 1];
  if (milliseconds <= INT64_MAX)
    member->entry.mtime = (struct tar_time) {
      .seconds = (int64_t)(milliseconds / 1000),
      .nanoseconds = (int32_t)(milliseconds % 1000 * 1000000),
      .set = true,
    };
  return 0;
}

static int jks_read(struct format_parts *parts, struct error *err)
{
  struct store store = { .parts = parts,
                         .rest = { parts->bytes.ptr + HEADER, parts->bytes.len - HEADER - DIGEST },
                         .version = format_be32(parts->bytes.ptr + 4) };
  const uint32_t n = format_be32(parts->bytes.ptr + 8);

  for (uint32_t i = 0; i < n; i++)
    if (jks_entry(&store, err))
      return -1;
  if (store.rest.len)
    return error_set(err, ERROR_CORRUPT, "%zu bytes lie behind its entries", store.rest.len);
  return 0;
}

const struct format format_jks = {
  .name = "jks",
  .describes = true,
  .detect = jks_detect,
  .read = jks_read,
};
