#include "evidence/unified.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "evidence/lines.h"

enum {
  CONTEXT = 3,          /* lines around a difference */
  LEAD_BYTES = 200,     /* of a long line, that are shown before what differs in it */
  BYTES_PER_LINE = 128, /* what aligning takes for one */
  MARKS_PER_LINE = 128, /* what is shown of it besides its text, at most */
};

/* Steps of aligning: a second, most often. */
#define WORK (UINT64_C(1) << 28)

struct unified {
  struct lines lines[2];
  size_t before; /* lines that stand before these, the same on both sides */
  struct lines_gap *gaps;
  size_t n, cap;
  uint64_t left; /* lines that may yet be shown */
  struct buf *text;
  struct patch *out;
};

/* ---- what is to be looked at ---- */

static size_t common_start(const struct str content[2])
{
  const size_t most = MIN_OF(content[0].len, content[1].len);
  size_t n = 0;

  while (n < most && content[0].ptr[n] == content[1].ptr[n])
    n++;
  return n;
}

/* No more than most bytes. */
static size_t common_end(const struct str content[2], size_t most)
{
  size_t n = 0;

  while (n < most &&
         content[0].ptr[content[0].len - n - 1] == content[1].ptr[content[1].len - n - 1])
    n++;
  return n;
}

/* Where the line begins that lies so many lines before the one that holds the byte at. */
static size_t lines_before(struct str content, size_t at, unsigned lines)
{
  for (;;) {
    const char *newline = at ? memrchr(content.ptr, '\n', at) : NULL;

    if (!newline)
      return 0;
    if (!lines--)
      return (size_t)(newline - content.ptr) + 1;
    at = (size_t)(newline - content.ptr);
  }
}

/* Where the line ends that lies so many lines behind the one that holds the byte at. */
static size_t lines_behind(struct str content, size_t at, unsigned lines)
{
  for (;;) {
    const char *newline =
        at < content.len ? memchr(content.ptr + at, '\n', content.len - at) : NULL;

    if (!newline)
      return content.len;
    at = (size_t)(newline - content.ptr) + 1;
    if (!lines--)
      return at;
  }
}

static size_t count_lines(struct str content)
{
  size_t n = 1;

  while (content.len) {
    const char *newline = memchr(content.ptr, '\n', content.len);

    if (!newline)
      break;
    content = str_skip(content, (size_t)(newline - content.ptr) + 1);
    n++;
  }
  return n;
}

/* Both without what is the same at their beginnings and ends, but for the lines that are shown.
 * Returns how many lines are left out before. */
static size_t unified_cut(const struct str content[2], struct str out[2])
{
  const size_t start = common_start(content);
  const size_t end = common_end(content, MIN_OF(content[0].len, content[1].len) - start);
  const size_t from = lines_before(content[0], start, CONTEXT);

  for (int side = 0; side < 2; side++) {
    /* The line that the common end begins in may differ in its first part. */
    const size_t to = lines_behind(content[side], content[side].len - end, CONTEXT);

    out[side] = (struct str) { content[side].ptr + from, to - from };
  }
  return count_lines((struct str) { content[0].ptr, from }) - 1;
}

static void keep_gap(void *context, const struct lines_gap *gap)
{
  struct unified *unified = context;

  unified->gaps = xgrow(unified->gaps, unified->n, &unified->cap, sizeof(*unified->gaps));
  unified->gaps[unified->n++] = *gap;
}

/* ---- lines ---- */

/* The number of bytes before at, or less so that no character of UTF-8 is cut. */
static size_t whole_characters(struct str line, size_t at)
{
  size_t back = 0;

  while (back < 3 && at > back && ((unsigned char)line.ptr[at - back] & 0xc0) == 0x80)
    back++;
  return ((unsigned char)line.ptr[at - back] & 0xc0) == 0xc0 ? at - back : at;
}

/* A line of which PATCH_LINE_MAX bytes are shown, those around the place where it differs. */
static void put_part(struct buf *text, struct str line, size_t differs)
{
  size_t from = differs > LEAD_BYTES ? differs - LEAD_BYTES : 0;
  size_t to;

  from = whole_characters(line, MIN_OF(from, line.len - PATCH_LINE_MAX));
  to = from + PATCH_LINE_MAX;
  to = to < line.len ? whole_characters(line, to) : line.len;
  if (from)
    buf_printf(text, "(%zu bytes)\xe2\x80\xa6", from);
  buf_add(text, line.ptr + from, to - from);
  if (to < line.len)
    buf_printf(text, "\xe2\x80\xa6(%zu bytes)", line.len - to);
}

/* other: the line that stands in its place, or NULL. */
static void put_line(struct unified *unified, char mark, const struct line *line,
                     const struct line *other)
{
  struct buf *text = unified->text;

  buf_putc(text, mark);
  if (line->text.len <= PATCH_LINE_MAX)
    buf_add_str(text, line->text);
  else
    put_part(text, line->text,
             other ? common_start((const struct str[]) { line->text, other->text }) : 0);
  buf_putc(text, '\n');
  if (!line->end.len)
    buf_puts(text, "\\ No newline at end of file\n");
}

/* ---- hunks ---- */

/* Gaps so near to each other that the lines between them are shown whole. */
struct hunk {
  size_t first, end;     /* gaps */
  size_t from[2], to[2]; /* lines */
  size_t shown_to[2];    /* … of which these are shown */
};

/* Shows so many of n lines as may be shown; whether these are all. */
static bool hunk_take(struct unified *unified, size_t *shown_to, size_t n)
{
  const size_t shown = (size_t)MIN_OF(unified->left, (uint64_t)n);

  *shown_to += shown;
  unified->left -= shown;
  return shown == n;
}

/* As many lines as may be shown, in the order in which they stand. */
static void hunk_limit(struct unified *unified, struct hunk *hunk)
{
  memcpy(hunk->shown_to, hunk->from, sizeof(hunk->from));
  for (size_t i = hunk->first; i <= hunk->end; i++) {
    const struct lines_gap *gap = i < hunk->end ? &unified->gaps[i] : NULL;
    const size_t common = (gap ? gap->from[0] : hunk->to[0]) - hunk->shown_to[0];
    const size_t before = hunk->shown_to[0];
    const bool all = hunk_take(unified, &hunk->shown_to[0], common);

    hunk->shown_to[1] += hunk->shown_to[0] - before;
    if (!all || !gap)
      return;
    for (int side = 0; side < 2; side++)
      if (!hunk_take(unified, &hunk->shown_to[side], gap->to[side] - gap->from[side]))
        return;
  }
}

/* "-3,7": a range of no lines has the number of the line before it. */
static void put_range(struct unified *unified, char mark, size_t from, size_t n)
{
  struct buf *text = unified->text;

  buf_printf(text, "%c%zu", mark, unified->before + from + (n ? 1 : 0));
  if (n != 1)
    buf_printf(text, ",%zu", n);
}

static const struct line *line_at(const struct unified *unified, int side, size_t i, size_t end)
{
  return i < end ? &unified->lines[side].items[i] : NULL;
}

static void put_gap(struct unified *unified, const struct hunk *hunk, const struct lines_gap *gap)
{
  static const char marks[2] = { '-', '+' };

  for (int side = 0; side < 2; side++)
    for (size_t i = gap->from[side]; i < MIN_OF(gap->to[side], hunk->shown_to[side]); i++) {
      const size_t other = gap->from[!side] + (i - gap->from[side]);

      put_line(unified, marks[side], &unified->lines[side].items[i],
               line_at(unified, !side, other, gap->to[!side]));
      unified->out->more--;
    }
}

static void put_hunk(struct unified *unified, struct hunk *hunk)
{
  struct buf *text = unified->text;
  size_t at = hunk->from[0];

  hunk_limit(unified, hunk);
  buf_puts(text, "@@ ");
  put_range(unified, '-', hunk->from[0], hunk->shown_to[0] - hunk->from[0]);
  buf_putc(text, ' ');
  put_range(unified, '+', hunk->from[1], hunk->shown_to[1] - hunk->from[1]);
  buf_puts(text, " @@\n");
  for (size_t i = hunk->first; i <= hunk->end; i++) {
    const struct lines_gap *gap = i < hunk->end ? &unified->gaps[i] : NULL;

    for (; at < MIN_OF(gap ? gap->from[0] : hunk->to[0], hunk->shown_to[0]); at++)
      put_line(unified, ' ', &unified->lines[0].items[at], NULL);
    if (!gap)
      break;
    put_gap(unified, hunk, gap);
    at = gap->to[0];
  }
}

/* The hunk that begins with this gap, with the lines around it. */
static struct hunk hunk_at(const struct unified *unified, size_t first)
{
  struct hunk hunk = { .first = first, .end = first + 1 };
  const struct lines_gap *last = &unified->gaps[first];
  size_t around;

  while (hunk.end < unified->n && unified->gaps[hunk.end].from[0] - last->to[0] <= 2 * CONTEXT)
    last = &unified->gaps[hunk.end++];
  around =
      MIN_OF((size_t)MIN_OF((uint64_t)CONTEXT, unified->left - 1), unified->gaps[first].from[0]);
  for (int side = 0; side < 2; side++)
    hunk.from[side] = unified->gaps[first].from[side] - around;
  around = MIN_OF((size_t)CONTEXT, unified->lines[0].n - last->to[0]);
  for (int side = 0; side < 2; side++)
    hunk.to[side] = last->to[side] + around;
  return hunk;
}

static void put_hunks(struct unified *unified)
{
  struct hunk hunk = { .end = 0 };

  for (size_t i = 0; i < unified->n; i++)
    for (int side = 0; side < 2; side++)
      unified->out->more += unified->gaps[i].to[side] - unified->gaps[i].from[side];
  while (hunk.end < unified->n && unified->left) {
    hunk = hunk_at(unified, hunk.end);
    put_hunk(unified, &hunk);
  }
}

/* What aligning takes, and at most what is shown then. */
static uint64_t bytes_needed(const struct str cut[2], const struct patch_limits *limits)
{
  const uint64_t lines = (uint64_t)count_lines(cut[0]) + count_lines(cut[1]);
  const uint64_t shown = limits->lines ? MIN_OF(limits->lines, lines) : lines;

  return BYTES_PER_LINE * lines +
         MIN_OF(shown * PATCH_LINE_MAX, (uint64_t)cut[0].len + cut[1].len) + MARKS_PER_LINE * shown;
}

bool unified_diff(const struct str content[2], const struct patch_limits *limits, struct buf *text,
                  struct patch *out)
{
  struct unified unified = { .left = limits->lines ? limits->lines : UINT64_MAX,
                             .text = text,
                             .out = out };
  const struct str both[2] = { content[0].len ? content[0] : STR(""),
                               content[1].len ? content[1] : STR("") };
  uint64_t work = MIN_OF(*limits->work, WORK);
  struct str cut[2];
  bool split = false;
  uint64_t bytes;

  *limits->work -= work;
  unified.before = unified_cut(both, cut);
  bytes = bytes_needed(cut, limits);
  if (!budget_take(limits->memory, bytes))
    return false;
  if (lines_split(&unified.lines[0], cut[0])) {
    split = lines_split(&unified.lines[1], cut[1]);
    if (split) {
      lines_diff(&unified.lines[0], &unified.lines[1], &work, keep_gap, &unified);
      put_hunks(&unified);
    }
    lines_release(&unified.lines[1]);
  }
  lines_release(&unified.lines[0]);
  free(unified.gaps);
  budget_give(limits->memory, bytes);
  *limits->work += work;
  return split;
}
