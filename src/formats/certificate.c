#include "formats/certificate.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "formats/described.h"

enum { NAME_BYTES_MAX = 1024, EXTENSIONS_MAX = 256 };

static X509 *certificate_parse(struct str der)
{
  const unsigned char *at = (const unsigned char *)der.ptr;
  X509 *found = der.len && der.len <= INT_MAX ? d2i_X509(NULL, &at, (long)der.len) : NULL;

  if (found && at != (const unsigned char *)der.ptr + der.len) {
    X509_free(found);
    found = NULL;
  }
  return found;
}

/* What a function of the library prints, on one line. */
static void add_printed(struct buf *text, const char *name, BIO *bio)
{
  char *bytes;
  const long len = BIO_get_mem_data(bio, &bytes);

  buf_printf(text, "%s: ", name);
  for (long i = 0; i < len; i++)
    buf_putc(text, (char)(bytes[i] == '\n' ? ' ' : bytes[i]));
  buf_putc(text, '\n');
  (void)BIO_reset(bio);
}

static void add_key(struct buf *text, const X509 *certificate)
{
  unsigned char *der = NULL;
  const int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

  if (len > 0)
    described_digest(text, "public key", (struct str) { (const char *)der, (size_t)len });
  OPENSSL_free(der);
}

/* "RSA, 2048 bits", "EC (prime256v1), 256 bits" */
static void add_kind_of_key(struct buf *text, const X509 *certificate)
{
  const EVP_PKEY *key = X509_get0_pubkey(certificate);
  const char *kind = key ? EVP_PKEY_get0_type_name(key) : NULL;
  char curve[NAME_BYTES_MAX];
  size_t len = 0;

  if (!kind) {
    buf_puts(text, "key: not known\n");
    return;
  }
  buf_printf(text, "key: %s", kind);
  if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), &len) == 1 && len < sizeof(curve))
    buf_printf(text, " (%.*s)", (int)len, curve);
  buf_printf(text, ", %d bits\n", EVP_PKEY_get_bits(key));
}

static void add_validity(struct buf *text, const X509 *certificate)
{
  int days;
  int seconds;

  if (ASN1_TIME_diff(&days, &seconds, X509_get0_notBefore(certificate),
                     X509_get0_notAfter(certificate)) == 1)
    buf_printf(text, "valid for: %d days and %d seconds\n", days, seconds);
}

/* Identifiers of keys follow from the keys: the name of such an extension; NULL: it is another. */
static const char *name_of_identifier(const ASN1_OBJECT *object)
{
  const int nid = OBJ_obj2nid(object);

  return nid == NID_subject_key_identifier     ? "key identifier"
         : nid == NID_authority_key_identifier ? "issuer's key identifier"
                                               : NULL;
}

/* RFC 5280, 4.2: what a certificate may be used for, by whom, under which names. */
static void add_extensions(struct buf *text, const X509 *certificate, BIO *bio)
{
  for (int i = 0; i < X509_get_ext_count(certificate); i++) {
    X509_EXTENSION *extension = X509_get_ext(certificate, i);
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
    const struct str bytes = { (const char *)ASN1_STRING_get0_data(value),
                               (size_t)ASN1_STRING_length(value) };
    const char *const identifier = name_of_identifier(X509_EXTENSION_get_object(extension));
    char name[NAME_BYTES_MAX];

    OBJ_obj2txt(name, sizeof(name), X509_EXTENSION_get_object(extension), 0);
    BIO_printf(bio, "%s%s: ", name, X509_EXTENSION_get_critical(extension) ? ", critical" : "");
    if (!X509V3_EXT_print(bio, extension, X509V3_EXT_ERROR_UNKNOWN, 0))
      BIO_puts(bio, "not known");
    if (identifier) {
      add_printed(text, identifier, bio);
      continue;
    }
    add_printed(text, "extension", bio);
    described_digest(text, "extension's digest", bytes);
  }
}

bool certificate_describe(struct buf *text, struct str der)
{
  X509 *certificate = certificate_parse(der);
  const bool known = certificate && X509_get_ext_count(certificate) <= EXTENSIONS_MAX;
  BIO *bio = known ? BIO_new(BIO_s_mem()) : NULL;
  const char *signature;

  if (!bio) {
    X509_free(certificate);
    return false;
  }
  X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  add_printed(text, "subject", bio);
  X509_NAME_print_ex(bio, X509_get_issuer_name(certificate), 0, XN_FLAG_RFC2253);
  add_printed(text, "issuer", bio);
  i2a_ASN1_INTEGER(bio, X509_get0_serialNumber(certificate));
  add_printed(text, "serial number", bio);
  ASN1_TIME_print(bio, X509_get0_notBefore(certificate));
  add_printed(text, "not before", bio);
  ASN1_TIME_print(bio, X509_get0_notAfter(certificate));
  add_printed(text, "not after", bio);
  add_validity(text, certificate);
  signature = OBJ_nid2ln(X509_get_signature_nid(certificate));
  buf_printf(text, "signature: %s\n", signature ? signature : "?");
  add_extensions(text, certificate, bio);
  add_kind_of_key(text, certificate);
  add_key(text, certificate);
  described_digest(text, "SHA-256", der);
  BIO_free(bio);
  X509_free(certificate);
  return true;
}

/* The last common name, as most programs show it. */
static int common_name(X509_NAME *subject, char *out)
{
  return X509_NAME_get_text_by_NID(subject, NID_commonName, out, NAME_BYTES_MAX);
}

struct str certificate_name(struct str der, struct arena *arena)
{
  X509 *certificate = certificate_parse(der);
  char name[NAME_BYTES_MAX] = "";

  if (certificate && common_name(X509_get_subject_name(certificate), name) <= 0)
    X509_NAME_oneline(X509_get_subject_name(certificate), name, sizeof(name));
  X509_free(certificate);
  return str_of(arena_strdup(arena, *name ? name : "certificate"));
}
