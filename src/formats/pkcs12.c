/* RFC 7292. Certificates and keys are members under their friendly names, which are Java's aliases.
 * What is encrypted is opened with the passwords that Java's own store has, and with none; keys
 * stay closed. How often a password is hashed is for the file to say, and is bounded. */
#include "formats/pkcs12.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "formats/certificate.h"
#include "formats/described.h"

enum {
  BYTES_MAX = 16 << 20,
  MEMORY_PER_BYTE = 8, /* of what the library makes of it */
  SAFES_MAX = 64,
  HASHES_MAX = 500000, /* of a password, in all */
};

struct safes {
  struct format_parts *parts;
  uint64_t hashes_left;
};

/* A sequence (X.690, 8.9) with the version 3 and another sequence. */
static bool pkcs12_detect(struct str bytes, struct str name)
{
  size_t at;

  (void)name;
  if (bytes.len < 16 || bytes.ptr[0] != 0x30)
    return false;
  at = (unsigned char)bytes.ptr[1] > 0x80 && (unsigned char)bytes.ptr[1] <= 0x84
           ? 2 + (bytes.ptr[1] & 0x7f)
           : 2;
  return memcmp(bytes.ptr + at, "\2\1\3\x30", 4) == 0;
}

/* ---- bags ---- */

/* What it is called: in memory of the parts. */
static struct str bag_name(struct safes *safes, PKCS12_SAFEBAG *bag, const char *otherwise)
{
  char *friendly = PKCS12_get_friendlyname(bag);
  const char *name =
      arena_strdup(&safes->parts->arena, friendly && *friendly ? friendly : otherwise);

  OPENSSL_free(friendly);
  return str_of(name);
}

static int add_certificate(struct safes *safes, PKCS12_SAFEBAG *bag, struct error *err)
{
  AUTO_BUF text = described_begin(safes->parts);
  X509 *certificate = PKCS12_SAFEBAG_get1_cert(bag);
  unsigned char *der = NULL;
  const int len = certificate ? i2d_X509(certificate, &der) : -1;
  const struct str bytes = { (const char *)der, (size_t)MAX_OF(len, 0) };
  struct str name = STR("");
  int status = -1;

  if (len > 0 && certificate_describe(&text, bytes)) {
    name = bag_name(safes, bag, certificate_name(bytes, &safes->parts->arena).ptr);
    status = described_add(safes->parts, name, &text, err);
  } else {
    error_set(err, ERROR_UNSUPPORTED, "it has a certificate that is none of X.509");
  }
  OPENSSL_free(der);
  X509_free(certificate);
  return status;
}

/* Keys, and whatever else there may be. */
static int add_other(struct safes *safes, PKCS12_SAFEBAG *bag, struct error *err)
{
  AUTO_BUF text = described_begin(safes->parts);
  unsigned char *der = NULL;
  const int len = i2d_PKCS12_SAFEBAG(bag, &der);
  const int kind = PKCS12_SAFEBAG_get_nid(bag);

  if (len <= 0)
    return error_set(err, ERROR_CORRUPT, "a part of it cannot be read");
  described_digest(&text,
                   kind == NID_keyBag                ? "private key"
                   : kind == NID_pkcs8ShroudedKeyBag ? "private key, encrypted"
                                                     : "other",
                   (struct str) { (const char *)der, (size_t)len });
  OPENSSL_free(der);
  return described_add(safes->parts, bag_name(safes, bag, "key"), &text, err);
}

static int add_bags(struct safes *safes, const STACK_OF(PKCS12_SAFEBAG) * bags, struct error *err)
{
  for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
    PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);

    if (PKCS12_SAFEBAG_get_nid(bag) == NID_certBag ? add_certificate(safes, bag, err)
                                                   : add_other(safes, bag, err))
      return -1;
  }
  return 0;
}

/* ---- what is encrypted ---- */

/* How often a password is hashed to open it; 0: it cannot be told. */
static uint64_t hashes_of(const X509_ALGOR *algorithm)
{
  int64_t n = 0;

  if (OBJ_obj2nid(algorithm->algorithm) == NID_pbes2) {
    PBE2PARAM *scheme = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);
    PBKDF2PARAM *derivation =
        scheme && OBJ_obj2nid(scheme->keyfunc->algorithm) == NID_id_pbkdf2
            ? ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), scheme->keyfunc->parameter)
            : NULL;

    if (derivation && ASN1_INTEGER_get_int64(&n, derivation->iter) != 1)
      n = 0;
    PBKDF2PARAM_free(derivation);
    PBE2PARAM_free(scheme);
  } else {
    PBEPARAM *scheme = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);

    if (scheme && ASN1_INTEGER_get_int64(&n, scheme->iter) != 1)
      n = 0;
    PBEPARAM_free(scheme);
  }
  return n > 0 ? (uint64_t)n : 0;
}

static STACK_OF(PKCS12_SAFEBAG) * open_encrypted(struct safes *safes, PKCS7 *safe)
{
  static const char *const passwords[] = { "changeit", "", NULL };
  const PKCS7_ENC_CONTENT *content = safe->d.encrypted ? safe->d.encrypted->enc_data : NULL;
  const uint64_t hashes = content && content->algorithm ? hashes_of(content->algorithm) : 0;
  STACK_OF(PKCS12_SAFEBAG) *bags = NULL;

  for (size_t i = 0; i < ARRAY_LEN(passwords) && !bags; i++) {
    if (!hashes || hashes > safes->hashes_left)
      return NULL;
    safes->hashes_left -= hashes;
    bags =
        PKCS12_unpack_p7encdata(safe, passwords[i], passwords[i] ? (int)strlen(passwords[i]) : 0);
  }
  return bags;
}

static int add_closed(struct safes *safes, PKCS7 *safe, struct error *err)
{
  AUTO_BUF text = described_begin(safes->parts);
  unsigned char *der = NULL;
  const int len = i2d_PKCS7(safe, &der);

  if (len <= 0)
    return error_set(err, ERROR_CORRUPT, "a part of it cannot be read");
  buf_printf(&text, "%d bytes\n", len);
  described_digest(&text, "encrypted", (struct str) { (const char *)der, (size_t)len });
  OPENSSL_free(der);
  return described_add(safes->parts, STR("(encrypted)"), &text, err);
}

static int add_safe(struct safes *safes, PKCS7 *safe, struct error *err)
{
  STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
  int status;

  if (PKCS7_type_is_data(safe))
    bags = PKCS12_unpack_p7data(safe);
  else if (PKCS7_type_is_encrypted(safe))
    bags = open_encrypted(safes, safe);
  status = bags ? add_bags(safes, bags, err) : add_closed(safes, safe, err);
  sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  return status;
}

static int pkcs12_read(struct format_parts *parts, struct error *err)
{
  const unsigned char *at = (const unsigned char *)parts->bytes.ptr;
  struct safes safes = { parts, HASHES_MAX };
  PKCS12 *store;
  STACK_OF(PKCS7) * list;
  int status = -1;

  if (parts->bytes.len > BYTES_MAX)
    return error_set(err, ERROR_LIMIT, "it is larger than %d MiB", BYTES_MAX >> 20);
  if (format_charge(parts->budget, MEMORY_PER_BYTE * (uint64_t)parts->bytes.len, err))
    return -1;
  store = d2i_PKCS12(NULL, &at, (long)parts->bytes.len);
  list = store ? PKCS12_unpack_authsafes(store) : NULL;
  if (!list || at != (const unsigned char *)parts->bytes.ptr + parts->bytes.len)
    error_set(err, ERROR_CORRUPT, "it is no PKCS #12, or bytes lie behind it");
  else if (sk_PKCS7_num(list) > SAFES_MAX)
    error_set(err, ERROR_LIMIT, "it has more than %d parts", SAFES_MAX);
  else
    status = 0;
  for (int i = 0; status == 0 && i < sk_PKCS7_num(list); i++)
    status = add_safe(&safes, sk_PKCS7_value(list, i), err);
  sk_PKCS7_pop_free(list, PKCS7_free);
  PKCS12_free(store);
  ERR_clear_error();
  return status;
}

const struct format format_pkcs12 = {
  .name = "pkcs12",
  .describes = true,
  .detect = pkcs12_detect,
  .read = pkcs12_read,
};
