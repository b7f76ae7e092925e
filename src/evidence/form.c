#include "evidence/form.h"

#include <string.h>

#include "base/civil.h"

#define NOTHING ((struct str) { NULL, 0 })

const char *form_cause(const struct format *format, const char *packed)
{
  static const char *const containers[] = { "tar", "zip", "ar", "cpio" };
  static const char *const ids[] = { "tar-inside", "zip-form", "ar-members", "cpio-inside" };

  if (packed)
    return packed;
  for (size_t i = 0; i < ARRAY_LEN(containers); i++)
    if (strcmp(format->name, containers[i]) == 0)
      return ids[i];
  return "compression-level";
}

/* Goes through what a rule accounts for in a file, where it lies. */
struct ruled {
  const struct format_parts *parts;
  const char *id;
  size_t next;     /* range to look at */
  struct str rest; /* of the one before */
};

/* Whether there is more; then rest has some. */
static bool has_more(struct ruled *ruled)
{
  while (!ruled->rest.len && ruled->next < ruled->parts->n_ranges) {
    const struct format_range *range = &ruled->parts->ranges[ruled->next++];

    if (range->rule && strcmp(range->rule->id, ruled->id) == 0)
      ruled->rest =
          (struct str) { ruled->parts->bytes.ptr + range->from, (size_t)(range->to - range->from) };
  }
  return ruled->rest.len != 0;
}

/* Whether a rule accounts for the same bytes in both files, one part behind the other. */
static bool same_by_rule(const struct form_pair *pair, const char *id)
{
  struct ruled a = { .parts = pair->parts[0], .id = id };
  struct ruled b = { .parts = pair->parts[1], .id = id };

  while (has_more(&a) && has_more(&b)) {
    const size_t n = MIN_OF(a.rest.len, b.rest.len);

    if (memcmp(a.rest.ptr, b.rest.ptr, n) != 0)
      return false;
    a.rest = str_skip(a.rest, n);
    b.rest = str_skip(b.rest, n);
  }
  return !has_more(&a) && !has_more(&b);
}

/* The bytes of a rule that accounts for one part alone; else nothing. */
static struct str only_part(const struct format_parts *parts, const char *id)
{
  struct ruled ruled = { .parts = parts, .id = id };
  struct str part = NOTHING;

  if (has_more(&ruled))
    part = ruled.rest;
  ruled.rest = NOTHING;
  return has_more(&ruled) ? NOTHING : part;
}

static struct str form_time(struct str bytes, struct arena *arena)
{
  char text[CIVIL_TEXT_MAX];

  return str_of(arena_strdup(arena, civil_rfc3339(format_le32(bytes.ptr), text)));
}

/* The headers of gzip tell more than that the form differs. XFL and OS follow from the level where
 * that is another one. */
static bool look_at_gzip(const struct form_pair *pair, struct arena *arena,
                         struct content_evidence *out)
{
  static const struct {
    const char *rule, *id, *name;
  } headers[] = {
    { "gzip-2", "gzip-time", "MTIME" },
    { "gzip-4", "gzip-time", "FNAME" },
    { "gzip-3", "gzip-os", "XFL and OS" },
  };
  const bool same_data = same_by_rule(pair, "gzip-6");
  bool found = false;

  for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
    const struct str a = only_part(pair->parts[0], headers[i].rule);
    const struct str b = only_part(pair->parts[1], headers[i].rule);
    const char *const id = pair->packed ? pair->packed : headers[i].id;

    if (same_by_rule(pair, headers[i].rule) || (i == 2 && !same_data))
      continue;
    if (i == 0 && a.len == 4 && b.len == 4)
      content_add(out, arena, id, headers[i].name, form_time(a, arena), form_time(b, arena));
    else
      content_add(out, arena, id, headers[i].name, NOTHING, NOTHING);
    found = true;
  }
  return found;
}

void form_look(const struct form_pair *pair, struct arena *arena, struct content_evidence *out)
{
  bool found = pair->found;

  if (pair->recompressed) {
    content_add(out, arena, pair->packed ? pair->packed : "compression-level", "", NOTHING,
                NOTHING);
    found = true;
  }
  if (strcmp(pair->format->name, "gzip") == 0)
    found |= look_at_gzip(pair, arena, out);
  /* Times in extra fields, also of one side alone. */
  if (strcmp(pair->format->name, "zip") == 0 && !same_by_rule(pair, "zip-6")) {
    content_add(out, arena, pair->packed ? pair->packed : "zip-times", "", NOTHING, NOTHING);
    found = true;
  }
  /* Bytes that mean nothing differ where nothing else does. */
  if (!found && !str_equal(pair->parts[0]->bytes, pair->parts[1]->bytes))
    content_add(out, arena, form_cause(pair->format, pair->packed), "", NOTHING, NOTHING);
}
