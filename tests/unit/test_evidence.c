/* What is seen in two contents: dates in their spellings, and what accounts for all that differs.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "evidence/content.h"
#include "evidence/date.h"

/* The spellings of ISO 8601, RFC 5322, asctime(3), date(1), info files, compilers and PDF; and
 * numbers that are no dates. */
static void dates(void **state)
{
  static const struct {
    const char *text;
    size_t len; /* of the date; 0: it is none */
  } rows[] = {
    { "2026-11-28", 10 },
    { "2026-11-28T14:15:05Z", 20 },
    { "2026-11-28T14:15:05.123456+01:00 x", 32 },
    { "2026-11-28 14:15:05 +0100", 25 },
    { "2026/11/28 x", 10 },
    { "2026.11.28:1423", 15 },
    { "2026:11:28 14:15:05", 19 },
    { "28.11.2026", 10 },
    { "11/28/2026", 10 },
    { "28/11/2026", 10 },
    { "20261128", 8 },
    { "202611281415", 12 },
    { "20261128141505Z", 15 },
    { "20261128141505+01'00'", 21 },
    { "20261128T141505Z", 16 },
    { "November 28, 2026", 17 },
    { "Nov 28 2026", 11 },
    { "Nov  8 2026", 11 },
    { "28 Nov 2026", 11 },
    { "28 NOV 2026", 11 },
    { "28-Nov-2026", 11 },
    { "28th November 2026", 18 },
    { "Nov 2026", 8 },
    { "Sat Nov 28 14:15:05 2026", 24 },
    { "Sat Nov 28 14:15:05 UTC 2026", 28 },
    { "Sat, 28 Nov 2026 14:15:05 +0000", 31 },
    { "Saturday, November 28, 2026", 27 },
    { "14:15:05", 8 },
    { "14:15", 5 },
    { "20261128141505Z00'00'", 21 },
    { "2026-W48", 8 },
    { "2026W48", 7 },
    { "2026-W48-7", 10 },
    { "2026-W54", 0 },
    { "2026-13-28", 0 },
    { "2026-11-32", 0 },
    { "1234-11-28", 0 },
    { "20261328", 0 },
    { "202611282515", 0 },
    { "2026", 0 },
    { "28", 0 },
    { "Nove 28", 0 },
    { "Mayor 3", 0 },
    { "99:99", 0 },
    { "Nov", 0 },
    { "", 0 },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    if (date_length(str_of(rows[i].text)) != rows[i].len)
      fail_msg("\"%s\": %zu, expected %zu", rows[i].text, date_length(str_of(rows[i].text)),
               rows[i].len);
}

struct row {
  const char *path;
  struct str a, b;
  const char *ids; /* with commas, in alphabetical order of nothing: in that of the file */
  bool left;
};

static void check(const struct row *row)
{
  struct arena arena = ARENA_INIT;

  for (int turn = 0; turn < 2; turn++) { /* and the other way round */
    const struct str content[2] = { turn ? row->b : row->a, turn ? row->a : row->b };
    struct content_evidence found;
    AUTO_BUF ids = BUF_INIT(1000);

    content_look(content, &(struct content_file) { .path = str_of(row->path) }, &arena, &found);
    for (size_t i = 0; i < found.n; i++) {
      buf_printf(&ids, "%s%s", i ? "," : "", found.found[i].id);
      for (size_t j = 0; j < found.found[i].values.n; j++)
        assert_true(strlen(found.found[i].values.items[j].name) < 100); /* it is there yet */
    }
    if (strcmp(ids.len ? ids.ptr : "", row->ids) != 0 || found.left != row->left)
      fail_msg("\"%.*s\": found %s, left %d (%s)", STR_ARGS(content[0]), ids.len ? ids.ptr : "-",
               found.left, found.what);
  }
  arena_release(&arena);
}

static void contents(void **state)
{
  static const struct row rows[] = {
    { "x", STR("on 2026-11-28\n"), STR("on 2026-12-02\n"), "embedded-date", false },
    { "x", STR("on Nov  8 2026\n"), STR("on November 28, 2026\n"), "embedded-date", false },
    { "x", STR("t=1700000000\n"), STR("t=1710000000.25\n"), "embedded-epoch", false },
    { "x", STR("t=1700000000123 "), STR("t=1710000000456 "), "embedded-epoch", false },
    { "x", STR("size=17000\n"), STR("size=17003\n"), "", true },
    { "x", STR("n=99991700000000\n"), STR("n=99991710000000\n"), "", true },
    /* lines that come and go are left; what is beside them is not */
    { "x", STR("a\nb\non 2026-11-28\nc\n"), STR("a\non 2026-12-02\nc\n"), "embedded-date", true },
    { "x", STR("on 2026-11-28 x\n"), STR("on 2026-12-02 y\n"), "embedded-date", true },
    { "x", STR("in /home/a/x/src/m.c"), STR("in /builds/x/src/m.c"), "build-path", false },
    { "x", STR("#!/bin/sh\n"), STR("#!/tmp/sh\n"), "", true },
    { "x", STR("#!/usr/bin/python\n"), STR("#!/tmp/x/bin/python\n"), "", true },
    { "x", STR("run /opt/a/bin/x\n"), STR("run /opt/b/bin/x\n"), "", true },
    { "x", STR("id 123e4567-e89b-12d3-a456-426614174000\n"),
      STR("id 00000000-e89b-12d3-a456-42661417400f\n"), "embedded-uuid", false },
    { "x", STR("HOST=\"a\"\n"), STR("HOST=\"ci-10.local\"\n"), "embedded-host", false },
    { "etc/host.txt", STR("a\n"), STR("ci-10\n"), "embedded-host", false },
    { "x", STR("#define BUILT_BY \"root\"\n"), STR("#define BUILT_BY \"ci\"\n"), "embedded-user",
      false },
    { "x", STR("make -j4 all\n"), STR("make -j16 all\n"), "embedded-jobs", false },
    { "x", STR("BUILD_NUMBER=7\n"), STR("BUILD_NUMBER=12\n"), "build-number", false },
    { "x", STR("level=7\n"), STR("level=12\n"), "", true },
    { "x", STR("b\na\n"), STR("a\nb\n"), "reordered-lines", false },
    { "x", STR("b\na\n"), STR("a\na\n"), "", true },
    /* ssh-keygen's public keys, but not what says who is let in, nor keys of another kind */
    { "srv/ssh_host_key.pub", STR("ssh-ed25519 AAAAC3Nza1 root@a\n"),
      STR("ssh-ed25519 AAAAC3Nza2 root@a\n"), "generated-key", false },
    { "srv/id_rsa.pub", STR("ssh-rsa AAAAB3Nz1= root@a\n"), STR("ssh-rsa AAAAB3Nz2= root@b\n"),
      "generated-key", false },
    { "srv/id_rsa.pub", STR("ssh-rsa AAAAB3Nz1 root@a\n"), STR("ssh-rsa AAAAB3Nz2 eve@a\n"), "",
      true },
    { "srv/id_rsa.pub", STR("ssh-rsa AAAAB3Nz1\n"), STR("ssh-dss AAAAB3Nz2\n"), "", true },
    { "srv/id_rsa.pub", STR("ssh-rsa AAAAB3Nz1\n"), STR("ssh-rsa AAAAB3Nz2\nssh-rsa AAAAB3\n"), "",
      true },
    { "srv/authorized_keys", STR("ssh-rsa AAAAB3Nz1\n"), STR("ssh-rsa AAAAB3Nz2\n"), "", true },
    { "srv/users-ca.pub", STR("ssh-rsa AAAAB3Nz1\n"), STR("ssh-rsa AAAAB3Nz2\n"), "", true },
    /* a line that goes to another part says something else there */
    { "x", STR("[a]\nx=1\n[b]\nx=2\n"), STR("[a]\nx=2\n[b]\nx=1\n"), "", true },
    { "x", STR("P:a\nV:1\n\nP:b\nV:2\n"), STR("P:b\nV:2\n\nP:a\nV:1\n"), "reordered-lines", false },
    { "x.json", STR("{\"a\":1,\"b\":2}"), STR("{\"b\": 2, \"a\": 1}"), "reordered-keys", false },
    { "x.json", STR("{\"a\":1,\"b\":2}"), STR("{\"b\": 1, \"a\": 2}"), "", true },
    /* the values are the same, but not how they are written where */
    { "x.json", STR("{\"a\":1.1,\"b\":1.10}"), STR("{ \"a\":1.10,\"b\":1.1}"), "", true },
    { "x.json", STR("{\"c\":1.0,\"d\":1.00}"), STR("{ \"c\":1.00,\"d\":1.0}"), "", true },
    { "x.json", STR("{\"a\":100.0,\"b\":1e2}"), STR("{ \"a\":1e2,\"b\":100.0}"), "", true },
    { "x.json", STR("{\"a\":0.1,\"b\":0.10000000000000001}"),
      STR("{ \"a\":0.10000000000000001,\"b\":0.1}"), "", true },
    { "x.json", STR("{\"a\":0.30000000000000004,\"b\":3.0000000000000004e-1}"),
      STR("{ \"a\":3.0000000000000004e-1,\"b\":0.30000000000000004}"), "", true },
    { "x.json", STR("{\"a\":[0.1,-2.5,0.0,100.0,1.5e3],\"b\":0.30000000000000004}"),
      STR("{\"b\": 0.30000000000000004, \"a\": [0.1, -2.5, 0.0, 100.0,1.5e3]}"), "reordered-keys",
      false },
    /* what is no character is no character that is known */
    { "x.json", STR("{\"a\":\"\\ud800\"}"), STR("{\"a\":\"\\ud801\"}"), "", true },
    { "x.json", STR("{\"a\":[\"\xff\"]}"), STR("{\"a\":[\"\xfe\"]}"), "", true },
    { "x.json", STR("{\"\xff\":1,\"b\":[]}"), STR("{\"b\":[],\"\xfe\":1}"), "", true },
    { "x.json", STR("{\"a\":\"\\ud83d\\ude00\",\"b\":2}"),
      STR("{\"b\": 2, \"a\": \"\\ud83d\\ude00\"}"), "reordered-keys", false },
    /* strings of binary files, with as many NULs behind them or not */
    { "x", STR("\1\0Nov 28 2026\0z\0"), STR("\1\0Nov  8 2027\0z\0"), "embedded-date", false },
    { "x", STR("\1\0Nov 28 2026\0\0z\0"), STR("\1\0Nov 8 2027\0\0\0z\0"), "embedded-date", true },
    { "x", STR(""), STR("a"), "", true },
    /* a path that is a value; behind the letter of an option; behind its own length */
    { "x.pc", STR("prefix=/usr/src/x-1/inst\n"), STR("prefix=/home/ci/inst\n"), "build-path",
      false },
    { "x.la", STR("' -L/usr/src/x-1/lib'\n"), STR("' -L/home/ci/lib'\n"), "build-path", false },
    { "x", STR("\0\x0f/srv/docs/a.rst\x94"), STR("\0\x10/home/docs/a.rst\x94"), "build-path",
      false },
    /* behind a byte that is not: a path all the same, and the byte is left */
    { "x", STR("\0A/srv/docs/a.rst\x94"), STR("\0B/home/docs/a.rst\x94"), "build-path", true },
    /* times in binary numbers are told, and prove nothing: code may look like them */
    { "x", STR("\x80\0G\x41\xda\x4a\xe2\x27\x20\0\0."), STR("\x80\0G\x41\xda\x4a\xf3\x11\x20\0\1."),
      "embedded-date", true },
    { "x", STR("\0\x9a\x89\x29\x69\0"), STR("\0\x9b\x3a\x2d\x69\0"), "", true },
    { "x", STR("x\0\0\1\x9a\xcb\xdf\x4b\x40"), STR("x\0\0\1\x9a\xcb\xef\x4b\x41"), "", true },
    /* paths of builds, where all around them is numbered anew */
    { "x.pickle", STR("\0h\21\0\27/srv/docs/x.rst\224j+\0h\22\0"),
      STR("\0h\23\0q\0h\21)/home/ci/docs/x.rst\224j-\0h\24\0"), "build-path", true },
    { "x.pickle", STR("\0h\21\0\27/srv/docs/x.rst\224j+\0h\22\0"),
      STR("\0h\23\0q\0h\21)/home/ci/docs/y.rst\224j-\0h\24\0"), "", true },
    { "x.html", STR("<script src=a/main.c4ca4238.js>"), STR("<script src=a/main.c81e728d.js>"),
      "hashed-name", false },
    /* a word of an index, without its end */
    { "x.js", STR("{\"built\":1,\"novemb\":1}"), STR("{\"built\":1,\"decemb\":1}"), "embedded-date",
      false },
    { "x.js", STR("{\"built\":1,\"novel\":1}"), STR("{\"built\":1,\"decemb\":1}"), "", true },
    { "x.html", STR("<script src=a/main.c4ca4238>"), STR("<script src=a/main.c81e728d>"), "",
      true },
    /* a path of another length, behind its length, which may be any character; and what holds it,
     * with its own length; the same with a length that is wrong */
    { "x.pyc",
      STR("\x00\xfa>/srv/docs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.py\x94\x00z"),
      STR("\x00\xfaP/home/runner/work/docs/docs/"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.py\x94\x00z"),
      "build-path", false },
    { "x.pyc",
      STR("\x00\xfa?/srv/docs/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.py\x94\x00z"),
      STR("\x00\xfaP/home/runner/work/docs/docs/"
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.py\x94\x00z"),
      "build-path", true },
    { "x.pkl",
      STR("\x80\x04\x95\x18\x00\x00\x00\x00\x00\x00\x00\x8c\x0b/srv/x/m.py\x94\x8c\x06"
          "abcdef\x94."),
      STR("\x80\x04\x95\x1b\x00\x00\x00\x00\x00\x00\x00\x8c\x0e/home/u/x/m.py\x94\x8c\x06"
          "abcdef\x94."),
      "build-path", false },
    { "x.pkl",
      STR("\x80\x04\x95\x18\x00\x00\x00\x00\x00\x00\x00\x8c\x0b/srv/x/m.py\x94\x8c\x06"
          "abcdef\x94."),
      STR("\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00\x8c\x0e/home/u/x/m.py\x94\x8c\x06"
          "abcdef\x94."),
      "build-path", true },
    { "x.class",
      STR("\xca\xfe\xba\xbe\x00\x01\x00\x0b/srv/x/m.py\x01\x00\x04"
          "Code"),
      STR("\xca\xfe\xba\xbe\x00\x01\x00\x0e/home/u/x/m.py\x01\x00\x04"
          "Code"),
      "build-path", false },
    { "x.class",
      STR("\xca\xfe\xba\xbe\x00\x01\x00\x0b/srv/x/m.py\x01\x00\x04"
          "Code"),
      STR("\xca\xfe\xba\xbe\x00\x01\x00\x0e/home/u/x/m.py\x01\x00\x04"
          "Cods"),
      "build-path", true },
    /* the frame of a pickle before another one; a string of compiled Python before something that
     * looks like more of it, which elsewhere is no length */
    { "x.pickle",
      STR("\x80\4\x95\x12\0\0\0\0\0\0\0\x8c\x0f/srv/docs/a.rst\x94\x95\1\0\0\0\0\0\0\0."),
      STR("\x80\4\x95\x13\0\0\0\0\0\0\0\x8c\x10/home/docs/a.rst\x94\x95\1\0\0\0\0\0\0\0."),
      "build-path", false },
    { "x.pyc", STR("\0\xfa\x0f/srv/docs/a.rstr\1\0\0"), STR("\0\xfa\x10/home/docs/a.rstr\1\0\0"),
      "build-path", false },
    { "x", STR("\0\xfa\x0f/srv/docs/a.rstr\1\0\0"), STR("\0\xfa\x10/home/docs/a.rstr\1\0\0"),
      "build-path", true },
    /* the number of a port, which is the length of nothing: it says as much more on the second side
     * as the path is longer, but where it would end by that number nothing ends */
    { "x", STR("\0\x14/srv/x/aaa.py\1abcdefgh\0"), STR("\0\x17/builds/x/aaa.py\1abcdefgh\0"),
      "build-path", true },
    /* salts and secrets */
    { "etc/shadow", STR("u:$6$saltsalt$abcDEF0123456789abcDEF:1:\n"),
      STR("u:$6$otherone$01234abcDEF56789abcDEF:1:\n"), "password-salt", true },
    { "x.yml", STR("session_secret: aB3dEfGh1jKlMn0pQr\n"),
      STR("session_secret: Zz9dEfGh1jKlMn0pQr\n"), "random-id", false },
    { "x.yml", STR("image: aB3dEfGh1jKlMn0pQr\n"), STR("image: Zz9dEfGh1jKlMn0pQr\n"), "", true },
    /* strings that a table holds in another order */
    { "x", STR("one\0/usr/src/x\0p.c\0q.c\0"), STR("one\0p.c\0/home/ci/x\0q.c\0"), "build-path",
      true },
    /* files that are known by how they begin, and are not looked into */
    { "x", STR("hsqs\1"), STR("hsqs\2"), "", true },
  };

  (void)state;
  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    check(&rows[i]);
}

/* A chunk of a PNG file (PNG, 5.3). */
static void add_chunk(struct buf *out, const char *type, struct str data)
{
  const uint32_t len = htonl((uint32_t)data.len);
  AUTO_BUF chunk = BUF_INIT(1000);
  uint32_t sum;

  buf_puts(&chunk, type);
  buf_add_str(&chunk, data);
  sum = htonl((uint32_t)crc32(0, (const unsigned char *)chunk.ptr, (unsigned)chunk.len));
  buf_add(out, &len, 4);
  buf_add_str(out, buf_str(&chunk));
  buf_add(out, &sum, 4);
}

static void add_png(struct buf *out, const char *day)
{
  static const char size[13] = "\0\0\0\1\0\0\0\1\x08";
  unsigned char pixels[100];
  uLongf len = sizeof(pixels);
  AUTO_BUF date = BUF_INIT(100);

  buf_puts(&date, "date:create");
  buf_add(&date, "", 1);
  buf_puts(&date, day);
  assert_int_equal(compress(pixels, &len, (const unsigned char *)"\0", 2), Z_OK);
  buf_add(out, "\x89PNG\r\n\x1a\n", 8);
  add_chunk(out, "IHDR", (struct str) { size, sizeof(size) });
  add_chunk(out, "tEXt", buf_str(&date));
  add_chunk(out, "IDAT", (struct str) { (const char *)pixels, len });
  add_chunk(out, "IEND", STR(""));
}

/* The name of a chunk is made when the file is read, and is told when the file is gone. */
static void png_dates(void **state)
{
  AUTO_BUF a = BUF_INIT(1000);
  AUTO_BUF b = BUF_INIT(1000);

  (void)state;
  add_png(&a, "2026-11-28");
  add_png(&b, "2026-12-02");
  check(&(struct row) { "x.png", buf_str(&a), buf_str(&b), "embedded-date", false });
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dates),
    cmocka_unit_test(contents),
    cmocka_unit_test(png_dates),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
