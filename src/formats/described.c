#include "formats/described.h"

#include <stdlib.h>

#include "base/digest.h"
#include "formats/record.h"

struct buf described_begin(const struct format_parts *parts)
{
  return BUF_INIT((size_t)MIN_OF(parts->budget->bytes, (uint64_t)SIZE_MAX / 2));
}

int described_add(struct format_parts *parts, struct str name, struct buf *text, struct error *err)
{
  struct str content = STR("");

  if (text->overflow)
    return error_set(err, ERROR_LIMIT,
                     "more comes out of it than may come out of one file (see --max-scale)");
  if (format_charge(parts->budget, text->len, err))
    return -1;
  if (text->len) {
    content.len = text->len;
    content.ptr = buf_detach(text);
    format_adopt(parts, (void *)content.ptr);
  }
  return format_add_file(parts, name, content, err) ? 0 : -1;
}

void described_mark(struct format_parts *parts)
{
  for (size_t i = 0; i < parts->n_members; i++)
    if (!str_equal(parts->members[i].entry.name, STR(FORMAT_AROUND)))
      format_add_record(parts, &parts->members[i], FORMAT_DESCRIBED, STR("yes"));
}

void described_digest(struct buf *text, const char *name, struct str bytes)
{
  const struct digest digest = digest_of(DIGEST_SHA256, bytes.ptr, bytes.len);
  char hex[DIGEST_MAX_TEXT];

  buf_printf(text, "%s: %s\n", name, digest_hex(&digest, hex));
}

void described_quote(struct buf *text, struct str value)
{
  buf_putc(text, '\'');
  for (size_t i = 0; i < value.len && !text->overflow; i++) {
    const unsigned char c = (unsigned char)value.ptr[i];

    if (c == '\'')
      buf_puts(text, "''");
    else if (c == '\\')
      buf_puts(text, "\\\\");
    else if (c == '\n')
      buf_puts(text, "\\n");
    else if (c < ' ' || c == 0x7f)
      buf_printf(text, "\\x%02x", c);
    else
      buf_putc(text, (char)c);
  }
  buf_putc(text, '\'');
}
