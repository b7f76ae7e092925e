#include "evidence/inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/path.h"
#include "evidence/ar_symbols.h"
#include "evidence/debugging.h"
#include "evidence/described.h"
#include "evidence/elf_section.h"
#include "evidence/form.h"
#include "evidence/inside_entry.h"
#include "evidence/inside_fields.h"
#include "evidence/outside.h"
#include "formats/codec.h"
#include "formats/order.h"
#include "formats/pieces.h"
#include "formats/seal.h"

#define NOTHING ((struct str) { NULL, 0 })

/* That may come out of one pair of files, however deep. */
#define BYTES_MAX (UINT64_C(256) << 20)

static void look_at_members(struct inside *inside, const struct format *format,
                            struct format_parts *const parts[2]);

/* ---- which cause a format's harmless differences have ---- */

/* Of a format that only shows: the usual cause of what differs besides what is shown. Nobody has
 * accounted for those bytes, where indexes and free pages may hold anything. NULL: none is known.
 */
static const char *cause_of_rest(const struct format *format)
{
  return strcmp(format->name, "sqlite") == 0   ? "sqlite-database"
         : strcmp(format->name, "jks") == 0    ? "java-keystore"
         : strcmp(format->name, "pkcs12") == 0 ? "password-salt"
         : strcmp(format->name, "rpm") == 0    ? "rpm-package"
                                               : NULL;
}

/* For an order. NULL: of a format that only shows, nobody says what it means. */
static const char *cause_of_order(const struct inside *inside, const struct format *format)
{
  if (!format->may_be_equal)
    return NULL;
  return strcmp(format->name, "zip") == 0 && !inside->packed ? "zip-order"
                                                             : form_cause(format, inside->packed);
}

/* ---- members ---- */

static bool look_deeper(struct inside *inside, const struct str content[2],
                        const struct format_cuts cuts[2], struct str name, struct str path)
{
  const struct format *format = format_detect(content[0], name);
  struct format_parts parts[2] = { 0 };
  struct error err;
  bool read;

  if (!format || format->is_text || format != format_detect(content[1], name) ||
      inside->depth == FORMAT_DEPTH_MAX)
    return false;
  read = format_read(format, &parts[0], content[0], name, &inside->budget, &err) == 0 &&
         format_read(format, &parts[1], content[1], name, &inside->budget, &err) == 0;
  if (read) {
    const struct inside_place around = inside->place;

    inside->depth++;
    inside->deepest = MAX_OF(inside->deepest, inside->depth);
    inside->place =
        (struct inside_place) { path, { content[0], content[1] }, { cuts[0], cuts[1] } };
    format_mark_pieces(&parts[0], cuts[0]);
    format_mark_pieces(&parts[1], cuts[1]);
    look_at_members(inside, format, (struct format_parts *[]) { &parts[0], &parts[1] });
    inside->place = around;
    inside->depth--;
  }
  format_release(&parts[0]);
  if (parts[1].bytes.ptr || parts[1].memory)
    format_release(&parts[1]);
  return read;
}

/* What a wrapper holds lies where the wrapper does, and the code of compiled Python is the file's
 * own; a member of an archive is where the archive says. */
static struct str inside_member_path(const struct inside *inside, const struct format *format,
                                     struct str name)
{
  const struct str around = path_directory(inside->place.path);

  if (strcmp(format->name, "pyc") == 0)
    return inside->place.path;
  return format->is_wrapper && around.len
             ? str_of(arena_printf(inside->arena, "%.*s/%.*s", STR_ARGS(around), STR_ARGS(name)))
             : name;
}

static int64_t time_or_none(const struct tar_entry *entry)
{
  return entry->mtime.set ? entry->mtime.seconds : 0;
}

static void look_at_content(struct inside *inside, const struct format *format,
                            const struct format_member *a, const struct format_member *b)
{
  struct format_opened opened[2] = { 0 };
  AUTO_FREE struct content_evidence *found = NULL;
  struct error err;

  if (format_open(&a->content, &inside->budget, &opened[0], &err) == 0 &&
      format_open(&b->content, &inside->budget, &opened[1], &err) == 0) {
    const struct str content[2] = { opened[0].bytes, opened[1].bytes };
    const bool same = str_equal(content[0], content[1]);
    const struct inside_place *place = &inside->place;
    const struct format_cuts cuts[2] = {
      format_cuts_of(&a->content, place->bytes[0], place->cuts[0]),
      format_cuts_of(&b->content, place->bytes[1], place->cuts[1]),
    };

    if (format->is_wrapper
            ? format_is_sealed_around(content[0]) || format_is_sealed_around(content[1])
            : !same && inside->sealed) {
      content_leave(inside->out, a->entry.name);
      inside->unsealed = true;
    }
    inside->recompressed |= same && !str_equal(a->content.stored, b->content.stored);
    if (!same && !look_deeper(inside, content, cuts, a->entry.name,
                              inside_member_path(inside, format, a->entry.name))) {
      const struct content_file file = {
        .path = inside_member_path(inside, format, a->entry.name),
        .executable = (a->entry.mode | b->entry.mode) & 0111,
        .debugging = debugging_is(&a->entry) && debugging_is(&b->entry),
        .changed = { { inside->file->changed[0][0], time_or_none(&a->entry) },
                     { inside->file->changed[1][0], time_or_none(&b->entry) } },
      };

      found = xmalloc(sizeof(*found));
      content_look_plain(content, &file, inside->arena, found);
      content_merge(inside->out, inside->arena, found, a->entry.name);
    }
  } else {
    inside_leave(inside, a->entry.name);
  }
  format_close(&opened[0]);
  format_close(&opened[1]);
}

/* ---- pairs ---- */

static int by_name(const void *a, const void *b)
{
  const struct format_member *x = *(const struct format_member *const *)a;
  const struct format_member *y = *(const struct format_member *const *)b;
  int order = str_compare(x->entry.name, y->entry.name);

  return order ? order : (x > y) - (x < y);
}

static const struct format_member **inside_sorted(const struct format_parts *parts)
{
  const struct format_member **list = xcalloc(parts->n_members + 1, sizeof(*list));

  for (size_t i = 0; i < parts->n_members; i++)
    list[i] = &parts->members[i];
  qsort(list, parts->n_members, sizeof(*list), by_name);
  return list;
}

static bool same_order(const struct format_parts *a, const struct format_parts *b)
{
  for (size_t i = 0; i < a->n_members; i++)
    if (!str_equal(a->members[i].entry.name, b->members[i].entry.name))
      return false;
  return true;
}

static uint64_t count_found(const struct content_evidence *out)
{
  uint64_t n = out->left;

  for (size_t i = 0; i < out->n; i++)
    n += out->found[i].times;
  return n;
}

/* Times that are no member's, but bytes that a rule knows: those of a gzip header. */
static void look_at_times(struct inside *inside, const struct format *format,
                          struct format_parts *const parts[2])
{
  for (size_t i = 0; i < parts[0]->n_ranges && i < parts[1]->n_ranges; i++) {
    const struct format_range *a = &parts[0]->ranges[i];
    const struct format_range *b = &parts[1]->ranges[i];
    char texts[2][32];

    if (!a->rule || a->rule->class != FORMAT_TIME || b->rule != a->rule ||
        a->to - a->from != b->to - b->from ||
        memcmp(parts[0]->bytes.ptr + a->from, parts[1]->bytes.ptr + b->from, a->to - a->from) == 0)
      continue;
    if (a->to - a->from == 4) {
      snprintf(texts[0], sizeof(texts[0]), "%" PRIu32, format_le32(parts[0]->bytes.ptr + a->from));
      snprintf(texts[1], sizeof(texts[1]), "%" PRIu32, format_le32(parts[1]->bytes.ptr + b->from));
      content_add(inside->out, inside->arena, inside_cause_of_times(inside, format), "time",
                  str_of(texts[0]), str_of(texts[1]));
    } else {
      content_add(inside->out, inside->arena, inside_cause_of_times(inside, format), "", NOTHING,
                  NOTHING);
    }
  }
}

static void look_at_pair(struct inside *inside, const struct format *format,
                         struct format_parts *const parts[2], const struct format_member *a,
                         const struct format_member *b)
{
  if (inside_look_at_entry(inside, format, &a->entry, &b->entry) &&
      (a->entry.type == TAR_REGULAR || a->content.stored.ptr) &&
      !(strcmp(format->name, "ar") == 0 && ar_symbols_follow(parts, a, b)) &&
      !evidence_elf_section(format, a, b, inside->arena, inside->out) &&
      !evidence_described(format, a, b, inside->arena, inside->out))
    look_at_content(inside, format, a, b);
}

/* Whether each file is one certificate: then that is what differs, whatever it is called. */
static bool are_alone(const struct format *format, struct format_parts *const parts[2])
{
  return format->describes && parts[0]->n_members == 1 && parts[1]->n_members == 1;
}

/* A Debian package (deb(5)) is an ar archive with tar archives in it, made by one program. */
static const char *packed_by(const struct format *format, const struct format_parts *parts)
{
  return strcmp(format->name, "ar") == 0 && parts->n_members &&
                 str_equal(parts->members[0].entry.name, STR("debian-binary"))
             ? "deb-inside"
             : NULL;
}

static void look_at_all(struct inside *inside, const struct format *format,
                        struct format_parts *const parts[2])
{
  AUTO_FREE const struct format_member **a = inside_sorted(parts[0]);
  AUTO_FREE const struct format_member **b = inside_sorted(parts[1]);
  const size_t n[2] = { parts[0]->n_members, parts[1]->n_members };
  const uint64_t before = count_found(inside->out);
  size_t i = 0;
  size_t j = 0;
  const char *const order_cause = cause_of_order(inside, format);
  const bool around = inside->recompressed;
  const bool sealed = inside->sealed;

  inside->recompressed = false;
  /* A Debian package has checksums of what is in its data archive. */
  inside->sealed = format_sealed_by(format, parts[0]).len ||
                   format_sealed_by(format, parts[1]).len || (format->is_tree && inside->packed);

  while (i < n[0] || j < n[1]) {
    const int order = i == n[0]                  ? 1
                      : j == n[1]                ? -1
                      : are_alone(format, parts) ? 0
                                                 : str_compare(a[i]->entry.name, b[j]->entry.name);

    if (order == 0)
      look_at_pair(inside, format, parts, a[i], b[j]);
    else
      inside_leave(inside, order < 0 ? a[i]->entry.name : b[j]->entry.name);
    i += order <= 0;
    j += order >= 0;
  }
  if (n[0] == n[1] && !same_order(parts[0], parts[1])) {
    if (order_cause && !format_order_counts(format, parts[0]) &&
        !format_order_counts(format, parts[1]))
      content_add(inside->out, inside->arena, order_cause, "order", NOTHING, NOTHING);
    else
      inside_leave(inside, STR("order"));
  }
  inside_look_at_fields(inside, format, parts);
  look_at_times(inside, format, parts);
  if (format->may_be_equal)
    form_look(&(struct form_pair) { .format = format,
                                    .parts = parts,
                                    .packed = inside->packed,
                                    .recompressed = inside->recompressed,
                                    .found = count_found(inside->out) != before },
              inside->arena, inside->out);
  inside->recompressed = around;
  inside->sealed = sealed;
}

static bool has_found(const struct content_evidence *out, const char *id)
{
  for (size_t i = 0; i < out->n; i++)
    if (strcmp(out->found[i].id, id) == 0)
      return true;
  return false;
}

/* A file without members is one place, as text is. So is one of a format whose parts speak of each
 * other: nothing more than which differ is known, and all bytes that are no member's have to be the
 * same. */
static void look_at_rest(struct inside *inside, const struct format *format,
                         struct format_parts *const parts[2])
{
  const char *const id =
      has_found(inside->out, "rpm-database") ? "rpm-database" : cause_of_rest(format);
  const bool told = parts[0]->untold.len && str_equal(parts[0]->untold, parts[1]->untold);

  if (id && told)
    content_add(inside->out, inside->arena, id, "", NOTHING, NOTHING);
  else if (id)
    content_assume(inside->out, inside->arena, id, "", NOTHING, NOTHING);
  else if (!told && !outside_members_same(parts))
    content_leave(inside->out, NOTHING);
}

static void look_at_one_place(struct inside *inside, const struct format *format,
                              struct format_parts *const parts[2])
{
  struct content_evidence *const around = inside->out;
  AUTO_FREE struct content_evidence *here = xcalloc(1, sizeof(*here));

  inside->out = here;
  look_at_all(inside, format, parts);
  if (!format->may_be_equal)
    look_at_rest(inside, format, parts);
  inside->out = around;
  here->headless = here->left && content_says_nothing(here);
  content_merge(around, inside->arena, here, here->what[0] ? str_of(here->what) : NOTHING);
}

static void look_at_members(struct inside *inside, const struct format *format,
                            struct format_parts *const parts[2])
{
  const char *const packed = inside->packed;

  if (!packed)
    inside->packed = packed_by(format, parts[0]);
  if (format->may_be_equal && (parts[0]->n_members || parts[1]->n_members))
    look_at_all(inside, format, parts);
  else
    look_at_one_place(inside, format, parts);
  inside->packed = packed;
}

bool inside_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                 struct content_evidence *out)
{
  struct inside inside = { .arena = arena, .out = out, .budget = { BYTES_MAX }, .file = file };
  const struct format *format = format_detect(content[0], file->path);
  const struct format_cuts whole[2] = { { 0 }, { 0 } };

  if (!look_deeper(&inside, content, whole, file->path, file->path))
    return false;
  /* Where nothing in it says anything else, that is what there is to say. */
  out->headless |= inside.unsealed && content_says_nothing(out);
  out->opaque = format->is_wrapper && inside.deepest < 2;
  out->looked_in = format->may_be_equal || strcmp(format->name, "elf") != 0;
  return true;
}
