#include "evidence/inside_fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/civil.h"
#include "evidence/form.h"

#define NOTHING ((struct str) { NULL, 0 })

/* Some of a file's fields, in their order. */
struct field_list {
  const struct format_field **items; /* owned */
  size_t n;
};

static void list_add(struct field_list *list, const struct format_field *field)
{
  list->items[list->n++] = field;
}

/* ---- in pairs ---- */

static bool is_left(const struct format *format, const struct format_field *a,
                    const struct format_field *b)
{
  return strcmp(a->name, b->name) != 0 ||
         (!str_equal(a->value, b->value) &&
          (a->class == FORMAT_COUNTS || a->class != b->class || !format->may_be_equal));
}

static bool leaves_any(const struct format *format, const struct field_list lists[2])
{
  bool any = lists[0].n != lists[1].n;

  for (size_t i = 0; i < lists[0].n && !any; i++)
    any = is_left(format, lists[0].items[i], lists[1].items[i]);
  return any;
}

static void tell_pairs(struct inside *inside, const struct format *format,
                       const struct field_list lists[2])
{
  const size_t n = MIN_OF(lists[0].n, lists[1].n);

  for (size_t i = 0; i < n; i++) {
    const struct format_field *a = lists[0].items[i];
    const struct format_field *b = lists[1].items[i];

    if (is_left(format, a, b))
      inside_leave(inside, str_of(a->name));
    else if (!str_equal(a->value, b->value))
      content_add(inside->out, inside->arena,
                  a->class == FORMAT_TIME ? inside_cause_of_times(inside, format)
                                          : form_cause(format, inside->packed),
                  a->name, a->value, b->value);
  }
  for (size_t i = n; i < MAX_OF(lists[0].n, lists[1].n); i++)
    inside_leave(inside, str_of(lists[i >= lists[0].n].items[i]->name));
}

/* ---- times that are taken out ---- */

/* "15303231132, of NAME": where GNU tar notes when the file was last read; all programs have a
 * number there, or the name of a directory. */
static bool is_access_time(const struct format_field *field)
{
  static const char end[] = ", of ";
  enum { DIGITS = 11 };
  size_t n = 0;

  if (strcmp(field->name, "time in the prefix's place") != 0)
    return false;
  while (n < field->value.len && field->value.ptr[n] >= '0' && field->value.ptr[n] <= '7')
    n++;
  return n == DIGITS && str_has_prefix(str_skip(field->value, n), STR(end));
}

/* A tIME of whatever year (11.3.6), or a text that the reader knows for a date. */
static bool is_png_time(const struct format_field *field)
{
  const unsigned char *p = (const unsigned char *)field->value.ptr;

  if (strcmp(field->name, "tIME") != 0)
    return strcmp(field->name, "tEXt") == 0 && field->class == FORMAT_TIME;
  return field->value.len == 7 && p[2] >= 1 && p[2] <= 12 && p[3] >= 1 && p[3] <= 31 &&
         p[4] <= 23 && p[5] <= 59 && p[6] <= 60;
}

/* What tells one of them from another: its keyword. */
static struct str png_key(const struct format_field *field)
{
  return strcmp(field->name, "tIME") == 0
             ? STR("tIME")
             : (struct str) { field->value.ptr, strnlen(field->value.ptr, field->value.len) };
}

static struct str png_text(const struct format_field *field, struct arena *arena)
{
  const unsigned char *p = (const unsigned char *)field->value.ptr;

  if (strcmp(field->name, "tIME") != 0)
    return str_skip(field->value, png_key(field).len + 1);
  return str_of(arena_printf(arena, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(p[0] << 8 | p[1]),
                             p[2], p[3], p[4], p[5], p[6]));
}

static struct str access_text(const struct format_field *field, struct arena *arena)
{
  char text[CIVIL_TEXT_MAX];

  return str_of(arena_strdup(arena, civil_rfc3339(strtoll(field->value.ptr, NULL, 8), text)));
}

/* Parts a file's fields; times that stand where they may (5.6: anywhere between IHDR and IEND; the
 * reader lets none stand among IDAT), each once. False: one does not. */
static bool part_png(const struct format_parts *parts, struct field_list *times,
                     struct field_list *others)
{
  bool ended = false;

  for (size_t i = 0; i < parts->n_fields; i++) {
    const struct format_field *field = &parts->fields[i];
    const struct format_field *next = i + 1 < parts->n_fields ? &parts->fields[i + 1] : NULL;

    ended = ended || strcmp(field->name, "IEND") == 0;
    if (is_png_time(field)) {
      if (i == 0 || strcmp(parts->fields[0].name, "IHDR") != 0 || ended)
        return false;
      for (size_t k = 0; k < times->n; k++)
        if (str_equal(png_key(times->items[k]), png_key(field)))
          return false;
      list_add(times, field);
    } else if (!next || !is_png_time(next) ||
               !str_has_prefix(str_of(field->name), STR("place of"))) {
      list_add(others, field);
    }
  }
  return true;
}

static bool part_tar(const struct format_parts *parts, struct field_list *times,
                     struct field_list *others)
{
  for (size_t i = 0; i < parts->n_fields; i++)
    list_add(is_access_time(&parts->fields[i]) ? times : others, &parts->fields[i]);
  return true;
}

/* Whether nothing but a tIME is there, one that all decoders take: of another year pngcheck says
 * that it is invalid, and what a text is depends on its keyword. */
static bool are_plain(const struct field_list *times)
{
  return times->n == 0 || (times->n == 1 && strcmp(times->items[0]->name, "tIME") == 0 &&
                           times->items[0]->class == FORMAT_TIME);
}

/* Times that both have, in the same place or elsewhere, and those of one side. */
static void tell_png(struct inside *inside, const struct field_list times[2])
{
  const bool plain = are_plain(&times[0]) && are_plain(&times[1]);

  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < times[side].n; i++) {
      const struct format_field *field = times[side].items[i];
      struct str texts[2] = { NOTHING, NOTHING };

      texts[side] = png_text(field, inside->arena);
      for (size_t k = 0; k < times[!side].n; k++)
        if (str_equal(png_key(times[!side].items[k]), png_key(field)))
          texts[!side] = png_text(times[!side].items[k], inside->arena);
      if (side == 0 || !texts[0].ptr)
        (plain ? content_add : content_assume)(inside->out, inside->arena, "png-time", field->name,
                                               texts[0], texts[1]);
    }
}

/* Programs unpack such archives to other places, so it is never proven to be no more than a time.
 */
static void tell_tar(struct inside *inside, const struct field_list times[2])
{
  for (size_t i = 0; i < MAX_OF(times[0].n, times[1].n); i++) {
    struct str texts[2] = { NOTHING, NOTHING };

    for (int side = 0; side < 2; side++)
      if (i < times[side].n)
        texts[side] = access_text(times[side].items[i], inside->arena);
    if (i >= times[0].n || i >= times[1].n || !str_equal(texts[0], texts[1]))
      content_assume(inside->out, inside->arena, "tar-access-times", "time of access", texts[0],
                     texts[1]);
  }
}

/* ---- both ---- */

static void lists_free(struct field_list lists[2])
{
  free((void *)lists[0].items);
  free((void *)lists[1].items);
}

static struct field_list list_new(const struct format_parts *parts)
{
  return (struct field_list) { .items = (const struct format_field **)xcalloc(
                                   parts->n_fields + 1, sizeof(struct format_field *)) };
}

static struct field_list list_all(const struct format_parts *parts)
{
  struct field_list list = list_new(parts);

  for (size_t i = 0; i < parts->n_fields; i++)
    list_add(&list, &parts->fields[i]);
  return list;
}

/* Whether nothing but such times differs; then that is told. */
static bool tell_times(struct inside *inside, const struct format *format,
                       struct format_parts *const parts[2])
{
  const bool is_png = strcmp(format->name, "png") == 0;
  struct field_list times[2] = { list_new(parts[0]), list_new(parts[1]) };
  struct field_list others[2] = { list_new(parts[0]), list_new(parts[1]) };
  bool parted = true;

  for (int side = 0; side < 2; side++)
    parted = parted && (is_png ? part_png : part_tar)(parts[side], &times[side], &others[side]);
  parted = parted && !leaves_any(format, others);
  if (parted) {
    tell_pairs(inside, format, others);
    (is_png ? tell_png : tell_tar)(inside, times);
  }
  lists_free(times);
  lists_free(others);
  return parted;
}

void inside_look_at_fields(struct inside *inside, const struct format *format,
                           struct format_parts *const parts[2])
{
  const bool has_times = strcmp(format->name, "png") == 0 || strcmp(format->name, "tar") == 0;
  struct field_list all[2] = { list_all(parts[0]), list_all(parts[1]) };

  if (!has_times || !leaves_any(format, all) || !tell_times(inside, format, parts))
    tell_pairs(inside, format, all);
  lists_free(all);
}
