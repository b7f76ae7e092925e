/* What rebuilds of many kinds of files leave in them, as it was seen in real ones: numbers that are
 * times, paths in the midst of other bytes, symbol tables, names of locales. What is found is never
 * proven by it, unless it follows from the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <endian.h>

#include "base/buf.h"
#include "evidence/content.h"

/* When the files of the two sides were last changed. */
#define CHANGED_A 1795982029 /* 2026-11-29T19:53:49Z */
#define CHANGED_B 1796280838 /* 2026-12-03T06:53:58Z */

struct row {
  const char *path;
  struct str a, b;
  const char *ids; /* with commas */
  bool left;
};

static void look(const struct row *row, bool dated, struct arena *arena,
                 struct content_evidence *found)
{
  const struct content_file file = {
    .path = str_of(row->path), .changed = { { dated ? CHANGED_A : 0 }, { dated ? CHANGED_B : 0 } }
  };

  content_look((const struct str[]) { row->a, row->b }, &file, arena, found);
}

static void check_rows(const struct row *rows, size_t n, bool dated)
{
  for (size_t i = 0; i < n; i++) {
    struct arena arena = ARENA_INIT;
    struct content_evidence found;
    AUTO_BUF ids = BUF_INIT(1000);

    look(&rows[i], dated, &arena, &found);
    for (size_t j = 0; j < found.n; j++)
      buf_printf(&ids, "%s%s", j ? "," : "", found.found[j].id);
    if (strcmp(ids.len ? ids.ptr : "", rows[i].ids) != 0 || found.left != rows[i].left)
      fail_msg("row %zu: found %s, left %d (%s)", i, ids.len ? ids.ptr : "-", found.left,
               found.what);
    arena_release(&arena);
  }
}

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])

/* The time of a COFF header (PE format, 3.3), of a round robin database, of Qt's resources, of a
 * font ("head": since 1904), a FILETIME; and numbers that only look like them. */
#define PE_A "MZ\0\0PE\0\0\x64\x86\1\0\xcd\x82\x0c\x6b\0\0"
#define PE_B "MZ\0\0PE\0\0\x64\x86\1\0\x06\x12\x11\x6b\0\0"

static void times(void **state)
{
  static const struct row near[] = {
    { "x.dll", STR(PE_A "a"), STR(PE_B "a"), "embedded-date", true },
    { "x.dll", STR(PE_A "a"), STR(PE_B "b"), "embedded-date", true },
    /* a time of another day; and one side alone is near */
    { "x.dll", STR("MZ\0\0\xcd\x82\x0c\x6b"), STR("MZ\0\0\xcd\x82\x0c\x6c"), "", true },
    { "x.dll", STR("MZ\0\0\xcd\x82\x0c\x6a"), STR("MZ\0\0\x06\x12\x11\x6b"), "", true },
    /* milliseconds, the largest byte first: 1795982029000, 1796280838000 */
    { "x.rcc", STR("qres\0\0\x01\xa2\x28\xde\xf0\xc8"), STR("qres\0\0\x01\xa2\x3a\xae\x67\x70"),
      "embedded-date", true },
    /* since 1904: 3878826829, 3879125638 */
    { "x.ttf", STR("head\0\0\0\0\0\xe7\x32\x33\x4d"), STR("head\0\0\0\0\0\xe7\x36\xc2\x86"),
      "embedded-date", true },
    /* since 1601, in tenths of microseconds */
    { "x", STR("\0x\x80\x04\xdc\x59\x3b\x80\xdd\x01"), STR("\0x\x00\x07\xe7\x11\xf3\x82\xdd\x01"),
      "embedded-date", true },
  };
  static const struct row unknown[] = {
    { "x.dll", STR(PE_A "a"), STR(PE_B "a"), "", true },
  };

  (void)state;
  check_rows(ROWS(near), true);
  check_rows(ROWS(unknown), false);
}

/* Strings behind a mark, behind another one, behind a length that is no character's; and paths that
 * are no builds'. */
static void paths(void **state)
{
  static const struct row rows[] = {
    { "x.luac", STR("\x1bLuaT\0\x91@/usr/src/p/x.lua\x80\1\0\x0a"),
      STR("\x1bLuaT\0\x92@/home/ci/p/x.lua\x80\1\0\x0b"), "build-path", true },
    { "x.bc", STR("BC\0c.c/usr/src/p-1.031b3e34f\0\3\4"), STR("BC\0c.c/home/u/p31b3e34f\0\7\4"),
      "build-path", true },
    { "x.bc", STR("BC\0c.c/usr/lib/p-1.031b3e34f\0\3\4"), STR("BC\0c.c/usr/libx/p31b3e34f\0\7\4"),
      "", true },
    { "x.bc", STR("BC\0c.c/opt/a/p-1.031b3e34f\0\3\4"), STR("BC\0c.c/opt/bb/p31b3e34f\0\7\4"), "",
      true },
  };

  (void)state;
  check_rows(ROWS(rows), true);
}

/* Texts: what is written is likely, and never more. */
static void texts(void **state)
{
  static const struct row rows[] = {
    { "x.ps", STR("%%CreationDate: D:20261129195349Z00'00'\n"),
      STR("%%CreationDate: D:20261203015358-05'00'\n"), "embedded-date", false },
    /* ten digits that are random; seconds that are near; and far, but said to be made */
    { "x.sfd", STR("XUID: [530 2064157151 1]\n"), STR("XUID: [530 2003187678 1]\n"), "", true },
    { "x", STR("t 1795982029\n"), STR("t 1796280838\n"), "embedded-epoch", false },
    { "x", STR("built 1500000000\n"), STR("built 1796280838\n"), "embedded-epoch", false },
    { "x.pl", STR("{\n 'b' => 1,\n 'a' => 1\n}\n"), STR("{\n 'a' => 1,\n 'b' => 1\n}\n"),
      "reordered-lines", false },
    { "x.pl", STR("{\n 'b' => 1,\n 'a' => 1\n}\n"), STR("{\n 'a' => 1,\n 'b' => 2\n}\n"), "",
      true },
    /* the items of one list went to the other */
    { "x.ini", STR("[a]\nx=1,\ny=2\n[b]\nx=3,\ny=4\n"), STR("[a]\nx=3,\ny=2\n[b]\nx=1,\ny=4\n"), "",
      true },
    /* names that share a dash; and what follows them */
    { "x", STR("hostname=build-07\n"), STR("hostname=fv-az1021\n"), "embedded-host", false },
    { "x", STR("host: build-07, level 1\n"), STR("host: fv-az1021, level 2\n"), "embedded-host",
      true },
    { "x", STR("buildUser: \"ci@build-07\"\n"), STR("buildUser: \"root@fv-az1021\"\n"),
      "embedded-user", false },
    { "x", STR("Linux build-07 6.1.0 #1 SMP x\n"), STR("Linux fv-az1021 6.1.0 #1 SMP x\n"),
      "embedded-host", false },
    { "x", STR("Linux build-07 is it\n"), STR("Linux fv-az1021 is it\n"), "", true },
    { "x.csr",
      STR("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"),
      STR("-----BEGIN CERTIFICATE REQUEST-----\nAAAB\n-----END CERTIFICATE REQUEST-----\n"),
      "generated-key", false },
    { "x.pem", STR("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
      STR("-----BEGIN PUBLIC KEY-----\nAAAB\n-----END PUBLIC KEY-----\n"), "", true },
    { "x", STR("level=build-07\n"), STR("level=fv-az1021\n"), "", true },
    { "js/BUILD_ID", STR("wiNFovMb7AuZ-4jVtBJM"), STR("LYw2NunUPvly_ORjOdGe"), "random-id", false },
    { "js/main", STR("wiNFovMb7AuZ-4jVtBJM"), STR("LYw2NunUPvly_ORjOdGe"), "", true },
    { "x.js", STR("[\"static/chunks/198db3c8.js\"]"), STR("[\"static/chunks/b0692837.js\"]"),
      "hashed-name", false },
    { "x", STR("<object at 0x7f74ffedc190>"), STR("<object at 0x7efdd8af8190>"), "embedded-address",
      false },
    { "x", STR("mask 0x7f74ffedc190"), STR("mask 0x7efdd8af8190"), "", true },
    { "x", STR("made 29. November 2026\n"), STR("made  3. December 2026\n"), "embedded-date",
      false },
    /* a space that makes up for no digit, beside what is accounted for */
    { "x", STR("built 29. November 2026\n 3. March 2026: x\n"),
      STR("built  3. December 2026\n  3. March 2026: x\n"), "embedded-date", true },
    { "x", STR("built 28. November 2026\n"), STR("built  29. November 2026\n"), "embedded-date",
      true },
    { "x", STR("built  28. November 2026\n"), STR("built 3. December 2026\n"), "embedded-date",
      true },
    { "x", STR("level 9\n"), STR("level  9\n"), "", true },
    { "x", STR("{'b', 'a', 'c'}\n"), STR("{'c', 'a', 'b'}\n"), "reordered-lines", false },
    { "x", STR("keys=b,a,c\n"), STR("keys=c,b,a\n"), "reordered-lines", false },
    { "x", STR("keys=b,a,c\n"), STR("keys=c,b,b\n"), "", true },
    { "x", STR("keys=b,a\n"), STR("keys=a,b\n"), "", true },
    { "x", STR("run(f(b),a,c)\n"), STR("run(c,a,f(b))\n"), "", true },
    { "x.py", STR("keys=[b,a,c]\n"), STR("keys=[c,b,a]\n"), "", true },
    { "x", STR("enc: UTF-8\n"), STR("enc: ANSI_X3.4-1968\n"), "embedded-locale", false },
    { "x", STR("LANG=C.UTF-8\n"), STR("LANG=de_DE.ISO-8859-1@euro\n"), "embedded-locale", false },
    { "x", STR("name: UTF-8\n"), STR("name: evil\n"), "", true },
    { "x.rds", STR("X\n\0\0\0\3\0\0\0\5UTF-8\0\0\0\xfe"),
      STR("X\n\0\0\0\3\0\0\0\16ANSI_X3.4-1968\0\0\0\xfe"), "embedded-locale", false },
    { "x.rds", STR("X\n\0\0\0\3\0\0\0\5UTF-8\0\0\0\xfe"),
      STR("X\n\0\0\0\3\0\0\0\16ANSI_X3.4-1968\0\0\0\xff"), "embedded-locale", true },
    /* more lines that are no text than are looked at, and a date where the numbers differ */
    { "x.pdf", STR("%PDF\n\1\0a\n/CreationDate (D:20261129195349Z)\n"),
      STR("%PDF\n\2\0b\n\3\n/CreationDate (D:20261203015358-05'00')\n"), "embedded-date", true },
  };

  (void)state;
  check_rows(ROWS(rows), true);
}

static bool is_assumed(const char *path, struct str a, struct str b)
{
  const struct row row = { .path = path, .a = a, .b = b };
  struct arena arena = ARENA_INIT;
  struct content_evidence found;
  bool assumed;

  look(&row, true, &arena, &found);
  assert_int_equal(found.n, 1);
  assumed = found.found[0].assumed;
  arena_release(&arena);
  return assumed;
}

static void none_is_proven(void **state)
{
  (void)state;
  assert_true(is_assumed("x.pl", STR("{\n 'b' => 1,\n 'a' => 1\n}\n"),
                         STR("{\n 'a' => 1,\n 'b' => 1\n}\n")));
  assert_true(is_assumed("x", STR("{'b', 'a', 'c'}\n"), STR("{'c', 'a', 'b'}\n")));
  assert_true(is_assumed("x", STR("host=build-07\n"), STR("host=fv-az1021\n")));
  assert_true(is_assumed("x", STR("<x at 0x7f74ffedc190>"), STR("<x at 0x7efdd8af8190>")));
  assert_true(is_assumed("js/BUILD_ID", STR("wiNFovMb7AuZ-4jVtBJM"), STR("LYw2NunUPvly_ORjOdGe")));
  assert_true(is_assumed("x", STR("enc: UTF-8\n"), STR("enc: ANSI_X3.4-1968\n")));
  assert_true(is_assumed("x.rds", STR("X\n\0\0\0\3\0\0\0\5UTF-8\0\0\0\xfe"),
                         STR("X\n\0\0\0\3\0\0\0\16ANSI_X3.4-1968\0\0\0\xfe")));
}

/* ---- hostile contents ---- */

/* Rows in which every byte or two begin what could be a path, a name or a key that is as long as
 * the row: looking at them takes a time that grows with their length, not with its square. */
static void long_rows(void **state)
{
  enum { SIZE = 128 << 10, SECONDS = 30 };
  static const char *const rows[] = { "/", "+", "+a", "a/", "=/", "a-", "1 ", "$a$", "/tmp/" };
  char *bytes = malloc(SIZE);
  struct arena arena = ARENA_INIT;

  (void)state;
  assert_non_null(bytes);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++)
    for (int binary = 0; binary < 2; binary++) {
      const struct row row = { .path = "x", .a = { bytes, SIZE }, .b = { bytes, SIZE - 7 } };
      struct content_evidence found;
      const clock_t begun = clock();

      for (size_t at = 0; at < SIZE; at++)
        bytes[at] = rows[i][at % strlen(rows[i])];
      if (binary)
        bytes[0] = '\0';
      look(&row, true, &arena, &found);
      if ((clock() - begun) / CLOCKS_PER_SEC >= SECONDS)
        fail_msg("%s: %ld s", rows[i], (long)((clock() - begun) / CLOCKS_PER_SEC));
    }
  arena_release(&arena);
  free(bytes);
}

/* The same of rows that end in times of the build, which lie deep in brackets, or behind much else.
 */
static void deep_rows(void **state)
{
  enum { SIZE = 128 << 10, TIMES = 256, SECONDS = 30 };
  static const char *const rows[] = { "[",    "{",     "{\"a\":", "{a:1},[", "[ (",
                                      "{   ", ",(",    "a:",      "(\n",     "{\n\"a\":\n",
                                      "()\n", "<end>", "<end>\n" };
  static const char *const times[] = { "2026-11-29T19:53:20Z ", "2026-12-03T06:53:31Z " };
  struct arena arena = ARENA_INIT;
  char *bytes[2];

  (void)state;
  for (int side = 0; side < 2; side++) {
    bytes[side] = malloc(SIZE + TIMES * strlen(times[side]));
    assert_non_null(bytes[side]);
  }
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const size_t len = strlen(times[0]);
    const struct row row = { .path = "x.json",
                             .a = { bytes[0], SIZE + TIMES * len },
                             .b = { bytes[1], SIZE + TIMES * len } };
    struct content_evidence found;
    const clock_t begun = clock();

    for (int side = 0; side < 2; side++) {
      for (size_t at = 0; at < SIZE; at++)
        bytes[side][at] = rows[i][at % strlen(rows[i])];
      for (size_t at = 0; at < TIMES; at++)
        memcpy(bytes[side] + SIZE + at * len, times[side], len);
    }
    look(&row, true, &arena, &found);
    if ((clock() - begun) / CLOCKS_PER_SEC >= SECONDS)
      fail_msg("%s: %ld s", rows[i], (long)((clock() - begun) / CLOCKS_PER_SEC));
  }
  arena_release(&arena);
  free(bytes[0]);
  free(bytes[1]);
}

/* Numbers that are times, as many as there is room for, are counted, and not all told. */
static void many_times(void **state)
{
  enum { N = 128 << 10 };
  uint32_t *numbers[2];
  struct row row = { .path = "x.bin" };
  struct arena arena = ARENA_INIT;
  struct content_evidence found;

  (void)state;
  for (int side = 0; side < 2; side++) {
    numbers[side] = malloc(N * sizeof(*numbers[side]));
    assert_non_null(numbers[side]);
    for (size_t i = 0; i < N; i++)
      numbers[side][i] = htobe32(side ? CHANGED_B : CHANGED_A);
    numbers[side][0] = 0;
  }
  row.a = (struct str) { (const char *)numbers[0], N * sizeof(*numbers[0]) };
  row.b = (struct str) { (const char *)numbers[1], N * sizeof(*numbers[1]) };
  look(&row, true, &arena, &found);
  assert_int_equal(found.n, 1);
  assert_int_equal(found.found[0].times, N - 1);
  assert_true(arena.total < 1 << 20);
  arena_release(&arena);
  free(numbers[0]);
  free(numbers[1]);
}

/* ---- static libraries ---- */

#define MEMBER(name, size) name "0           0     0     100644  " size "`\n"
#define SYMBOLS MEMBER("/               ", "20        ")
#define M_1 MEMBER("m.o/            ", "18        ")
#define M_2 MEMBER("m.o/            ", "20        ")
#define N MEMBER("n.o/            ", "2         ")

/* Its first member has the path of a build and is longer on the second side, which moves the
 * second; f is in the first and g in the second. */
static void symbols(void **state)
{
  static const struct row rows[] = {
    { "x.a",
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa6"
          "f\0g\0\0\0\0\0" M_1 "/usr/src/xx/m.c\n\0\1" N "n\n"),
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa8"
          "f\0g\0\0\0\0\0" M_2 "/home/ci/xxxx/m.c\n\0\1" N "n\n"),
      "build-path", false },
    /* g is in the first, too */
    { "x.a",
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa6"
          "f\0g\0\0\0\0\0" M_1 "/usr/src/xx/m.c\n\0\1" N "n\n"),
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\x58"
          "f\0g\0\0\0\0\0" M_2 "/home/ci/xxxx/m.c\n\0\1" N "n\n"),
      "build-path", true },
    /* another symbol; a place where no member is; a number of symbols that is none */
    { "x.a",
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa6"
          "f\0g\0\0\0\0\0" M_1 "/usr/src/xx/m.c\n\0\1" N "n\n"),
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa8"
          "f\0h\0\0\0\0\0" M_2 "/home/ci/xxxx/m.c\n\0\1" N "n\n"),
      "build-path", true },
    { "x.a",
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa7"
          "f\0g\0\0\0\0\0" M_1 "/usr/src/xx/m.c\n\0\1" N "n\n"),
      STR("!<arch>\n" SYMBOLS "\0\0\0\2\0\0\0\x58\0\0\0\xa8"
          "f\0g\0\0\0\0\0" M_2 "/home/ci/xxxx/m.c\n\0\1" N "n\n"),
      "build-path", true },
    { "x.a",
      STR("!<arch>\n" SYMBOLS "\xff\xff\xff\xff\0\0\0\x58\0\0\0\xa6"
          "f\0g\0\0\0\0\0" M_1 "/usr/src/xx/m.c\n\0\1" N "n\n"),
      STR("!<arch>\n" SYMBOLS "\xff\xff\xff\xff\0\0\0\x58\0\0\0\xa8"
          "f\0g\0\0\0\0\0" M_2 "/home/ci/xxxx/m.c\n\0\1" N "n\n"),
      "build-path", true },
  };

  (void)state;
  check_rows(ROWS(rows), true);
}

/* ---- kinds ---- */

static void kinds(void **state)
{
  static const struct {
    const char *path;
    struct str begins;
    const char *id; /* NULL: it is of none */
  } rows[] = {
    { "x.gcno", STR("oncg*22B"), "coverage-stamp" },
    { "x.gcda", STR("adcg*22B"), "coverage-stamp" },
    { "x.gch", STR("gpchC014"), "precompiled-header" },
    { "x.7z", STR("7z\xbc\xaf\x27\x1c"), "archive-times" },
    { "x", STR("none"), NULL },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    struct arena arena = ARENA_INIT;
    AUTO_BUF a = BUF_INIT(100);
    AUTO_BUF b = BUF_INIT(100);
    struct row row = { .path = rows[i].path };
    struct content_evidence found;

    buf_add_str(&a, rows[i].begins);
    buf_add_str(&b, rows[i].begins);
    buf_puts(&a, "x1");
    buf_puts(&b, "y2");
    row.a = buf_str(&a);
    row.b = buf_str(&b);
    look(&row, true, &arena, &found);
    assert_true(found.left);
    if (rows[i].id)
      assert_string_equal(found.kind, rows[i].id);
    else
      assert_null(found.kind);
    arena_release(&arena);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(times),          cmocka_unit_test(paths),     cmocka_unit_test(texts),
    cmocka_unit_test(none_is_proven), cmocka_unit_test(symbols),   cmocka_unit_test(kinds),
    cmocka_unit_test(long_rows),      cmocka_unit_test(deep_rows), cmocka_unit_test(many_times),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
