/* Keyed hashes: whatever is changed shows. */
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 300 };

static uint64_t value_of(const unsigned char *bytes, size_t len)
{
  struct hash_run run = HASH_RUN_INIT;

  hash_run_add(&run, bytes, len);
  return hash_run_value(&run);
}

/* Of zeros, too, which a product could make of everything else. */
static void test_bits(void **state)
{
  const unsigned char fills[] = { 0, 0x5a, 0xff };

  (void)state;
  for (size_t fill = 0; fill < sizeof(fills); fill++) {
    unsigned char bytes[MOST];

    memset(bytes, fills[fill], sizeof(bytes));
    for (size_t len = 0; len <= sizeof(bytes); len++) {
      const uint64_t value = value_of(bytes, len);

      assert_true(value_of(bytes, len) == value);
      for (size_t bit = 0; bit < len * 8; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_true(value_of(bytes, len) != value);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
      }
    }
  }
}

static void test_lengths(void **state)
{
  const unsigned char bytes[MOST] = { 0 };
  uint64_t values[MOST + 1];

  (void)state;
  for (size_t len = 0; len <= MOST; len++) {
    values[len] = value_of(bytes, len);
    for (size_t other = 0; other < len; other++)
      assert_true(values[other] != values[len]);
  }
}

/* Words that change places, in one stride and from one to the next. */
static void test_places(void **state)
{
  unsigned char bytes[MOST];
  uint64_t value;

  (void)state;
  for (size_t i = 0; i < sizeof(bytes); i++)
    bytes[i] = (unsigned char)(i * 7 + i / 8);
  value = value_of(bytes, sizeof(bytes));
  for (size_t a = 0; a + 8 <= sizeof(bytes); a += 8)
    for (size_t b = a + 8; b + 8 <= sizeof(bytes); b += 8) {
      unsigned char swapped[MOST];

      memcpy(swapped, bytes, sizeof(bytes));
      memcpy(swapped + a, bytes + b, 8);
      memcpy(swapped + b, bytes + a, 8);
      if (memcmp(swapped, bytes, sizeof(bytes)) != 0)
        assert_true(value_of(swapped, sizeof(swapped)) != value);
    }
}

static void test_pieces(void **state)
{
  const unsigned char bytes[MOST] = { 1, 2, 3 };
  struct hash_run runs[2];

  (void)state;
  runs[0] = runs[1] = HASH_RUN_INIT;
  for (int i = 0; i < 2; i++) {
    hash_run_add(&runs[i], bytes, 128);
    hash_run_add(&runs[i], bytes + 128, 128);
    hash_run_add(&runs[i], bytes + 256, MOST - 256U);
  }
  assert_true(hash_run_value(&runs[0]) == hash_run_value(&runs[1]));
  hash_run_add(&runs[1], bytes, 1);
  assert_true(hash_run_value(&runs[0]) != hash_run_value(&runs[1]));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bits),
    cmocka_unit_test(test_lengths),
    cmocka_unit_test(test_places),
    cmocka_unit_test(test_pieces),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
