/* What is said to containerd and heard from it, as far as that can be told without one; the rest is
 * in tests/containerd. Wire bytes are written by hand from protobuf's encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "store/containerd/containerd.h"
#include "store/containerd/containerd_data.h"
#include "store/containerd/containerd_labels.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static void test_data(void **state)
{
  static const struct {
    const char *message;
    size_t len;
    int result;
    uint64_t offset;
    const char *data;
  } cases[] = {
    { BYTES(""), 0, 0, "" },
    { BYTES("\x12\x05hello"), 0, 0, "hello" },
    { BYTES("\x08\x96\x01\x12\x02hi"), 0, 150, "hi" },
    { BYTES("\x12\x02hi\x08\x96\x01"), 0, 150, "hi" },
    { BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x40\x12\x01x"), 0, UINT64_C(1) << 62, "x" },
    { BYTES("\x12\x01"
            "a\x12\x01"
            "b"),
      0, 0, "b" },
    /* Fields 3 (a varint), 4 (bytes), 5 (32 bits), 6 (64 bits) are passed over. */
    { BYTES("\x18\x07\x22\x03"
            "abc\x2d"
            "1234\x31"
            "12345678\x12\x01y"),
      0, 0, "y" },
    /* The data as a number, the offset as bytes: other fields that happen to be numbered alike. */
    { BYTES("\x10\x05\x0a\x01z"), 0, 0, "" },
    { BYTES("\x12\x06hello"), -1, 0, "" },
    { BYTES("\x12"), -1, 0, "" },
    { BYTES("\x08"), -1, 0, "" },
    { BYTES("\x08\x80"), -1, 0, "" },
    { BYTES("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"), -1, 0, "" },
    { BYTES("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01x"), -1, 0, "" },
    { BYTES("\x0b"), -1, 0, "" },
    { BYTES("\x2d"
            "123"),
      -1, 0, "" },
    { BYTES("\x02\x01x"), -1, 0, "" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct error err = { 0 };
    struct str data = { 0 };
    uint64_t offset = 0;

    assert_int_equal(containerd_data_parse((struct str) { cases[i].message, cases[i].len }, &offset,
                                           &data, &err),
                     cases[i].result);
    assert_int_equal(offset, cases[i].offset);
    assert_true(str_equal(data, str_of(cases[i].data)));
    assert_int_equal(err.code, cases[i].result < 0 ? ERROR_CORRUPT : ERROR_NONE);
  }
}

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define DESCRIPTOR(digest) "{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"" digest "\"}"
#define MANIFEST                                                                                   \
  "{\"schemaVersion\":2,\"config\":" DESCRIPTOR(A) ",\"layers\":[" DESCRIPTOR(B) "," DESCRIPTOR(   \
      C) "]}"
#define INDEX "{\"schemaVersion\":2,\"manifests\":[" DESCRIPTOR(C) "," DESCRIPTOR(A) "]}"

static void check_labels(enum media_kind kind, const char *text,
                         const struct containerd_label *further, const char *wanted)
{
  AUTO_BUF found = BUF_INIT(4096);
  struct containerd_labels labels;

  containerd_labels_make(&labels, kind, str_of(text), further);
  for (size_t i = 0; i < labels.n; i++)
    buf_printf(&found, "%s=%s\n", labels.items[i].key, labels.items[i].value);
  assert_string_equal(found.ptr ? found.ptr : "", wanted);
  containerd_labels_release(&labels);
}

static void test_labels(void **state)
{
  const struct containerd_label none = { 0 };
  const struct containerd_label origin = { "containerd.io/distribution.source.a.b", "c/d" };

  (void)state;
  check_labels(MEDIA_MANIFEST, MANIFEST, &none,
               "containerd.io/gc.ref.content.config=" A "\n"
               "containerd.io/gc.ref.content.l.0=" B "\n"
               "containerd.io/gc.ref.content.l.1=" C "\n");
  check_labels(MEDIA_INDEX, INDEX, &origin,
               "containerd.io/gc.ref.content.m.0=" C "\n"
               "containerd.io/gc.ref.content.m.1=" A "\n"
               "containerd.io/distribution.source.a.b=c/d\n");
  check_labels(MEDIA_LAYER, MANIFEST, &origin, "containerd.io/distribution.source.a.b=c/d\n");
  check_labels(MEDIA_MANIFEST, "not JSON", &none, "");
  check_labels(MEDIA_INDEX, MANIFEST, &none, "");
}

/* Root's; the other one is tested in tests/containerd. */
static void test_address(void **state)
{
  AUTO_FREE char *address = containerd_default_address();

  (void)state;
  assert_true(str_has_suffix(str_of(address), STR("/run/containerd/containerd.sock")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_data),
    cmocka_unit_test(test_labels),
    cmocka_unit_test(test_address),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
