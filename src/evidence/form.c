#include "evidence/form.h"

#include <string.h>

#include "base/buf.h"
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

/* What a rule accounts for in a file, one part behind the other. */
static struct str bytes_of_rule(const struct format_parts *parts, const char *id,
                                struct arena *arena)
{
  AUTO_BUF out = BUF_INIT(parts->bytes.len);

  for (size_t i = 0; i < parts->n_ranges; i++) {
    const struct format_range *range = &parts->ranges[i];

    if (range->rule && strcmp(range->rule->id, id) == 0)
      buf_add(&out, parts->bytes.ptr + range->from, range->to - range->from);
  }
  return arena_str(arena, buf_str(&out));
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
  const bool same_data = str_equal(bytes_of_rule(pair->parts[0], "gzip-6", arena),
                                   bytes_of_rule(pair->parts[1], "gzip-6", arena));
  bool found = false;

  for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
    const struct str a = bytes_of_rule(pair->parts[0], headers[i].rule, arena);
    const struct str b = bytes_of_rule(pair->parts[1], headers[i].rule, arena);
    const char *const id = pair->packed ? pair->packed : headers[i].id;

    if (str_equal(a, b) || (i == 2 && !same_data))
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
  /* Bytes that mean nothing differ where nothing else does. */
  if (!found && !str_equal(pair->parts[0]->bytes, pair->parts[1]->bytes))
    content_add(out, arena, form_cause(pair->format, pair->packed), "", NOTHING, NOTHING);
}
