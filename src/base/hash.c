#include "base/hash.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

enum { LANES = 4, STRIDE = LANES * 16 };

static uint64_t seed[2 + LANES];
static pthread_once_t seed_once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
  if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
    for (size_t i = 0; i < sizeof(seed) / sizeof(*seed); i++)
      seed[i] = (uint64_t)(uintptr_t)&seed ^ (0x9e3779b97f4a7c15U * (i + 1));
  seed[0] |= 1;
}

/* Both halves of the product, folded. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
  const __uint128_t product = (__uint128_t)a * b;

  return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
  const uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
  const uint64_t middle = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
  const uint64_t other = (a & UINT32_MAX) * (b >> 32) + (middle & UINT32_MAX);
  const uint64_t high = (a >> 32) * (b >> 32) + (middle >> 32) + (other >> 32);

  return high ^ (other << 32 | (low & UINT32_MAX));
#endif
}

/* Multiplies and folds eight bytes at a time. */
uint64_t hash_str(struct str key)
{
  uint64_t hash;
  size_t at = 0;
  uint64_t word;

  pthread_once(&seed_once, make_seed);
  hash = seed[1] ^ (key.len * 0x9e3779b97f4a7c15U);
  for (; at + sizeof(word) <= key.len; at += sizeof(word)) {
    memcpy(&word, key.ptr + at, sizeof(word));
    hash = mix(hash ^ word, seed[0] ^ 0xa0761d6478bd642fU);
  }
  word = 0;
  if (at < key.len)
    memcpy(&word, key.ptr + at, key.len - at);
  return mix(mix(hash ^ word, seed[0] ^ 0xe7037ed1a0b428dbU), seed[1] | 1);
}

static inline uint64_t word_at(const char *at)
{
  uint64_t word;

  memcpy(&word, at, sizeof(word));
  return word;
}

/* Four lanes, since a product takes several cycles and does not wait for those of other lanes; each
 * takes two words. Nobody knows the key, so nobody chooses a word that makes a product 0. */
static void lanes_add(uint64_t lanes[static LANES], const char *at, const char *end)
{
  const uint64_t key[LANES] = { seed[2], seed[3], seed[4], seed[5] };
  const uint64_t other = seed[0];
  uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];

  for (; at < end; at += STRIDE) {
    a = mix(word_at(at) ^ key[0], word_at(at + 8) ^ a ^ other);
    b = mix(word_at(at + 16) ^ key[1], word_at(at + 24) ^ b ^ other);
    c = mix(word_at(at + 32) ^ key[2], word_at(at + 40) ^ c ^ other);
    d = mix(word_at(at + 48) ^ key[3], word_at(at + 56) ^ d ^ other);
  }
  lanes[0] = a;
  lanes[1] = b;
  lanes[2] = c;
  lanes[3] = d;
}

void hash_run_add(struct hash_run *run, const void *bytes, size_t len)
{
  const char *whole = (const char *)bytes + (len & ~(size_t)(STRIDE - 1));
  char rest[STRIDE] = { 0 };

  pthread_once(&seed_once, make_seed);
  run->length += len;
  lanes_add(run->lanes, bytes, whole);
  len &= STRIDE - 1;
  if (len) {
    memcpy(rest, whole, len);
    lanes_add(run->lanes, rest, rest + STRIDE);
  }
}

uint64_t hash_run_value(const struct hash_run *run)
{
  uint64_t value = run->length ^ seed[1];

  for (size_t i = 0; i < LANES; i++)
    value = mix(value ^ run->lanes[i], seed[0] ^ 0xe7037ed1a0b428dbU);
  return value;
}
