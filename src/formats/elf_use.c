#include "formats/elf_use.h"

enum {
  ET_REL = 1,
  SHT_STRTAB = 3,
  SHT_NOTE = 7,
  PT_DYNAMIC = 2,
  PT_NOTE = 4,
  PT_GNU_RELRO = 0x6474e552,
  NOTE_HEADER = 12,
  NOTES_MAX = 1024,   /* in one segment */
  DYNAMIC_MAX = 4096, /* entries */
  HEADER_32 = 52,
  HEADER_64 = 64,
};

/* d_tag. */
enum {
  DT_NULL = 0,
  DT_STRTAB = 5,
  DT_ADDRESSES = 0x6ffffe00, /* DT_ADDRRNGLO, up to DT_ADDRRNGHI */
  DT_ADDRESSES_END = 0x6fffff00,
  DT_VERSYM = 0x6ffffff0,
  DT_VERDEF = 0x6ffffffc,
  DT_VERNEED = 0x6ffffffe,
  DT_PROCESSOR = 0x70000000, /* up to DT_HIPROC */
  DT_PROCESSOR_END = 0x7ffffffd,
};

/* Up to DT_RELR: tags whose values are addresses, and those whose values lead to names. */
static const unsigned char address_tags[] = { 3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 32, 34, 36 };
static const uint32_t name_tags[] = { 1,          14,         15,         29,         0x6ffffefa,
                                      0x6ffffefb, 0x6ffffefc, 0x7ffffffd, 0x7ffffffe, 0x7fffffff };

static bool meet(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
  return a_len && b_len && (a <= b ? b - a < a_len : a - b < b_len);
}

/* ---- notes ---- */

static uint64_t aligned(uint64_t n, uint64_t to)
{
  return (n + to - 1) / to * to;
}

/* Whether who reads a segment of notes one after the other comes to where the section begins. */
static bool use_is_note_of(const struct elf *elf, const struct elf_segment *segment, uint64_t at)
{
  const uint64_t align = segment->align == 8 ? 8 : 4;
  uint64_t here = segment->at;

  for (unsigned i = 0; i < NOTES_MAX && here < at; i++) {
    const char *p = elf->bytes.ptr + here;

    if (!elf_fits(elf, here, NOTE_HEADER))
      return false;
    here += aligned(aligned(NOTE_HEADER + (uint64_t)elf_word(elf, p), align) + elf_word(elf, p + 4),
                    align);
  }
  return here == at;
}

/* ---- the dynamic section ---- */

/* The bytes of the file that are in memory from an address on, up to the end of what is loaded. */
static struct str use_at(const struct elf *elf, uint64_t address)
{
  for (uint64_t i = 0; i < elf->n_segments; i++) {
    const struct elf_segment segment = elf_segment(elf, i);
    const uint64_t skip = address - segment.address;

    if (segment.type == ELF_PT_LOAD && address >= segment.address && skip < segment.size &&
        elf_fits(elf, segment.at, segment.size))
      return (struct str) { elf->bytes.ptr + segment.at + skip, (size_t)(segment.size - skip) };
  }
  return (struct str) { NULL, 0 };
}

/* Whether at an address there are zeros, since nothing of what is loaded there lies in the file, as
 * where debugging information is alone (objcopy --only-keep-debug). */
static bool is_empty_at(const struct elf *elf, uint64_t address)
{
  for (uint64_t i = 0; i < elf->n_segments; i++) {
    const struct elf_segment segment = elf_segment(elf, i);

    if (segment.type == ELF_PT_LOAD && !segment.size &&
        meet(address, 1, segment.address, segment.len))
      return true;
  }
  return false;
}

static bool is_address(uint64_t tag)
{
  for (size_t i = 0; i < ARRAY_LEN(address_tags); i++)
    if (tag == address_tags[i])
      return true;
  return (tag >= DT_ADDRESSES && tag < DT_ADDRESSES_END) || tag == DT_VERSYM || tag == DT_VERDEF ||
         tag == DT_VERNEED || (tag >= DT_PROCESSOR && tag < DT_PROCESSOR_END);
}

static bool is_name(uint64_t tag)
{
  for (size_t i = 0; i < ARRAY_LEN(name_tags); i++)
    if (tag == name_tags[i])
      return true;
  return false;
}

/* Whether all that the dynamic section leads to lies behind an address. */
static bool use_leads_behind(const struct elf *elf, struct str table, uint64_t end)
{
  const size_t width = elf->wide ? 8 : 4;
  uint64_t names = 0;

  /* Where the names are may stand behind what leads to them. */
  for (int round = 0; round < 2; round++)
    for (size_t i = 0;; i++) {
      const char *p;
      uint64_t tag;
      uint64_t value;

      if (i == DYNAMIC_MAX || 2 * width * (i + 1) > table.len)
        return false;
      p = table.ptr + 2 * width * i;
      tag = elf_address(elf, p);
      value = elf_address(elf, p + width);
      if (tag == DT_NULL)
        break;
      if (round == 0) {
        names = tag == DT_STRTAB ? value : names;
        continue;
      }
      value = is_name(tag) ? names + value : value;
      value = elf->wide ? value : (uint32_t)value;
      if ((is_name(tag) || is_address(tag)) && value && value < end)
        return false;
    }
  return true;
}

/* ---- all of it ---- */

/* Whether a segment has the note as a loader has it, and says that it is there. */
static const char *use_in_segments(const struct elf *elf, const struct elf_place *place)
{
  uint64_t n_loaded = 0;

  for (uint64_t i = 0; i < elf->n_segments; i++) {
    const struct elf_segment segment = elf_segment(elf, i);
    const bool has_bytes = meet(place->at, place->size, segment.at, segment.size);

    if (!has_bytes && !meet(place->address, place->size, segment.address, segment.len))
      continue;
    if (segment.type == PT_GNU_RELRO)
      continue;
    if (segment.type == PT_NOTE ? !use_is_note_of(elf, &segment, place->at)
                                : segment.type != ELF_PT_LOAD)
      return "a segment";
    n_loaded += segment.type == ELF_PT_LOAD;
    if (segment.type == ELF_PT_LOAD && place->at - segment.at != place->address - segment.address)
      return "a segment";
  }
  return n_loaded > 1 ? "two segments" : NULL;
}

static const char *use_of_note(const struct elf *elf, const struct elf_place *place)
{
  const uint64_t end = place->address + place->size;
  const char *used = use_in_segments(elf, place);
  bool has_dynamic = false;

  if (used || !elf->n_segments)
    return used;
  if (elf->entry >= place->address && elf->entry < end)
    return "the entry point";
  for (uint64_t i = 0; i < elf->n_segments; i++) {
    const struct elf_segment segment = elf_segment(elf, i);
    struct str table;

    if (segment.type != PT_DYNAMIC)
      continue;
    /* Of two, not all loaders take the same; and to go through one takes long. */
    if (has_dynamic)
      return "too many";
    has_dynamic = true;
    table = use_at(elf, segment.address);
    if ((table.len || !is_empty_at(elf, segment.address)) && !use_leads_behind(elf, table, end))
      return "the dynamic section";
  }
  return NULL;
}

const char *elf_used_by(const struct elf *elf, const struct elf_place *place, unsigned *looks)
{
  if (meet(place->at, place->size, 0, elf->wide ? HEADER_64 : HEADER_32) ||
      meet(place->at, place->size, elf->segments_at, elf->n_segments * elf_segment_size(elf)))
    return "headers";
  if (place->type == SHT_STRTAB && elf->type == ET_REL)
    return "symbols";
  if (place->type != SHT_NOTE)
    return NULL;
  if (!*looks || elf->n_segments > ELF_SEGMENTS_MAX)
    return "too many";
  --*looks;
  return use_of_note(elf, place);
}
