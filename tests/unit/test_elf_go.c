/* formats/elf_go, packages/go: what is taken for a note of Go's linker, and what is only called
 * like one. The layout is debug/buildinfo's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <elf.h>

#include "../common/format_dump.h"
#include "formats/elf.h"
#include "packages/go.h"

enum { BASE = 0x400000 };

struct part {
  const char *name;
  struct str bytes;
};

/* The second text of a section: lines between their marks. */
#define LINES(lines)                                                                               \
  "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6" lines                         \
  "\xf9\x32\x43\x31\x86\x18\x20\x72\x00\x82\x42\x10\x41\x16\xd8\xf2"
#define ZEROS "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

/* Sections, and as many loaded segments, of which the last alone has the file's bytes, at BASE. */
static void write_elf(struct buf *out, const struct part *sections, size_t n, size_t n_segments)
{
  const size_t at = sizeof(Elf64_Ehdr) + n_segments * sizeof(Elf64_Phdr);
  AUTO_BUF names = BUF_INIT(1000);
  AUTO_BUF data = BUF_INIT(10000);
  AUTO_BUF headers = BUF_INIT(10000);
  Elf64_Shdr header = { .sh_type = SHT_NULL };

  buf_putc(&names, '\0');
  buf_add(&headers, &header, sizeof(header));
  for (size_t i = 0; i < n; i++) {
    header = (Elf64_Shdr) { .sh_name = (Elf64_Word)names.len,
                            .sh_type = SHT_PROGBITS,
                            .sh_offset = at + data.len,
                            .sh_size = sections[i].bytes.len };
    buf_add(&headers, &header, sizeof(header));
    buf_add(&names, sections[i].name, strlen(sections[i].name) + 1);
    buf_add_str(&data, sections[i].bytes);
  }
  header = (Elf64_Shdr) { .sh_type = SHT_STRTAB, .sh_offset = at + data.len, .sh_size = names.len };
  buf_add(&headers, &header, sizeof(header));
  buf_add_str(&data, buf_str(&names));
  buf_add(out,
          &(Elf64_Ehdr) { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                          .e_type = ET_EXEC,
                          .e_machine = EM_X86_64,
                          .e_version = EV_CURRENT,
                          .e_phoff = sizeof(Elf64_Ehdr),
                          .e_shoff = at + data.len,
                          .e_ehsize = sizeof(Elf64_Ehdr),
                          .e_phentsize = sizeof(Elf64_Phdr),
                          .e_phnum = (Elf64_Half)n_segments,
                          .e_shentsize = sizeof(Elf64_Shdr),
                          .e_shnum = (Elf64_Half)(n + 2),
                          .e_shstrndx = (Elf64_Half)(n + 1) },
          sizeof(Elf64_Ehdr));
  for (size_t i = 1; i <= n_segments; i++)
    buf_add(out,
            &(Elf64_Phdr) { .p_type = PT_LOAD,
                            .p_vaddr = BASE,
                            .p_filesz = i == n_segments ? at + data.len : 0 },
            sizeof(Elf64_Phdr));
  buf_add_str(out, buf_str(&data));
  buf_add_str(out, buf_str(&headers));
}

static void dump(struct buf *out, const struct part *sections, size_t n, size_t n_segments)
{
  AUTO_BUF file = BUF_INIT(1 << 20);

  write_elf(&file, sections, n, n_segments);
  format_dump(out, &format_elf, buf_str(&file), STR("x"));
  buf_putc(out, '\0');
  assert_null(strstr(out->ptr, "ERROR"));
}

static const struct part first = { ".go.buildinfo", STR("\xff Go buildinf:\x08\x02" ZEROS
                                                        "\4go1.\x2b" LINES("dep\ta\tv1\th\n")) };
static const struct part second = { ".go.buildinfo", STR("\xff Go buildinf:\x08\x02" ZEROS
                                                         "\4go2.\x2b" LINES("dep\tb\tv2\th\n")) };

/* Each look at one takes as long as there are segments: a file may not have many. */
static void test_first_section(void **state)
{
  const struct part sections[] = { first, second };
  AUTO_BUF found = BUF_INIT(1 << 20);

  (void)state;
  dump(&found, sections, 2, 1);
  assert_non_null(strstr(found.ptr, "\".go.buildinfo/go\" 644 0:0 : 5 0:0 \"go1.\\n\""));
  assert_non_null(strstr(found.ptr, "\".go.buildinfo/dep/a\""));
  assert_null(strstr(found.ptr, "\".go.buildinfo/dep/b\""));
  assert_non_null(strstr(found.ptr, "go2."));
}

static void add_le64(struct buf *out, uint64_t n)
{
  buf_add(out, &n, sizeof(n)); /* on a machine whose numbers are as in the file */
}

/* Addresses are looked up in the first 256 segments that are loaded. */
static void test_segments(void **state)
{
  (void)state;
  for (size_t n = 256; n <= 257; n++) {
    const uint64_t section = BASE + sizeof(Elf64_Ehdr) + n * sizeof(Elf64_Phdr);
    AUTO_BUF bytes = BUF_INIT(1000);
    AUTO_BUF found = BUF_INIT(1 << 20);

    buf_add(&bytes, "\xff Go buildinf:\x08\0", 16);
    add_le64(&bytes, section + 32);
    add_le64(&bytes, section + 48);
    add_le64(&bytes, section + 64);
    add_le64(&bytes, 4);
    add_le64(&bytes, section + 64);
    add_le64(&bytes, 0);
    buf_puts(&bytes, "go1.");
    dump(&found, &(struct part) { ".go.buildinfo", buf_str(&bytes) }, 1, n);
    if (n > 256)
      assert_null(strstr(found.ptr, ".go.buildinfo/go"));
    else
      assert_non_null(strstr(found.ptr, ".go.buildinfo/go"));
  }
}

/* A section may have any name: it is no package for that. */
static void test_forged(void **state)
{
  const struct part sections[] = { { ".go.buildinfo/dep/evil", STR("v9 h1:x\n") },
                                   first,
                                   { ".go.buildinfo/go", STR("go9\n") },
                                   { ".go.buildinfo/mod", STR("m v9\n") } };
  struct package_list list = PACKAGE_LIST_INIT;
  AUTO_BUF file = BUF_INIT(1 << 20);
  AUTO_BUF found = BUF_INIT(1 << 20);

  (void)state;
  write_elf(&file, sections, ARRAY_LEN(sections), 1);
  package_program_read(&list, STR("bin/x"), buf_str(&file));
  for (size_t i = 0; i < list.n; i++)
    buf_printf(&found, "%.*s %.*s; ", STR_ARGS(list.items[i].name),
               STR_ARGS(list.items[i].version));
  buf_putc(&found, '\0');
  assert_string_equal(found.ptr, "stdlib go1.; a v1; ");
  package_list_release(&list);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_first_section),
    cmocka_unit_test(test_segments),
    cmocka_unit_test(test_forged),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
