#include "evidence/content.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "evidence/inside.h"
#include "evidence/lines.h"
#include "evidence/words.h"
#include "image/json.h"

enum {
  WORK_PER_BYTE = 64, /* steps of comparing words, for each byte of both contents */
  NEAR_LINES = 50,    /* how far a line that has no partner at its place looks for one */
  WHAT_BYTES = 60,    /* of a line that is named */
};

/* ---- results ---- */

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

void content_leave(struct content_evidence *out, struct str what)
{
  out->left = true;
  if (!out->what[0] && what.len)
    snprintf(out->what, sizeof(out->what), "%.*s", (int)MIN_OF(what.len, sizeof(out->what) - 1),
             what.ptr);
}

/* ---- lines ---- */

struct look {
  struct content_evidence *out;
  struct arena *arena;
  struct str path;
  struct lines lines[2];
  uint64_t work;
  bool binary;
};

static bool is_printable(struct str s)
{
  for (size_t i = 0; i < s.len; i++)
    if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == '\x7f')
      return false;
  return true;
}

static void leave_line(struct look *look, struct str line)
{
  line.len = MIN_OF(line.len, (size_t)WHAT_BYTES);
  content_leave(look->out, is_printable(line) ? line : STR(""));
}

/* Two lines: what is found goes to the result. False, and nothing is found, if they share no known
 * cause that accounts for all. */
static bool pair_lines(struct look *look, const struct line *a, const struct line *b, bool try)
{
  AUTO_FREE struct words *words = xmalloc(sizeof(*words));

  if (try && a->text.len > 4 * b->text.len + 64)
    return false;
  words_compare(a->text, b->text, look->path, &look->work, words);
  if (try && !(words->all && words->n))
    return false;
  for (size_t i = 0; i < words->n; i++) {
    const struct words_pair *pair = &words->pairs[i];

    content_add(look->out, look->arena, pair->id, "", pair->side[0], pair->side[1]);
  }
  if (!words->all)
    leave_line(look, a->text);
  if (!str_equal(a->end, b->end))
    content_leave(look->out, STR(""));
  return true;
}

/* As many lines on both sides: each meets the one of its place. */
static void pair_in_order(struct look *look, const struct lines_gap *gap)
{
  for (size_t i = gap->from[0], j = gap->from[1]; i < gap->to[0]; i++, j++)
    if (!lines_equal(&look->lines[0].items[i], &look->lines[1].items[j]))
      pair_lines(look, &look->lines[0].items[i], &look->lines[1].items[j], false);
}

static void pair_nearby(struct look *look, const struct lines_gap *gap)
{
  size_t j = gap->from[1];

  for (size_t i = gap->from[0]; i < gap->to[0]; i++) {
    const struct line *line = &look->lines[0].items[i];
    size_t at = j;

    while (at < gap->to[1] && at < j + NEAR_LINES &&
           !lines_equal(line, &look->lines[1].items[at]) &&
           !pair_lines(look, line, &look->lines[1].items[at], true))
      at++;
    if (at == gap->to[1] || at == j + NEAR_LINES) {
      leave_line(look, line->text);
      continue;
    }
    for (; j < at; j++)
      leave_line(look, look->lines[1].items[j].text);
    j = at + 1;
  }
  for (; j < gap->to[1]; j++)
    leave_line(look, look->lines[1].items[j].text);
}

static void look_at_gap(void *context, const struct lines_gap *gap)
{
  struct look *look = context;

  if (gap->to[0] - gap->from[0] == gap->to[1] - gap->from[1])
    pair_in_order(look, gap);
  else
    pair_nearby(look, gap);
}

/* ---- as a whole ---- */

static bool same_json(const struct str content[2])
{
  AUTO_JSON a = NULL;
  AUTO_JSON b = NULL;
  struct error err;

  for (int side = 0; side < 2; side++)
    if (!content[side].len || !strchr("{[ \n\t", content[side].ptr[0]))
      return false;
  a = json_parse(content[0], &err);
  b = a ? json_parse(content[1], &err) : NULL;
  return b && json_equal(a, b);
}

static bool is_binary(const struct str content[2])
{
  for (int side = 0; side < 2; side++)
    if (content[side].len && memchr(content[side].ptr, '\0', content[side].len))
      return true;
  return false;
}

static void look_at_lines(const struct str content[2], struct str path, struct arena *arena,
                          struct content_evidence *out)
{
  struct look look = { .out = out,
                       .arena = arena,
                       .path = path,
                       .work = WORK_PER_BYTE * ((uint64_t)content[0].len + content[1].len + 1024),
                       .binary = is_binary(content) };

  if (!lines_split(&look.lines[0], content[0])) {
    content_leave(out, STR(""));
    return;
  }
  if (!lines_split(&look.lines[1], content[1])) {
    content_leave(out, STR(""));
  } else if (!look.binary && lines_same_set(&look.lines[0], &look.lines[1])) {
    content_add(out, arena, "reordered-lines", "", (struct str) { NULL, 0 },
                (struct str) { NULL, 0 });
  } else {
    lines_diff(&look.lines[0], &look.lines[1], look_at_gap, &look);
    out->same_words = look.binary && lines_same_set(&look.lines[0], &look.lines[1]);
  }
  lines_release(&look.lines[0]);
  lines_release(&look.lines[1]);
}

void content_look(const struct str content[2], struct str path, struct arena *arena,
                  struct content_evidence *out)
{
  *out = (struct content_evidence) { .left = false };
  if (inside_look(content, path, arena, out))
    return;
  if (!is_binary(content) && same_json(content)) {
    content_add(out, arena, "reordered-keys", "", (struct str) { NULL, 0 },
                (struct str) { NULL, 0 });
    return;
  }
  look_at_lines(content, path, arena, out);
  if (!out->n)
    out->left = true;
}
