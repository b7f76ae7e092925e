/* formats/certificate, pem, jks and pkcs12: what is told of a certificate, whose fields are chosen
 * here and whose texts are those that openssl(1) has for them, and of the stores that it lies in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "../common/format_dump.h"
#include "base/digest.h"
#include "formats/certificate.h"
#include "formats/der.h"
#include "formats/jks.h"
#include "formats/pem.h"
#include "formats/pkcs12.h"

/* What a certificate says; NULL: what the first one has. */
struct made {
  const char *subject, *issuer, *from, *to, *usage;
  long serial;
  EVP_PKEY *key;
};

static EVP_PKEY *keys[3];

static void add_name(X509_NAME *name, const char *common)
{
  X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"x", -1, -1, 0);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common, -1, -1, 0);
}

static X509 *make(const struct made *made)
{
  X509 *certificate = X509_new();
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage,
                                                  made->usage ? made->usage : "critical,cRLSign");

  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), made->serial ? made->serial : 0x1234);
  add_name(X509_get_subject_name(certificate), made->subject ? made->subject : "host");
  add_name(X509_get_issuer_name(certificate), made->issuer ? made->issuer : "ca");
  ASN1_TIME_set_string(X509_getm_notBefore(certificate), made->from ? made->from : "200102030405Z");
  ASN1_TIME_set_string(X509_getm_notAfter(certificate), made->to ? made->to : "310203040506Z");
  X509_set_pubkey(certificate, made->key ? made->key : keys[0]);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  assert_int_not_equal(X509_sign(certificate, keys[0], EVP_sha256()), 0);
  return certificate;
}

static void encode(struct buf *out, X509 *certificate)
{
  unsigned char *der = NULL;
  const int len = i2d_X509(certificate, &der);

  assert_true(len > 0);
  buf_add(out, der, (size_t)len);
  OPENSSL_free(der);
}

static void made_as_der(struct buf *out, const struct made *made)
{
  X509 *certificate = make(made);

  encode(out, certificate);
  X509_free(certificate);
}

/* "NAME: SHA-256" */
static void add_digest(struct buf *out, const char *name, const void *bytes, size_t len)
{
  const struct digest digest = digest_of(DIGEST_SHA256, bytes, len);
  char hex[DIGEST_MAX_TEXT];

  buf_printf(out, "%s: %s\n", name, digest_hex(&digest, hex));
}

static void what_is_told(void **state)
{
  AUTO_BUF der = BUF_INIT(1 << 16);
  AUTO_BUF found = BUF_INIT(1 << 16);
  AUTO_BUF wanted = BUF_INIT(1 << 16);
  unsigned char *key = NULL;
  struct arena arena = ARENA_INIT;
  int len;

  (void)state;
  made_as_der(&der, &(struct made) { 0 });
  buf_puts(&wanted,
           "subject: CN=host,O=x\nissuer: CN=ca,O=x\nserial number: 1234\n"
           "not before: Jan  2 03:04:05 2020 GMT\nnot after: Feb  3 04:05:06 2031 GMT\n"
           "valid for: 4050 days and 3661 seconds\n"
           "signature: ecdsa-with-SHA256\nextension: X509v3 Key Usage, critical: CRL Sign\n");
  /* X.690, 8.6: a string of two bytes, one of whose bits is unused; RFC 5280, 4.2.1.3: bit 6. */
  add_digest(&wanted, "extension's digest", "\3\2\1\2", 4);
  len = i2d_PUBKEY(keys[0], &key);
  buf_puts(&wanted, "key: EC (prime256v1), 256 bits\n");
  add_digest(&wanted, "public key", key, (size_t)len);
  add_digest(&wanted, "SHA-256", der.ptr, der.len);
  OPENSSL_free(key);
  assert_true(certificate_describe(&found, buf_str(&der)));
  buf_putc(&found, '\0');
  buf_putc(&wanted, '\0');
  assert_string_equal(found.ptr, wanted.ptr);
  assert_true(str_equal(certificate_name(buf_str(&der), &arena), STR("host")));
  buf_putc(&der, 'x');
  buf_clear(&found);
  assert_false(certificate_describe(&found, buf_str(&der)));
  assert_int_equal(found.len, 0);
  assert_false(certificate_describe(&found, STR("")));
  assert_true(str_equal(certificate_name(buf_str(&der), &arena), STR("certificate")));
  arena_release(&arena);
}

/* The lines of two texts that differ, by the names before their colons. */
static void lines_that_differ(const struct buf *a, const struct buf *b, struct buf *out)
{
  struct str rest[2] = { buf_str(a), buf_str(b) };

  while (rest[0].len || rest[1].len) {
    struct str line[2];

    for (int i = 0; i < 2; i++) {
      const char *end = rest[i].len ? memchr(rest[i].ptr, '\n', rest[i].len) : NULL;

      line[i] = (struct str) { rest[i].ptr, end ? (size_t)(end - rest[i].ptr) : rest[i].len };
      rest[i] = str_skip(rest[i], line[i].len + 1);
    }
    if (str_equal(line[0], line[1]))
      continue;
    buf_add(out, line[0].ptr, strcspn(line[0].ptr, ":"));
    buf_putc(out, ';');
  }
}

static void each_difference(void **state)
{
  const struct {
    struct made made;
    const char *wanted;
  } cases[] = {
    { { .subject = "other" }, "subject;SHA-256;" },
    { { .issuer = "other" }, "issuer;SHA-256;" },
    { { .serial = 5 }, "serial number;SHA-256;" },
    { { .from = "210102030405Z" }, "not before;valid for;SHA-256;" },
    { { .to = "320203040506Z" }, "not after;valid for;SHA-256;" },
    { { .usage = "critical,keyCertSign" }, "extension;extension's digest;SHA-256;" },
    { { .usage = "cRLSign" }, "extension;SHA-256;" },
    { { .from = "210102030405Z", .to = "320203030405Z" },
      "not before;not after;valid for;SHA-256;" },
    { { .key = keys[1] }, "public key;SHA-256;" },
    { { .key = keys[2] }, "key;public key;SHA-256;" },
    { { 0 }, "SHA-256;" }, /* the signature, which no two are of one kind of key */
  };
  AUTO_BUF first = BUF_INIT(1 << 16);
  AUTO_BUF first_text = BUF_INIT(1 << 16);

  (void)state;
  made_as_der(&first, &(struct made) { 0 });
  assert_true(certificate_describe(&first_text, buf_str(&first)));
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF other = BUF_INIT(1 << 16);
    AUTO_BUF text = BUF_INIT(1 << 16);
    AUTO_BUF found = BUF_INIT(1 << 16);

    made_as_der(&other, &cases[i].made);
    assert_true(certificate_describe(&text, buf_str(&other)));
    lines_that_differ(&first_text, &text, &found);
    buf_putc(&found, '\0');
    assert_string_equal(found.ptr, cases[i].wanted);
  }
}

/* ---- PEM ---- */

static void put_block(struct buf *out, const char *label, const struct buf *bytes, const char *end)
{
  char text[4096];
  const int len =
      EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)bytes->ptr, (int)bytes->len);

  buf_printf(out, "-----BEGIN %s-----%s", label, end);
  for (int i = 0; i < len; i += 64)
    buf_printf(out, "%.*s%s", MIN_OF(64, len - i), text + i, end);
  buf_printf(out, "-----END %s-----%s", label, end);
}

static struct str pem_parts(const struct buf *file, struct format_parts *parts)
{
  static struct format_budget budget = { 1 << 20 };
  struct error err;

  assert_int_equal(format_read(&format_pem, parts, buf_str(file), STR("x"), &budget, &err), 0);
  return parts->untold;
}

static const struct format_member *member(const struct format_parts *parts, const char *name)
{
  for (size_t i = 0; i < parts->n_members; i++)
    if (str_equal(parts->members[i].entry.name, str_of(name)))
      return &parts->members[i];
  fail_msg("no member %s", name);
  return NULL;
}

static bool says(const struct format_member *member, const char *words)
{
  const struct str text = member->content.stored;

  return text.len && memmem(text.ptr, text.len, words, strlen(words));
}

/* A certificate that is a file: told as in PEM. What is behind it, or what only begins like one, is
 * none. */
static void der_alone(void **state)
{
  AUTO_BUF der = BUF_INIT(1 << 16);
  AUTO_BUF text = BUF_INIT(1 << 16);
  AUTO_BUF longer = BUF_INIT(1 << 16);
  struct format_parts parts = { 0 };
  struct format_budget budget = { 1 << 20 };
  struct error err;

  (void)state;
  made_as_der(&der, &(struct made) { 0 });
  assert_true(certificate_describe(&text, buf_str(&der)));
  assert_ptr_equal(format_detect(buf_str(&der), STR("x.crt")), &format_der);
  assert_int_equal(format_read(&format_der, &parts, buf_str(&der), STR("x.crt"), &budget, &err), 0);
  assert_int_equal(parts.n_members, 1);
  assert_true(str_equal(parts.members[0].content.stored, buf_str(&text)));
  assert_true(parts.untold.len);
  format_release(&parts);

  buf_add_str(&longer, buf_str(&der));
  buf_putc(&longer, 'x');
  assert_ptr_not_equal(format_detect(buf_str(&longer), STR("x.crt")), &format_der);
  der.ptr[4] = '\x31';
  assert_ptr_not_equal(format_detect(buf_str(&der), STR("x.crt")), &format_der);
  assert_ptr_not_equal(format_detect(STR("0\x80"), STR("x.crt")), &format_der);
  assert_ptr_not_equal(format_detect(STR("0\x84\0\0\0\0"), STR("x.crt")), &format_der);
  assert_ptr_equal(format_detect(STR("0\x81\3"
                                     "0\x81\0"),
                                 STR("x.crt")),
                   &format_der);
  assert_int_equal(format_read(&format_der, &parts,
                               STR("0\x81\3"
                                   "0\x81\0"),
                               STR("x"), &budget, &err),
                   -1);
  format_release(&parts);
}

static void pem_blocks(void **state)
{
  static const char *const labels[] = { "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" };
  static const char *const others[][2] = { { "EC PRIVATE KEY", "private key: " },
                                           { "DH PARAMETERS", "parameters: " },
                                           { "PUBLIC KEY", "block: " } };
  AUTO_BUF der = BUF_INIT(1 << 16);

  (void)state;
  made_as_der(&der, &(struct made) { 0 });
  for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
    AUTO_BUF file = BUF_INIT(1 << 16);
    struct format_parts parts;

    put_block(&file, labels[i], &der, "\n");
    pem_parts(&file, &parts);
    assert_int_equal(parts.n_members, 1);
    assert_true(says(member(&parts, "host"), "serial number: 1234\n"));
    assert_true(says(member(&parts, "host"), "block: ")); /* as it is written */
    format_release(&parts);
  }
  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    AUTO_BUF file = BUF_INIT(1 << 16);
    struct format_parts parts;

    put_block(&file, others[i][0], &der, "\n");
    pem_parts(&file, &parts);
    assert_int_equal(parts.n_members, 1);
    assert_true(says(member(&parts, others[i][0]), others[i][1]));
    assert_false(says(member(&parts, others[i][0]), "subject"));
    format_release(&parts);
  }
}

/* What no member tells is told to be another: the spelling of the lines around blocks, and text. */
static void pem_untold(void **state)
{
  static const struct {
    const char *before, *end;
    bool same;
  } cases[] = {
    { "", "\n", true }, { "", "\r\n", false }, { "", " \n", false }, { "x\n", "\n", false }
  };
  AUTO_BUF der = BUF_INIT(1 << 16);
  AUTO_BUF first = BUF_INIT(1 << 16);
  struct format_parts parts[2];

  (void)state;
  made_as_der(&der, &(struct made) { 0 });
  put_block(&first, "CERTIFICATE", &der, "\n");
  pem_parts(&first, &parts[0]);
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF file = BUF_INIT(1 << 16);

    put_block(&file, "CERTIFICATE", &der, cases[i].end);
    buf_puts(&file, cases[i].before);
    pem_parts(&file, &parts[1]);
    assert_int_equal(str_equal(parts[0].untold, parts[1].untold), cases[i].same);
    format_release(&parts[1]);
  }
  {
    AUTO_BUF file = BUF_INIT(1 << 16);
    const char *end = memchr(first.ptr, '\n', first.len);

    buf_add(&file, first.ptr, (size_t)(end - first.ptr)); /* the first line alone */
    buf_printf(&file, " %.*s", (int)(first.ptr + first.len - end), end);
    pem_parts(&file, &parts[1]);
    assert_false(str_equal(parts[0].untold, parts[1].untold));
    format_release(&parts[1]);
  }
  format_release(&parts[0]);
}

/* ---- Java's stores ---- */

static void put_be(struct buf *out, uint64_t value, int size)
{
  while (size-- > 0)
    buf_putc(out, (char)(value >> 8 * size));
}

/* An entry of each kind, as JavaKeyStore's comments have them. */
static void put_store(struct buf *out, uint32_t magic, uint32_t version, const struct buf *der)
{
  put_be(out, magic, 4);
  put_be(out, version, 4);
  put_be(out, 2, 4);
  for (int tag = 1; tag <= 2; tag++) {
    put_be(out, (uint64_t)tag, 4);
    buf_puts(out, tag == 1 ? (put_be(out, 3, 2), "key") : (put_be(out, 5, 2), "trust"));
    put_be(out, 1700000000123, 8);
    if (tag == 1) {
      put_be(out, 6, 4);
      buf_puts(out, "secret");
      put_be(out, 1, 4);
    }
    if (version == 2) {
      put_be(out, 5, 2);
      buf_puts(out, "X.509");
    }
    put_be(out, der->len, 4);
    buf_add(out, der->ptr, der->len);
  }
  buf_puts(out, "aaaaaaaaaaaaaaaaaaaa");
}

static void java_stores(void **state)
{
  static const struct {
    uint32_t magic, version;
    bool known;
  } cases[] = { { 0xfeedfeed, 2, true }, { 0xfeedfeed, 1, true },  { 0xcececece, 2, true },
                { 0xcececece, 1, true }, { 0xfeedfeed, 3, false }, { 0xfeedfeed, 0, false },
                { 0xfeedface, 2, false } };
  AUTO_BUF der = BUF_INIT(1 << 16);

  (void)state;
  made_as_der(&der, &(struct made) { 0 });
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    AUTO_BUF file = BUF_INIT(1 << 16);
    struct format_budget budget = { 1 << 20 };
    struct format_parts parts;
    struct error err;

    put_store(&file, cases[i].magic, cases[i].version, &der);
    assert_int_equal(format_jks.detect(buf_str(&file), STR("x")), cases[i].known);
    if (!cases[i].known)
      continue;
    assert_int_equal(format_read(&format_jks, &parts, buf_str(&file), STR("x"), &budget, &err), 0);
    assert_int_equal(parts.n_members, 2);
    for (int k = 0; k < 2; k++) {
      const struct format_member *entry = member(&parts, k ? "trust" : "key");

      assert_true(says(entry, k ? "trusted certificate\n" : "key with its certificates\n"));
      assert_int_equal(says(entry, "private key, encrypted: "), !k);
      assert_true(says(entry, "subject: CN=host,O=x\n"));
      assert_int_equal(entry->entry.mtime.seconds, 1700000000);
      assert_int_equal(entry->entry.mtime.nanoseconds, 123000000);
      assert_true(entry->entry.mtime.set);
    }
    format_release(&parts);
  }
}

static void java_stores_cut_short(void **state)
{
  AUTO_BUF der = BUF_INIT(1 << 16);
  AUTO_BUF file = BUF_INIT(1 << 16);

  (void)state;
  made_as_der(&der, &(struct made) { 0 });
  put_store(&file, 0xfeedfeed, 2, &der);
  for (size_t len = 0; len < file.len; len++) {
    AUTO_BUF copy = BUF_INIT(1 << 16);
    AUTO_BUF found = BUF_INIT(1 << 16);

    buf_add(&copy, file.ptr, len);
    format_dump(&found, &format_jks, buf_str(&copy), STR("x"));
    assert_true(str_has_prefix(buf_str(&found), STR("ERROR: ")));
  }
}

/* ---- PKCS #12 ---- */

/* In clear text: what nobody has to open; the key alone is never shown. */
static void pkcs12_in_clear_text(void **state)
{
  static const char *const names[] = { "alias", NULL };

  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    X509 *certificate = make(&(struct made) { 0 });
    PKCS12 *store = PKCS12_create("secret", names[i], keys[0], certificate, NULL, -1, -1, 1, 1, 0);
    struct format_budget budget = { 1 << 20 };
    struct format_parts parts;
    unsigned char *der = NULL;
    struct str file;
    struct error err;
    int len;

    assert_non_null(store);
    len = i2d_PKCS12(store, &der);
    file = (struct str) { (const char *)der, (size_t)len };
    assert_true(format_pkcs12.detect(file, STR("x")));
    assert_int_equal(format_read(&format_pkcs12, &parts, file, STR("x"), &budget, &err), 0);
    assert_int_equal(parts.n_members, 2);
    assert_true(says(&parts.members[0], "serial number: 1234\n"));
    assert_true(says(&parts.members[1], "private key: "));
    assert_true(str_equal(parts.members[0].entry.name, str_of(names[i] ? names[i] : "host")));
    assert_true(str_equal(parts.members[1].entry.name, str_of(names[i] ? names[i] : "key")));
    format_release(&parts);
    OPENSSL_free(der);
    PKCS12_free(store);
    X509_free(certificate);
  }
}

static int setup(void **state)
{
  (void)state;
  keys[0] = EVP_EC_gen("P-256");
  keys[1] = EVP_EC_gen("P-256");
  keys[2] = EVP_EC_gen("P-384");
  return !keys[0] || !keys[1];
}

static int teardown(void **state)
{
  (void)state;
  EVP_PKEY_free(keys[0]);
  EVP_PKEY_free(keys[1]);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_told),
    cmocka_unit_test(each_difference),
    cmocka_unit_test(der_alone),
    cmocka_unit_test(pem_blocks),
    cmocka_unit_test(pem_untold),
    cmocka_unit_test(java_stores),
    cmocka_unit_test(java_stores_cut_short),
    cmocka_unit_test(pkcs12_in_clear_text),
  };

  return cmocka_run_group_tests(tests, setup, teardown);
}
