#include "formats/zip_readers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "formats/record.h"

static bool is_named(struct str name, const char *wanted)
{
  return name.len == strlen(wanted) && strncasecmp(name.ptr, wanted, name.len) == 0;
}

void zip_firsts_add(struct zip_firsts *firsts, const struct zip_record *record)
{
  size_t at = firsts->n;

  while (at && firsts->records[at - 1].local > record->local)
    at--;
  if (at == ARRAY_LEN(firsts->records))
    return;
  if (at == 0)
    firsts->records[1] = firsts->records[0];
  firsts->records[at] = *record;
  firsts->n = MIN_OF(firsts->n + 1, ARRAY_LEN(firsts->records));
}

/* JarInputStream: of any case, and behind the directory's own member at most. */
static bool is_manifest_first(const struct zip_firsts *firsts)
{
  const size_t at = firsts->n && is_named(firsts->records[0].name, "META-INF/") ? 1 : 0;

  return at < firsts->n && is_named(firsts->records[at].name, "META-INF/MANIFEST.MF");
}

/* Of a local header that was checked. What is looked for at the 38th byte does not stand there. */
static bool has_local_field(const struct format_parts *parts, const struct zip_record *record)
{
  return format_le16(parts->bytes.ptr + record->local + 28) != 0;
}

/* In an Android package: programs are given a descriptor of what is stored alone
 * (AssetManager.openFd). */
static void mark_stored(struct format_parts *parts)
{
  bool is_android = false;

  for (size_t i = 0; i < parts->n_members && !is_android; i++)
    is_android = str_equal(parts->members[i].entry.name, STR("AndroidManifest.xml"));
  for (size_t i = 0; i < parts->n_members && is_android; i++)
    if (parts->members[i].entry.type == TAR_REGULAR && !parts->members[i].content.codec)
      format_add_record(parts, &parts->members[i], TAR_RECORD_OF_MEMBER "zip.stored", STR("yes"));
}

int zip_add_firsts(struct format_parts *parts, const struct zip_firsts *firsts, struct error *err)
{
  const struct zip_record *first = firsts->records;

  if (firsts->n && str_equal(first->name, STR("mimetype")) && first->method == ZIP_STORED &&
      format_add_field(parts, FORMAT_COUNTS, "mimetype",
                       has_local_field(parts, first) ? STR("first, stored, behind a field")
                                                     : STR("first, stored"),
                       err))
    return -1;
  if (firsts->n && str_equal(first->name, STR("[Content_Types].xml")) &&
      format_add_field(parts, FORMAT_COUNTS, "content types", STR("first"), err))
    return -1;
  mark_stored(parts);
  for (size_t i = 0; i < parts->n_members; i++)
    if (is_named(parts->members[i].entry.name, "META-INF/MANIFEST.MF"))
      return format_add_field(parts, FORMAT_COUNTS, "manifest",
                              is_manifest_first(firsts) ? STR("first") : STR("not first"), err);
  return 0;
}

static int by_place(const void *a, const void *b)
{
  const struct format_member *x = *(struct format_member *const *)a;
  const struct format_member *y = *(struct format_member *const *)b;

  return (x->at > y->at) - (x->at < y->at);
}

int zip_mark_places(struct format_parts *parts, struct error *err)
{
  struct format_member **members;
  size_t n = 1;

  while (n < parts->n_members && parts->members[n - 1].at < parts->members[n].at)
    n++;
  if (n >= parts->n_members)
    return 0;
  members = format_memory(parts, parts->n_members * sizeof(struct format_member *), err);
  if (!members)
    return -1;
  for (size_t i = 0; i < parts->n_members; i++)
    members[i] = &parts->members[i];
  qsort(members, parts->n_members, sizeof(struct format_member *), by_place);
  for (size_t i = 0; i < parts->n_members; i++)
    if (members[i] != &parts->members[i])
      format_add_record(parts, members[i], TAR_RECORD_OF_MEMBER "zip.place",
                        str_of(arena_printf(&parts->arena, "%zu", i + 1)));
  return 0;
}

const char *zip_in_place(const struct format_parts *parts, const struct zip_record *record,
                         uint64_t data)
{
  const struct str content = { parts->bytes.ptr + data, record->stored };
  const bool is_code = str_has_prefix(content, STR("\x7f"
                                                   "ELF")) ||
                       str_has_prefix(content, STR("dex\n"));

  if (record->method != ZIP_STORED || (record->flags & ZIP_FLAG_ENCRYPTED))
    return NULL;
  if (str_has_prefix(content, STR("PK\3\4")))
    return "stored";
  if (!is_code && !str_equal(record->name, STR("resources.arsc")))
    return NULL;
  return data % 16384 == 0  ? "aligned to 16384"
         : data % 4096 == 0 ? "aligned to 4096"
         : data % 4 == 0    ? "aligned to 4"
                            : "not aligned";
}
