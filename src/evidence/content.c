#include "evidence/content.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/path.h"
#include "evidence/content_lines.h"
#include "evidence/described.h"
#include "evidence/inside.h"
#include "evidence/kind.h"
#include "evidence/lone_paths.h"
#include "evidence/numbers.h"
#include "evidence/public_key.h"
#include "evidence/same_json.h"
#include "evidence/shifted.h"

/* ---- results ---- */

enum content_rank content_rank(const char *id)
{
  static const struct {
    const char *id;
    enum content_rank rank;
  } table[] = {
    { "archive-owner", CONTENT_FORM },      { "ar-members", CONTENT_FORM },
    { "compression-level", CONTENT_TIMES }, { "cpio-inside", CONTENT_FORM },
    { "deb-inside", CONTENT_FORM },         { "elf-build-id", CONTENT_FOLLOWS },
    { "embedded-hash", CONTENT_FOLLOWS },   { "go-build-id", CONTENT_FOLLOWS },
    { "gzip-os", CONTENT_TIMES },           { "gzip-time", CONTENT_TIMES },
    { "pyc-header", CONTENT_TIMES },        { "java-keystore", CONTENT_TIMES },
    { "png-time", CONTENT_TIMES },          { "sqlite-database", CONTENT_FORM },
    { "tar-inside", CONTENT_FORM },         { "zip-form", CONTENT_FORM },
    { "zip-order", CONTENT_FORM },          { "zip-times", CONTENT_TIMES },
  };

  for (size_t i = 0; i < ARRAY_LEN(table); i++)
    if (strcmp(table[i].id, id) == 0)
      return table[i].rank;
  return CONTENT_SAYS;
}

static struct content_found *content_find(struct content_evidence *out, const char *id)
{
  for (size_t i = 0; i < out->n; i++)
    if (strcmp(out->found[i].id, id) == 0)
      return &out->found[i];
  if (out->n == CONTENT_FOUND_MAX)
    return NULL;
  out->found[out->n] = (struct content_found) { .id = id, .place = (unsigned)out->n };
  return &out->found[out->n++];
}

void content_add(struct content_evidence *out, struct arena *arena, const char *id,
                 const char *name, struct str a, struct str b)
{
  struct content_found *found = content_find(out, id);

  if (!found) {
    content_leave(out, str_of(id));
    return;
  }
  found->times++;
  if (a.ptr || b.ptr)
    values_add(&found->values, arena, name, a, b);
}

void content_assume(struct content_evidence *out, struct arena *arena, const char *id,
                    const char *name, struct str a, struct str b)
{
  struct content_found *found;

  content_add(out, arena, id, name, a, b);
  found = content_find(out, id);
  if (found)
    found->assumed = true;
}

void content_acts(struct content_evidence *out, const char *id)
{
  struct content_found *found = content_find(out, id);

  if (found)
    found->acts = true;
}

void content_leave(struct content_evidence *out, struct str what)
{
  out->left = true;
  if (!out->what[0] && what.len)
    snprintf(out->what, sizeof(out->what), "%.*s", (int)MIN_OF(what.len, sizeof(out->what) - 1),
             what.ptr);
}

/* So many more of a cause that was added; may wrap around. */
static void count(struct content_evidence *out, const char *id, uint64_t times)
{
  struct content_found *found = content_find(out, id);

  if (found)
    found->times += times;
}

void content_merge(struct content_evidence *out, struct arena *arena,
                   const struct content_evidence *part, struct str name)
{
  const struct str nothing = { NULL, 0 };

  for (size_t i = 0; i < part->n; i++) {
    const struct values *values = &part->found[i].values;
    struct content_found *found;

    content_add(out, arena, part->found[i].id, "", nothing, nothing);
    count(out, part->found[i].id, part->found[i].times - 1 - values->n);
    found = part->found[i].assumed ? content_find(out, part->found[i].id) : NULL;
    if (found)
      found->assumed = true;
    if (part->found[i].acts)
      content_acts(out, part->found[i].id);
    for (size_t j = 0; j < values->n; j++)
      content_add(out, arena, part->found[i].id, values->items[j].name, values->items[j].side[0],
                  values->items[j].side[1]);
  }
  if (part->left)
    content_leave(out, name);
  out->headless |= part->headless;
}

bool content_says_nothing(const struct content_evidence *out)
{
  for (size_t i = 0; i < out->n; i++)
    if (content_rank(out->found[i].id) == CONTENT_SAYS)
      return false;
  return true;
}

void content_look_plain(const struct str content[2], const struct content_file *file,
                        struct arena *arena, struct content_evidence *out)
{
  const struct str nothing = { NULL, 0 };
  AUTO_FREE struct content_evidence *shifted = xcalloc(1, sizeof(*shifted));
  AUTO_FREE char *patched = NULL; /* the second content, without what is accounted for */
  struct str rest[2] = { content[0], content[1] };
  size_t n_numbers;

  *out = (struct content_evidence) { .left = false };
  if (!content_is_binary(content) && same_json_look(content)) {
    /* Which file is taken hangs on the order (Node.js, "Conditional exports"). */
    if (str_equal(path_name(file->path), STR("package.json")))
      content_assume(out, arena, "reordered-keys", "", nothing, nothing);
    else
      content_add(out, arena, "reordered-keys", "", nothing, nothing);
    return;
  }
  if (public_key_look(content, file, arena, out))
    return;
  if (!content_is_binary(content) && content_look_at_items(content, arena, out))
    return;
  if (content_is_binary(content) && shifted_look(content, file, arena, shifted)) {
    *out = *shifted;
    return;
  }
  if (content_is_binary(content) && (patched = numbers_look(content, file, arena, out)))
    rest[1].ptr = patched;
  n_numbers = out->n;
  if (!patched || !str_equal(rest[0], rest[1]))
    content_look_at_lines(rest, file, arena, out);
  if (out->n == n_numbers && !shifted->n && content_is_binary(content))
    lone_paths_look(content, arena, out);
  if (out->n == n_numbers && shifted->n)
    content_merge(out, arena, shifted, STR(""));
  out->left |= !out->n || shifted->n;
  out->kind = kind_cause(content);
  out->only_times = out->n && out->n == n_numbers;
  /* What is of a kind of its own has more than its times. */
  out->headless = out->left && (content_says_nothing(out) || (out->kind && out->only_times));
}

void content_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                  struct content_evidence *out)
{
  *out = (struct content_evidence) { .left = false };
  if (file->described)
    described_look(content, file->path, arena, out);
  else if (!inside_look(content, file, arena, out))
    content_look_plain(content, file, arena, out);
}
