/* The layout is that of rpm's "Package format" (docs/manual/format.md, V3 and V4): a lead of 96
 * bytes, a header with signatures, the header, the payload. A header is a table of tags and a store
 * for what they hold; numbers are big-endian. Each tag is a member under its name. */
#include "formats/rpm.h"

#include <inttypes.h>

#include "formats/described.h"
#include "formats/rpm_header.h"

enum {
  LEAD = 96,
  INTRO = 16, /* of a header: magic and version, reserved, how many tags, bytes of the store */
  ENTRY = 16, /* tag, type, place in the store, count */
  TAGS_MAX = 1 << 16,
  STORE_MAX = 256 << 20,
};

/* "Header Format", data types. */
enum {
  TYPE_NULL,
  TYPE_CHAR,
  TYPE_INT8,
  TYPE_INT16,
  TYPE_INT32,
  TYPE_INT64,
  TYPE_STRING,
  TYPE_BIN,
  TYPE_STRINGS,
  TYPE_I18N
};

struct rpm {
  struct format_parts *parts;
  size_t at; /* behind what was read */
};

struct rpm_tag {
  uint32_t tag, type, count;
  struct str data; /* from its place to the end of the store */
};

static bool rpm_detect(struct str bytes, struct str name)
{
  (void)name;
  return bytes.len > LEAD + INTRO && memcmp(bytes.ptr, "\xed\xab\xee\xdb", 4) == 0 &&
         memcmp(bytes.ptr + LEAD, "\x8e\xad\xe8\x01", 4) == 0;
}

struct rpm_name {
  uint32_t tag;
  const char *name;
};

/* rpmtag.h; what has no name here is called by its number. */
static const struct rpm_name tags[] = {
  { 62, "HEADERSIGNATURES" },
  { 63, "HEADERIMMUTABLE" },
  { 100, "HEADERI18NTABLE" },
  { 1000, "NAME" },
  { 1001, "VERSION" },
  { 1002, "RELEASE" },
  { 1003, "EPOCH" },
  { 1004, "SUMMARY" },
  { 1005, "DESCRIPTION" },
  { 1006, "BUILDTIME" },
  { 1007, "BUILDHOST" },
  { 1008, "INSTALLTIME" },
  { 1009, "SIZE" },
  { 1010, "DISTRIBUTION" },
  { 1011, "VENDOR" },
  { 1014, "LICENSE" },
  { 1015, "PACKAGER" },
  { 1016, "GROUP" },
  { 1020, "URL" },
  { 1021, "OS" },
  { 1022, "ARCH" },
  { 1023, "PREIN" },
  { 1024, "POSTIN" },
  { 1025, "PREUN" },
  { 1026, "POSTUN" },
  { 1028, "FILESIZES" },
  { 1029, "FILESTATES" },
  { 1030, "FILEMODES" },
  { 1033, "FILERDEVS" },
  { 1034, "FILEMTIMES" },
  { 1035, "FILEDIGESTS" },
  { 1036, "FILELINKTOS" },
  { 1037, "FILEFLAGS" },
  { 1039, "FILEUSERNAME" },
  { 1040, "FILEGROUPNAME" },
  { 1044, "SOURCERPM" },
  { 1045, "FILEVERIFYFLAGS" },
  { 1047, "PROVIDENAME" },
  { 1048, "REQUIREFLAGS" },
  { 1049, "REQUIRENAME" },
  { 1050, "REQUIREVERSION" },
  { 1053, "CONFLICTFLAGS" },
  { 1054, "CONFLICTNAME" },
  { 1055, "CONFLICTVERSION" },
  { 1064, "RPMVERSION" },
  { 1065, "TRIGGERSCRIPTS" },
  { 1066, "TRIGGERNAME" },
  { 1080, "CHANGELOGTIME" },
  { 1081, "CHANGELOGNAME" },
  { 1082, "CHANGELOGTEXT" },
  { 1085, "PREINPROG" },
  { 1086, "POSTINPROG" },
  { 1087, "PREUNPROG" },
  { 1088, "POSTUNPROG" },
  { 1090, "OBSOLETENAME" },
  { 1094, "COOKIE" },
  { 1095, "FILEDEVICES" },
  { 1096, "FILEINODES" },
  { 1097, "FILELANGS" },
  { 1112, "PROVIDEFLAGS" },
  { 1113, "PROVIDEVERSION" },
  { 1116, "DIRINDEXES" },
  { 1117, "BASENAMES" },
  { 1118, "DIRNAMES" },
  { 1122, "OPTFLAGS" },
  { 1124, "PAYLOADFORMAT" },
  { 1125, "PAYLOADCOMPRESSOR" },
  { 1126, "PAYLOADFLAGS" },
  { 1127, "INSTALLCOLOR" },
  { 1128, "INSTALLTID" },
  { 1132, "PLATFORM" },
  { 1140, "FILECOLORS" },
  { 1141, "FILECLASS" },
  { 1142, "CLASSDICT" },
  { 5008, "LONGFILESIZES" },
  { 5011, "FILEDIGESTALGO" },
  { 5062, "ENCODING" },
  { 5092, "PAYLOADDIGEST" },
  { 5093, "PAYLOADDIGESTALGO" },
  { 5097, "PAYLOADDIGESTALT" },
};
static const struct rpm_name signatures[] = {
  { 62, "HEADERSIGNATURES" },
  { 267, "DSAHEADER" },
  { 268, "RSAHEADER" },
  { 269, "SHA1HEADER" },
  { 270, "LONGSIGSIZE" },
  { 271, "LONGARCHIVESIZE" },
  { 273, "SHA256HEADER" },
  { 1000, "SIZE" },
  { 1002, "PGP" },
  { 1004, "MD5" },
  { 1005, "GPG" },
  { 1007, "PAYLOADSIZE" },
  { 1008, "RESERVEDSPACE" },
};

const char *rpm_tag_name(uint32_t tag)
{
  for (size_t i = 0; i < ARRAY_LEN(tags); i++)
    if (tags[i].tag == tag)
      return tags[i].name;
  return NULL;
}

static const char *tag_name(uint32_t tag, bool of_signature, struct arena *arena)
{
  for (size_t i = 0; i < ARRAY_LEN(signatures) && of_signature; i++)
    if (signatures[i].tag == tag)
      return arena_printf(arena, "signature/%s", signatures[i].name);
  if (!of_signature && rpm_tag_name(tag))
    return rpm_tag_name(tag);
  return arena_printf(arena, "%stag %" PRIu32, of_signature ? "signature/" : "", tag);
}

/* ---- values ---- */

static int add_numbers(struct buf *text, const struct rpm_tag *tag, size_t size, struct error *err)
{
  if (tag->count > tag->data.len / size)
    return error_set(err, ERROR_CORRUPT, "a tag does not lie in its header");
  for (size_t i = 0; i < tag->count && !text->overflow; i++) {
    uint64_t value = 0;

    for (size_t j = 0; j < size; j++)
      value = value << 8 | (unsigned char)tag->data.ptr[i * size + j];
    buf_printf(text, "%" PRIu64 "\n", value);
  }
  return 0;
}

static int add_strings(struct buf *text, const struct rpm_tag *tag, struct error *err)
{
  struct str rest = tag->data;

  for (uint32_t i = 0; i < tag->count && !text->overflow; i++) {
    const char *end = rest.len ? memchr(rest.ptr, '\0', rest.len) : NULL;

    if (!end)
      return error_set(err, ERROR_CORRUPT, "a text does not lie in its header");
    buf_add(text, rest.ptr, (size_t)(end - rest.ptr));
    buf_putc(text, '\n');
    rest = str_skip(rest, (size_t)(end - rest.ptr) + 1);
  }
  return 0;
}

static int add_bytes(struct buf *text, const struct rpm_tag *tag, struct error *err)
{
  if (tag->count > tag->data.len)
    return error_set(err, ERROR_CORRUPT, "a tag does not lie in its header");
  for (uint32_t i = 0; i < tag->count && !text->overflow; i++)
    buf_printf(text, "%02x", (unsigned char)tag->data.ptr[i]);
  buf_putc(text, '\n');
  return 0;
}

static int rpm_add_value(struct buf *text, const struct rpm_tag *tag, struct error *err)
{
  switch (tag->type) {
  case TYPE_NULL:
    return 0;
  case TYPE_CHAR:
  case TYPE_INT8:
    return add_numbers(text, tag, 1, err);
  case TYPE_INT16:
    return add_numbers(text, tag, 2, err);
  case TYPE_INT32:
    return add_numbers(text, tag, 4, err);
  case TYPE_INT64:
    return add_numbers(text, tag, 8, err);
  case TYPE_STRING:
  case TYPE_STRINGS:
  case TYPE_I18N:
    return add_strings(text, tag, err);
  case TYPE_BIN:
    return add_bytes(text, tag, err);
  default:
    return error_set(err, ERROR_UNSUPPORTED, "a tag is of an unknown type (%" PRIu32 ")",
                     tag->type);
  }
}

/* ---- headers ---- */

static int add_tag(struct rpm *rpm, const struct rpm_tag *tag, bool of_signature, struct error *err)
{
  AUTO_BUF text = described_begin(rpm->parts);
  const char *name = tag_name(tag->tag, of_signature, &rpm->parts->arena);

  return rpm_add_value(&text, tag, err) || described_add(rpm->parts, str_of(name), &text, err) ? -1
                                                                                               : 0;
}

static int read_header(struct rpm *rpm, bool of_signature, struct error *err)
{
  const struct str bytes = str_skip(rpm->parts->bytes, rpm->at);
  uint32_t n;
  uint32_t store;
  struct str data;

  if (bytes.len < INTRO || memcmp(bytes.ptr, "\x8e\xad\xe8\x01", 4) != 0)
    return error_set(err, ERROR_CORRUPT, "it has no header where one should be");
  n = format_be32(bytes.ptr + 8);
  store = format_be32(bytes.ptr + 12);
  if (n > TAGS_MAX || store > STORE_MAX)
    return error_set(err, ERROR_LIMIT, "its header is too large");
  if (bytes.len - INTRO < (size_t)n * ENTRY + store)
    return error_set(err, ERROR_CORRUPT, "it ends in its header");
  data = (struct str) { bytes.ptr + INTRO + (size_t)n * ENTRY, store };
  for (uint32_t i = 0; i < n; i++) {
    const char *entry = bytes.ptr + INTRO + (size_t)i * ENTRY;
    const uint32_t place = format_be32(entry + 8);
    struct rpm_tag tag = {
      format_be32(entry), format_be32(entry + 4), format_be32(entry + 12), { data.ptr, 0 }
    };

    if (place > store)
      return error_set(err, ERROR_CORRUPT, "a tag does not lie in its header");
    tag.data = str_skip(data, place);
    if (add_tag(rpm, &tag, of_signature, err))
      return -1;
  }
  rpm->at += INTRO + (size_t)n * ENTRY + store;
  return 0;
}

static int rpm_read(struct format_parts *parts, struct error *err)
{
  struct rpm rpm = { parts, LEAD };

  if (format_add_field(parts, FORMAT_COUNTS, "lead", (struct str) { parts->bytes.ptr, LEAD },
                       err) ||
      read_header(&rpm, true, err))
    return -1;
  rpm.at = (rpm.at + 7) & ~(size_t)7; /* of the file: the lead is a multiple of 8 */
  if (rpm.at > parts->bytes.len)
    return error_set(err, ERROR_CORRUPT, "it ends in its signature");
  if (read_header(&rpm, false, err))
    return -1;
  return format_add_file(parts, STR("payload"), str_skip(parts->bytes, rpm.at), err) ? 0 : -1;
}

const struct format format_rpm = {
  .name = "rpm",
  .detect = rpm_detect,
  .read = rpm_read,
};
