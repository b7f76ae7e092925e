/* source/referrers: the tag of distribution-spec 1.1, "Referrers Tag Schema" (both parts are cut,
 * to 32 and 64 characters), and lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "source/referrers.h"

/* sha256sum of nothing; below, half of its sha512sum */
#define EMPTY_256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
static void test_tag(void **state)
{
  struct digest sha256 = digest_of(DIGEST_SHA256, "", 0);
  struct digest sha512 = digest_of(DIGEST_SHA512, "", 0);
  char tag[REFERRERS_TAG_MAX];

  (void)state;
  assert_string_equal(referrers_tag(&sha256, tag), "sha256-" EMPTY_256);
  assert_string_equal(referrers_tag(&sha512, tag),
                      "sha512-cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce");
}

static struct descriptor describe(const char *text)
{
  struct digest digest = digest_of(DIGEST_SHA256, text, strlen(text));

  return descriptor_make(MEDIA_OCI_MANIFEST, &digest, (int64_t)strlen(text));
}

static void test_list(void **state)
{
  static const char *const texts[] = { "a", "b", "a", "c", "b" };
  struct referrers list = { 0 };
  struct error err;

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
    struct descriptor one = describe(texts[i]);

    assert_int_equal(referrers_add(&list, &one, 3, &err), 0);
    descriptor_release(&one);
  }
  assert_int_equal(list.n, 3);
  {
    struct descriptor more = describe("d");

    assert_int_equal(referrers_add(&list, &more, 3, &err), -1);
    assert_int_equal(err.code, ERROR_LIMIT);
    descriptor_release(&more);
  }
  referrers_release(&list);
}

static void refuse(struct source *source)
{
  (void)source;
}

static int fail_halfway(struct source *source, const struct descriptor *subject,
                        struct referrers *out, struct error *err)
{
  (void)source;
  assert_int_equal(referrers_add(out, subject, 1, err), 0);
  return error_set(err, ERROR_NETWORK, "broken");
}

static void test_source(void **state)
{
  static const struct source_ops none = { .free = refuse };
  static const struct source_ops failing = { .free = refuse, .referrers = fail_halfway };
  struct source source = { .ops = &none };
  struct descriptor subject = describe("a");
  struct referrers list;
  struct error err;

  (void)state;
  assert_int_equal(source_referrers(&source, &subject, &list, &err), 0);
  assert_int_equal(list.n, 0);
  source.ops = &failing;
  assert_int_equal(source_referrers(&source, &subject, &list, &err), -1);
  assert_string_equal(err.message, "broken");
  descriptor_release(&subject); /* what was found by then is released: LeakSanitizer looks */
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_tag), cmocka_unit_test(test_list),
                                      cmocka_unit_test(test_source) };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
