/* RFC 5280, 4.1: a sequence that begins with one, the TBSCertificate, and fills the file. The file
 * has one member, the certificate, called by its subject as in PEM. */
#include "formats/der.h"

#include "formats/certificate.h"
#include "formats/described.h"

/* Takes the head of a sequence of 128 bytes or more off the text: its tag, and how long it is
 * (X.690, 8.1.3). */
static bool take_sequence(struct str *text, size_t *len)
{
  const size_t width = text->len > 1 ? (unsigned char)text->ptr[1] & 0x7fU : 0;

  if (text->len < 2 + width || text->ptr[0] != '\x30' || width < 1 || width > 3 ||
      !(text->ptr[1] & '\x80'))
    return false;
  *len = 0;
  for (size_t i = 0; i < width; i++)
    *len = *len << 8 | (unsigned char)text->ptr[2 + i];
  *text = str_skip(*text, 2 + width);
  return true;
}

static bool der_detect(struct str bytes, struct str name)
{
  size_t outer;
  size_t inner;

  (void)name;
  return take_sequence(&bytes, &outer) && outer == bytes.len && take_sequence(&bytes, &inner) &&
         inner <= bytes.len;
}

static int der_read(struct format_parts *parts, struct error *err)
{
  AUTO_BUF text = described_begin(parts);

  if (!certificate_describe(&text, parts->bytes))
    return error_set(err, ERROR_CORRUPT, "it is no certificate");
  parts->untold = STR("nothing"); /* the certificate is all there is */
  return described_add(parts, certificate_name(parts->bytes, &parts->arena), &text, err);
}

const struct format format_der = {
  .name = "der",
  .describes = true,
  .detect = der_detect,
  .read = der_read,
};
