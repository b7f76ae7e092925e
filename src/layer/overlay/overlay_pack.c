#include "layer/overlay/overlay_pack.h"

#include "base/limits.h"
#include "tar/pack.h"

/* A packed entry begins with two bytes: how it writes its path and what else is there, and its
 * type. Then come the token, if there is one, and the entry without its name. */
enum {
  NAME_PLAIN = 0,
  NAME_DOT_SLASH = 1,
  NAME_SLASH = 2,
  NAME_OTHER = 3, /* the entry has it */
  NAME_PREFIXES = 3,
  NAME_ENDS_IN_SLASH = 4,
  HAS_RECORDS = 8,
  HAS_TOKEN = 16,
};

enum { NAME_ROOM = LIMIT_PATH_BYTES + 4 };

/* What an entry differs from: most files are root's. */
static struct tar_entry overlay_base(char type)
{
  return (struct tar_entry) { .type = type, .user_name = STR("root"), .group_name = STR("root") };
}

static unsigned overlay_name_form(struct str name, struct str path)
{
  static const struct str prefixes[] = { STR(""), STR("./"), STR("/") };

  for (unsigned i = 0; i < ARRAY_LEN(prefixes); i++) {
    struct str rest = str_skip(name, prefixes[i].len);
    const bool slash = path.len && rest.len == path.len + 1 && rest.ptr[path.len] == '/';

    if (!str_has_prefix(name, prefixes[i]))
      continue;
    if (slash)
      rest.len--;
    if (str_equal(rest, path))
      return i | (slash ? NAME_ENDS_IN_SLASH : 0);
  }
  return NAME_OTHER;
}

void overlay_pack(struct buf *out, const struct tar_entry *entry, struct str path,
                  const struct digest *content, uint64_t token)
{
  const struct tar_entry base = overlay_base(entry->type);
  struct tar_entry packed = *entry;
  unsigned form = overlay_name_form(entry->name, path);

  if (form != NAME_OTHER)
    packed.name = STR("");
  packed.skipped = 0;
  form |= entry->n_records ? HAS_RECORDS : 0;
  form |= !content && token ? HAS_TOKEN : 0;
  buf_putc(out, (char)form);
  buf_putc(out, entry->type);
  if (form & HAS_TOKEN)
    pack_number(out, token);
  pack_entry(out, &packed, &base, content);
}

char overlay_packed_type(const char *packed)
{
  return packed[1];
}

bool overlay_packed_has_records(const char *packed)
{
  return packed[0] & HAS_RECORDS;
}

void overlay_unpacked_init(struct overlay_unpacked *unpacked)
{
  *unpacked = (struct overlay_unpacked) { .name = BUF_INIT(NAME_ROOM) };
}

void overlay_unpacked_release(struct overlay_unpacked *unpacked)
{
  buf_release(&unpacked->name);
  arena_release(&unpacked->records);
  arena_release(&unpacked->spare);
}

static struct str overlay_spell(struct overlay_unpacked *out, unsigned form, struct str path)
{
  static const char *const prefixes[] = { "", "./", "/" };

  if ((form & (NAME_PREFIXES | NAME_ENDS_IN_SLASH)) == NAME_PLAIN)
    return path;
  buf_clear(&out->name);
  buf_puts(&out->name, prefixes[form & NAME_PREFIXES]);
  buf_add_str(&out->name, path);
  if (form & NAME_ENDS_IN_SLASH)
    buf_putc(&out->name, '/');
  return buf_str(&out->name);
}

void overlay_unpack(struct overlay_unpacked *out, const char *packed, struct str path)
{
  const unsigned form = (unsigned char)packed[0];
  const struct tar_entry base = overlay_base(packed[1]);
  const char *p = packed + 2;
  struct unpacked unpacked;

  out->token = form & HAS_TOKEN ? unpack_number(&p) : 0;
  arena_reset(&out->records);
  unpack_entry(&unpacked, &p, &base, &out->records);
  out->entry = unpacked.entry;
  out->content = unpacked.content;
  if ((form & NAME_PREFIXES) != NAME_OTHER)
    out->entry.name = overlay_spell(out, form, path);
}

/* ---- hard links ---- */

static bool is_capability(const struct tar_record *record)
{
  struct str xattr;

  return tar_record_xattr(record, &xattr) && str_equal(xattr, STR("security.capability"));
}

/* Whether what the record of a link says becomes the file's. Podman gives it flags on FreeBSD, too
 * (containers/storage, pkg/archive). */
static bool is_given(const struct tar_record *record)
{
  struct str xattr;

  return tar_record_xattr(record, &xattr) || str_equal(record->key, STR("SCHILY.fflags"));
}

static const struct tar_record *next_given(const struct tar_entry *entry, size_t *at)
{
  while (*at < entry->n_records && !is_given(&entry->records[*at]))
    ++*at;
  return *at < entry->n_records ? &entry->records[*at] : NULL;
}

/* Two lists in the order of their keys become one; of equal keys the link's counts. Returns how
 * many are in out, which has room for all. */
static size_t merge_records(struct tar_record *out, const struct tar_entry *file, bool drops,
                            const struct tar_entry *link)
{
  size_t n = 0;
  size_t i = 0;
  size_t j = 0;

  for (;;) {
    const struct tar_record *given = next_given(link, &j);
    int order;

    while (drops && i < file->n_records && is_capability(&file->records[i]))
      i++;
    if (i == file->n_records && !given)
      return n;
    order = i == file->n_records ? 1 : given ? str_compare(file->records[i].key, given->key) : -1;
    out[n++] = order < 0 ? file->records[i] : *given;
    i += order <= 0;
    j += order >= 0;
  }
}

void overlay_unpacked_apply(struct overlay_unpacked *file, const struct tar_entry *link,
                            bool lazy_owner)
{
  const bool chown = !lazy_owner || file->entry.uid != link->uid || file->entry.gid != link->gid;
  const bool drops = chown && file->entry.type != TAR_DIR;
  struct arena old = file->records;
  struct tar_record *records;

  file->entry.mode = link->mode;
  file->entry.uid = link->uid;
  file->entry.gid = link->gid;
  if (file->entry.n_records + link->n_records == 0)
    return;
  arena_reset(&file->spare);
  records = arena_alloc(&file->spare, (file->entry.n_records + link->n_records) * sizeof(*records));
  file->entry.n_records = merge_records(records, &file->entry, drops, link);
  file->entry.records = records;
  file->records = file->spare;
  file->spare = old;
}
