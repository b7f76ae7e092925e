#include "report/html/html_plain.h"

#include <openssl/evp.h>

#include "base/digest.h"
#include "base/version.h"
#include "report/html/html_assets.h"

enum { SHA256_BYTES = 32, BASE64_MAX = 4 * ((SHA256_BYTES + 2) / 3) + 1 };

void html_hash(struct writer *writer, struct str content)
{
  const struct digest digest = digest_of(DIGEST_SHA256, content.ptr, content.len);
  unsigned char text[BASE64_MAX];

  EVP_EncodeBlock(text, digest.bytes, SHA256_BYTES);
  writer_printf(writer, "sha256-%s", (const char *)text);
}

void html_plain_open(struct writer *writer, struct str title)
{
  writer_puts(writer, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src '");
  html_hash(writer, html_asset_style());
  writer_puts(writer, "'; base-uri 'none'; form-action 'none'\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
  html_text(writer, title);
  writer_puts(writer, "</title>\n<style>");
  writer_str(writer, html_asset_style());
  writer_puts(writer, "</style>\n</head>\n<body>\n<main>\n<h1>");
  html_image_text(writer, title);
  writer_puts(writer, "</h1>\n");
}

void html_plain_close(struct writer *writer)
{
  writer_puts(writer, "</main>\n<footer>\nMade by diffoci ");
  html_text(writer, str_of(diffoci_version));
  writer_puts(writer, "\n</footer>\n</body>\n</html>\n");
}
