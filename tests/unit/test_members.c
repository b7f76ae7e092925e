/* source/members: image archives, plain and compressed. They are made byte by byte after
 * POSIX.1-2017 pax and the GNU tar manual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "source/archive/members.h"

enum { MAX_BYTES = 1 << 26, BIG_SIZE = 2 * 1024 * 1024 };
enum form { PLAIN, GZIP, ZSTD, FORMS };

static struct members *open_bytes(struct str bytes, enum form form, struct error *err)
{
  struct limits limits = limits_scaled(1);
  AUTO_FREE char *packed = xmalloc(compressBound(bytes.len) + ZSTD_compressBound(bytes.len) + 64);
  int fd = memfd_create("archive", MFD_CLOEXEC);

  if (form == GZIP) {
    z_stream z = { .next_in = (unsigned char *)(uintptr_t)bytes.ptr,
                   .avail_in = (unsigned)bytes.len,
                   .next_out = (unsigned char *)packed,
                   .avail_out = (unsigned)compressBound(bytes.len) + 64 };

    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    bytes = (struct str) { packed, z.total_out };
    deflateEnd(&z);
  } else if (form == ZSTD) {
    bytes.len = ZSTD_compress(packed, ZSTD_compressBound(bytes.len), bytes.ptr, bytes.len, 1);
    assert_false(ZSTD_isError(bytes.len));
    bytes.ptr = packed;
  }
  assert_true(fd >= 0);
  assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
  return members_of_archive(fd, &limits, err);
}

static void add(struct buf *out, const char *name, char type, const char *link, const char *content)
{
  tar_make(out, &(struct tar_item) {
                    .name = name, .type = type, .link_name = link, .content = str_of(content) });
}

/* What members_read gives for a path: the content, or "!CODE MESSAGE"; to be freed. */
static char *read_path(struct members *members, const char *path)
{
  AUTO_BUF out = BUF_INIT(MAX_BYTES);
  struct error err;

  if (members_read(members, str_of(path), MAX_BYTES, &out, &err) < 0)
    return xasprintf("!%d %s", err.code, err.message);
  return buf_detach(&out);
}

static void assert_reads(struct members *members, const char *path, const char *wanted)
{
  AUTO_FREE char *found = read_path(members, path);

  if (wanted[0] == '!' ? strncmp(found, wanted, 2) != 0 || !strstr(found, wanted + 3)
                       : strcmp(found, wanted) != 0)
    fail_msg("%s: expected \"%s\", found \"%.300s\"", path, wanted, found);
}

static void test_names_and_links(void **state)
{
  /* 2: ERROR_NOT_FOUND, 4: ERROR_CORRUPT */
  static const struct {
    const char *path;
    const char *wanted;
  } cases[] = {
    { "plain", "1" },
    { "./plain", "1" },
    { "//plain", "1" },
    { "dir/../plain", "1" },
    { "dir/file", "2" },
    { "dir//./file", "2" },
    { "nul", "old" },
    { "contiguous", "7" },
    { "twice", "!4 more than once" },
    { "same", "3" },
    { "linked", "!4 more than once" },
    { "up/link", "2" },
    { "hard", "2" },
    { "hard-to-link", "2" },
    { "absolute", "2" },
    { "linkdir/file", "2" },
    { "linkdir/../plain", "1" }, /* resolved by the text alone */
    { "prefix/name", "prefixed" },
    { "none", "!2 no member \"none\"" },
    { "../plain", "!2 no member" },
    { "plain/x", "!2 no member" },
    { "", "!2 no member" },
    { "dir", "!4 not a regular file" },
    { "fifo", "!4 not a regular file" },
    { "dangling",
      "!2 no member \"nowhere\", where \"dangling\", a symbolic link to \"nowhere\", leads" },
    { "outside", "!4 outside the archive" },
    { "outside-hard", "!4 outside the archive" },
    { "loop-a", "!4 more than 40 links" },
    { "self", "!4 more than 40 links" },
  };
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  struct error err;

  (void)state;
  add(&tar, "./plain", 0, NULL, "1");
  add(&tar, "dir/", '5', NULL, "");
  add(&tar, "dir/file", 0, NULL, "2");
  add(&tar, "nul", TYPE_NUL, NULL, "old");
  add(&tar, "contiguous", '7', NULL, "7");
  add(&tar, "twice", 0, NULL, "first");
  add(&tar, "twice", 0, NULL, "second");
  add(&tar, "same", 0, NULL, "3");
  add(&tar, "./same", 0, NULL, "3");
  add(&tar, "linked", '2', "same", "");
  add(&tar, "linked", '2', "plain", "");
  add(&tar, "up/link", '2', "../dir/file", "");
  add(&tar, "hard", '1', "./dir/file", "");
  add(&tar, "hard-to-link", '1', "up/link", "");
  add(&tar, "absolute", '2', "/dir/file", "");
  add(&tar, "linkdir", '2', "dir", "");
  tar_make(&tar,
           &(struct tar_item) { .prefix = "prefix", .name = "name", .content = STR("prefixed") });
  add(&tar, "fifo", '6', NULL, "");
  add(&tar, "dangling", '2', "nowhere", "");
  add(&tar, "outside", '2', "../../etc/passwd", "");
  add(&tar, "outside-hard", '1', "../etc/passwd", "");
  add(&tar, "../outside-name", 0, NULL, "x");
  add(&tar, "loop-a", '2', "loop-b", "");
  add(&tar, "loop-b", '2', "loop-a", "");
  add(&tar, "self", '2', "self/x", "");
  tar_make_end(&tar);
  for (enum form form = PLAIN; form < FORMS; form++) {
    AUTO_MEMBERS members = open_bytes(buf_str(&tar), form, &err);

    assert_non_null(members);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
      assert_reads(members, cases[i].path, cases[i].wanted);
  }
}

static void test_extended_headers(void **state)
{
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  static const char sparse_map[512] = "0\n"; /* no pieces: nothing but a hole */
  char name[300];
  struct error err;

  (void)state;
  memset(name, 'n', sizeof(name));
  name[299] = '\0';
  tar_make_pax(&tar, 'g', "path", "not-this", NULL);
  tar_make_pax(&tar, 'x', "path", name, "comment", "x", NULL);
  add(&tar, "short", 0, NULL, "pax path");
  tar_make_pax(&tar, 'x', "linkpath", name, "path", "pax-link", NULL);
  add(&tar, "short", '2', "nowhere", "");
  tar_make_pax(&tar, 'x', "size", "3", NULL);
  tar_make(&tar, &(struct tar_item) {
                     .name = "sized", .content = STR("abc"), .has_size = true, .size = 0 });
  name[0] = 'g';
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU,
                                      .name = "././@LongLink",
                                      .type = 'L',
                                      .content = { name, sizeof(name) } });
  add(&tar, "short", 0, NULL, "gnu name");
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU,
                                      .name = "././@LongLink",
                                      .type = 'K',
                                      .content = { name, sizeof(name) } });
  add(&tar, "gnu-link", '2', "nowhere", "");
  add(&tar, "after", 0, NULL, "plain again");
  tar_make_pax(&tar, 'x', "GNU.sparse.major", "1", NULL);
  add(&tar, "of-no-version", 0, NULL, "as it is");
  tar_make_pax(&tar, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize",
               "9", NULL);
  tar_make(&tar,
           &(struct tar_item) { .name = "sparse", .content = { sparse_map, sizeof(sparse_map) } });
  tar_make_end(&tar);
  for (enum form form = PLAIN; form < FORMS; form++) {
    AUTO_MEMBERS members = open_bytes(buf_str(&tar), form, &err);

    assert_non_null(members);
    assert_reads(members, name, "gnu name");
    assert_reads(members, "gnu-link", "gnu name");
    assert_reads(members, "sized", "abc");
    assert_reads(members, "after", "plain again");
    assert_reads(members, "of-no-version", "as it is");
    assert_reads(members, "sparse", "!4 not a regular file");
    name[0] = 'n';
    assert_reads(members, name, "pax path");
    assert_reads(members, "pax-link", "pax path");
    assert_reads(members, "not-this", "!2 no member");
    assert_reads(members, "short", "!2 no member");
    name[0] = 'g';
  }
}

static void test_large_members(void **state)
{
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  AUTO_FREE char *big = xmalloc(BIG_SIZE);
  struct error err;

  (void)state;
  for (size_t i = 0; i < BIG_SIZE; i++)
    big[i] = (char)(i * i >> 7);
  add(&tar, "before", 0, NULL, "b");
  tar_make(&tar, &(struct tar_item) { .name = "big", .content = { big, BIG_SIZE } });
  add(&tar, "behind", 0, NULL, "c");
  tar_make_end(&tar);
  for (enum form form = PLAIN; form < FORMS; form++) {
    AUTO_MEMBERS members = open_bytes(buf_str(&tar), form, &err);
    AUTO_BUF out = BUF_INIT(MAX_BYTES);
    char head[4] = "";

    assert_non_null(members);
    assert_int_equal(members_read(members, STR("big"), MAX_BYTES, &out, &err), 0);
    assert_int_equal(out.len, BIG_SIZE);
    assert_memory_equal(out.ptr, big, BIG_SIZE);
    assert_int_equal(members_peek(members, STR("big"), head, sizeof(head), &err), sizeof(head));
    assert_memory_equal(head, big, sizeof(head));
    assert_int_equal(members_peek(members, STR("behind"), head, sizeof(head), &err), 1);
    assert_int_equal(members_read(members, STR("big"), 100, &out, &err), -1);
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_int_equal(members_has(members, STR("big"), &err), 1);
    assert_int_equal(members_has(members, STR("bigger"), &err), 0);
    assert_reads(members, "behind", "c");
  }
}

/* Members opened in any order, left half read, and two at once. */
static void test_order(void **state)
{
  enum { N = 4 };
  static const int order[] = { 0, 1, 3, 2, 2, 0, 3, 1 };
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  AUTO_FREE char *big = xmalloc(BIG_SIZE);
  struct error err;

  (void)state;
  for (int i = 0; i < N; i++) {
    memset(big, 'a' + i, BIG_SIZE);
    tar_make(&tar, &(struct tar_item) { .name = (char[]) { (char)('a' + i), '\0' },
                                        .content = { big, BIG_SIZE } });
  }
  tar_make_end(&tar);
  for (enum form form = PLAIN; form < FORMS; form++) {
    AUTO_MEMBERS members = open_bytes(buf_str(&tar), form, &err);

    assert_non_null(members);
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
      const char name[] = { (char)('a' + order[i]), '\0' };
      const char last[] = { (char)('a' + N - 1), '\0' };
      uint64_t size;
      AUTO_STREAM stream = members_open(members, str_of(name), &size, &err);
      AUTO_STREAM other = members_open(members, str_of(last), &size, &err);
      size_t want = i % 2 ? BIG_SIZE : 1000;

      assert_non_null(stream);
      assert_non_null(other);
      assert_int_equal(stream_read_full(stream, big, want, &err), want);
      assert_int_equal(big[0], name[0]);
      assert_int_equal(big[want - 1], name[0]);
      assert_int_equal(stream_read(other, big, 1, &err), 1);
      assert_int_equal(big[0], last[0]);
      if (want == BIG_SIZE)
        assert_int_equal(stream_read(stream, big, 1, &err), 0);
    }
  }
}

/* Wherever it is cut, an archive is either refused, or ends where Go's archive/tar sees an end: in
 * the padding of a content, where a header would begin, and after one block of zeros. (It also does
 * after an extended header; here that is an error, since its member is lost.) */
static void test_truncated(void **state)
{
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  struct error err;

  (void)state;
  add(&tar, "a", 0, NULL, "content");
  tar_make_pax(&tar, 'x', "path", "b", NULL);
  add(&tar, "x", 0, NULL, "more");
  tar_make_end(&tar);
  for (size_t len = 16; len < tar.len; len += 16) {
    bool good = (len >= 512 + 7 && len <= 1024) || (len >= 2560 + 4 && len <= 3072) || len == 3584;

    for (enum form form = PLAIN; form < FORMS; form++) {
      AUTO_MEMBERS members = open_bytes((struct str) { tar.ptr, len }, form, &err);

      if ((members != NULL) != good)
        fail_msg("cut at %zu (form %d): %s", len, form, good ? err.message : "it was read");
      if (!members)
        assert_int_equal(err.code, ERROR_CORRUPT);
    }
  }
}

static void test_refused(void **state)
{
  static const char *const magics[] = { "PK\x03\x04", "\x04\x22\x4d\x18" };
  struct error err;
  AUTO_BUF text = BUF_INIT(MAX_BYTES);

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
    char bytes[2048] = { 0 };

    memcpy(bytes, magics[i], strlen(magics[i]));
    assert_null(open_bytes((struct str) { bytes, sizeof(bytes) }, PLAIN, &err));
    assert_int_equal(err.code, ERROR_UNSUPPORTED);
  }
  assert_null(open_bytes((struct str) { "", 0 }, PLAIN, &err));
  assert_int_equal(err.code, ERROR_CORRUPT);
  while (text.len < 5000)
    buf_puts(&text, "no archive at all\n");
  assert_null(open_bytes(buf_str(&text), PLAIN, &err));
  assert_int_equal(err.code, ERROR_UNSUPPORTED);
  assert_non_null(strstr(err.message, "a text file"));
}

static void test_bad_numbers(void **state)
{
  static const struct {
    struct str field; /* of the size */
    enum error_code code;
  } cases[] = {
    { { "\x80\0\0\0\0\0\0\0\0\0\0\1", 12 }, ERROR_NONE },
    { { "\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 12 }, ERROR_CORRUPT },       /* 2^64 - 1 */
    { { "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12 }, ERROR_CORRUPT },       /* 2^63 - 1 */
    { { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12 }, ERROR_CORRUPT }, /* -1 */
    { { "0000000000x\0", 12 }, ERROR_CORRUPT },
    { { "00000000008\0", 12 }, ERROR_CORRUPT },
    { { "         1 \0", 12 }, ERROR_NONE },
    { { "77777777777\0", 12 }, ERROR_CORRUPT }, /* 8 GiB that are not there */
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF tar = BUF_INIT(MAX_BYTES);
    struct error err = { 0 };

    tar_make(&tar, &(struct tar_item) {
                       .name = "a", .content = STR("x"), .patches = { { 124, cases[i].field } } });
    tar_make_end(&tar);
    for (enum form form = PLAIN; form < FORMS; form++) {
      AUTO_MEMBERS members = open_bytes(buf_str(&tar), form, &err);

      if ((members == NULL) != (cases[i].code != ERROR_NONE))
        fail_msg("case %zu, form %d: %s", i, form, err.message);
      assert_int_equal(err.code, cases[i].code);
    }
  }
}

static void test_bad_pax(void **state)
{
  static const struct str bodies[] = {
    { "5 a=b\n", 6 },
    { "7 a=b\n", 6 },
    { "6 a=bx", 6 },
    { "6 abbb", 6 },
    { "x a=b\n", 6 },
    { "-1 a=b\n", 7 },
    { "\n", 1 },
    { "99999999999999999999 a=b\n", 25 },
    { "3 \n", 3 },
    { "12 size=-5\n", 11 },
    { "11 size=1x\n", 11 },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
    AUTO_BUF tar = BUF_INIT(MAX_BYTES);
    struct error err = { 0 };

    tar_make_pax_body(&tar, 'x', bodies[i]);
    add(&tar, "a", 0, NULL, "x");
    tar_make_end(&tar);
    if (open_bytes(buf_str(&tar), PLAIN, &err))
      fail_msg("case %zu was read", i);
    assert_int_equal(err.code, ERROR_CORRUPT);
  }
}

static void add_pax_then_files(struct buf *out, struct str body)
{
  tar_make_pax_body(out, 'x', body);
  add(out, "a", 0, NULL, "1");
  add(out, "b", 0, NULL, "2");
  tar_make_end(out);
}

/* What Go 1.26's archive/tar does with the same bytes: engines read archives with it, so whoever
 * loads one sees these members and no others. */
static void test_rules_of_go(void **state)
{
  static const struct {
    struct str pax;    /* the body of an extended header before a and b, */
    struct str size;   /* or a's size field, */
    int zeros;         /* or so many bytes of zeros between a and b */
    const char *a, *b; /* what they hold; a NULL: the archive is refused */
  } cases[] = {
    { .zeros = 512, .a = NULL },
    { .zeros = 1024, .a = "1", .b = "!2 no member" },
    { .pax = STR("11 size=+1\n"), .a = "1", .b = "2" },
    { .pax = STR("12 size=+-1\n"), .a = NULL },
    { .size = { "1\0zzzzzzzzz\0", 12 }, .a = "1", .b = "2" },
    { .size = STR("  1         "), .a = "1", .b = "2" },
    { .pax = { "12 path=x\0y\n", 12 }, .a = NULL },
    { .pax = { "9 k\0y=xx\n", 10 }, .a = NULL },
    { .pax = { "14 comment=\0y\n", 14 }, .a = "1", .b = "2" },
    { .pax = STR("6 =xy\n"), .a = NULL },
    { .pax = STR("8 path=\n"), .a = "1", .b = "2" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF tar = BUF_INIT(MAX_BYTES);
    struct error err = { 0 };

    if (cases[i].pax.len) {
      add_pax_then_files(&tar, cases[i].pax);
    } else {
      struct tar_item item = { .name = "a", .content = STR("1") };

      if (cases[i].size.len) {
        item.patches[0].at = 124;
        item.patches[0].bytes = cases[i].size;
      }
      tar_make(&tar, &item);
      for (int n = 0; n < cases[i].zeros; n++)
        buf_putc(&tar, '\0');
      add(&tar, "b", 0, NULL, "2");
      tar_make_end(&tar);
    }
    for (enum form form = PLAIN; form < FORMS; form++) {
      AUTO_MEMBERS members = open_bytes(buf_str(&tar), form, &err);

      if ((members == NULL) != (cases[i].a == NULL))
        fail_msg("case %zu, form %d: %s", i, form, members ? "it was read" : err.message);
      if (!members)
        continue;
      assert_reads(members, "a", cases[i].a);
      assert_reads(members, "b", cases[i].b);
    }
  }
}

static void test_huge_extended_header(void **state)
{
  AUTO_BUF tar = BUF_INIT(MAX_BYTES);
  struct error err;

  (void)state;
  tar_make(&tar,
           &(struct tar_item) { .name = "x", .type = 'L', .has_size = true, .size = 1ULL << 30 });
  assert_null(open_bytes(buf_str(&tar), PLAIN, &err));
  assert_int_equal(err.code, ERROR_LIMIT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names_and_links), cmocka_unit_test(test_extended_headers),
    cmocka_unit_test(test_large_members),   cmocka_unit_test(test_order),
    cmocka_unit_test(test_truncated),       cmocka_unit_test(test_refused),
    cmocka_unit_test(test_bad_numbers),     cmocka_unit_test(test_bad_pax),
    cmocka_unit_test(test_rules_of_go),     cmocka_unit_test(test_huge_extended_header),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
