/* formats that show what differs and never come out equal: what each reader makes of files made by
 * hand after the formats' specifications, and of their faults. Files of real programs:
 * tests/inside/shows.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <elf.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "../common/format_dump.h"
#include "formats/elf.h"
#include "formats/html.h"
#include "formats/jks.h"
#include "formats/json.h"
#include "formats/pem.h"
#include "formats/pkcs12.h"
#include "formats/properties.h"
#include "formats/roff.h"
#include "formats/rpm.h"
#include "formats/xml.h"

static void expect(const struct format *format, struct str bytes, const char *name,
                   const char *wanted)
{
  AUTO_BUF found = BUF_INIT(1 << 20);

  assert_false(format->may_be_equal);
  format_dump(&found, format, bytes, str_of(name));
  assert_string_equal(found.len ? found.ptr : "", wanted);
}

struct row {
  struct str bytes;
  const char *wanted;
};

static void expect_all(const struct format *format, const char *name, const struct row *rows,
                       size_t n)
{
  for (size_t i = 0; i < n; i++)
    expect(format, rows[i].bytes, name, rows[i].wanted);
}

#define MEMBER(name, size, content) "0 \"" name "\" 644 0:0 : " size " 0:0 \"" content "\"\n"

static void test_json(void **state)
{
  static const struct row rows[] = {
    { STR(" {\"a\": {\"b/c\": [{\"~\": \"x\\u0041\"}, 2]}, \"d\": null}"),
      MEMBER("a/b~1c/0/~0", "2", "xA") MEMBER("a/b~1c/1", "1", "2") MEMBER("d", "4", "null") },
    { STR("{\"a\": [1, \"x\"], \"b\": {}, \"c\": []}"),
      MEMBER("a", "12", "[\\n 1,\\n \\\"x\\\"\\n]") MEMBER("b", "2", "{}") MEMBER("c", "2", "[]") },
    { STR("[]"), MEMBER("(value)", "2", "[]") },
    { STR("{\"a\": 1, \"a\": 2}"), "ERROR: line 1: duplicate object key near '\\\"a\\\"'\n" },
    { STR("{\"a\\u0000b\": 1}"), "ERROR: line 1: NUL byte in object key not supported near "
                                 "'\\\"a\\\\u0000b\\\"'\n" },
  };

  (void)state;
  assert_true(format_json.detect(STR("{}"), STR("srv/x.JSON")));
  assert_false(format_json.detect(STR("{}"), STR("srv/x.txt")));
  assert_false(format_json.detect(STR("1"), STR("srv/x.json")));
  expect_all(&format_json, "x.json", rows, 3);
  for (size_t i = 3; i < ARRAY_LEN(rows); i++) { /* the library words what is wrong */
    AUTO_BUF found = BUF_INIT(1 << 20);

    format_dump(&found, &format_json, rows[i].bytes, STR("x.json"));
    assert_true(str_has_prefix(buf_str(&found), STR("ERROR: line 1: ")));
  }
}

/* java.util.Properties: comments, three ways to part name and value, lines that go on. */
static void test_properties(void **state)
{
  static const struct row rows[] = {
    { STR("# c\n ! d\na=1\nb : 2\n c 3\nd\\:e = 4\\\\\nf = 5 \\\n   6\r\n\ng"),
      MEMBER("a", "1", "1") MEMBER("b", "1", "2") MEMBER("c", "1", "3")
          MEMBER("d\\\\:e", "3", "4\\\\\\\\") MEMBER("f", "3", "5 6") MEMBER("g", "0", "") },
    { STR("# only\n"), "" },
  };

  (void)state;
  expect_all(&format_properties, "x.properties", rows, ARRAY_LEN(rows));
}

/* JAR File Specification, "Notes on Manifest and Signature Files": sections, lines of 72 bytes. */
static void test_manifest(void **state)
{
  static const struct row rows[] = {
    { STR("Manifest-Version: 1.0\r\nBuilt-By: a\r\n b\r\n\r\nName: x/\r\n y\r\nDigest: 1\r\n\r\nz: "
          "2\n"),
      MEMBER("Manifest-Version", "3", "1.0") MEMBER("Built-By", "2", "ab")
          MEMBER("x/y/Digest", "1", "1") MEMBER("z", "1", "2") },
    { STR("no name\n"), "ERROR: a line has no name\n" },
  };

  (void)state;
  expect_all(&format_properties, "META-INF/MANIFEST.MF", rows, ARRAY_LEN(rows));
}

static void test_xml(void **state)
{
  static const struct row rows[] = {
    { STR("\xef\xbb\xbf<?xml version=\"1.0\"?><!DOCTYPE a><a x='1>' y = \"&lt;\"> t<b/><b> u </b>"
          "<!-- <c> --><b><![CDATA[<d>]]>e</b>v</a>\n"),
      MEMBER("a@x", "2", "1>") MEMBER("a@y", "4", "&lt;") MEMBER("a/b[2]", "1", "u") MEMBER(
          "a/#comment", "3", "<c>") MEMBER("a/b[3]", "4", "<d>e") MEMBER("a", "3", "t\\nv") },
    { STR("<a><b></a></b>"), "ERROR: it is no XML: an element does not end as it begins\n" },
    { STR("<a>"), "ERROR: it is no XML: an element does not end\n" },
    { STR("<a"), "ERROR: it is no XML: a tag has no end\n" },
    { STR("<a x=1/>"), "ERROR: it is no XML: the value of an attribute is not in quotes\n" },
    { STR("<a x/>"), "ERROR: it is no XML: an attribute has no value\n" },
    { STR("</a>"), "ERROR: it is no XML: an element does not end as it begins\n" },
    { STR("<a/>x"), "ERROR: it is no XML: text lies outside of its element\n" },
    { STR("<a><!-- </a>"), "ERROR: it is no XML: something has no end\n" },
    { STR("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>"), "ERROR: its document type declares something\n" },
  };

  (void)state;
  expect_all(&format_xml, "x.xml", rows, ARRAY_LEN(rows));
}

/* What lies between the marks is no certificate here; its digest is the one of sha256sum. */
/* Each element is taken off the budget, also where its path is that of another. */
/* HTML Standard, 13.2.5 and 13.1.2.4. */
static void test_html(void **state)
{
  static const struct row rows[] = {
    { STR("<!DOCTYPE HTML><HTML lang=en><title>a <b> c</title><p class='x y' "
          "hidden>one<p>two<br/>three"
          "<img src=a.png alt=\"\"></html>"),
      MEMBER("html@lang", "2", "en") MEMBER("html/title", "7", "a <b> c")
          MEMBER("html/p@class", "3", "x y") MEMBER("html/p@hidden", "0", "")
              MEMBER("html/p", "3", "one") MEMBER("html/p[2]/img@src", "5", "a.png")
                  MEMBER("html/p[2]/img@alt", "0", "") MEMBER("html/p[2]", "9", "two\\nthree") },
    { STR("<html><ul><li>a<li>b</ul></b><!-- c --><script>if (a<b) '</p>'</script>x < y"),
      MEMBER("html/ul/li", "1", "a") MEMBER("html/ul/li[2]", "1", "b")
          MEMBER("html/#comment", "1", "c") MEMBER("html/script", "15", "if (a<b) '</p>'")
              MEMBER("html", "5", "x < y") },
    { STR("<html><a href=\"x"), MEMBER("html/a@href", "1", "x") },
    { STR("<html <b"), MEMBER("html@<b", "0", "") },
  };

  (void)state;
  assert_true(format_html.detect(STR(" \n<!doctype html>"), STR("x")));
  assert_true(format_html.detect(STR("<p>"), STR("a/x.HTM")));
  assert_false(format_html.detect(STR("<p>"), STR("x.txt")));
  expect_all(&format_html, "x.html", rows, ARRAY_LEN(rows));
}

/* man(7), mdoc(7). */
static void test_roff(void **state)
{
  static const struct row rows[] = {
    { STR("'\\\" t\n.TH LS \"1\" \"May 2026\" \"a \"\"b\"\"\"\n.hy\n.SH NAME\nls\n.SS \"One "
          "two\"\nx\n.SH\nSEE\ny"),
      MEMBER("#comment", "5", "'\\\\\\\" t") MEMBER(".TH/title", "2", "LS")
          MEMBER(".TH/section", "1", "1") MEMBER(".TH/date", "8", "May 2026")
              MEMBER(".TH/source", "7", "a \\\"\\\"b\\\"\\\"") MEMBER("(preamble)", "4", ".hy\\n")
                  MEMBER("NAME", "3", "ls\\n") MEMBER("NAME/One two", "2", "x\\n")
                      MEMBER("SEE", "1", "y") },
    { STR(".Dd May 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n"),
      MEMBER(".Dd", "12", " May 1, 2026") MEMBER(".Dt", "4", " X 1") MEMBER(".Os", "0", "")
          MEMBER("NAME", "6", ".Nm x\\n") },
  };

  (void)state;
  assert_false(format_roff.detect(STR(".TH X 1\n"), STR("x.txt")));
  assert_false(format_roff.detect(STR(".x\n"), STR("x.1")));
  assert_true(format_roff.detect(STR(".\\\" x\n.TH X 1\n"), STR("man1/x.1ssl")));
  expect_all(&format_roff, "x.1", rows, ARRAY_LEN(rows));
}

static void test_xml_budget(void **state)
{
  AUTO_BUF bytes = BUF_INIT(1 << 20);
  struct format_budget budget = { 50 * 1000 };
  struct format_parts parts;
  struct error err;

  (void)state;
  buf_add_str(&bytes, STR("<a>"));
  for (int i = 0; i < 1000; i++)
    buf_add_str(&bytes, STR("<b/>"));
  buf_add_str(&bytes, STR("</a>"));
  assert_int_equal(format_read(&format_xml, &parts, buf_str(&bytes), STR("x.xml"), &budget, &err),
                   -1);
  assert_int_equal(err.code, ERROR_LIMIT);
  format_release(&parts);
}

static void test_pem(void **state)
{
  static const struct row rows[] = {
    { STR("-----BEGIN X-----\r\nYQ==\r\n-----END X-----\nbehind\n"),
      "0 \"X\" 644 0:0 : 72 0:0 {=described=\"yes\"} \"block: "
      "948c699718b58846b0540f43f9f60a66b4cdd28070e584bcdd3dfe15f3b65352\\n\"\n" MEMBER(
          "(text around it)", "7", "behind\\n") },
    { STR("-----BEGIN X-----\nYQ==\n"), "ERROR: a block does not end as it begins\n" },
    { STR("-----BEGIN X-----\nYQ==\n-----END Y-----\n"),
      "ERROR: a block does not end as it begins\n" },
  };

  (void)state;
  expect_all(&format_pem, "x.pem", rows, ARRAY_LEN(rows));
}

#define STORE(n, entries) STR("\xfe\xed\xfe\xed\0\0\0\2\0\0\0" n entries "aaaaaaaaaaaaaaaaaaaa")

static void test_jks(void **state)
{
  static const struct row rows[] = {
    { STORE("\1", "\0\0\0\2\0\1x\0\0\1\x8b\xcf\xe5\x68\x64\0\5X.509\0\0\0\1a"),
      "0 \"x\" 644 0:0 : 106 0:0 1700000000.100000000 {=described=\"yes\"} \"trusted "
      "certificate\\n'X.509' certificate: "
      "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb\\n\"\n" },
    { STORE("\0", ""), "" },
    { STORE("\1", ""), "ERROR: it ends in an entry\n" },
    { STORE("\0", "x"), "ERROR: 1 bytes lie behind its entries\n" },
    { STORE("\1", "\0\0\0\2\xff\xffx"), "ERROR: it ends in an entry\n" },
    { STORE("\1", "\0\0\0\3\0\1x\0\0\0\0\0\0\0\0"),
      "ERROR: it has an entry of a kind that is not known (3)\n" },
    { STORE("\1", "\0\0\0\1\0\1x\0\0\0\0\0\0\0\0\0\0\0\1k\xff\0\0\0"),
      "ERROR: a chain has more than 1000 certificates\n" },
  };

  (void)state;
  expect_all(&format_jks, "cacerts", rows, ARRAY_LEN(rows));
}

/* A store with a key and its certificate, which signs itself, written by OpenSSL. */
static void write_store(struct buf *out, const char *password, int hashes)
{
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = X509_new();
  unsigned char *bytes = NULL;
  PKCS12 *store;
  int len;

  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             (const unsigned char *)"host", -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_set_pubkey(certificate, key);
  X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  assert_int_not_equal(X509_sign(certificate, key, EVP_sha256()), 0);
  store = PKCS12_create(password, "alias", key, certificate, NULL, 0, 0, hashes, 1, 0);
  assert_non_null(store);
  len = i2d_PKCS12(store, &bytes);
  assert_true(len > 0);
  buf_add(out, bytes, (size_t)len);
  OPENSSL_free(bytes);
  PKCS12_free(store);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

/* Certificates are told where a password is known and asks for no more than it may; keys never. */
static void test_pkcs12(void **state)
{
  static const struct {
    const char *password;
    int hashes;
    bool is_opened;
  } rows[] = { { "changeit", 1000, true },
               { "secret", 1000, false },
               { "changeit", 600000, false } };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    AUTO_BUF file = BUF_INIT(1 << 20);
    AUTO_BUF found = BUF_INIT(1 << 20);

    write_store(&file, rows[i].password, rows[i].hashes);
    assert_true(format_pkcs12.detect(buf_str(&file), STR("x.p12")));
    assert_false(format_pkcs12.may_be_equal);
    format_dump(&found, &format_pkcs12, buf_str(&file), STR("x.p12"));
    buf_putc(&found, '\0');
    assert_int_equal(strstr(found.ptr, "subject: ") != NULL, rows[i].is_opened);
    assert_int_equal(strstr(found.ptr, "\"(encrypted)\"") != NULL, !rows[i].is_opened);
    assert_non_null(strstr(found.ptr, "\"alias"));
    assert_null(strstr(found.ptr, "ERROR"));

    file.len--; /* cut short: nothing but an error */
    buf_clear(&found);
    format_dump(&found, &format_pkcs12, buf_str(&file), STR("x.p12"));
    assert_true(str_has_prefix(buf_str(&found), STR("ERROR")));
  }
}

/* Two sections whose names share bytes of one table, and of which the longer has `length` bytes. */
static void write_program(struct buf *out, size_t length)
{
  Elf64_Ehdr header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                        .e_type = ET_REL,
                        .e_machine = EM_X86_64,
                        .e_version = EV_CURRENT,
                        .e_shoff = sizeof(header),
                        .e_ehsize = sizeof(header),
                        .e_shentsize = sizeof(Elf64_Shdr),
                        .e_shnum = 3,
                        .e_shstrndx = 1 };
  Elf64_Shdr sections[3] = {
    { .sh_type = SHT_NULL },
    { .sh_name = (Elf64_Word)length - 1,
      .sh_type = SHT_STRTAB,
      .sh_offset = sizeof(header) + sizeof(sections),
      .sh_size = length + 2 },
    { .sh_name = 1, .sh_type = SHT_NOBITS },
  };

  buf_add(out, &header, sizeof(header));
  buf_add(out, sections, sizeof(sections));
  buf_putc(out, '\0');
  for (size_t i = 0; i < length; i++)
    buf_putc(out, 'a');
  buf_putc(out, '\0');
}

/* Names that share bytes are bounded, since as many may be made of them as somebody likes. */
static void test_elf_names(void **state)
{
  (void)state;
  for (size_t length = 4096; length <= 4097; length++) {
    AUTO_BUF file = BUF_INIT(10000);
    AUTO_BUF found = BUF_INIT(1 << 20);

    write_program(&file, length);
    assert_true(format_elf.detect(buf_str(&file), STR("x.o")));
    format_dump(&found, &format_elf, buf_str(&file), STR("x.o"));
    buf_putc(&found, '\0');
    if (length > 4096)
      assert_string_equal(found.ptr, "ERROR: a name in it is longer than 4096 bytes\n");
    else
      assert_non_null(strstr(found.ptr, "\"aa\""));
  }
}

#define HEADER(n, store, tags, data) "\x8e\xad\xe8\1\0\0\0\0\0\0\0" n "\0\0\0" store tags data
#define TAG(tag, type, at, count) "\0\0" tag "\0\0\0" type "\0\0\0" at "\0\0\0" count

static void add_package(struct buf *out, struct str header)
{
  static const struct str signature =
      STR(HEADER("\1", "\3", TAG("\1\x0d", "\6", "\0", "\1"), "ab\0"));
  char lead[96] = "\xed\xab\xee\xdb";

  buf_add(out, lead, sizeof(lead));
  buf_add_str(out, signature);
  buf_add(out, "\0\0\0\0\0", 5); /* up to a multiple of 8 */
  buf_add_str(out, header);
}

/* What the signature and the lead are dumped as stands before and behind all others. */
static void test_rpm(void **state)
{
  static const struct {
    struct str header;
    const char *wanted;
  } rows[] = {
    { STR(HEADER("\3", "\x0a",
                 TAG("\3\xe8", "\6", "\0", "\1") TAG("\3\xee", "\4", "\2", "\1")
                     TAG("\4\x5d", "\x08", "\6", "\2"),
                 "n\0\x65\x53\xf1\0a\0b\0") "pay"),
      MEMBER("NAME", "2", "n\\n") MEMBER("BUILDTIME", "11", "1700000000\\n")
          MEMBER("BASENAMES", "4", "a\\nb\\n") MEMBER("payload", "3", "pay") },
    { STR(HEADER("\1", "\2", TAG("\3\xe8", "\6", "\0", "\2"), "n\0")),
      "ERROR: a text does not lie in its header\n" },
    { STR(HEADER("\1", "\2", TAG("\3\xe8", "\4", "\0", "\1"), "n\0")),
      "ERROR: a tag does not lie in its header\n" },
    { STR(HEADER("\1", "\2", TAG("\3\xe8", "\6", "\3", "\1"), "n\0")),
      "ERROR: a tag does not lie in its header\n" },
    { STR(HEADER("\1", "\2", TAG("\3\xe8", "\x0a", "\0", "\1"), "n\0")),
      "ERROR: a tag is of an unknown type (10)\n" },
    { STR(HEADER("\1", "\3", TAG("\3\xe8", "\6", "\0", "\1"), "n\0")),
      "ERROR: it ends in its header\n" },
    { STR("no header at all"), "ERROR: it has no header where one should be\n" },
  };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    AUTO_BUF file = BUF_INIT(1 << 20);
    AUTO_BUF found = BUF_INIT(1 << 20);
    AUTO_BUF wanted = BUF_INIT(1 << 20);

    add_package(&file, rows[i].header);
    assert_true(format_rpm.detect(buf_str(&file), STR("x.rpm")));
    format_dump(&found, &format_rpm, buf_str(&file), STR("x.rpm"));
    if (!str_has_prefix(str_of(rows[i].wanted), STR("ERROR")))
      buf_puts(&wanted, MEMBER("signature/SHA1HEADER", "3", "ab\\n"));
    buf_puts(&wanted, rows[i].wanted);
    assert_true(str_has_prefix(buf_str(&found), buf_str(&wanted)));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_json),       cmocka_unit_test(test_properties),
    cmocka_unit_test(test_manifest),   cmocka_unit_test(test_xml),
    cmocka_unit_test(test_xml_budget), cmocka_unit_test(test_html),
    cmocka_unit_test(test_roff),       cmocka_unit_test(test_pem),
    cmocka_unit_test(test_jks),        cmocka_unit_test(test_rpm),
    cmocka_unit_test(test_pkcs12),     cmocka_unit_test(test_elf_names),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
