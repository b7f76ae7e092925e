#include "evidence/elf_section.h"

#include <string.h>

enum {
  NOTE_HEADER = 12,
  CRC = 4,
  BUILD_ID_MAX = 64,
  GO_ID_MAX = 256,
  DEBUGLINK_MAX = 264, /* NAME_MAX, a NUL, up to 4 bytes, and the CRC */
};

#define PROGBITS "0x1" /* elf(5), sh_type */
#define NOTE "0x7"
#define ALLOC "0x2" /* sh_flags */

/* A note (ELF specification, "Note Section"): lengths of name and description, type, name. All of
 * it but the description, which is the ID, is the same, and there is one note and no more: what
 * else a section holds may be anything. */
static bool same_note(struct str a, struct str b, size_t *at)
{
  bool big;
  uint64_t name;
  uint64_t id;

  if (a.len != b.len || a.len < NOTE_HEADER)
    return false;
  big = format_le32(a.ptr) > UINT16_MAX;
  name = big ? format_be32(a.ptr) : format_le32(a.ptr);
  id = big ? format_be32(a.ptr + 4) : format_le32(a.ptr + 4);
  if (name != 4 || id > a.len)
    return false;
  *at = NOTE_HEADER + 4;
  return *at + ((id + 3) & ~(uint64_t)3) == a.len && memcmp(a.ptr, b.ptr, *at) == 0 &&
         str_equal(str_skip(a, *at + id), str_skip(b, *at + id));
}

static bool same_build_id(struct str a, struct str b, size_t *at)
{
  return same_note(a, b, at) && a.len <= NOTE_HEADER + 4 + BUILD_ID_MAX &&
         memcmp(a.ptr + NOTE_HEADER, "GNU", 4) == 0;
}

static bool same_go_id(struct str a, struct str b, size_t *at)
{
  return same_note(a, b, at) && a.len <= NOTE_HEADER + 4 + GO_ID_MAX &&
         memcmp(a.ptr + NOTE_HEADER, "Go\0", 4) == 0;
}

/* The name of the file with the debugging information, and its CRC behind it. */
static bool same_debuglink(struct str a, struct str b, size_t *at)
{
  *at = a.len - MIN_OF(a.len, (size_t)CRC);
  return a.len == b.len && a.len > CRC && memcmp(a.ptr, b.ptr, *at) == 0 && a.len <= DEBUGLINK_MAX;
}

/* Type and flags, as the reader of ELF has them (formats/elf.c): what a program runs is no note,
 * whatever its name, what lies in a segment is loaded, whatever its flags, and what a loader finds
 * by its address is no mere number. */
static bool is_as(const struct format_member *member, const char *type, const char *flags)
{
  for (size_t i = 0; i < member->entry.n_records; i++) {
    const struct tar_record *record = &member->entry.records[i];

    if (str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.in-segment")) ||
        str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.used-by")) ||
        (str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.type")) &&
         !str_equal(record->value, str_of(type))) ||
        (str_equal(record->key, STR(TAR_RECORD_OF_MEMBER "elf.flags")) &&
         !str_equal(record->value, str_of(flags))))
      return false;
  }
  return true;
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
    const char *section, *id, *name, *type, *flags;
    bool (*same)(struct str a, struct str b, size_t *at);
    bool is_text;
  } table[] = {
    { ".note.gnu.build-id", "elf-build-id", "", NOTE, ALLOC, same_build_id, false },
    { ".note.go.buildid", "go-build-id", "", NOTE, ALLOC, same_go_id, true },
    { ".gnu_debuglink", "elf-build-id", "CRC of the debugging information", PROGBITS, "0x0",
      same_debuglink, false },
  };
  const struct str content[2] = { a->content.stored, b->content.stored };

  if (strcmp(format->name, "elf") != 0 || a->content.codec || b->content.codec ||
      str_equal(content[0], content[1]))
    return false;
  for (size_t i = 0; i < ARRAY_LEN(table); i++) {
    size_t at;

    if (!str_equal(a->entry.name, str_of(table[i].section)) ||
        !is_as(a, table[i].type, table[i].flags) || !is_as(b, table[i].type, table[i].flags) ||
        !table[i].same(content[0], content[1], &at))
      continue;
    content_add(out, arena, table[i].id, table[i].name,
                table[i].is_text ? str_skip(content[0], at) : hex(arena, str_skip(content[0], at)),
                table[i].is_text ? str_skip(content[1], at) : hex(arena, str_skip(content[1], at)));
    return true;
  }
  return false;
}
