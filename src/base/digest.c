#include "base/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

struct hasher {
  EVP_MD_CTX *context;
  const EVP_MD *type;
  enum digest_algorithm algorithm;
};

static size_t bytes_of(enum digest_algorithm algorithm)
{
  return algorithm == DIGEST_SHA512 ? 64 : algorithm == DIGEST_SHA256 ? 32 : 0;
}

const char *digest_algorithm_name(enum digest_algorithm algorithm)
{
  return algorithm == DIGEST_SHA512 ? "sha512" : algorithm == DIGEST_SHA256 ? "sha256" : "";
}

static int hex_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int digest_parse(struct digest *out, struct str text, struct error *err)
{
  struct digest digest = { DIGEST_NONE, { 0 } };
  struct str hex = { NULL, 0 };

  if (str_has_prefix(text, STR("sha256:")))
    digest.algorithm = DIGEST_SHA256;
  else if (str_has_prefix(text, STR("sha512:")))
    digest.algorithm = DIGEST_SHA512;
  else if (memchr(text.ptr ? text.ptr : "", ':', text.len))
    return error_set(err, ERROR_UNSUPPORTED,
                     "digest \"%.*s\": only sha256 and sha512 digests can be checked",
                     (int)MIN_OF(text.len, (size_t)200), text.ptr);
  if (digest.algorithm != DIGEST_NONE)
    hex = str_skip(text, 7);
  if (digest.algorithm == DIGEST_NONE || hex.len != 2 * bytes_of(digest.algorithm))
    return error_set(err, ERROR_CORRUPT,
                     "\"%.*s\" is no digest (expected sha256: and 64 hex digits)",
                     (int)MIN_OF(text.len, (size_t)200), text.ptr ? text.ptr : "");
  for (size_t i = 0; i < hex.len; i += 2) {
    int high = hex_value(hex.ptr[i]);
    int low = hex_value(hex.ptr[i + 1]);

    if (high < 0 || low < 0)
      return error_set(err, ERROR_CORRUPT, "\"%.*s\" is no digest (expected lower-case hex digits)",
                       (int)MIN_OF(text.len, (size_t)200), text.ptr);
    digest.bytes[i / 2] = (uint8_t)(high * 16 + low);
  }
  *out = digest;
  return 0;
}

const char *digest_hex(const struct digest *digest, char text[DIGEST_MAX_TEXT])
{
  static const char digits[] = "0123456789abcdef";
  size_t n = bytes_of(digest->algorithm);

  for (size_t i = 0; i < n; i++) {
    text[2 * i] = digits[digest->bytes[i] >> 4];
    text[2 * i + 1] = digits[digest->bytes[i] & 15];
  }
  text[2 * n] = '\0';
  return text;
}

const char *digest_format(const struct digest *digest, char text[DIGEST_MAX_TEXT])
{
  const char *name = digest_algorithm_name(digest->algorithm);
  size_t len = strlen(name);
  char hex[DIGEST_MAX_TEXT];

  digest_hex(digest, hex);
  memcpy(text, name, len);
  text[len] = ':';
  memcpy(text + len + 1, hex, strlen(hex) + 1);
  return text;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
  return a->algorithm == b->algorithm && memcmp(a->bytes, b->bytes, bytes_of(a->algorithm)) == 0;
}

/* libcrypto fails here only where it is out of memory or has no such digest at all. */
static void must(int ok)
{
  if (ok != 1)
    out_of_memory();
}

struct hasher *hasher_new(enum digest_algorithm algorithm)
{
  struct hasher *hasher = xcalloc(1, sizeof(*hasher));

  hasher->algorithm = algorithm;
  hasher->type = algorithm == DIGEST_SHA512 ? EVP_sha512() : EVP_sha256();
  hasher->context = EVP_MD_CTX_new();
  must(hasher->context != NULL);
  must(EVP_DigestInit_ex(hasher->context, hasher->type, NULL));
  return hasher;
}

void hasher_free(struct hasher *hasher)
{
  if (!hasher)
    return;
  EVP_MD_CTX_free(hasher->context);
  free(hasher);
}

void cleanup_hasher(struct hasher **hasher)
{
  hasher_free(*hasher);
}

void hasher_reset(struct hasher *hasher)
{
  must(EVP_DigestInit_ex(hasher->context, NULL, NULL));
}

void hasher_add(struct hasher *hasher, const void *bytes, size_t len)
{
  must(EVP_DigestUpdate(hasher->context, bytes, len));
}

void hasher_copy(struct hasher *to, const struct hasher *from)
{
  must(EVP_MD_CTX_copy_ex(to->context, from->context));
}

struct digest hasher_finish(struct hasher *hasher)
{
  struct digest digest = { hasher->algorithm, { 0 } };

  must(EVP_DigestFinal_ex(hasher->context, digest.bytes, NULL));
  hasher_reset(hasher);
  return digest;
}

struct digest digest_of(enum digest_algorithm algorithm, const void *bytes, size_t len)
{
  AUTO_HASHER hasher = hasher_new(algorithm);

  hasher_add(hasher, bytes, len);
  return hasher_finish(hasher);
}
