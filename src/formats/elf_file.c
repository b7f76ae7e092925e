#include "formats/elf_file.h"

#include <inttypes.h>

enum { SEGMENT_32 = 32, SEGMENT_64 = 56, MACHINE_AT = 18 };

/* e_machine. */
enum {
  EM_386 = 3,
  EM_MIPS = 8,
  EM_PPC = 20,
  EM_PPC64 = 21,
  EM_S390 = 22,
  EM_ARM = 40,
  EM_X86_64 = 62,
  EM_AARCH64 = 183,
  EM_RISCV = 243,
  EM_LOONGARCH = 258,
};

/* ---- numbers ---- */

uint16_t elf_half(const struct elf *elf, const char *p)
{
  const uint16_t n = format_le16(p);

  return elf->big ? __builtin_bswap16(n) : n;
}

uint32_t elf_word(const struct elf *elf, const char *p)
{
  return elf->big ? format_be32(p) : format_le32(p);
}

uint64_t elf_address(const struct elf *elf, const char *p)
{
  if (!elf->wide)
    return elf_word(elf, p);
  return elf->big ? __builtin_bswap64(format_le64(p)) : format_le64(p);
}

bool elf_fits(const struct elf *elf, uint64_t at, uint64_t len)
{
  return at <= elf->bytes.len && len <= elf->bytes.len - at;
}

/* ---- segments ---- */

size_t elf_segment_size(const struct elf *elf)
{
  return elf->wide ? SEGMENT_64 : SEGMENT_32;
}

static const char *segment_at(const struct elf *elf, uint64_t i)
{
  return elf->bytes.ptr + elf->segments_at + i * elf_segment_size(elf);
}

int elf_add_segments(struct format_parts *parts, const struct elf *elf, struct error *err)
{
  if (!elf_fits(elf, elf->segments_at, elf->n_segments * elf_segment_size(elf)))
    return error_set(err, ERROR_CORRUPT, "its program headers do not lie in it");
  for (uint64_t i = 0; i < elf->n_segments; i++) {
    const char *p = segment_at(elf, i);
    const uint32_t flags = elf_word(elf, p + (elf->wide ? 4 : 24));
    const char *text =
        arena_printf(&parts->arena, "type 0x%" PRIx32 " %c%c%c", elf_word(elf, p),
                     flags & 4 ? 'r' : '-', flags & 2 ? 'w' : '-', flags & 1 ? 'x' : '-');

    if (format_add_field(parts, FORMAT_COUNTS, "segment", str_of(text), err))
      return -1;
  }
  return 0;
}

struct elf_segment elf_segment(const struct elf *elf, uint64_t i)
{
  const char *p = segment_at(elf, i);

  return (struct elf_segment) {
    .type = elf_word(elf, p),
    .at = elf_address(elf, p + (elf->wide ? 8 : 4)),
    .size = elf_address(elf, p + (elf->wide ? 32 : 16)),
    .address = elf_address(elf, p + (elf->wide ? 16 : 8)),
    .len = elf_address(elf, p + (elf->wide ? 40 : 20)),
    .align = elf_address(elf, p + (elf->wide ? 48 : 28)),
  };
}

/* Whether two ranges have a byte in common. No sum of a place and a length may overflow. */
static bool meet(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
  return a_len && b_len && (a <= b ? b - a < a_len : a - b < b_len);
}

/* Linux goes by the machine, and looks at the class only where a machine has both (elf_check_arch);
 * it never looks at the byte order. A file whose header says otherwise is read otherwise when it is
 * run. A machine that is read in the wrong order is none of these. */
static bool is_run_as_read(const struct elf *elf)
{
  switch (elf_half(elf, elf->bytes.ptr + MACHINE_AT)) {
  case EM_386:
  case EM_ARM:
  case EM_PPC:
    return !elf->wide;
  case EM_AARCH64:
  case EM_LOONGARCH:
  case EM_PPC64:
  case EM_X86_64:
    return elf->wide;
  case EM_MIPS:
  case EM_RISCV:
  case EM_S390:
    return true;
  default:
    return false;
  }
}

bool elf_meets_segment(const struct elf *elf, uint64_t address, uint64_t at, uint64_t size,
                       uint64_t len)
{
  /* Each section is compared with each: nobody may make that long. */
  if (elf->n_segments > ELF_SEGMENTS_MAX || !is_run_as_read(elf))
    return true;
  for (uint64_t i = 0; i < elf->n_segments; i++) {
    const struct elf_segment segment = elf_segment(elf, i);

    if (meet(at, size, segment.at, segment.size) ||
        (address && meet(address, len, segment.address, segment.len)))
      return true;
  }
  return false;
}
