/* formats: what each reader makes of a file, and that no byte of it escapes: the wanted results
 * follow from the formats' specifications and from the programs that wrote the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zlib.h>

#include <cmocka.h>

#include "../common/format_dump.h"
#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "formats/ar.h"
#include "formats/gzip.h"
#include "formats/tar.h"
#include "formats/zstd.h"

static void expect(const struct format *format, struct str bytes, const char *name,
                   const char *wanted)
{
  AUTO_BUF found = BUF_INIT(1 << 20);

  format_dump(&found, format, bytes, str_of(name));
  assert_string_equal(found.ptr, wanted);
}

/* No byte may be changed unseen. At least so many are meaningless. */
static void flip(const struct format *format, struct str bytes, const char *name,
                 void (*repair)(unsigned char *, size_t), size_t meaningless)
{
  size_t faults = 0;

  assert_true(format_flip(format, bytes, str_of(name), repair, &faults) >= meaningless);
  assert_int_equal(faults, 0);
}

/* ---- gzip ---- */

static void add_le32(struct buf *out, uint32_t n)
{
  for (int i = 0; i < 32; i += 8)
    buf_putc(out, (char)(n >> i));
}

/* RFC 1952 by hand, with what comes out in one stored block (RFC 1951, 3.2.4). */
static void gzip_make(struct buf *out, const char *flags_and_fields, size_t len, const char *text)
{
  const uint16_t n = (uint16_t)strlen(text);

  buf_add(out, "\x1f\x8b\x08", 3);
  buf_add(out, flags_and_fields, 1);
  buf_add(out, "\x11\x22\x33\x44\x02\x03", 6);
  buf_add(out, flags_and_fields + 1, len - 1);
  buf_putc(out, 1);
  buf_add(out, &n, 2);
  buf_putc(out, (char)~n);
  buf_putc(out, (char)(~n >> 8));
  buf_puts(out, text);
  add_le32(out, (uint32_t)crc32(0, (const unsigned char *)text, n));
  add_le32(out, n);
}

static void test_gzip(void **state)
{
  AUTO_BUF file = BUF_INIT(1 << 20);

  (void)state;
  gzip_make(&file, "\x1d\x03\0abcname\0why\0", 15, "hello");
  expect(&format_gzip, buf_str(&file), "usr/x.TXT.gz",
         "0 \"x.TXT\" 644 0:0 : 5 0:0 \"hello\"\nextra field=\"abc\"\ncomment=\"why\"\n");
  flip(&format_gzip, buf_str(&file), "x.gz", NULL, 12);
  gzip_make(&file, "\0", 1, " world");
  expect(&format_gzip, buf_str(&file), "x.tgz",
         "0 \"x.tar\" 644 0:0 : 11 0:0 \"hello world\"\nextra field=\"abc\"\ncomment=\"why\"\n"
         "members=\"2\"\nends of members=\"5\"\n");
  buf_putc(&file, '\0');
  expect(&format_gzip, buf_str(&file), "x.gz", "ERROR: 1 bytes lie behind its end\n");
}

/* Each piece takes its time, however little is in it (docs/formats.md, "Limits"). */
static void test_pieces_max(void **state)
{
  enum { PIECES = 65536, SKIPPABLE = 8 };
  AUTO_BUF one = BUF_INIT(64);
  AUTO_BUF gzip = BUF_INIT(4 << 20);
  AUTO_BUF zstd = BUF_INIT(SKIPPABLE * (PIECES + 1));
  struct format_parts parts;
  struct format_budget budget = { 64 << 20 };
  struct error err;

  (void)state;
  gzip_make(&one, "\0", 1, "");
  for (int i = 0; i < PIECES; i++) {
    buf_add_str(&gzip, buf_str(&one));
    buf_add(&zstd, "\x50\x2a\x4d\x18\0\0\0\0", SKIPPABLE);
  }
  assert_int_equal(format_read(&format_gzip, &parts, buf_str(&gzip), STR("x.gz"), &budget, &err),
                   0);
  format_release(&parts);
  buf_add_str(&gzip, buf_str(&one));
  expect(&format_gzip, buf_str(&gzip), "x.gz", "ERROR: it has more than 65536 members\n");
  buf_add(&zstd, "\x50\x2a\x4d\x18\0\0\0\0", SKIPPABLE);
  expect(&format_zstd, buf_str(&zstd), "x.zst", "ERROR: it has more than 65536 frames\n");
}

static void test_gzip_faults(void **state)
{
  static const struct {
    size_t at; /* of the byte that is changed; */
    const char *wanted;
  } cases[] = {
    { 3, "ERROR: its header has unknown flags (0x80)\n" },
    { 10, "ERROR: invalid block type at byte 1\n" },
    { 15, "ERROR: its checksum is wrong\n" },
    { 21, "ERROR: its checksum is wrong\n" },
    { 25, "ERROR: its checksum is wrong\n" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF file = BUF_INIT(1 << 20);

    gzip_make(&file, "\0", 1, "hello");
    file.ptr[cases[i].at] ^= (char)(cases[i].at == 10 ? 6 : 0x80);
    expect(&format_gzip, buf_str(&file), "x.gz", cases[i].wanted);
  }
}

/* ---- tar ---- */

static void repair_tar(unsigned char *bytes, size_t len)
{
  for (size_t at = 0; at + 512 <= len; at += 512)
    if (memcmp(bytes + at + 257, "ustar", 5) == 0)
      tar_make_checksum(bytes + at);
}

static void test_tar(void **state)
{
  AUTO_BUF file = BUF_INIT(1 << 20);

  (void)state;
  tar_make(&file, &(struct tar_item) { .name = "bin/x",
                                       .mode = 04755,
                                       .uid = 7,
                                       .mtime = 1700000000,
                                       .user_name = "joe",
                                       .content = STR("hello") });
  tar_make(&file, &(struct tar_item) { .name = "l", .type = '2', .link_name = "bin" });
  tar_make_pax(&file, 'x', "SCHILY.xattr.user.a", "1", "path", "long", NULL);
  tar_make(&file, &(struct tar_item) { .name = "short", .magic = MAGIC_USTAR });
  tar_make(&file, &(struct tar_item) { .name = "g", .magic = MAGIC_GNU });
  tar_make(&file, &(struct tar_item) { .name = "u", .type = 'Z', .content = STR("odd") });
  tar_make_end(&file);
  expect(&format_tar, buf_str(&file), "x.tar",
         "0 \"bin/x\" 4755 7:0 joe: 5 0:0 1700000000.000000000 \"hello\"\n"
         "2 \"l\" 644 0:0 : 0 0:0 0.000000000 -> \"bin\"\n"
         "0 \"long\" 644 0:0 : 0 0:0 0.000000000 {SCHILY.xattr.user.a=\"1\"} {path=\"long\"} \"\"\n"
         "0 \"g\" 644 0:0 : 0 0:0 0.000000000 \"\"\n"
         "Z \"u\" 644 0:0 : 3 0:0 0.000000000 \"odd\"\nheader's name=\"short, of long\"\n");
  flip(&format_tar, buf_str(&file), "x.tar", repair_tar, 3000);
}

static void test_tar_hidden(void **state)
{
  static const struct {
    size_t at; /* where a byte is put that no reader shows */
    const char *wanted;
  } cases[] = {
    { 50, "ERROR: 50 bytes from byte 50 on belong to nothing that is known\n" },
    { 505, "ERROR: 7 bytes from byte 505 on belong to nothing that is known\n" },
    { 600, "ERROR: 424 bytes from byte 600 on belong to nothing that is known\n" },
    { 2100, "ERROR: 460 bytes from byte 2100 on belong to nothing that is known\n" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF file = BUF_INIT(1 << 20);

    tar_make(&file, &(struct tar_item) { .name = "x", .content = STR("hello") });
    tar_make_end(&file);
    memset(buf_reserve(&file, 512), 0, 512);
    file.len += 512;
    file.ptr[cases[i].at] = '!';
    repair_tar((unsigned char *)file.ptr, 512);
    expect(&format_tar, buf_str(&file), "x.tar", cases[i].wanted);
  }
}

/* ---- tar: sparse files ---- */

/* By GNU tar's manual, "Storing Sparse Files": "data", six zeros, "more", two zeros. */
static void test_tar_sparse(void **state)
{
  static const char content[] = "\"data\\x00\\x00\\x00\\x00\\x00\\x00more\\x00\\x00\"\n";
  static const struct {
    const char *records[9]; /* of the header before it */
    const char *name;       /* in its own header */
    const char *map;        /* before the content */
    const char *wanted;     /* before the content; an error */
  } cases[] = {
    { { "GNU.sparse.size", "16", "GNU.sparse.numblocks", "2", "GNU.sparse.map", "0,4,10,4", NULL },
      "x",
      NULL,
      "0 \"x\" 644 0:0 : 16 0:0 0.000000000 {GNU.sparse.map=\"0,4,10,4\"} "
      "{GNU.sparse.numblocks=\"2\"} {GNU.sparse.size=\"16\"} {tar.sparse=\"PAX 0.1\"} " },
    { { "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "16", NULL },
      "x",
      "2\n0\n4\n10\n4\n",
      "0 \"x\" 644 0:0 : 16 0:0 0.000000000 {GNU.sparse.major=\"1\"} {GNU.sparse.minor=\"0\"} "
      "{GNU.sparse.realsize=\"16\"} {tar.sparse=\"PAX 1.0: 0,4,10,4\"} " },
    { { "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "16", NULL },
      "x",
      "2\n0\n4\n010\n4\n",
      "ERROR: the sparse map at byte 1536 is written in an unusual way\n" },
    { { "GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "16", NULL },
      "x",
      "2\n0\n4\n10\n4\n5\n",
      "ERROR: 501 bytes from byte 1547 on belong to nothing that is known\n" },
    { { "GNU.sparse.size", "16", "GNU.sparse.name", "d/x", "GNU.sparse.numblocks", "2",
        "GNU.sparse.map", "0,4,10,4", NULL },
      "d/GNUSparseFile.17/y",
      NULL,
      "ERROR: the sparse file at byte 1024 has two names of which neither follows from the "
      "other\n" },
    { { "GNU.sparse.map", "0,4,10,4", "GNU.sparse.numbytes", "4", NULL },
      "x",
      NULL,
      "ERROR: at byte 0 of the tar stream: malformed PAX record (a sparse map out of order) at "
      "byte "
      "52 of 52\n" },
    { { "GNU.sparse.major", "2", "GNU.sparse.offset", "5", "comment", "x", NULL },
      "x",
      NULL,
      "ERROR: an extended header has a sparse map that its entry does not use\n" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF file = BUF_INIT(1 << 20);
    AUTO_BUF body = BUF_INIT(1 << 20);
    AUTO_BUF stored = BUF_INIT(1 << 20);
    AUTO_BUF wanted = BUF_INIT(1 << 20);

    for (const char *const *record = cases[i].records; *record; record += 2)
      tar_make_record(&body, str_of(record[0]), str_of(record[1]));
    tar_make_pax_body(&file, 'x', buf_str(&body));
    if (cases[i].map) {
      buf_puts(&stored, cases[i].map);
      while (stored.len < 512)
        buf_putc(&stored, 0);
    }
    buf_puts(&stored, "datamore");
    tar_make(&file, &(struct tar_item) { .name = cases[i].name, .content = buf_str(&stored) });
    tar_make_end(&file);
    buf_puts(&wanted, cases[i].wanted);
    if (!str_has_prefix(buf_str(&wanted), STR("ERROR")))
      buf_puts(&wanted, content);
    expect(&format_tar, buf_str(&file), "x.tar", wanted.ptr);
    if (!str_has_prefix(buf_str(&wanted), STR("ERROR")))
      flip(&format_tar, buf_str(&file), "x.tar", repair_tar, 1500);
  }
}

#define NUL_NUMBER "\0\0\0\0\0\0\0\0\0\0\0\0"

/* GNU's old format: GNU tar ends the map at the first pair without a length, and at the first block
 * that is not full, where Go reads on: files that are equal for the one are not for the other. */
static void test_tar_gnu_map(void **state)
{
  static const struct {
    struct str map; /* in the header */
    bool goes_on;
    const char *wanted;
  } cases[] = {
    { STR("00000000010\00000000004\0"), false,
      "S \"x\" 644 0:0 : 16 0:0 0.000000000 {tar.sparse=\"GNU: 8,4; pairs in each block: 1\"} "
      "\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00data\\x00\\x00\\x00\\x00\"\n" },
    { STR("00000000010\00000000004\0"), true,
      "S \"x\" 644 0:0 : 16 0:0 0.000000000 {tar.sparse=\"GNU: 8,4; pairs in each block: 1,0\"} "
      "\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00data\\x00\\x00\\x00\\x00\"\n" },
    { STR("00000000000\0" NUL_NUMBER "00000000010\00000000004\0"), false,
      "ERROR: 12 bytes from byte 398 on belong to nothing that is known\n" },
    { STR("00000000000\0            00000000010\00000000004\0"), false,
      "ERROR: 12 bytes from byte 398 on belong to nothing that is known\n" },
    { STR("            00000000000\000000000010\00000000004\0"), false,
      "ERROR: 12 bytes from byte 386 on belong to nothing that is known\n" },
    { STR("00000000010\0\0000000004\0"), false,
      "ERROR: 12 bytes from byte 398 on belong to nothing that is known\n" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF file = BUF_INIT(1 << 20);
    AUTO_BUF stored = BUF_INIT(1 << 20);

    while (cases[i].goes_on && stored.len < 512)
      buf_putc(&stored, 0);
    buf_puts(&stored, "data");
    tar_make(&file, &(struct tar_item) { .name = "x",
                                         .magic = MAGIC_GNU,
                                         .type = 'S',
                                         .content = buf_str(&stored),
                                         .has_size = true,
                                         .size = 4,
                                         .patches = {
                                             { 386, cases[i].map },
                                             { 482, { cases[i].goes_on ? "\1" : "\0", 1 } },
                                             { 483, STR("00000000020\0") },
                                         } });
    tar_make_end(&file);
    expect(&format_tar, buf_str(&file), "x.tar", cases[i].wanted);
    if (!str_has_prefix(str_of(cases[i].wanted), STR("ERROR")))
      flip(&format_tar, buf_str(&file), "x.tar", repair_tar, 1000);
  }
}

/* Base-256 or octal is how a number is written (tar-1), and seen as such: the value is carried. */
static void test_tar_base_256(void **state)
{
  struct format_budget budget = { 1 << 20 };
  struct format_parts parts;
  AUTO_BUF file = BUF_INIT(1 << 20);
  bool has_mark = false;
  struct error err;

  (void)state;
  tar_make(&file, &(struct tar_item) {
                      .name = "x",
                      .magic = MAGIC_GNU,
                      .patches = { { 136, STR("\x80\0\0\0\0\0\0\0\x65\x53\xf1\0") } },
                  });
  tar_make_end(&file);
  assert_int_equal(format_read(&format_tar, &parts, buf_str(&file), STR("x.tar"), &budget, &err),
                   0);
  assert_int_equal(parts.members[0].entry.mtime.seconds, 1700000000);
  for (size_t i = 0; i < parts.n_ranges; i++)
    if (parts.ranges[i].from == 136 && parts.ranges[i].to == 137)
      has_mark = parts.ranges[i].rule && strcmp(parts.ranges[i].rule->id, "tar-1") == 0;
  assert_true(has_mark);
  format_release(&parts);
  flip(&format_tar, buf_str(&file), "x.tar", repair_tar, 1000);
}

/* A few bytes that claim to be a large file cost nothing. */
static void test_tar_sparse_bomb(void **state)
{
  AUTO_BUF file = BUF_INIT(1 << 20);

  (void)state;
  tar_make_pax(&file, 'x', "GNU.sparse.size", "100000000", "GNU.sparse.numblocks", "1",
               "GNU.sparse.map", "0,4", NULL);
  tar_make(&file, &(struct tar_item) { .name = "x", .content = STR("data") });
  tar_make_end(&file);
  expect(&format_tar, buf_str(&file), "x.tar",
         "ERROR: sparse file: it grows to more than 200 times its size\n");
}

/* ---- names that share bytes ---- */

/* Many members may name the same bytes of one table: what they take is bounded, and paid for. */
static void test_shared_names(void **state)
{
  struct format_budget budget = { 10 };
  struct format_parts parts = { .budget = &budget };
  AUTO_BUF file = BUF_INIT(10000);
  struct error err;
  struct str name;

  (void)state;
  assert_int_equal(format_shared_name(&parts, STR("abc/\nx/\n"), STR("/\n"), &name, &err), 0);
  assert_true(str_equal(name, STR("abc")));
  assert_int_equal(budget.bytes, 5);
  assert_int_equal(format_shared_name(&parts, STR("abc"), STR("/\n"), &name, &err), -1);
  assert_int_equal(err.code, ERROR_CORRUPT);
  assert_int_equal(format_shared_name(&parts, STR("abcd/\n"), STR("/\n"), &name, &err), -1);
  assert_int_equal(err.code, ERROR_LIMIT);

  buf_printf(&file, "!<arch>\n%-48s%-10d`\n", "//", 5002);
  for (int i = 0; i < 5000; i++)
    buf_putc(&file, 'a');
  buf_puts(&file, "/\n");
  buf_printf(&file, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", "/0", 0, 0, 0, "100644", 0);
  expect(&format_ar, buf_str(&file), "x.a", "ERROR: a name in it is longer than 4096 bytes\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gzip),         cmocka_unit_test(test_gzip_faults),
    cmocka_unit_test(test_pieces_max),   cmocka_unit_test(test_tar),
    cmocka_unit_test(test_shared_names), cmocka_unit_test(test_tar_hidden),
    cmocka_unit_test(test_tar_sparse),   cmocka_unit_test(test_tar_sparse_bomb),
    cmocka_unit_test(test_tar_gnu_map),  cmocka_unit_test(test_tar_base_256),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
