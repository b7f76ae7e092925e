/* RFC 7468, and the older form with headers (RFC 1421, 4.4). Each block is a member: certificates
 * by their subjects, others by their labels. Of private keys nothing is shown but that they differ.
 */
#include "formats/pem.h"

#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "formats/certificate.h"
#include "formats/described.h"

static const struct str begins = STR("-----BEGIN ");
static const struct str ends = STR("-----END ");
static const struct str dashes = STR("-----");

static bool pem_detect(struct str bytes, struct str name)
{
  (void)name;
  return str_has_prefix(bytes, begins);
}

/* Takes a line off the text, without what ends it. */
static struct str next_line(struct str *text)
{
  struct str line = str_take_line(text);

  while (line.len && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' '))
    line.len--;
  return line;
}

/* The label of "-----BEGIN LABEL-----". */
static bool label_of(struct str line, struct str begin, struct str *label)
{
  if (!str_has_prefix(line, begin) || !str_has_suffix(line, dashes) ||
      line.len <= begin.len + dashes.len)
    return false;
  *label = (struct str) { line.ptr + begin.len, line.len - begin.len - dashes.len };
  return true;
}

/* What base 64 stands for, in memory of the parts; empty if it is none. */
static struct str decode(struct format_parts *parts, struct str body, struct error *err)
{
  EVP_ENCODE_CTX *context;
  unsigned char *out;
  int len = 0;
  int last = 0;
  int status = -1;

  if (body.len > INT32_MAX || !(out = format_memory(parts, body.len + 1, err)))
    return STR("");
  context = EVP_ENCODE_CTX_new();
  if (context) {
    EVP_DecodeInit(context);
    status = EVP_DecodeUpdate(context, out, &len, (const unsigned char *)body.ptr, (int)body.len);
    if (status >= 0)
      status = EVP_DecodeFinal(context, out + len, &last);
  }
  EVP_ENCODE_CTX_free(context);
  return status < 0 ? STR("") : (struct str) { (const char *)out, (size_t)(len + last) };
}

/* Described by what it is; by its digest in any case. */
static int add_block(struct format_parts *parts, struct str label, struct str body,
                     struct error *err)
{
  AUTO_BUF text = described_begin(parts);
  struct str name = label;
  struct str der = STR("");

  if (str_equal(label, STR("CERTIFICATE")) || str_equal(label, STR("TRUSTED CERTIFICATE")) ||
      str_equal(label, STR("X509 CERTIFICATE")))
    der = decode(parts, body, err);
  if (der.len && certificate_describe(&text, der))
    name = certificate_name(der, &parts->arena);
  described_digest(&text,
                   str_has_suffix(label, STR("PRIVATE KEY"))  ? "private key"
                   : str_has_suffix(label, STR("PARAMETERS")) ? "parameters"
                                                              : "block",
                   body);
  return described_add(parts, name, &text, err);
}

/* Members tell all bytes of blocks, by their digests, and what the lines say that begin and end
 * them. How these are written is told by nothing. */
static void digest_untold(struct format_parts *parts, struct hasher *outside)
{
  const struct digest digest = hasher_finish(outside);
  char hex[DIGEST_MAX_TEXT];

  parts->untold = arena_str(&parts->arena, str_of(digest_hex(&digest, hex)));
}

static int pem_read(struct format_parts *parts, struct error *err)
{
  AUTO_BUF around = described_begin(parts); /* what stands beside the blocks */
  AUTO_HASHER outside = hasher_new(DIGEST_SHA256);
  struct str rest = parts->bytes;
  size_t told = 0; /* bytes */

  while (rest.len) {
    const struct str line = next_line(&rest);
    const size_t at = parts->bytes.len - rest.len;
    struct str body = { rest.ptr, 0 };
    struct str label;
    struct str end = STR("");

    if (!label_of(line, begins, &label)) {
      buf_add_str(&around, line);
      buf_putc(&around, '\n');
      continue;
    }
    while (rest.len) {
      const struct str next = next_line(&rest);

      if (label_of(next, ends, &end))
        break;
      body.len = (size_t)(rest.ptr - body.ptr);
    }
    hasher_add(outside, parts->bytes.ptr + told, at - told);
    told = at + body.len;
    if (!str_equal(end, label))
      return error_set(err, ERROR_CORRUPT, "a block does not end as it begins");
    if (add_block(parts, label, body, err))
      return -1;
  }
  hasher_add(outside, parts->bytes.ptr + told, parts->bytes.len - told);
  digest_untold(parts, outside);
  return around.len ? described_add(parts, STR(FORMAT_AROUND), &around, err) : 0;
}

const struct format format_pem = {
  .name = "pem",
  .describes = true,
  .detect = pem_detect,
  .read = pem_read,
};
