/* formats/elf: which sections a program has in its memory, whatever their flags say. The layout is
 * that of elf(5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <elf.h>
#include <string.h>

#include "../common/format_dump.h"
#include "formats/elf.h"

enum { SIZE = 16, PAGE = 4096 };

struct part {
  bool wide, nobits;
  uint64_t flags, address; /* of a section of SIZE bytes */
  /* Of the last segment, its place counted from the section's. Those before it are empty. */
  uint32_t type; /* 0: PT_LOAD */
  int64_t at;
  uint64_t size, segment_address, len;
  unsigned n_empty;
  uint16_t machine; /* 0: one of the class */
};

static void put(struct buf *out, uint64_t value, size_t size)
{
  for (size_t i = 0; i < size; i++)
    buf_putc(out, (char)(i < sizeof(value) ? value >> 8 * i : 0));
}

static void put_segment(struct buf *out, const struct part *part, uint64_t at, bool empty)
{
  const size_t size = part->wide ? 8 : 4;

  put(out, part->type ? part->type : PT_LOAD, 4);
  if (part->wide)
    put(out, PF_R, 4);
  put(out, empty ? 0 : at, size);
  put(out, empty ? 0 : part->segment_address, size);
  put(out, 0, size);
  put(out, empty ? 0 : part->size, size);
  put(out, empty ? 0 : part->len, size);
  if (!part->wide)
    put(out, PF_R, 4);
  put(out, 1, size);
}

static void put_section(struct buf *out, const struct part *part, unsigned name, unsigned type,
                        uint64_t at)
{
  const size_t size = part->wide ? 8 : 4;

  put(out, name, 4);
  put(out, type, 4);
  put(out, type == SHT_STRTAB ? 0 : part->flags, size);
  put(out, type == SHT_STRTAB ? 0 : part->address, size);
  put(out, at, size);
  put(out, type == SHT_STRTAB ? sizeof("\0.x") : SIZE, size);
  put(out, 0, 8);
  put(out, 1, size);
  put(out, 0, size);
}

/* The header, the segments, a page, the section, a page, the names, and headers of sections. */
static void write_elf(struct buf *out, const struct part *part, size_t segment_size)
{
  const size_t size = part->wide ? 8 : 4;
  const size_t header = part->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
  const size_t at =
      header + (part->n_empty + 1) * (part->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) + PAGE;
  const size_t names = at + SIZE + PAGE;

  buf_add(out,
          "\x7f"
          "ELF",
          4);
  put(out, part->wide ? ELFCLASS64 : ELFCLASS32, 1);
  put(out, ELFDATA2LSB | EV_CURRENT << 8, EI_NIDENT - 5);
  put(out, ET_DYN, 2);
  put(out, part->machine ? part->machine : part->wide ? EM_X86_64 : EM_386, 2);
  put(out, EV_CURRENT, 4);
  put(out, 0, size);
  put(out, header, size);
  put(out, names + sizeof("\0.x"), size);
  put(out, 0, 4);
  put(out, header, 2);
  put(out, segment_size, 2);
  put(out, part->n_empty + 1, 2);
  put(out, part->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr), 2);
  put(out, 3 | 2 << 16, 4);
  for (unsigned i = 0; i <= part->n_empty; i++)
    put_segment(out, part, at + (uint64_t)part->at, i < part->n_empty);
  put(out, 0, PAGE);
  buf_puts(out, "what is in there");
  put(out, 0, PAGE);
  buf_add(out, "\0.x", sizeof("\0.x"));
  put(out, 0, part->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr));
  put_section(out, part, 1, part->nobits ? SHT_NOBITS : SHT_PROGBITS, at);
  put_section(out, part, 0, SHT_STRTAB, names);
}

static void dump(struct buf *out, const struct part *part, size_t segment_size)
{
  AUTO_BUF file = BUF_INIT(1 << 20);

  write_elf(&file, part, segment_size);
  format_dump(out, &format_elf, buf_str(&file), STR("x"));
  buf_putc(out, '\0');
}

static void assert_one(struct part part, bool wide, bool wanted)
{
  AUTO_BUF found = BUF_INIT(1 << 20);

  part.wide = wide;
  dump(&found, &part, wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr));
  assert_null(strstr(found.ptr, "ERROR"));
  assert_non_null(strstr(found.ptr, "\".x\""));
  *strchr(found.ptr, '\n') = '\0'; /* the section, which is the first member */
  if (!!strstr(found.ptr, "{=elf.in-segment=\"yes\"}") != wanted)
    fail_msg("wide %d, machine %u, wanted %d: %s", wide, part.machine, wanted, found.ptr);
}

static void assert_in_segment(struct part part, bool wanted)
{
  assert_one(part, false, wanted);
  assert_one(part, true, wanted);
}

#define SEGMENT(...)                                                                               \
  (struct part)                                                                                    \
  {                                                                                                \
    __VA_ARGS__                                                                                    \
  }

static void in_the_file(void **state)
{
  (void)state;
  assert_in_segment(SEGMENT(.n_empty = 0), false);
  assert_in_segment(SEGMENT(.at = 0, .size = SIZE), true);
  assert_in_segment(SEGMENT(.at = 0, .size = SIZE, .flags = SHF_ALLOC),
                    false); /* its flags say so */
  assert_in_segment(SEGMENT(.at = 0, .size = SIZE, .type = PT_NOTE), true);
  assert_in_segment(SEGMENT(.at = 0, .size = SIZE, .type = PT_DYNAMIC), true);
  assert_in_segment(SEGMENT(.at = 0, .size = 0, .len = PAGE),
                    false); /* objcopy --only-keep-debug */
  assert_in_segment(SEGMENT(.at = 4, .size = 1), true);
  assert_in_segment(SEGMENT(.at = SIZE - 1, .size = PAGE), true);
  assert_in_segment(SEGMENT(.at = -8, .size = 9), true);
  /* What is mapped with them, since pages are, is in no segment. */
  assert_in_segment(SEGMENT(.at = SIZE, .size = PAGE), false);
  assert_in_segment(SEGMENT(.at = -8, .size = 8), false);
  /* The sum of place and size is more than a number holds. */
  assert_in_segment(SEGMENT(.at = -8, .size = UINT64_MAX), true);
  assert_in_segment(SEGMENT(.at = SIZE, .size = UINT64_MAX), false);
  /* It is not in the file. */
  assert_in_segment(SEGMENT(.at = 0, .size = SIZE, .nobits = true), false);
}

static void in_memory(void **state)
{
  (void)state;
  assert_in_segment(SEGMENT(.at = -8, .size = 8, .segment_address = PAGE, .len = PAGE), false);
  assert_in_segment(SEGMENT(.len = PAGE, .segment_address = PAGE, .address = PAGE), true);
  assert_in_segment(SEGMENT(.len = PAGE, .segment_address = PAGE, .address = 2 * PAGE - 1), true);
  assert_in_segment(SEGMENT(.len = PAGE, .segment_address = PAGE, .address = 2 * PAGE), false);
  assert_in_segment(SEGMENT(.len = PAGE, .segment_address = PAGE, .address = PAGE - SIZE), false);
  assert_in_segment(SEGMENT(.len = PAGE, .segment_address = PAGE, .address = PAGE - SIZE + 1),
                    true);
  assert_in_segment(SEGMENT(.len = PAGE, .segment_address = PAGE, .address = PAGE, .nobits = true),
                    true);
}

/* Where there are more than anybody compares each section with. */
static void many(void **state)
{
  (void)state;
  assert_in_segment(SEGMENT(.n_empty = 255), false);
  assert_in_segment(SEGMENT(.n_empty = 255, .size = 1), true);
  assert_in_segment(SEGMENT(.n_empty = 256), true);
}

/* Linux, load_elf_binary: what it takes for a file's class is the machine's. */
static void class_of_another_machine(void **state)
{
  (void)state;
  assert_one(SEGMENT(.machine = EM_X86_64), true, false);
  assert_one(SEGMENT(.machine = EM_X86_64), false, true);
  assert_one(SEGMENT(.machine = EM_386), true, true);
  assert_one(SEGMENT(.machine = EM_386), false, false);
  assert_in_segment(SEGMENT(.machine = EM_RISCV), false);
  assert_in_segment(SEGMENT(.machine = EM_X86_64 << 8), true); /* the other byte order's */
}

/* Some loaders go by the size that the file says, others refuse it. */
static void headers_of_another_size(void **state)
{
  AUTO_BUF found = BUF_INIT(1 << 20);

  (void)state;
  dump(&found, &SEGMENT(.wide = true), sizeof(Elf64_Phdr) + 8);
  assert_string_equal(found.ptr, "ERROR: its program headers have a size of their own (64)\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(in_the_file),
    cmocka_unit_test(in_memory),
    cmocka_unit_test(many),
    cmocka_unit_test(class_of_another_machine),
    cmocka_unit_test(headers_of_another_size),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
