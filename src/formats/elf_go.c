/* The section begins with 14 bytes "\xff Go buildinf:", the width of an address, and flags. Since
 * Go 1.18 (flag 2) two texts, each behind its length as a varint, follow at byte 32: the version of
 * Go, and lines about modules. Before that two addresses follow at byte 16, of texts as Go keeps
 * them: an address and a length. The lines lie between marks of 16 bytes. */
#include "formats/elf_go.h"

#include "base/buf.h"
#include "formats/keyed.h"

enum { MAGIC_LEN = 14, FLAGS = 15, POINTERS = 16, TEXTS = 32, MARK = 16, INLINE = 2 };

static const char magic[] = "\xff Go buildinf:";
static const char mark_before[] =
    "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
static const char mark_behind[] =
    "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2";

struct texts {
  struct str version, modules;
};

/* ---- where the texts are ---- */

/* A text behind its length, seven bits a byte, the lowest first. */
static bool take_text(struct str *from, struct str *out)
{
  uint64_t len = 0;

  for (unsigned shift = 0; shift < 32; shift += 7) {
    unsigned char c;

    if (!from->len)
      return false;
    c = (unsigned char)from->ptr[0];
    *from = str_skip(*from, 1);
    len |= (uint64_t)(c & 0x7f) << shift;
    if (c & 0x80)
      continue;
    if (len > from->len)
      return false;
    *out = (struct str) { from->ptr, (size_t)len };
    *from = str_skip(*from, (size_t)len);
    return true;
  }
  return false;
}

static bool text_at(const struct elf_go_memory *memory, const char *pointer, struct str *out)
{
  const uint64_t text = memory->address(memory->context, pointer);
  const struct str header = memory->at(memory->context, text, 2 * (uint64_t)memory->width);

  if (!header.ptr)
    return false;
  *out = memory->at(memory->context, memory->address(memory->context, header.ptr),
                    memory->address(memory->context, header.ptr + memory->width));
  return out->ptr != NULL;
}

/* *behind: what stands behind texts that are in the section. */
static bool find_texts(const struct elf_go_memory *memory, struct str section, struct texts *out,
                       struct str *behind)
{
  const size_t width = memory->width;

  if (section.len < TEXTS || memcmp(section.ptr, magic, MAGIC_LEN) != 0)
    return false;
  *behind = str_skip(section, TEXTS);
  if (section.ptr[FLAGS] & INLINE)
    return take_text(behind, &out->version) && take_text(behind, &out->modules);
  return (unsigned char)section.ptr[MAGIC_LEN] == width &&
         text_at(memory, section.ptr + POINTERS, &out->version) &&
         text_at(memory, section.ptr + POINTERS + width, &out->modules);
}

/* ---- what they say ---- */

static struct str take_word(struct str *line, char end)
{
  const char *at = line->len ? memchr(line->ptr, end, line->len) : NULL;
  const struct str word = { line->ptr, at ? (size_t)(at - line->ptr) : line->len };

  *line = str_skip(*line, word.len + (at != NULL));
  return word;
}

static int add_fact(struct format_parts *parts, const char *kind, struct str name, struct str value,
                    struct error *err)
{
  AUTO_BUF path = BUF_INIT(FORMAT_NAME_MAX);
  AUTO_BUF text = BUF_INIT(SIZE_MAX);

  buf_printf(&path, ELF_GO_SECTION "/%s%s", kind, name.len ? "/" : "");
  buf_add_str(&path, name);
  if (path.overflow)
    return error_set(err, ERROR_LIMIT, "a name in it is longer than %d bytes", FORMAT_NAME_MAX);
  for (size_t i = 0; i < value.len; i++)
    buf_putc(&text, (char)(value.ptr[i] == '\t' ? ' ' : value.ptr[i]));
  buf_putc(&text, '\n');
  return keyed_add(parts, buf_str(&path), buf_str(&text), err);
}

/* A module that is needed, with the line behind it if that replaces it. */
static int add_dep(struct format_parts *parts, struct str line, struct str *rest, struct error *err)
{
  const struct str name = take_word(&line, '\t');

  if (str_has_prefix(*rest, STR("=>\t"))) {
    const struct str second = take_word(rest, '\n');

    /* Both, with the newline between them. */
    line =
        line.len ? (struct str) { line.ptr, (size_t)(second.ptr - line.ptr) + second.len } : second;
  }
  return add_fact(parts, "dep", name, line, err);
}

static int add_lines(struct format_parts *parts, struct str lines, struct error *err)
{
  static const struct str nameless = { "", 0 };

  while (lines.len) {
    struct str line = take_word(&lines, '\n');
    const struct str kind = take_word(&line, '\t');
    int status;

    if (str_equal(kind, STR("dep")))
      status = add_dep(parts, line, &lines, err);
    else if (str_equal(kind, STR("build"))) {
      const struct str name = take_word(&line, '=');

      status = add_fact(parts, "build", name, line, err);
    } else if (str_equal(kind, STR("path")) || str_equal(kind, STR("mod")))
      status = add_fact(parts, kind.ptr[0] == 'p' ? "path" : "mod", nameless, line, err);
    else
      status = add_fact(parts, "line", kind, line, err);
    if (status)
      return -1;
  }
  return 0;
}

/* The header, and what stands behind the texts but for the zeros at the end, of which there are as
 * many as they leave. */
static int add_rest(struct format_parts *parts, struct str section, struct str behind,
                    struct str *out, struct error *err)
{
  char *bytes;

  while (behind.len && !behind.ptr[behind.len - 1])
    behind.len--;
  bytes = format_memory(parts, TEXTS + behind.len, err);
  if (!bytes)
    return -1;
  memcpy(bytes, section.ptr, TEXTS);
  if (behind.len)
    memcpy(bytes + TEXTS, behind.ptr, behind.len);
  *out = (struct str) { bytes, TEXTS + behind.len };
  return 0;
}

int elf_add_go(struct format_parts *parts, const struct elf_go_memory *memory, struct str section,
               struct str *rest, struct error *err)
{
  struct texts texts = { 0 };
  struct str modules;
  struct str behind;

  *rest = section;
  if (!find_texts(memory, section, &texts, &behind))
    return 0;
  modules = texts.modules;
  if (modules.len) {
    if (modules.len < 2 * (size_t)MARK || memcmp(modules.ptr, mark_before, MARK) != 0 ||
        memcmp(modules.ptr + modules.len - MARK, mark_behind, MARK) != 0)
      return 0;
    modules = (struct str) { modules.ptr + MARK, modules.len - 2 * (size_t)MARK };
  }
  if ((section.ptr[FLAGS] & INLINE) && add_rest(parts, section, behind, rest, err))
    return -1;
  if (add_fact(parts, "go", (struct str) { "", 0 }, texts.version, err))
    return -1;
  return add_lines(parts, modules, err);
}

bool elf_go_is_fact(const struct format_member *member)
{
  return member->entry.n_records == 0 &&
         str_has_prefix(member->entry.name, STR(ELF_GO_SECTION "/"));
}
