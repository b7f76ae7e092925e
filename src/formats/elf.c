/* The layout is that of the System V ABI ("Object Files") and elf(5). Addresses and places are not
 * shown: a section that grows moves all that follow. */
#include "formats/elf.h"

#include <inttypes.h>

#include "formats/codec.h"
#include "formats/elf_file.h"
#include "formats/elf_go.h"
#include "formats/elf_rest.h"
#include "formats/elf_use.h"
#include "formats/zstd.h"

enum {
  IDENT = 16,
  HEADER_32 = 52,
  HEADER_64 = 64,
  SECTION_32 = 40,
  SECTION_64 = 64,
  SECTIONS_MAX = 1 << 17,
  SHN_XINDEX = 0xffff,
  SHT_NOBITS = 8,
  SHF_ALLOC = 2,
  SHF_COMPRESSED = 0x800,
  COMPRESS_ZLIB = 1,
  COMPRESS_ZSTD = 2,
  LOADED_MAX = 256, /* segments that Go's pointers are looked up in: a linker makes a few */
  GNU_HEADER = 12,  /* "ZLIB" and the size, before sections called .zdebug_… */
};

/* Segments that are loaded and lie in the file, the first LOADED_MAX of them. */
struct loaded {
  const struct elf *elf;
  size_t n;
  struct {
    uint64_t address;
    struct str bytes;
  } segments[LOADED_MAX];
};

struct section {
  struct str name;
  uint32_t type;
  uint64_t flags, size;
  struct str data;     /* as it lies in the file */
  bool in_segment;     /* and a program finds it there, whatever its flags say */
  const char *used_by; /* what goes by its bytes, whatever its name and type say; NULL: nothing */
};

/* ---- headers ---- */

static const char *section_at(const struct elf *elf, uint64_t i)
{
  return elf->bytes.ptr + elf->sections_at + i * elf->section_size;
}

/* Where a section lies, by its header. */
static void elf_place_of(const struct elf *elf, const char *header, uint64_t *at, uint64_t *len)
{
  *at = elf_address(elf, header + (elf->wide ? 24 : 16));
  *len = elf_address(elf, header + (elf->wide ? 32 : 20));
}

static int elf_add_text(struct format_parts *parts, const char *name, uint64_t value,
                        struct error *err)
{
  return format_add_field(parts, FORMAT_COUNTS, name,
                          str_of(arena_printf(&parts->arena, "0x%" PRIx64, value)), err);
}

static int read_header(struct format_parts *parts, struct elf *elf, struct error *err)
{
  const char *p = elf->bytes.ptr;
  const size_t len = elf->wide ? HEADER_64 : HEADER_32;
  const char *behind; /* the addresses, which make all the difference */

  if (elf->bytes.len < len)
    return error_set(err, ERROR_CORRUPT, "it ends in its header");
  behind = p + (elf->wide ? 48 : 36);
  elf->sections_at = elf_address(elf, p + (elf->wide ? 40 : 32));
  elf->n_sections = elf_half(elf, behind + 12);
  elf->names_at = elf_half(elf, behind + 14);
  elf->section_size = elf->wide ? SECTION_64 : SECTION_32;
  if (elf->sections_at && elf_half(elf, behind + 10) != elf->section_size)
    return error_set(err, ERROR_CORRUPT, "its section headers have a size of their own (%u)",
                     elf_half(elf, behind + 10));
  if (format_add_field(parts, FORMAT_COUNTS, "class", (struct str) { p + 4, IDENT - 4 }, err) ||
      elf_add_text(parts, "file type", elf_half(elf, p + 16), err) ||
      elf_add_text(parts, "machine", elf_half(elf, p + 18), err) ||
      elf_add_text(parts, "entry point", elf_address(elf, p + 24), err) ||
      elf_add_text(parts, "flags", elf_word(elf, behind), err))
    return -1;
  elf->type = elf_half(elf, p + 16);
  elf->entry = elf_address(elf, p + 24);
  elf->segments_at = elf_address(elf, p + (elf->wide ? 32 : 28));
  elf->n_segments = elf_half(elf, behind + 8);
  if (elf->n_segments && elf_half(elf, behind + 6) != elf_segment_size(elf))
    return error_set(err, ERROR_CORRUPT, "its program headers have a size of their own (%u)",
                     elf_half(elf, behind + 6));
  return elf_add_segments(parts, elf, err);
}

/* The table of section headers; where it has very many entries the first tells how many. */
static int find_sections(struct elf *elf, struct error *err)
{
  uint64_t at;
  uint64_t len;

  if (!elf->sections_at) {
    elf->n_sections = 0;
    return 0;
  }
  if (!elf_fits(elf, elf->sections_at, elf->section_size))
    return error_set(err, ERROR_CORRUPT, "its section headers do not lie in it");
  if (!elf->n_sections)
    elf->n_sections = elf_address(elf, section_at(elf, 0) + (elf->wide ? 32 : 20));
  if (elf->names_at == SHN_XINDEX)
    elf->names_at = elf_word(elf, section_at(elf, 0) + (elf->wide ? 40 : 24));
  if (elf->n_sections > SECTIONS_MAX)
    return error_set(err, ERROR_LIMIT, "it has more than %d sections", SECTIONS_MAX);
  if (!elf_fits(elf, elf->sections_at, elf->n_sections * elf->section_size))
    return error_set(err, ERROR_CORRUPT, "its section headers do not lie in it");
  if (elf->names_at >= elf->n_sections)
    return error_set(err, ERROR_CORRUPT, "its sections have no names");
  elf_place_of(elf, section_at(elf, elf->names_at), &at, &len);
  if (!elf_fits(elf, at, len))
    return error_set(err, ERROR_CORRUPT, "the names of its sections do not lie in it");
  elf->names = (struct str) { elf->bytes.ptr + at, (size_t)len };
  return 0;
}

/* ---- sections ---- */

static int elf_read_section(struct format_parts *parts, const struct elf *elf, uint64_t i,
                            unsigned *looks, struct section *out, struct error *err)
{
  const char *header = section_at(elf, i);
  const uint32_t name = elf_word(elf, header);
  const uint64_t address = elf_address(elf, header + (elf->wide ? 16 : 12));
  uint64_t at;
  uint64_t len;

  elf_place_of(elf, header, &at, &len);
  *out = (struct section) {
    .type = elf_word(elf, header + 4),
    .flags = elf_address(elf, header + 8),
    .size = len,
    .data = { elf->bytes.ptr, 0 },
  };
  out->in_segment = elf_meets_segment(elf, address, at, out->type == SHT_NOBITS ? 0 : len, len);
  if (name >= elf->names.len)
    return error_set(err, ERROR_CORRUPT, "section %" PRIu64 " has no right name", i);
  if (format_shared_name(parts, str_skip(elf->names, name), (struct str) { "\0", 1 }, &out->name,
                         err))
    return -1;
  if (out->type == SHT_NOBITS || !len)
    return 0;
  if (!elf_fits(elf, at, len))
    return error_set(err, ERROR_CORRUPT, "section %" PRIu64 " does not lie in it", i);
  out->data = (struct str) { elf->bytes.ptr + at, (size_t)len };
  out->used_by = elf_used_by(
      elf, &(struct elf_place) { .at = at, .size = len, .address = address, .type = out->type },
      looks);
  return 0;
}

/* What comes out of a section counts: SHF_COMPRESSED, and the older form of GNU. */
static int set_content(const struct elf *elf, const struct section *section,
                       struct format_content *out, struct error *err)
{
  const struct str data = section->data;
  const size_t header = elf->wide ? 24 : 12;

  *out = (struct format_content) { .stored = data, .size = data.len };
  if (section->flags & SHF_COMPRESSED && data.len) {
    if (data.len < header)
      return error_set(err, ERROR_CORRUPT, "a compressed section ends in its header");
    out->stored = str_skip(data, header);
    out->size = elf_address(elf, data.ptr + (elf->wide ? 8 : 4));
    out->codec = elf_word(elf, data.ptr) == COMPRESS_ZLIB   ? &format_zlib
                 : elf_word(elf, data.ptr) == COMPRESS_ZSTD ? &format_zstd_codec
                                                            : NULL;
    if (!out->codec)
      return error_set(err, ERROR_UNSUPPORTED, "a section is compressed in an unknown way (%u)",
                       elf_word(elf, data.ptr));
  } else if (str_has_prefix(section->name, STR(".zdebug_")) && data.len >= GNU_HEADER &&
             memcmp(data.ptr, "ZLIB", 4) == 0) {
    out->stored = str_skip(data, GNU_HEADER);
    out->size = (uint64_t)format_be32(data.ptr + 4) << 32 | format_be32(data.ptr + 8);
    out->codec = &format_zlib;
  }
  return 0;
}

static struct tar_record record(struct format_parts *parts, const char *key, uint64_t value)
{
  return (struct tar_record) {
    .key = str_of(key),
    .value = str_of(arena_printf(&parts->arena, "0x%" PRIx64, value)),
  };
}

static int add_section(struct format_parts *parts, const struct elf *elf,
                       const struct section *section, struct error *err)
{
  struct tar_record *records = arena_alloc(&parts->arena, 5 * sizeof(*records));
  struct tar_entry entry = {
    .type = TAR_REGULAR, .name = section->name, .mode = 0644, .records = records
  };
  struct format_content content;
  struct format_member *member;

  if (!section->name.len)
    entry.name = STR("(no name)");
  if (set_content(elf, section, &content, err))
    return -1;
  /* In the order of their names. */
  records[entry.n_records++] =
      record(parts, TAR_RECORD_OF_MEMBER "elf.flags", section->flags & ~(uint64_t)SHF_COMPRESSED);
  if (section->in_segment && !(section->flags & SHF_ALLOC))
    records[entry.n_records++] = (struct tar_record) {
      .key = STR(TAR_RECORD_OF_MEMBER "elf.in-segment"),
      .value = STR("yes"),
    };
  if (section->type == SHT_NOBITS)
    records[entry.n_records++] = record(parts, TAR_RECORD_OF_MEMBER "elf.size", section->size);
  records[entry.n_records++] = record(parts, TAR_RECORD_OF_MEMBER "elf.type", section->type);
  if (section->used_by)
    records[entry.n_records++] = (struct tar_record) {
      .key = STR(TAR_RECORD_OF_MEMBER "elf.used-by"),
      .value = str_of(section->used_by),
    };
  entry.size = (int64_t)MIN_OF(content.size, (uint64_t)INT64_MAX);
  member = format_add_member(parts, &entry, err);
  if (!member)
    return -1;
  member->content = content;
  return 0;
}

/* ---- Go's programs ---- */

static uint64_t elf_go_address(const void *context, const char *p)
{
  const struct loaded *loaded = context;

  return elf_address(loaded->elf, p);
}

static struct str elf_go_at(const void *context, uint64_t at, uint64_t len)
{
  const struct loaded *loaded = context;

  for (size_t i = 0; i < loaded->n; i++) {
    const uint64_t from = loaded->segments[i].address;
    const struct str bytes = loaded->segments[i].bytes;

    if (at >= from && at - from <= bytes.len && len <= bytes.len - (at - from))
      return (struct str) { bytes.ptr + (at - from), (size_t)len };
  }
  return (struct str) { NULL, 0 };
}

static void find_loaded(const struct elf *elf, struct loaded *out)
{
  out->elf = elf;
  out->n = 0;
  for (uint64_t i = 0; i < elf->n_segments && out->n < LOADED_MAX; i++) {
    const struct elf_segment segment = elf_segment(elf, i);

    if (segment.type != ELF_PT_LOAD || !elf_fits(elf, segment.at, segment.size))
      continue;
    out->segments[out->n].address = segment.address;
    out->segments[out->n++].bytes =
        (struct str) { elf->bytes.ptr + segment.at, (size_t)segment.size };
  }
}

static int add_go_section(struct format_parts *parts, const struct elf *elf,
                          struct section *section, struct error *err)
{
  struct loaded loaded;
  const struct elf_go_memory memory = { elf_go_at, elf_go_address, &loaded, elf->wide ? 8 : 4 };
  struct str rest;

  find_loaded(elf, &loaded);
  if (elf_add_go(parts, &memory, section->data, &rest, err))
    return -1;
  section->data = rest;
  return add_section(parts, elf, section, err);
}

static bool is_go_section(const struct section *section)
{
  return section->data.len && !(section->flags & SHF_COMPRESSED) &&
         str_equal(section->name, STR(ELF_GO_SECTION));
}

/* The headers of the file, of its segments and of its sections, which fit. */
static void tell_headers(const struct elf *elf, struct elf_told *told)
{
  elf_told_add(told, (struct str) { elf->bytes.ptr, elf->wide ? HEADER_64 : HEADER_32 });
  if (elf->n_segments)
    elf_told_add(told, (struct str) { elf->bytes.ptr + elf->segments_at,
                                      elf->n_segments * elf_segment_size(elf) });
  if (elf->n_sections)
    elf_told_add(told, (struct str) { section_at(elf, 0), elf->n_sections * elf->section_size });
}

static int elf_read(struct format_parts *parts, struct error *err)
{
  struct elf elf = { .bytes = parts->bytes,
                     .wide = parts->bytes.ptr[4] == 2,
                     .big = parts->bytes.ptr[5] == 2 };
  uint64_t left = parts->bytes.len;
  bool has_go = false; /* Go's linker makes one such section: any other is none of its own */
  unsigned looks = ELF_LOOKS;
  struct elf_told told;

  if (read_header(parts, &elf, err) || find_sections(&elf, err) ||
      elf_told_init(&told, parts, (size_t)elf.n_sections + 3, err))
    return -1;
  tell_headers(&elf, &told);
  for (uint64_t i = 1; i < elf.n_sections; i++) {
    struct section section;
    bool is_go;

    if (elf_read_section(parts, &elf, i, &looks, &section, err))
      return -1;
    if (section.data.len > left)
      return error_set(err, ERROR_CORRUPT, "its sections come to more than it has");
    left -= section.data.len;
    elf_told_add(&told, section.data);
    is_go = !has_go && is_go_section(&section);
    has_go = has_go || is_go;
    if (is_go ? add_go_section(parts, &elf, &section, err)
              : add_section(parts, &elf, &section, err))
      return -1;
  }
  if (elf.n_sections)
    return elf_add_rest(parts, &told, err);
  return error_set(err, ERROR_UNSUPPORTED, "it has no sections");
}

static bool elf_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len >= IDENT &&
         memcmp(bytes.ptr,
                "\x7f"
                "ELF",
                4) == 0 &&
         (bytes.ptr[4] == 1 || bytes.ptr[4] == 2) && (bytes.ptr[5] == 1 || bytes.ptr[5] == 2);
}

const struct format format_elf = {
  .name = "elf",
  .detect = elf_detect,
  .read = elf_read,
};
