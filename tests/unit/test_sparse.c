/* layer/tar: sparse files of every kind, read as they are laid out in the file (GNU tar manual,
 * "Storing Sparse Files"). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../common/tar_maker.h"
#include "base/limits.h"
#include "tar/tar.h"

/* "NAME SIZE:" and the content with '.' for its zeros; then the error, if there is one. */
static void dump(struct buf *out, struct str tar, uint64_t max_holes)
{
  struct tar_memory memory = { tar, 100, false };
  struct tar_reader *reader = tar_reader_new(tar_memory_source(&memory));
  struct tar_entry entry;
  struct tar_chunk chunk;
  struct error err = { 0 };
  int result;

  tar_reader_limit_holes(reader, max_holes);
  while ((result = tar_next(reader, &entry, &err)) > 0) {
    int more;

    buf_printf(out, "%.*s %lld:", STR_ARGS(entry.name), (long long)entry.size);
    while ((more = tar_read(reader, &chunk, &err)) > 0) {
      assert_true(chunk.len > 0);
      for (size_t i = 0; i < chunk.len; i++)
        buf_putc(out, chunk.bytes[i] ? (char)chunk.bytes[i] : '.');
    }
    buf_putc(out, '\n');
    result = more;
    if (more < 0)
      break;
  }
  if (result < 0)
    buf_printf(out, "error %d: %s", err.code, err.message);
  buf_putc(out, '\0');
  tar_reader_free(reader);
}

static void check(const struct buf *tar, const char *want)
{
  AUTO_BUF got = BUF_INIT(1 << 20);

  dump(&got, buf_str(tar), 1 << 16);
  if (!strstr(got.ptr, want))
    fail_msg("expected %s, found %s", want, got.ptr);
}

static void put_number(char *field, unsigned long long value)
{
  char text[13];

  snprintf(text, sizeof(text), "%011llo", value & 077777777777);
  memcpy(field, text, 12);
}

/* An old GNU sparse file of `pairs` pieces, as many of them in blocks of their own as do not fit
 * into the header. */
static void make_old_gnu(struct buf *out, const unsigned long long (*pairs)[2], size_t n,
                         unsigned long long real_size, struct str content)
{
  AUTO_BUF file = BUF_INIT(1 << 20);
  size_t header = 0;
  size_t done = MIN_OF(n, (size_t)4);

  tar_make(&file,
           &(struct tar_item) { .magic = MAGIC_GNU, .name = "s", .type = 'S', .content = content });
  for (size_t i = 0; i < done; i++) {
    put_number(file.ptr + header + 386 + 24 * i, pairs[i][0]);
    put_number(file.ptr + header + 398 + 24 * i, pairs[i][1]);
  }
  file.ptr[482] = n > 4;
  put_number(file.ptr + 483, real_size);
  tar_make_checksum((unsigned char *)file.ptr);
  buf_add(out, file.ptr, 512);
  while (done < n) {
    char block[512] = { 0 };
    size_t here = MIN_OF(n - done, (size_t)21);

    for (size_t i = 0; i < here; i++) {
      put_number(block + 24 * i, pairs[done + i][0]);
      put_number(block + 24 * i + 12, pairs[done + i][1]);
    }
    done += here;
    block[504] = done < n;
    buf_add(out, block, 512);
  }
  buf_add(out, file.ptr + 512, file.len - 512);
}

static void test_old_gnu(void **state)
{
  static const unsigned long long few[][2] = { { 0, 2 }, { 5, 3 }, { 10, 0 } };
  unsigned long long many[40][2];
  AUTO_BUF tar = BUF_INIT(1 << 20);

  (void)state;
  make_old_gnu(&tar, few, 3, 10, STR("abcde"));
  tar_make(&tar, &(struct tar_item) { .name = "next", .content = STR("n") });
  check(&tar, "s 10:ab...cde..\nnext 1:n\n");
  buf_clear(&tar);
  make_old_gnu(&tar, few, 1, 2, STR("ab"));
  check(&tar, "s 2:ab\n");
  buf_clear(&tar);
  make_old_gnu(&tar, few, 0, 5, STR(""));
  check(&tar, "s 5:.....\n");
  for (size_t i = 0; i < 40; i++) {
    many[i][0] = 2 * i;
    many[i][1] = 1;
  }
  buf_clear(&tar);
  make_old_gnu(&tar, many, 40, 80, STR("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"));
  tar_make(&tar, &(struct tar_item) { .name = "next", .content = STR("n") });
  check(&tar, "s 80:a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z."
              "A.B.C.D.E.F.G.H.I.J.K.L.M.N.\nnext 1:n\n");
  tar.len = 512 + 512;
  check(&tar, "error 4: at byte 0 of the tar stream: the stream ends in a sparse map");
}

static void test_old_gnu_faults(void **state)
{
  static const struct {
    unsigned long long pairs[2][2];
    size_t n;
    unsigned long long size;
    const char *content;
    const char *want;
  } cases[] = {
    { { { 0, 3 }, { 2, 1 } }, 2, 10, "abcd", "piece 1 (1 bytes at 2) overlaps" },
    { { { 5, 1 }, { 2, 1 } }, 2, 10, "ab", "piece 1 (1 bytes at 2) overlaps" },
    { { { 5, 6 } }, 1, 10, "abcdef", "piece 0 (6 bytes at 5) overlaps" },
    { { { 11, 0 } }, 1, 10, "", "piece 0 (0 bytes at 11) overlaps" },
    { { { 0, 3 } },
      1,
      10,
      "ab",
      "s 10:ab\nerror 4: at byte 0 of the tar stream: a sparse file holds "
      "1 bytes less than its map says" },
    { { { 0, 3 } },
      1,
      3,
      "abcd",
      "s 3:abc\nerror 4: at byte 0 of the tar stream: a sparse file "
      "holds 1 bytes more than its map says" },
    { { { 0, 1 } },
      1,
      3000000,
      "a",
      "error 5: at byte 0 of the tar stream: the holes of sparse files are too large" },
  };
  AUTO_BUF tar = BUF_INIT(1 << 20);

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    buf_clear(&tar);
    make_old_gnu(&tar, cases[i].pairs, cases[i].n, cases[i].size, str_of(cases[i].content));
    check(&tar, cases[i].want);
  }
  buf_clear(&tar);
  tar_make(&tar, &(struct tar_item) { .name = "s", .type = 'S' });
  check(&tar, "error 4: at byte 0 of the tar stream: a sparse file (type S) without the magic");
  buf_clear(&tar);
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU,
                                      .name = "s",
                                      .type = 'S',
                                      .patches = { { 386, STR("0000000000x") } } });
  check(&tar, "a number is malformed");
}

static void test_pax(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);

  (void)state;
  tar_make_pax(&tar, 'x', "GNU.sparse.size", "10", "GNU.sparse.numblocks", "2", "GNU.sparse.offset",
               "1", "GNU.sparse.numbytes", "2", "GNU.sparse.offset", "5", "GNU.sparse.numbytes",
               "3", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "v0.0", .content = STR("abcde") });
  tar_make_pax(&tar, 'x', "GNU.sparse.size", "10", "GNU.sparse.numblocks", "2", "GNU.sparse.name",
               "real-name", "GNU.sparse.map", "0,2,9,1", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "v0.1", .content = STR("abc") });
  tar_make_pax(&tar, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.name",
               "v1.0", "GNU.sparse.realsize", "8", NULL);
  {
    AUTO_BUF content = BUF_INIT(2000);

    buf_puts(&content, "2\n0\n1\n6\n1\n");
    while (content.len < 512)
      buf_putc(&content, '\0');
    buf_puts(&content, "ab");
    tar_make(&tar, &(struct tar_item) { .name = "x", .content = buf_str(&content) });
  }
  /* An unknown version, and nothing that says it is sparse. */
  tar_make_pax(&tar, 'x', "GNU.sparse.major", "2", "GNU.sparse.minor", "0", "GNU.sparse.name", "n",
               NULL);
  tar_make(&tar, &(struct tar_item) { .name = "v2.0", .content = STR("plain") });
  tar_make_pax(&tar, 'x', "GNU.sparse.name", "n", "GNU.sparse.size", "77", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "none", .content = STR("plain") });
  check(&tar, "v0.0 10:.ab..cde..\nreal-name 10:ab.......c\nv1.0 8:a.....b.\nv2.0 5:plain\n"
              "none 5:plain\n");
}

/* A map of version 1.0 of so many pieces of one byte each, over several units of 512 bytes. */
static void test_pax_1_0_long(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);
  AUTO_BUF content = BUF_INIT(1 << 20);
  AUTO_BUF want = BUF_INIT(1 << 20);

  (void)state;
  tar_make_pax(&tar, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize",
               "2000", NULL);
  buf_puts(&content, "1000\n");
  buf_puts(&want, "s 2000:");
  for (int i = 0; i < 1000; i++) {
    buf_printf(&content, "%d\n1\n", 2 * i);
    buf_puts(&want, "x.");
  }
  buf_puts(&want, "\nnext 1:n\n");
  while (content.len % 512)
    buf_putc(&content, '\0');
  for (int i = 0; i < 1000; i++)
    buf_putc(&content, 'x');
  tar_make(&tar, &(struct tar_item) { .name = "s", .content = buf_str(&content) });
  tar_make(&tar, &(struct tar_item) { .name = "next", .content = STR("n") });
  check(&tar, want.ptr);
}

static void test_pax_faults(void **state)
{
  static const struct {
    const char *records[8];
    char type;
    const char *content;
    const char *want;
  } cases[] = {
    { { "GNU.sparse.map", "0,1" }, '0', "a", "does not say how many pieces" },
    { { "GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "2" },
      '0',
      "a",
      "does not say how many pieces GNU.sparse.map has (1)" },
    { { "GNU.sparse.map", "0", "GNU.sparse.numblocks", "0" }, '0', "a", "does not say how many" },
    { { "GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "-1" }, '0', "a", "does not say how" },
    { { "GNU.sparse.map", "0,x", "GNU.sparse.numblocks", "1" }, '0', "a", "a number is malformed" },
    { { "GNU.sparse.map", "0,", "GNU.sparse.numblocks", "1" }, '0', "a", "a number is malformed" },
    { { "GNU.sparse.map", "0,-1", "GNU.sparse.numblocks", "1" }, '0', "a", "piece 0 (-1 bytes at" },
    { { "GNU.sparse.map", "-1,1", "GNU.sparse.numblocks", "1" },
      '0',
      "a",
      "piece 0 (1 bytes at -1" },
    { { "GNU.sparse.map", "9223372036854775807,2", "GNU.sparse.numblocks", "1" },
      '0',
      "a",
      "piece 0 (2 bytes at 9223372036854775807)" },
    { { "GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "1", "GNU.sparse.size", "-1" },
      '0',
      "a",
      "negative size" },
    { { "GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "1", "GNU.sparse.size", "x" },
      '0',
      "a",
      "size is no number" },
    { { "GNU.sparse.map", "0,1", "GNU.sparse.numblocks", "1", "GNU.sparse.size", "1" },
      '5',
      "",
      "of a type that has no content" },
    { { "GNU.sparse.major", "1", "GNU.sparse.minor", "0" },
      '0',
      "1\n0\n1\n",
      "the content ends in the sparse map" },
    { { "GNU.sparse.major", "1", "GNU.sparse.minor", "0" }, '0', "", "the content ends in the" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    const char *const *r = cases[i].records;
    AUTO_BUF tar = BUF_INIT(1 << 20);

    tar_make_pax(&tar, 'x', r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], NULL);
    tar_make(&tar, &(struct tar_item) {
                       .name = "s", .type = cases[i].type, .content = str_of(cases[i].content) });
    check(&tar, cases[i].want);
    check(&tar, "error 4: at byte ");
  }
}

/* The text of a 1.0 map: numbers that are none, and one that never ends. */
static void test_pax_1_0_faults(void **state)
{
  static const struct {
    const char *text;
    char fill;
    size_t units;
    const char *want;
  } cases[] = {
    { "x\n", '\0', 1, "a number is malformed" },
    { "\n", '\0', 1, "a number is malformed" },
    { "-1\n", '\0', 1, "a number is malformed" },
    { "1\n0\nx\n", '\0', 1, "a number is malformed" },
    { "99999999999999999999\n", '\0', 1, "a number is malformed" },
    { "9223372036854775807\n", '\0', 1, "a number is malformed" },
    { "2\n0\n1\n", '\0', 4, "the content ends in the sparse map" },
    { "1", '0', 2049, "error 5: at byte 1024 of the tar stream: a sparse map of more than" },
    { "1000000\n", '\n', 2049, "error 5: at byte 1024 of the tar stream: a sparse map of more" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF tar = BUF_INIT(4 << 20);
    AUTO_BUF content = BUF_INIT(4 << 20);

    tar_make_pax(&tar, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", NULL);
    buf_puts(&content, cases[i].text);
    while (content.len < 512 * cases[i].units)
      buf_putc(&content, cases[i].fill);
    tar_make(&tar, &(struct tar_item) { .name = "s", .content = buf_str(&content) });
    check(&tar, cases[i].want);
  }
}

/* What is not read is skipped, the map of version 1.0 counted once. */
static void test_skipped(void **state)
{
  static const unsigned long long pairs[][2] = { { 0, 600 } };
  char content[600];
  AUTO_BUF tar = BUF_INIT(1 << 20);
  struct tar_memory memory;
  struct tar_reader *reader;
  struct tar_entry entry;
  struct error err;

  (void)state;
  memset(content, 'x', sizeof(content));
  make_old_gnu(&tar, pairs, 1, UINT32_MAX, (struct str) { content, sizeof(content) });
  tar_make_pax(&tar, 'x', "GNU.sparse.major", "1", "GNU.sparse.minor", "0", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "p", .content = STR("0\n") });
  tar.len -= 512;
  {
    char unit[512] = "0\n";

    buf_add(&tar, unit, sizeof(unit));
  }
  memcpy(tar.ptr + tar.len - 1024 + 124, "00000001000", 11);
  tar_make_checksum((unsigned char *)tar.ptr + tar.len - 1024);
  tar_make(&tar, &(struct tar_item) { .name = "last" });
  memory = (struct tar_memory) { buf_str(&tar), 77, false };
  reader = tar_reader_new(tar_memory_source(&memory));
  assert_int_equal(tar_next(reader, &entry, &err), 1);
  assert_int_equal(entry.size, UINT32_MAX);
  assert_int_equal(tar_next(reader, &entry, &err), 1);
  assert_true(str_equal(entry.name, STR("p")));
  assert_int_equal(tar_next(reader, &entry, &err), 1);
  assert_true(str_equal(entry.name, STR("last")));
  assert_int_equal(tar_next(reader, &entry, &err), 0);
  tar_reader_free(reader);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_old_gnu),    cmocka_unit_test(test_old_gnu_faults),
    cmocka_unit_test(test_pax),        cmocka_unit_test(test_pax_1_0_long),
    cmocka_unit_test(test_pax_faults), cmocka_unit_test(test_pax_1_0_faults),
    cmocka_unit_test(test_skipped),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
