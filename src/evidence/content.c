#include "evidence/content.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "evidence/build_path.h"
#include "evidence/inside.h"
#include "evidence/kind.h"
#include "evidence/lines.h"
#include "evidence/lone_paths.h"
#include "evidence/man_date.h"
#include "evidence/numbers.h"
#include "evidence/public_key.h"
#include "evidence/reader.h"
#include "evidence/same_json.h"
#include "evidence/shifted.h"
#include "evidence/words.h"
#include "formats/format.h"
#include "policy/line_order.h"

enum {
  WORK_PER_BYTE = 64,  /* steps of comparing words, for each byte of both contents */
  WORK_PER_LINE = 256, /* steps of aligning lines, for each of both contents */
  NEAR_LINES = 50,     /* how far a line that has no partner at its place looks for one */
  LONE_LINES = 64,     /* of each side, that have none and are looked at again at the end */
  WHAT_BYTES = 60,     /* of a line that is named */
};

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
    { "sqlite-database", CONTENT_FORM },    { "tar-inside", CONTENT_FORM },
    { "zip-form", CONTENT_FORM },           { "zip-order", CONTENT_FORM },
    { "zip-times", CONTENT_TIMES },
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

/* ---- lines ---- */

struct look {
  struct content_evidence *out;
  struct arena *arena;
  const struct content_file *file;
  struct lines lines[2];
  uint64_t work;
  bool binary;
  bool dated;                             /* a date was told that is the build's */
  bool for_people;                        /* nothing acts on what the lines say */
  bool runs;                              /* or something is ruled by them */
  bool notes;                             /* a build wrote where it was made */
  bool is_page;                           /* of a manual, on both sides */
  const struct line *lone[2][LONE_LINES]; /* without a partner */
  size_t n_lone[2];
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

/* Whether the path of a build is all that two paths can be. */
static bool is_certain_path(const struct look *look)
{
  return look->notes || look->for_people;
}

/* Two lines: what is found goes to the result. False, and nothing is found, if they share no known
 * cause that accounts for all. */
static bool pair_lines(struct look *look, const struct line *a, const struct line *b, bool try)
{
  AUTO_FREE struct words *words = xmalloc(sizeof(*words));

  if (try && a->text.len > 4 * b->text.len + 64)
    return false;
  words_compare(a->text, b->text, look->file, &look->work, words);
  if (try && !(words->all && words->n))
    return false;
  for (size_t i = 0; i < words->n; i++) {
    const struct words_pair *pair = &words->pairs[i];
    const bool is_path = strcmp(pair->id, "build-path") == 0;
    const bool of_page = look->is_page && strcmp(pair->id, "embedded-date") == 0 &&
                         man_date_is(a->text, pair->side[0]) && man_date_is(b->text, pair->side[1]);
    const bool guessed = (pair->guessed && !of_page && !(pair->is_clock && look->dated)) ||
                         (is_path && !is_certain_path(look));

    look->dated |= !pair->guessed && strcmp(pair->id, "embedded-date") == 0;
    if (guessed || look->runs)
      content_assume(look->out, look->arena, pair->id, "", pair->side[0], pair->side[1]);
    else
      content_add(look->out, look->arena, pair->id, "", pair->side[0], pair->side[1]);
    if (is_path ? !look->file->debugging : !look->for_people)
      content_acts(look->out, pair->id);
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

static void leave_lone(struct look *look, int side, const struct line *line)
{
  leave_line(look, line->text);
  if (look->n_lone[side] < LONE_LINES)
    look->lone[side][look->n_lone[side]++] = line;
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
      leave_lone(look, 0, line);
      continue;
    }
    for (; j < at; j++)
      leave_lone(look, 1, &look->lines[1].items[j]);
    j = at + 1;
  }
  for (; j < gap->to[1]; j++)
    leave_lone(look, 1, &look->lines[1].items[j]);
}

/* Lines that have no partner where they stand may have one elsewhere, as in a sorted table of
 * strings. That accounts for what they say, not for where they are. */
static void content_pair_lone(struct look *look)
{
  for (size_t i = 0; i < look->n_lone[0]; i++)
    for (size_t j = 0; j < look->n_lone[1]; j++) {
      const struct line *other = look->lone[1][j];

      if (!other || lines_equal(look->lone[0][i], other) ||
          !pair_lines(look, look->lone[0][i], other, true))
        continue;
      look->lone[1][j] = NULL;
      break;
    }
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

static bool is_binary(const struct str content[2])
{
  for (int side = 0; side < 2; side++)
    if (content[side].len && memchr(content[side].ptr, '\0', content[side].len))
      return true;
  return false;
}

/* False: the lines stand where they say something else. */
static bool content_reordered(struct look *look, const struct str content[2])
{
  const struct str nothing = { NULL, 0 };
  const enum line_order order = line_order_look(content);

  if (order == LINE_ORDER_MOVED)
    return false;
  if (look->runs || order == LINE_ORDER_TOLD ||
      !(look->for_people || reader_takes_set(content, look->file)))
    content_assume(look->out, look->arena, "reordered-lines", "", nothing, nothing);
  else
    content_add(look->out, look->arena, "reordered-lines", "", nothing, nothing);
  return true;
}

static bool is_manual_page(struct str content, const struct content_file *file)
{
  const struct format *format = format_detect(content, file->path);

  return format && strcmp(format->name, "roff") == 0;
}

static void look_at_lines(const struct str content[2], const struct content_file *file,
                          struct arena *arena, struct content_evidence *out)
{
  struct look look = { .out = out,
                       .arena = arena,
                       .file = file,
                       .work = WORK_PER_BYTE * ((uint64_t)content[0].len + content[1].len + 1024),
                       .binary = is_binary(content),
                       .for_people = reader_is_person(content, file),
                       .runs = reader_is_interpreter(content, file),
                       .notes = build_path_is_noted(file),
                       .is_page =
                           is_manual_page(content[0], file) && is_manual_page(content[1], file) };

  if (!lines_split(&look.lines[0], content[0])) {
    content_leave(out, STR(""));
    return;
  }
  if (!lines_split(&look.lines[1], content[1])) {
    content_leave(out, STR(""));
  } else if (look.binary || !lines_same_set(&look.lines[0], &look.lines[1]) ||
             !content_reordered(&look, content)) {
    uint64_t work = WORK_PER_LINE * (look.lines[0].n + look.lines[1].n + 1024);

    lines_diff(&look.lines[0], &look.lines[1], &work, look_at_gap, &look);
    content_pair_lone(&look);
    out->same_words = look.binary && lines_same_set(&look.lines[0], &look.lines[1]);
  }
  lines_release(&look.lines[0]);
  lines_release(&look.lines[1]);
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
  AUTO_FREE struct content_evidence *shifted = xcalloc(1, sizeof(*shifted));
  AUTO_FREE char *patched = NULL; /* the second content, without what is accounted for */
  struct str rest[2] = { content[0], content[1] };

  *out = (struct content_evidence) { .left = false };
  if (!is_binary(content) && same_json_look(content)) {
    content_add(out, arena, "reordered-keys", "", (struct str) { NULL, 0 },
                (struct str) { NULL, 0 });
    return;
  }
  if (public_key_look(content, file, arena, out))
    return;
  if (is_binary(content) && shifted_look(content, file, arena, shifted)) {
    *out = *shifted;
    return;
  }
  if (is_binary(content) && (patched = numbers_look(content, arena, out)))
    rest[1].ptr = patched;
  if (!patched || !str_equal(rest[0], rest[1]))
    look_at_lines(rest, file, arena, out);
  if (!out->n && !shifted->n && is_binary(content))
    lone_paths_look(content, arena, out);
  if (!out->n && shifted->n)
    content_merge(out, arena, shifted, STR(""));
  out->left |= !out->n || shifted->n;
  out->headless = out->left && content_says_nothing(out);
  out->kind = kind_cause(content);
}

void content_look(const struct str content[2], const struct content_file *file, struct arena *arena,
                  struct content_evidence *out)
{
  *out = (struct content_evidence) { .left = false };
  if (!inside_look(content, file, arena, out))
    content_look_plain(content, file, arena, out);
}
