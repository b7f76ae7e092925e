#include "evidence/elf_section.h"

#include <string.h>

enum { NOTE_HEADER = 12, CRC = 4 };

/* A note (ELF specification, "Note Section"): lengths of name and description, type, name. All of
 * it but the description, which is the ID, is the same. */
static bool same_note(struct str a, struct str b, size_t *at)
{
  uint64_t name;

  if (a.len != b.len || a.len < NOTE_HEADER)
    return false;
  name = format_le32(a.ptr);
  if (name > UINT32_MAX / 2) /* of the other byte order */
    name = format_be32(a.ptr);
  *at = NOTE_HEADER + (size_t)((name + 3) & ~(uint64_t)3);
  return *at < a.len && memcmp(a.ptr, b.ptr, *at) == 0;
}

/* The name of the file with the debugging information, and its CRC behind it. */
static bool same_debuglink(struct str a, struct str b, size_t *at)
{
  *at = a.len - MIN_OF(a.len, (size_t)CRC);
  return a.len == b.len && a.len > CRC && memcmp(a.ptr, b.ptr, *at) == 0;
}

static struct str hex(struct arena *arena, struct str bytes)
{
  static const char digits[] = "0123456789abcdef";
  char *text = arena_alloc(arena, 2 * bytes.len + 1);

  for (size_t i = 0; i < bytes.len; i++) {
    text[2 * i] = digits[(unsigned char)bytes.ptr[i] >> 4];
    text[2 * i + 1] = digits[(unsigned char)bytes.ptr[i] & 15];
  }
  return (struct str) { text, 2 * bytes.len };
}

bool evidence_elf_section(const struct format *format, const struct format_member *a,
                          const struct format_member *b, struct arena *arena,
                          struct content_evidence *out)
{
  static const struct {
    const char *section, *id, *name;
    bool (*same)(struct str a, struct str b, size_t *at);
    bool is_text;
  } table[] = {
    { ".note.gnu.build-id", "elf-build-id", "", same_note, false },
    { ".note.go.buildid", "go-build-id", "", same_note, true },
    { ".gnu_debuglink", "elf-build-id", "CRC of the debugging information", same_debuglink, false },
  };
  const struct str content[2] = { a->content.stored, b->content.stored };

  if (strcmp(format->name, "elf") != 0 || a->content.codec || b->content.codec ||
      str_equal(content[0], content[1]))
    return false;
  for (size_t i = 0; i < ARRAY_LEN(table); i++) {
    size_t at;

    if (!str_equal(a->entry.name, str_of(table[i].section)) ||
        !table[i].same(content[0], content[1], &at))
      continue;
    content_add(out, arena, table[i].id, table[i].name,
                table[i].is_text ? str_skip(content[0], at) : hex(arena, str_skip(content[0], at)),
                table[i].is_text ? str_skip(content[1], at) : hex(arena, str_skip(content[1], at)));
    return true;
  }
  return false;
}
