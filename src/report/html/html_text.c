#include "report/html/html_page.h"

#include "base/escape.h"

static const char *entity_of(char c)
{
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\0': /* no character of HTML */
    return "\xef\xbf\xbd";
  default:
    return NULL;
  }
}

void html_text(struct writer *writer, struct str text)
{
  while (text.len > 0) {
    const char *entity = entity_of(text.ptr[0]);
    uint32_t rune;
    const size_t len = entity ? 0 : utf8_decode(text, &rune);

    if (len > 0)
      writer_add(writer, text.ptr, len);
    else
      writer_puts(writer, entity ? entity : "\xef\xbf\xbd");
    text = str_skip(text, len ? len : 1);
  }
}

void html_image_text(struct writer *writer, struct str text)
{
  writer_puts(writer, "<span class=\"text\">");
  html_text(writer, text);
  writer_puts(writer, "</span>");
}
