/* sayings: which digests of uncompressed layers cannot both be right, and that this is found out in
 * proportion to their number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "diff/documents/sayings.h"

enum { FEW = 6, KINDS = 3, ROUNDS = 20000, MANY = 50000 };

static struct descriptor layer_of(unsigned number)
{
  struct descriptor layer = { .digest = { .algorithm = DIGEST_SHA256 } };

  memcpy(layer.digest.bytes, &number, sizeof(number));
  return layer;
}

/* As the contract has it: the first that contradicts any before it, pair by pair. */
static bool plainly(const struct saying *sayings, size_t n, size_t found[static 2])
{
  for (size_t j = 1; j < n; j++)
    for (size_t i = 0; i < j; i++) {
      const struct saying *a = &sayings[i];
      const struct saying *b = &sayings[j];
      const bool same_blob = digest_equal(&a->layer->digest, &b->layer->digest);
      const bool same_id = strcmp(a->diff_id, b->diff_id) == 0;
      const bool known = a->is_read && b->is_read;

      if ((same_blob && !same_id) ||
          (!same_blob && known && same_id != (a->fingerprint == b->fingerprint))) {
        found[0] = i;
        found[1] = j;
        return true;
      }
    }
  return false;
}

/* A blob has one content, as a number from its own. */
static uint64_t content_of(unsigned blob)
{
  return blob / 2 + 1000;
}

static void test_as_pair_by_pair(void **state)
{
  static const char *const ids[KINDS] = { "sha256:a", "sha256:b", "" };
  struct descriptor layers[KINDS + 1];
  struct saying sayings[FEW];
  const struct saying *found[2];
  size_t wanted[2];
  size_t compared;
  size_t n_found = 0;

  (void)state;
  srand(1);
  for (unsigned i = 0; i <= KINDS; i++)
    layers[i] = layer_of(i);
  for (int round = 0; round < ROUNDS; round++) {
    const size_t n = (size_t)rand() % (FEW + 1);

    for (size_t i = 0; i < n; i++) {
      const unsigned blob = (unsigned)rand() % (KINDS + 1);

      sayings[i] = (struct saying) { rand() % 2, &layers[blob], ids[rand() % KINDS],
                                     rand() % 3 != 0, content_of(blob) };
    }
    if (!plainly(sayings, n, wanted)) {
      assert_false(sayings_contradict(sayings, n, found, &compared));
      continue;
    }
    assert_true(sayings_contradict(sayings, n, found, &compared));
    assert_ptr_equal(found[0], &sayings[wanted[0]]);
    assert_ptr_equal(found[1], &sayings[wanted[1]]);
    n_found++;
  }
  assert_in_range(n_found, ROUNDS / 4, ROUNDS - ROUNDS / 20);
}

/* A manifest of 4 MiB has some ten thousand layers. */
static void test_many_layers(void **state)
{
  struct descriptor *layers = xcalloc(MANY, sizeof(*layers));
  struct saying *sayings = xcalloc(MANY, sizeof(*sayings));
  char(*ids)[32] = xcalloc(MANY, sizeof(*ids));
  const struct saying *found[2];
  size_t compared;

  (void)state;
  for (unsigned i = 0; i < MANY; i++) {
    const unsigned content = i / 5;

    snprintf(ids[i], sizeof(*ids), "sha256:%u", content);
    sayings[i] = (struct saying) { i >= MANY / 2, &layers[i], ids[i], i % 7 != 0, content };
    layers[i] = layer_of(i);
  }
  assert_false(sayings_contradict(sayings, MANY, found, &compared));
  assert_in_range(compared, MANY / 2, 3 * (size_t)MANY);
  sayings[MANY - 1].is_read = sayings[MANY - 2].is_read = true;
  sayings[MANY - 1].fingerprint = 0;
  assert_true(sayings_contradict(sayings, MANY, found, &compared));
  assert_ptr_equal(found[1], &sayings[MANY - 1]);
  assert_in_range(compared, MANY / 2, 3 * (size_t)MANY);
  free(ids);
  free(sayings);
  free(layers);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_as_pair_by_pair),
    cmocka_unit_test(test_many_layers),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
