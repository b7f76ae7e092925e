#include "formats/seal.h"

#include <strings.h>

#include "base/path.h"

/* Where the name is. */
enum seal_place {
  SEAL_PATH,   /* all of a path, or, if it ends in "/", what it begins with */
  SEAL_NAME,   /* the last component */
  SEAL_SUFFIX, /* the end of the path, of any case */
};

struct seal {
  const char *format;
  enum seal_place place;
  const char *name;
};

/* JAR (JAR File Specification, "Signed JAR File"), wheels (recording installed packages), NuGet,
 * OPC (ECMA-376-2, 13), ODF 1.3 (part 2, 5), EPUB (OCF 3.3, 4.2.6.3.6), Windows' packages,
 * Firefox's extensions, conda, cargo; Arch Linux, gems, images; debsigs. */
static const struct seal seals[] = {
  { "zip", SEAL_SUFFIX, ".sf" },
  { "zip", SEAL_SUFFIX, ".dist-info/record" },
  { "zip", SEAL_PATH, ".signature.p7s" },
  { "zip", SEAL_PATH, "_xmlsignatures/" },
  { "zip", SEAL_SUFFIX, "signatures.xml" },
  { "zip", SEAL_PATH, "AppxBlockMap.xml" },
  { "zip", SEAL_PATH, "META-INF/cose.sig" },
  { "zip", SEAL_PATH, "info/paths.json" },
  { "zip", SEAL_NAME, ".cargo-checksum.json" },
  { "zip", SEAL_SUFFIX, "sums" },
  { "tar", SEAL_NAME, ".MTREE" },
  { "tar", SEAL_PATH, ".PKGINFO" },
  { "tar", SEAL_PATH, "checksums.yaml.gz" },
  { "tar", SEAL_PATH, "info/paths.json" },
  { "tar", SEAL_NAME, ".cargo-checksum.json" },
  { "tar", SEAL_PATH, "oci-layout" },
  { "tar", SEAL_PATH, "repositories" },
  { "tar", SEAL_PATH, "manifest.json" },
  { "tar", SEAL_SUFFIX, "sums" },
  { "cpio", SEAL_SUFFIX, "sums" },
  { "ar", SEAL_SUFFIX, "sums" },
};

static bool ends_in(struct str text, struct str end)
{
  return text.len >= end.len && strncasecmp(text.ptr + text.len - end.len, end.ptr, end.len) == 0;
}

static bool seal_is(const struct seal *seal, struct str path)
{
  const struct str name = str_of(seal->name);

  switch (seal->place) {
  case SEAL_PATH:
    return str_has_suffix(name, STR("/")) ? str_has_prefix(path, name) : str_equal(path, name);
  case SEAL_NAME:
    return str_equal(path_name(path), name);
  default:
    return ends_in(path, name);
  }
}

/* What Linux's IMA and EVM, and Alpine's apk, hold a file's content against. */
static bool seals_its_entry(const struct tar_record *record)
{
  return str_has_prefix(record->key, STR("APK-TOOLS.checksum.")) ||
         str_has_prefix(record->key, STR("SCHILY.xattr.security.ima")) ||
         str_has_prefix(record->key, STR("SCHILY.xattr.security.evm")) ||
         str_has_prefix(record->key, STR("LIBARCHIVE.xattr.security.ima")) ||
         str_has_prefix(record->key, STR("LIBARCHIVE.xattr.security.evm"));
}

static struct str seal_of_member(const struct format *format, const struct tar_entry *entry)
{
  struct str path;

  (void)path_plain(entry->name, &path);
  for (size_t i = 0; i < ARRAY_LEN(seals); i++)
    if (strcmp(seals[i].format, format->name) == 0 && seal_is(&seals[i], path))
      return entry->name;
  if (strcmp(format->name, "ar") == 0 && str_has_prefix(path, STR("_gpg")))
    return entry->name;
  for (size_t i = 0; i < entry->n_records; i++)
    if (seals_its_entry(&entry->records[i]))
      return entry->records[i].key;
  return STR("");
}

struct str format_sealed_by(const struct format *format, const struct format_parts *parts)
{
  struct str by = STR("");

  for (size_t i = 0; i < parts->n_members && !by.len; i++)
    by = seal_of_member(format, &parts->members[i].entry);
  return by;
}

bool format_seals_below(const struct format *format, const struct format_parts *parts)
{
  if (strcmp(format->name, "ar") != 0)
    return false;
  for (size_t i = 0; i < parts->n_members; i++)
    if (str_equal(parts->members[i].entry.name, STR("debian-binary")))
      return true;
  return false;
}

bool format_is_sealed_around(struct str content)
{
  return str_has_prefix(content, STR(".SIGN.")) || str_has_prefix(content, STR(".PKGINFO\0"));
}
