/* Partners that are kept until a layer ends come back as they were, from memory and from the file
 * that they go to when there is no more of that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "diff/layers/held.h"

enum { PAIRS = 3000, HEAD = 1000 };

static const char head[HEAD] = "the beginning of a file";

/* The i-th: every third is hashed on one side, every fifth has heads, one of them empty. */
static void make(struct match_pair *out, struct tar_entry entries[2], struct digest *digest,
                 char names[2][32], unsigned i)
{
  *out = (struct match_pair) {
    .in_step = i % 2,
    .headers_differ = i % 4 == 0,
    .contents_differ = i % 7 == 0,
    .same_rest = i % 11 == 0,
  };
  for (int side = 0; side < 2; side++) {
    snprintf(names[side], sizeof(names[side]), "%sdir/%u", side && i % 13 == 0 ? "./" : "", i);
    entries[side] = (struct tar_entry) {
      .index = i + (unsigned)side,
      .type = TAR_REGULAR,
      .name = str_of(names[side]),
      .size = (int64_t)i * 1000,
      .mode = side ? 0755 : 0644,
      .mtime = { .seconds = -(int64_t)i, .set = true },
    };
    out->entries[side] = &entries[side];
  }
  *digest = digest_of(DIGEST_SHA256, &i, sizeof(i));
  out->contents[1] = i % 3 ? NULL : digest;
  if (i % 5 == 0) {
    out->heads[0] = (struct str) { head, i % HEAD };
    out->heads[1] = (struct str) { head, 0 };
  }
}

static void check(const struct match_pair *want, const struct match_pair *got)
{
  assert_int_equal(want->in_step, got->in_step);
  assert_int_equal(want->headers_differ, got->headers_differ);
  assert_int_equal(want->contents_differ, got->contents_differ);
  assert_int_equal(want->same_rest, got->same_rest);
  for (int side = 0; side < 2; side++) {
    const struct tar_entry *a = want->entries[side];
    const struct tar_entry *b = got->entries[side];

    assert_true(str_equal(a->name, b->name));
    assert_int_equal(a->index, b->index);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->mode, b->mode);
    assert_int_equal(a->mtime.seconds, b->mtime.seconds);
    assert_int_equal(!want->contents[side], !got->contents[side]);
    if (want->contents[side])
      assert_true(digest_equal(want->contents[side], got->contents[side]));
    assert_int_equal(!want->heads[side].ptr, !got->heads[side].ptr);
    assert_true(str_equal(want->heads[side], got->heads[side]));
  }
}

static void run(struct budget *memory)
{
  struct held *held = held_new(memory);
  struct tar_entry entries[2];
  struct match_pair want;
  struct match_pair got;
  struct digest digest;
  struct error err;
  char names[2][32];

  for (unsigned i = 0; i < PAIRS; i++) {
    make(&want, entries, &digest, names, i);
    assert_int_equal(held_add(held, &want, &err), 0);
  }
  for (unsigned i = 0; i < PAIRS; i++) {
    make(&want, entries, &digest, names, i);
    assert_int_equal(held_next(held, &got, &err), 1);
    check(&want, &got);
  }
  assert_int_equal(held_next(held, &got, &err), 0);
  held_free(held);
}

static void test_in_memory(void **state)
{
  (void)state;
  run(NULL);
}

static void test_in_a_file(void **state)
{
  struct budget memory = BUDGET_INIT((uint64_t)256 * 1024);

  (void)state;
  run(&memory);
  assert_int_equal(memory.used, 0);
}

static void test_nothing(void **state)
{
  struct held *held = held_new(NULL);
  struct match_pair got;
  struct error err;

  (void)state;
  assert_int_equal(held_next(held, &got, &err), 0);
  held_free(held);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_in_memory),
    cmocka_unit_test(test_in_a_file),
    cmocka_unit_test(test_nothing),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
