/* layer/tar: what is reported for each kind of header, and each fault. The wanted results follow
 * from POSIX (pax, "ustar Interchange Format", "pax Header Block"), the GNU tar manual, and the
 * documentation of Go's archive/tar, whose reader was also run over all of these archives. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../common/tar_maker.h"
#include "base/alloc.h"
#include "base/escape.h"
#include "base/limits.h"
#include "tar/tar.h"

static void add_time(struct buf *out, struct tar_time time)
{
  if (time.set)
    buf_printf(out, " %" PRId64 ".%09d", time.seconds, time.nanoseconds);
  else
    buf_puts(out, " -");
}

static void add_entry(struct buf *out, const struct tar_entry *entry)
{
  buf_printf(out, "%" PRIu64 " ", entry->index);
  escape_terminal(out, (struct str) { &entry->type, 1 });
  buf_putc(out, ' ');
  escape_quote(out, entry->name);
  if (entry->link_name.len) {
    buf_puts(out, " -> ");
    escape_terminal(out, entry->link_name);
  }
  buf_printf(out, " %" PRId64 " %" PRIo64 " %" PRId64 ":%" PRId64, entry->size,
             (uint64_t)entry->mode, entry->uid, entry->gid);
  buf_printf(out, " %.*s:%.*s", STR_ARGS(entry->user_name), STR_ARGS(entry->group_name));
  add_time(out, entry->mtime);
  if (entry->atime.set || entry->ctime.set) {
    add_time(out, entry->atime);
    add_time(out, entry->ctime);
  }
  if (entry->device_major || entry->device_minor)
    buf_printf(out, " dev %" PRId64 ":%" PRId64, entry->device_major, entry->device_minor);
  buf_printf(out, " format %d", entry->format);
  for (size_t i = 0; i < entry->n_records; i++) {
    buf_puts(out, i ? ", " : " {");
    escape_terminal(out, entry->records[i].key);
    buf_putc(out, '=');
    escape_quote(out, entry->records[i].value);
  }
  buf_puts(out, entry->n_records ? "}" : "");
}

static int add_content(struct buf *out, struct tar_reader *reader, struct error *err)
{
  AUTO_BUF content = BUF_INIT(1 << 20);
  struct tar_chunk chunk;
  int result;

  while ((result = tar_read(reader, &chunk, err)) > 0) {
    assert_true(chunk.len > 0);
    buf_add(&content, chunk.bytes, chunk.len);
  }
  if (content.len) {
    buf_putc(out, ' ');
    escape_quote(out, buf_str(&content));
  }
  return result;
}

enum reading { READ_ALL, READ_NOTHING };

/* One line for each entry, and the error if there is one. */
static void dump(struct buf *out, struct str tar, size_t piece, enum reading reading)
{
  struct tar_memory memory = { tar, piece, false };
  struct tar_reader *reader = tar_reader_new(tar_memory_source(&memory));
  struct tar_entry entry;
  struct error err = { 0 };
  int result;

  while ((result = tar_next(reader, &entry, &err)) > 0) {
    add_entry(out, &entry);
    if (reading == READ_ALL && add_content(out, reader, &err) < 0) {
      buf_puts(out, " ");
      result = -1;
      break;
    }
    buf_putc(out, '\n');
  }
  if (result < 0)
    buf_printf(out, "error %d: %s\n", err.code, err.message);
  else
    assert_int_equal(tar_next(reader, &entry, &err), 0); /* and stays at the end */
  if (result == 0)
    assert_int_equal(tar_offset(reader), tar.len);
  tar_reader_free(reader);
}

static void check_bytes(struct str tar, const char *want)
{
  static const size_t pieces[] = { BLOCK_SIZE, 37, 512, 700 };

  for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
    AUTO_BUF got = BUF_INIT(8 << 20);

    dump(&got, tar, pieces[i], READ_ALL);
    buf_putc(&got, '\0');
    assert_string_equal(got.ptr, want);
  }
}

static void check_item(const struct tar_item *item, const char *want)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);

  tar_make(&tar, item);
  tar_make_end(&tar);
  check_bytes(buf_str(&tar), want);
}

static void test_headers(void **state)
{
  static const struct {
    struct tar_item item;
    const char *want;
  } cases[] = {
    { { .name = "a", .content = STR("x"), .uid = 7, .gid = 8, .mtime = 9 },
      "0 0 \"a\" 1 644 7:8 : 9.000000000 format 2 \"x\"\n" },
    { { .name = "d/", .type = '5', .mode = 0755, .user_name = "root", .group_name = "wheel" },
      "0 5 \"d/\" 0 755 0:0 root:wheel 0.000000000 format 2\n" },
    { { .name = "s", .type = '2', .link_name = "t", .mode = 0777 },
      "0 2 \"s\" -> t 0 777 0:0 : 0.000000000 format 2\n" },
    { { .name = "n", .type = '3', .major = 1, .minor = 3 },
      "0 3 \"n\" 0 644 0:0 : 0.000000000 dev 1:3 format 2\n" },
    { { .name = "p", .type = '6' }, "0 6 \"p\" 0 644 0:0 : 0.000000000 format 2\n" },
    { { .name = "c", .type = '7', .content = STR("y") },
      "0 7 \"c\" 1 644 0:0 : 0.000000000 format 2 \"y\"\n" },
    { { .name = "odd", .type = 'Q', .content = STR("y") },
      "0 Q \"odd\" 1 644 0:0 : 0.000000000 format 2 \"y\"\n" },
    /* The oldest type flag: a directory if the name says so. */
    { { .name = "old", .type = TYPE_NUL, .content = STR("y") },
      "0 0 \"old\" 1 644 0:0 : 0.000000000 format 2 \"y\"\n" },
    { { .name = "old/", .type = TYPE_NUL }, "0 5 \"old/\" 0 644 0:0 : 0.000000000 format 2\n" },
    /* What has no content has none whatever its size field says. */
    { { .name = "l", .type = '1', .link_name = "t", .has_size = true, .size = 99999 },
      "0 1 \"l\" -> t 99999 644 0:0 : 0.000000000 format 2\n" },
    { { .name = "d/", .type = '5', .has_size = true, .size = 5 },
      "0 5 \"d/\" 5 644 0:0 : 0.000000000 format 2\n" },
    { { .name = "b", .prefix = "dir/x" }, "0 0 \"dir/x/b\" 0 644 0:0 : 0.000000000 format 2\n" },
    { { .name = "", .prefix = "dir" }, "0 0 \"dir/\" 0 644 0:0 : 0.000000000 format 2\n" },
    /* v7 has no user names, devices and prefix, and no format of its own. */
    { { .magic = MAGIC_V7, .name = "v", .patches = { { 265, STR("root") }, { 345, STR("p") } } },
      "0 0 \"v\" 0 644 0:0 : 0.000000000 format 0\n" },
    { { .magic = MAGIC_STAR,
        .name = "s",
        .prefix = "p",
        .patches = { { 476, STR("00000000010 ") }, { 488, STR("00000000020 ") } } },
      "0 0 \"p/s\" 0 644 0:0 : 0.000000000 8.000000000 16.000000000 format 0\n" },
    { { .magic = MAGIC_GNU, .name = "g", .user_name = "u" },
      "0 0 \"g\" 0 644 0:0 u: 0.000000000 format 8\n" },
    { { .magic = MAGIC_GNU,
        .name = "g",
        .patches = { { 345, STR("00000000010\0") }, { 357, STR("00000000020\0") } } },
      "0 0 \"g\" 0 644 0:0 : 0.000000000 8.000000000 16.000000000 format 8\n" },
    { { .magic = MAGIC_GNU, .name = "g", .patches = { { 357, STR("00000000020\0") } } },
      "0 0 \"g\" 0 644 0:0 : 0.000000000 - 16.000000000 format 8\n" },
    /* A prefix where GNU has its times: written so by old versions of Go. */
    { { .magic = MAGIC_GNU, .name = "g", .prefix = "some/dir" },
      "0 0 \"some/dir/g\" 0 644 0:0 : 0.000000000 format 0\n" },
    { { .magic = MAGIC_GNU, .name = "g", .prefix = "s\xc3\xbc/dir" },
      "0 0 \"g\" 0 644 0:0 : 0.000000000 format 0\n" },
    /* "ustar" with another version is still ustar; "ustar " with another one is not GNU. */
    { { .name = "a", .patches = { { 263, STR("\0\0") } } },
      "0 0 \"a\" 0 644 0:0 : 0.000000000 format 2\n" },
    { { .magic = MAGIC_GNU, .name = "a", .patches = { { 263, STR("xx") } } },
      "0 0 \"a\" 0 644 0:0 : 0.000000000 format 0\n" },
    /* Beyond what ustar allows: read, but of no format. */
    { { .name = "\xc3\xbc" }, "0 0 \"\xc3\xbc\" 0 644 0:0 : 0.000000000 format 0\n" },
    { { .name = "a", .patches = { { 107, STR(" ") } } },
      "0 0 \"a\" 0 644 0:0 : 0.000000000 format 0\n" },
    { { .name = "\xff" }, "0 0 \"\\xff\" 0 644 0:0 : 0.000000000 format 0\n" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++)
    check_item(&cases[i].item, cases[i].want);
}

/* The uid field: octal with spaces and NULs around it, or base-256. */
static void test_numbers(void **state)
{
  static const struct {
    struct str field;
    const char *want; /* NULL: no number */
  } cases[] = {
    { STR("0000017\0"), "15" },
    { STR("     17\0"), "15" },
    { STR("17\0\0\0\0\0\0"), "15" },
    { STR("17 \0\0\0\0\0"), "15" },
    { STR("\0\0   17 "), "15" },
    { STR("\0\0\0\0\0\0\0\0"), "0" },
    { STR("        "), "0" },
    { STR("17\00099\0\0\0"), "15" }, /* what is behind a NUL does not count */
    { STR("77777777"), "16777215" },
    { STR("0000018\0"), NULL },
    { STR("1 7    \0"), NULL },
    { STR("-000017\0"), NULL },
    { STR("+000017\0"), NULL },
    { STR("0x00017\0"), NULL },
    { STR("\x80\0\0\0\0\0\0\x0f"), "15" },
    { STR("\x80\0\0\x01\0\0\0\0"), "4294967296" },
    { STR("\xff\xff\xff\xff\xff\xff\xff\xff"), "-1" },
    { STR("\xff\xff\xff\xff\xff\xff\xff\xf1"), "-15" },
    { STR("\xc0\0\0\0\0\0\0\0"), "-4611686018427387904" },
    { STR("\xbf\xff\xff\xff\xff\xff\xff\xff"), "4611686018427387903" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    struct tar_item item = { .magic = MAGIC_GNU, .name = "a" };
    AUTO_BUF want = BUF_INIT(200);

    assert_int_equal(cases[i].field.len, 8);
    item.patches[0].at = 108;
    item.patches[0].bytes = cases[i].field;
    if (cases[i].want)
      buf_printf(&want, "0 0 \"a\" 0 644 %s:0 : 0.000000000 format 8\n", cases[i].want);
    else
      buf_puts(&want, "error 4: at byte 0 of the tar stream: the header's field \"uid\" is no "
                      "number\n");
    check_item(&item, want.ptr);
  }
  /* Twelve bytes: what does not fit 63 bits is refused. */
  check_item(
      &(struct tar_item) {
          .magic = MAGIC_GNU,
          .name = "a",
          .patches = { { 136, STR("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff") } },
      },
      "0 0 \"a\" 0 644 0:0 : 9223372036854775807.000000000 format 8\n");
  check_item(
      &(struct tar_item) {
          .magic = MAGIC_GNU,
          .name = "a",
          .patches = { { 136, STR("\xff\xff\xff\xff\x80\0\0\0\0\0\0\0") } },
      },
      "0 0 \"a\" 0 644 0:0 : -9223372036854775808.000000000 format 8\n");
  check_item(&(struct tar_item) { .magic = MAGIC_GNU,
                                  .name = "a",
                                  .patches = { { 136, STR("\x80\0\0\0\x80\0\0\0\0\0\0\0") } } },
             "error 4: at byte 0 of the tar stream: the header's field \"mtime\" is no number\n");
}

static void test_checksum(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);

  (void)state;
  tar_make(&tar, &(struct tar_item) { .name = "\xc3\xa9" });
  /* As old writers did it, with signed bytes: 256 less for each of the two. */
  memcpy(tar.ptr + 148, "000000\0 ", 8);
  for (unsigned sum = 0, i = 0; i < 512; i++) {
    sum += i >= 148 && i < 156 ? ' ' : (unsigned char)tar.ptr[i];
    if (i == 511)
      for (int digit = 153; digit >= 148; digit--, sum /= 8)
        tar.ptr[digit] = (char)('0' + (digit == 153 ? (sum -= 512) : sum) % 8);
  }
  check_bytes(buf_str(&tar), "0 0 \"\xc3\xa9\" 0 644 0:0 : 0.000000000 format 0\n");
  tar.ptr[153] = tar.ptr[153] == '7' ? '0' : (char)(tar.ptr[153] + 1);
  assert_int_equal(tar.ptr[300], 0);
  {
    AUTO_BUF got = BUF_INIT(1000);

    dump(&got, buf_str(&tar), 512, READ_ALL);
    assert_non_null(
        strstr(got.ptr, "error 4: at byte 0 of the tar stream: wrong header checksum: "));
  }
  tar.ptr[148] = 'x';
  check_bytes(buf_str(&tar), "error 4: at byte 0 of the tar stream: no tar header (its checksum is "
                             "no number)\n");
}

static void test_pax(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);

  (void)state;
  tar_make_pax(&tar, 'x', "path", "long/name", "linkpath", "long/target", "uname", "us\xc3\xa9r",
               "gname", "group", "uid", "4294967296", "gid", "-5", "mtime", "1690888764.5", "atime",
               "-1.25", "ctime", "3", "SCHILY.xattr.user.a", "v", "comment", "", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "short", .link_name = "t", .type = '2' });
  /* A record of its own for each entry: what came before is forgotten. */
  tar_make(&tar, &(struct tar_item) { .name = "next" });
  tar_make_pax(&tar, 'x', "size", "3", "path", "", "mtime", "1.1234567899", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "sized", .content = STR("abc"), .has_size = true });
  /* A second header replaces the first one, all of it. */
  tar_make_pax(&tar, 'x', "path", "first", "uid", "1", NULL);
  tar_make_pax(&tar, 'x', "gid", "2", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "twice" });
  /* Of two values for one key the later one counts. */
  tar_make_pax(&tar, 'x', "uid", "1", "comment", "x", "uid", "2", "a", "1", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "double" });
  /* PAX records need no ustar header behind them to be of the PAX format… */
  tar_make_pax(&tar, 'x', "a", "1", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "\xc3\xa9" });
  /* …but a GNU header does not mix with them. */
  tar_make_pax(&tar, 'x', "path", "gnu", NULL);
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU, .name = "x" });
  tar_make_end(&tar);
  check_bytes(
      buf_str(&tar),
      "0 2 \"long/name\" -> long/target 0 644 4294967296:-5 us\xc3\xa9r:group "
      "1690888764.500000000 -2.750000000 3.000000000 format 4 {SCHILY.xattr.user.a=\"v\", "
      "atime=\"-1.25\", comment=\"\", ctime=\"3\", gid=\"-5\", gname=\"group\", "
      "linkpath=\"long/target\", mtime=\"1690888764.5\", path=\"long/name\", "
      "uid=\"4294967296\", uname=\"us\xc3\xa9r\"}\n"
      "1 0 \"next\" 0 644 0:0 : 0.000000000 format 2\n"
      "2 0 \"sized\" 3 644 0:0 : 1.123456789 format 4 {mtime=\"1.1234567899\", path=\"\", "
      "size=\"3\"} \"abc\"\n"
      "3 0 \"twice\" 0 644 0:2 : 0.000000000 format 4 {gid=\"2\"}\n"
      "4 0 \"double\" 0 644 2:0 : 0.000000000 format 4 {a=\"1\", comment=\"x\", uid=\"2\"}\n"
      "5 0 \"\xc3\xa9\" 0 644 0:0 : 0.000000000 format 0 {a=\"1\"}\n"
      "6 0 \"gnu\" 0 644 0:0 : 0.000000000 format 0 {path=\"gnu\"}\n");
}

static void test_pax_global(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);

  (void)state;
  tar_make_pax(&tar, 'g', "comment", "c0ffee", "mtime", "7", "uid", "9", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "a" });
  tar_make_pax(&tar, 'x', "uid", "1", NULL); /* lost, since a global header follows */
  tar_make_pax(&tar, 'g', "path", "named", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "b" });
  tar_make_end(&tar);
  check_bytes(buf_str(&tar), "0 g \"PaxHeaders.0/x\" 0 0 0:0 : - format 4 {comment=\"c0ffee\", "
                             "mtime=\"7\", uid=\"9\"}\n"
                             "1 0 \"a\" 0 644 0:0 : 0.000000000 format 2\n"
                             "2 g \"named\" 0 0 0:0 : - format 4 {path=\"named\"}\n"
                             "3 0 \"b\" 0 644 0:0 : 0.000000000 format 2\n");
}

/* The body of one PAX header, byte by byte. */
static void test_pax_records(void **state)
{
  static const struct {
    struct str body;
    const char *want; /* the records, or the start of the error behind "malformed PAX record " */
  } cases[] = {
    { STR("6 a=1\n"), "{a=\"1\"}" },
    { STR("5 a=\n"), "{a=\"\"}" },
    { STR("06 a=\n"), "{a=\"\"}" },
    { STR("+6 a=\n"), "{a=\"\"}" },
    { STR("7 a==1\n"), "{a=\"=1\"}" },
    { STR("7 a=\0\0\n"), "{a=\"\\x00\\x00\"}" },
    { STR("7 a=\n1\n"), "{a=\"\\n1\"}" },
    { STR("8 a b=1\n"), "{a b=\"1\"}" },
    { STR("6 b=1\n6 a=1\n"), "{a=\"1\", b=\"1\"}" },
    { STR(""), "" },
    { STR("\0"), "(no length) at byte 0 of 1" },
    { STR("6 a=1\n\0"), "(no length) at byte 6 of 7" },
    { STR("a=1\n"), "(no length) at byte 0 of 4" },
    { STR("x a=1\n"), "(no length) at byte 0 of 6" },
    { STR("-6 a=1\n"), "(its length does not fit) at byte 0 of 7" },
    { STR("9999999999999999999 a=1\n"), "(no length)" },
    { STR("9223372036854775807 a=1\n"), "(its length does not fit)" },
    { STR("7 a=1\n"), "(its length does not fit)" },
    { STR("4 a=\n"), "(its length does not fit)" },
    { STR("0000000000000006 a=1\n"), "(its length does not fit)" },
    { STR("5 a=1\n"), "(its length does not lead to its end)" },
    { STR("6 a=12"), "(its length does not lead to its end)" },
    { STR("5 ab\n"), "(no key)" },
    { STR("6 =ab\n"), "(no key)" },
    { STR("8 a\0b=1\n"), "(a NUL where a name is)" },
    { STR("11 path=a\0\n"), "(a NUL where a name is)" },
    { STR("12 uname=a\0\n"), "(a NUL where a name is)" },
    { STR("25 GNU.sparse.numbytes=1\n"), "(a sparse map out of order)" },
    { STR("23 GNU.sparse.offset=1\n23 GNU.sparse.offset=1\n"), "(a sparse map out of order)" },
    { STR("25 GNU.sparse.offset=1,2\n"), "(a sparse map out of order)" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF tar = BUF_INIT(1 << 20);
    AUTO_BUF got = BUF_INIT(4000);

    tar_make_pax_body(&tar, 'x', cases[i].body);
    tar_make(&tar, &(struct tar_item) { .name = "f" });
    dump(&got, buf_str(&tar), 512, READ_ALL);
    buf_putc(&got, '\0');
    if (cases[i].want[0] == '(')
      assert_non_null(
          strstr(got.ptr, "error 4: at byte 0 of the tar stream: malformed PAX record "));
    else
      assert_non_null(strstr(got.ptr, "0 0 \"f\" 0 644 0:0 : 0.000000000 format 4"));
    if (!strstr(got.ptr, cases[i].want))
      fail_msg("%zu: expected %s, found %s", i, cases[i].want, got.ptr);
  }
}

static void test_pax_values(void **state)
{
  static const struct {
    const char *key, *value;
    bool good;
  } cases[] = {
    { "mtime", "0", true },
    { "mtime", "-0.5", true },
    { "mtime", "1.", true },
    { "mtime", ".5", false },
    { "mtime", "1.5x", false },
    { "mtime", "1e5", false },
    { "mtime", "1.-5", false },
    { "mtime", "", true },
    { "mtime", "+1.5", true },
    { "mtime", " 1", false },
    { "atime", "x", false },
    { "ctime", "1.2.3", false },
    { "uid", "1.5", false },
    { "uid", "-1", true },
    { "uid", "+-1", false },
    { "gid", "0x1", false },
    { "gid", "1_0", false },
    { "size", "-1", false },
    { "size", "x", false },
    { "size", "", true },
    { "size", "0", true },
    { "uid", "9223372036854775807", true },
    { "uid", "-9223372036854775808", true },
    { "uid", "9223372036854775808", false },
    { "mtime", "9223372036854775808", false },
    { "mtime", "-9223372036854775808", true },
    { "other", "x", true },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF tar = BUF_INIT(1 << 20);
    AUTO_BUF got = BUF_INIT(4000);

    tar_make_pax(&tar, 'x', cases[i].key, cases[i].value, NULL);
    tar_make(&tar, &(struct tar_item) { .name = "f" });
    dump(&got, buf_str(&tar), 512, READ_ALL);
    buf_putc(&got, '\0');
    if (!strstr(got.ptr, "error") != cases[i].good)
      fail_msg("%s=%s: %s", cases[i].key, cases[i].value, got.ptr);
  }
}

static void test_gnu_long_names(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);
  static const char name[] = "the/long/name";

  (void)state;
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU,
                                      .name = "././@LongLink",
                                      .type = 'K',
                                      .content = STR("target\0junk") });
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU,
                                      .name = "././@LongLink",
                                      .type = 'L',
                                      .content = { name, sizeof(name) } });
  tar_make(&tar,
           &(struct tar_item) { .magic = MAGIC_GNU, .name = "x", .link_name = "t", .type = '2' });
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU, .name = "y" });
  /* L wins over PAX, whatever the order; an empty one says nothing. */
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU, .type = 'L', .content = STR("gnu/") });
  tar_make_pax(&tar, 'x', "path", "pax", NULL);
  tar_make(&tar, &(struct tar_item) { .name = "z", .type = TYPE_NUL });
  /* In a ustar header it makes no sense, but is read. */
  tar_make(&tar, &(struct tar_item) { .type = 'L', .content = STR("ustar") });
  tar_make(&tar, &(struct tar_item) { .name = "v" });
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU, .type = 'L', .content = STR("\0x") });
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU, .name = "w" });
  tar_make_end(&tar);
  check_bytes(buf_str(&tar), "0 2 \"the/long/name\" -> target 0 644 0:0 : 0.000000000 format 8\n"
                             "1 0 \"y\" 0 644 0:0 : 0.000000000 format 8\n"
                             "2 5 \"gnu/\" 0 644 0:0 : 0.000000000 format 0 {path=\"pax\"}\n"
                             "3 0 \"ustar\" 0 644 0:0 : 0.000000000 format 0\n"
                             "4 0 \"w\" 0 644 0:0 : 0.000000000 format 8\n");
}

static void test_ends(void **state)
{
  static const char a[] = "0 0 \"a\" 3 644 0:0 : 0.000000000 format 2 \"abc\"\n";
  static const char zeros[4096];
  AUTO_BUF tar = BUF_INIT(1 << 20);
  AUTO_BUF want = BUF_INIT(1000);

  (void)state;
  check_bytes((struct str) { zeros, 0 }, "");
  check_bytes((struct str) { zeros, 512 }, "");
  check_bytes((struct str) { zeros, 1024 }, "");
  check_bytes((struct str) { zeros, 4096 }, "");
  check_bytes((struct str) { zeros, 100 },
              "error 4: at byte 0 of the tar stream: the stream ends in "
              "a header (100 of 512 bytes)\n");
  check_bytes((struct str) { zeros, 600 },
              "error 4: at byte 512 of the tar stream: the stream ends "
              "in a header (88 of 512 bytes)\n");
  tar_make(&tar, &(struct tar_item) { .name = "a", .content = STR("abc") });
  check_bytes(buf_str(&tar), a);                 /* no end mark */
  check_bytes((struct str) { tar.ptr, 515 }, a); /* no padding either */
  check_bytes((struct str) { tar.ptr, 600 }, a);
  buf_add(&tar, zeros, 512);
  check_bytes(buf_str(&tar), a); /* half an end mark */
  buf_add(&tar, zeros, 512);
  buf_puts(&tar, "garbage after the end does not count");
  check_bytes(buf_str(&tar), a);
  tar.len = 1024 + 512;
  tar_make(&tar, &(struct tar_item) { .name = "b" });
  buf_printf(&want,
             "%serror 4: at byte 1536 of the tar stream: a header after a single block of zeros "
             "(two of them end an archive)\n",
             a);
  check_bytes(buf_str(&tar), want.ptr);
}

static void test_truncated(void **state)
{
  AUTO_BUF tar = BUF_INIT(1 << 20);
  AUTO_BUF extended = BUF_INIT(1 << 20);

  (void)state;
  tar_make(&tar, &(struct tar_item) { .name = "a", .content = STR("abc") });
  for (size_t len = 513; len < 515; len++) {
    AUTO_BUF got = BUF_INIT(1000);
    char message[100];

    snprintf(message, sizeof(message),
             "the stream ends in the content of an entry, %zu bytes early", 515 - len);
    dump(&got, (struct str) { tar.ptr, len }, 512, READ_ALL);
    assert_non_null(strstr(got.ptr, message));
    buf_clear(&got);
    dump(&got, (struct str) { tar.ptr, len }, 512, READ_NOTHING);
    assert_non_null(strstr(got.ptr, message));
  }
  tar_make_pax(&extended, 'x', "path", "b", NULL);
  for (size_t len = 513; len <= extended.len; len++) {
    AUTO_BUF got = BUF_INIT(1000);

    dump(&got, (struct str) { extended.ptr, len }, 512, READ_ALL);
    assert_true(str_has_prefix(buf_str(&got), STR("error 4: at byte ")));
  }
  tar_make_end(&extended);
  check_bytes(buf_str(&extended), "error 4: at byte 2048 of the tar stream: the archive ends after "
                                  "an extended header\n");
}

static void test_bad_sizes(void **state)
{
  static const struct tar_item negative = {
    .magic = MAGIC_GNU,
    .name = "a",
    .patches = { { 124, STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") } },
  };
  struct tar_item item = negative;
  AUTO_BUF tar = BUF_INIT(4 << 20);
  AUTO_FREE char *long_body = xmalloc(LIMIT_PAX_BYTES + 1);

  (void)state;
  check_item(&item, "error 4: at byte 0 of the tar stream: an entry of negative size (-1)\n");
  item.type = '5';
  check_item(&item, "0 5 \"a\" -1 644 0:0 : 0.000000000 format 8\n");
  check_item(&(struct tar_item) { .name = "x", .type = 'x', .has_size = true, .size = 1048577 },
             "error 5: at byte 0 of the tar stream: an extended header of 1048577 bytes, more than "
             "1048576\n");
  check_item(&(struct tar_item) { .name = "x", .type = 'L', .has_size = true, .size = 8589934591 },
             "error 5: at byte 0 of the tar stream: an extended header of 8589934591 bytes, more "
             "than 1048576\n");
  /* The longest name there can be is read. */
  memset(long_body, 'n', LIMIT_PAX_BYTES + 1);
  tar_make(&tar, &(struct tar_item) {
                     .magic = MAGIC_GNU, .type = 'L', .content = { long_body, LIMIT_PAX_BYTES } });
  tar_make(&tar, &(struct tar_item) { .magic = MAGIC_GNU, .name = "x" });
  {
    AUTO_BUF got = BUF_INIT(4 << 20);

    dump(&got, buf_str(&tar), BLOCK_SIZE, READ_ALL);
    assert_int_equal(got.len,
                     strlen("0 0 \"\" 0 644 0:0 : 0.000000000 format 8\n") + LIMIT_PAX_BYTES);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_headers),    cmocka_unit_test(test_numbers),
    cmocka_unit_test(test_checksum),   cmocka_unit_test(test_pax),
    cmocka_unit_test(test_pax_global), cmocka_unit_test(test_pax_records),
    cmocka_unit_test(test_pax_values), cmocka_unit_test(test_gnu_long_names),
    cmocka_unit_test(test_ends),       cmocka_unit_test(test_truncated),
    cmocka_unit_test(test_bad_sizes),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
