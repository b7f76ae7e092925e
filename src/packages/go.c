#include "packages/go.h"

#include <string.h>

#include "formats/elf_go.h"
#include "formats/format.h"

static const char golang[] = "golang";

/* What may come of a program's sections: none is decompressed for this. */
enum { PROGRAM_BYTES = 64 * 1024 * 1024 };

bool package_program_may_be(int64_t mode, int64_t size)
{
  return (mode & 0111) && size >= PACKAGE_PROGRAM_LEAST && size <= PACKAGE_PROGRAM_MAX;
}

bool package_program_begins(struct str head)
{
  static const char elf[] = "\x7f"
                            "ELF";
  /* The type of the note, and its name. */
  static const char notes[2][8] = { { 4, 0, 0, 0, 'G', 'o', 0, 0 },
                                    { 0, 0, 0, 4, 'G', 'o', 0, 0 } };

  head.len = MIN_OF(head.len, (size_t)PACKAGE_PROGRAM_HEAD);
  return str_has_prefix(head, STR(elf)) &&
         (memmem(head.ptr, head.len, notes[0], 8) || memmem(head.ptr, head.len, notes[1], 8));
}

static struct str next_word(struct str *text)
{
  size_t len = 0;
  struct str word;

  while (len < text->len && text->ptr[len] != ' ' && text->ptr[len] != '\n')
    len++;
  word = (struct str) { text->ptr, len };
  *text = str_skip(*text, MIN_OF(len + 1, text->len));
  return word;
}

/* What a program was made of, and where it lies. */
struct program {
  struct package_list *list;
  struct str path;
};

static void go_add(const struct program *program, struct str name, struct str version)
{
  if (name.len && version.len)
    package_list_add(program->list, &(struct package) { .type = golang,
                                                        .name = name,
                                                        .version = version,
                                                        .place = program->path });
}

/* "VERSION CHECKSUM", and perhaps a line "=> MODULE VERSION CHECKSUM" of what stands in for it: a
 * directory, which has no version, is the module that it is named after. */
static void add_dep(const struct program *program, struct str name, struct str text)
{
  const struct str version = next_word(&text);
  const char *arrow = text.len ? memmem(text.ptr, text.len, "=> ", 3) : NULL;
  struct str other = arrow ? str_skip(text, (size_t)(arrow - text.ptr) + 3) : STR("");
  const struct str other_name = next_word(&other);
  const struct str other_version = next_word(&other);

  if (other_name.len && other_version.len)
    go_add(program, other_name, other_version);
  else
    go_add(program, name, version);
}

static void add_facts(const struct program *program, const struct format_parts *parts)
{
  struct str main_name = STR("");
  struct str main_version = STR("");
  struct str revision = STR("");

  for (size_t i = 0; i < parts->n_members; i++) {
    const struct str name = parts->members[i].entry.name;
    struct str text = parts->members[i].content.stored;
    struct str fact;

    if (!elf_go_is_fact(&parts->members[i]))
      continue;
    fact = str_skip(name, sizeof(ELF_GO_SECTION));
    if (str_has_prefix(fact, STR("dep/")))
      add_dep(program, str_skip(fact, 4), text);
    else if (str_equal(fact, STR("go")))
      go_add(program, STR("stdlib"), next_word(&text));
    else if (str_equal(fact, STR("build/vcs.revision")))
      revision = next_word(&text);
    else if (str_equal(fact, STR("mod"))) {
      main_name = next_word(&text);
      main_version = next_word(&text);
    }
  }
  go_add(program, main_name,
         str_equal(main_version, STR("(devel)")) && revision.len ? revision : main_version);
}

void package_program_read(struct package_list *list, struct str path, struct str bytes)
{
  const struct program program = { list, package_path(path) };
  struct format_budget budget = { PROGRAM_BYTES };
  const struct format *format = format_detect(bytes, STR(""));
  struct format_parts parts;
  struct error err;

  if (!format || strcmp(format->name, "elf") != 0)
    return;
  if (format_read(format, &parts, bytes, STR(""), &budget, &err) == 0)
    add_facts(&program, &parts);
  format_release(&parts);
}
