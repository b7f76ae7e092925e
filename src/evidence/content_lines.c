#include "evidence/content_lines.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "evidence/build_path.h"
#include "evidence/lines.h"
#include "evidence/man_date.h"
#include "evidence/reader.h"
#include "evidence/row.h"
#include "evidence/words.h"
#include "formats/format.h"
#include "policy/line_order.h"

enum {
  WORK_PER_BYTE = 64,  /* steps of comparing words, for each byte of both contents */
  WORK_PER_LINE = 256, /* steps of aligning lines, for each of both contents */
  NEAR_LINES = 50,     /* how far a line that has no partner at its place looks for one */
  LONE_LINES = 64,     /* of each side, that have none and are looked at again at the end */
  LEAST_TEXT = 8,      /* bytes of what is text among others */
  WHAT_BYTES = 60,     /* of a line that is named */
};

/* ---- lines ---- */

struct look {
  struct content_evidence *out;
  struct arena *arena;
  const struct content_file *file;
  struct headings headings;
  struct lines lines[2];
  uint64_t work;
  uint64_t work_alone; /* for lines that are looked at again */
  bool binary;
  bool dated;                             /* a date was told that is the build's */
  bool for_people;                        /* nothing acts on what the lines say */
  bool past;                              /* they say what was, and rule nothing */
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

/* Whether what two lines differ in may have another reason than the cause that was found. */
static bool is_guessed(const struct look *look, const struct line *a, const struct line *b,
                       const struct words_pair *pair)
{
  if (look->runs)
    return true;
  if (strcmp(pair->id, "build-path") == 0)
    return !is_certain_path(look);
  if (look->is_page && strcmp(pair->id, "embedded-date") == 0 &&
      man_date_is(a->text, pair->side[0]) && man_date_is(b->text, pair->side[1]))
    return false;
  switch (pair->proof) {
  case WORDS_SURE:
    return false;
  case WORDS_OF_DAY:
    return !look->past;
  case WORDS_CLOCK:
    return !look->past && !look->dated;
  case WORDS_GUESSED:
    break;
  }
  return true;
}

static void tell_pair(struct look *look, const struct line *a, const struct line *b,
                      const struct words_pair *pair)
{
  const bool is_path = strcmp(pair->id, "build-path") == 0;

  if (is_guessed(look, a, b, pair))
    content_assume(look->out, look->arena, pair->id, "", pair->side[0], pair->side[1]);
  else
    content_add(look->out, look->arena, pair->id, "", pair->side[0], pair->side[1]);
  if (is_path ? !look->file->debugging : !look->for_people)
    content_acts(look->out, pair->id);
  look->dated |= pair->proof == WORDS_SURE && strcmp(pair->id, "embedded-date") == 0;
}

/* Two lines: what is found goes to the result. False if that is nothing; when trying, also if it is
 * not all, and then nothing goes to the result. */
static bool pair_lines(struct look *look, const struct line *a, const struct line *b, bool try)
{
  AUTO_FREE struct words *words = xmalloc(sizeof(*words));
  const struct words_file file = { look->file, &look->headings };
  const struct str nothing = { NULL, 0 };

  if (try && a->text.len > 4 * b->text.len + 64)
    return false;
  if (!look->runs && str_equal(a->end, b->end) && row_is_reordered(a->text, b->text)) {
    content_assume(look->out, look->arena, "reordered-lines", "", nothing, nothing);
    return true;
  }
  words_compare(a->text, b->text, &file, &look->work, words);
  if (try && !(words->all && words->n))
    return false;
  for (size_t i = 0; i < words->n; i++)
    tell_pair(look, a, b, &words->pairs[i]);
  if (!words->all)
    leave_line(look, a->text);
  if (!str_equal(a->end, b->end))
    content_leave(look->out, STR(""));
  return words->n;
}

static void keep_lone(struct look *look, int side, const struct line *line)
{
  /* What is no text says nothing that could be found elsewhere. */
  if (look->binary && !(line->text.len >= LEAST_TEXT && is_printable(line->text)))
    return;
  if (look->n_lone[side] < LONE_LINES)
    look->lone[side][look->n_lone[side]++] = line;
}

static void leave_lone(struct look *look, int side, const struct line *line)
{
  leave_line(look, line->text);
  keep_lone(look, side, line);
}

/* As many lines on both sides: each meets the one of its place. Where these have nothing to do with
 * each other, they may have a partner elsewhere. */
static void pair_in_order(struct look *look, const struct lines_gap *gap)
{
  for (size_t i = gap->from[0], j = gap->from[1]; i < gap->to[0]; i++, j++) {
    const struct line *a = &look->lines[0].items[i];
    const struct line *b = &look->lines[1].items[j];

    if (lines_equal(a, b) || pair_lines(look, a, b, false) || str_equal(a->text, b->text))
      continue;
    keep_lone(look, 0, a);
    keep_lone(look, 1, b);
  }
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
  look->work = look->work_alone; /* what is no text may have used up the other */
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

bool content_is_binary(const struct str content[2])
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

/* The content without the commas that lines end in: in a list the last one has none, whichever that
 * is. To be freed. */
static char *without_commas(struct str content, size_t *len)
{
  char *const out = xmalloc(content.len + 1);
  size_t n = 0;

  for (size_t i = 0; i < content.len; i++)
    if (content.ptr[i] != ',' || (i + 1 < content.len && content.ptr[i + 1] != '\n'))
      out[n++] = content.ptr[i];
  *len = n;
  return out;
}

static bool same_items(const struct str items[2])
{
  struct lines lines[2] = { 0 };
  const bool same = items[0].len == items[1].len && lines_split(&lines[0], items[0]) &&
                    lines_split(&lines[1], items[1]) && lines_same_set(&lines[0], &lines[1]) &&
                    line_order_look(items) != LINE_ORDER_MOVED;

  lines_release(&lines[0]);
  lines_release(&lines[1]);
  return same;
}

static bool has_commas(struct str content)
{
  return content.len && memmem(content.ptr, content.len, ",\n", 2);
}

bool content_look_at_items(const struct str content[2], struct arena *arena,
                           struct content_evidence *out)
{
  const struct str nothing = { NULL, 0 };
  AUTO_FREE char *a = NULL;
  AUTO_FREE char *b = NULL;
  size_t len[2];

  if (content[0].len != content[1].len || !has_commas(content[0]) || !has_commas(content[1]))
    return false;
  a = without_commas(content[0], &len[0]);
  b = without_commas(content[1], &len[1]);
  if (!same_items((const struct str[2]) { { a, len[0] }, { b, len[1] } }))
    return false;
  content_assume(out, arena, "reordered-lines", "", nothing, nothing);
  return true;
}

static bool is_manual_page(struct str content, const struct content_file *file)
{
  const struct format *format = format_detect(content, file->path);

  return format && strcmp(format->name, "roff") == 0;
}

void content_look_at_lines(const struct str content[2], const struct content_file *file,
                           struct arena *arena, struct content_evidence *out)
{
  const uint64_t work_max = WORK_PER_BYTE * ((uint64_t)content[0].len + content[1].len + 1024);
  struct look look = { .out = out,
                       .arena = arena,
                       .file = file,
                       .headings = { .content = content[0], .work = work_max },
                       .work = work_max,
                       .work_alone = work_max,
                       .binary = content_is_binary(content),
                       .for_people = reader_is_person(content, file),
                       .runs = reader_is_interpreter(content, file) || reader_is_machine(file),
                       .notes = build_path_is_noted(file),
                       .is_page =
                           is_manual_page(content[0], file) && is_manual_page(content[1], file) };

  look.past = look.for_people || reader_has_log(file);
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
