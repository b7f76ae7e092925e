#include "report/text/summary_lines.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/escape.h"
#include "image/history.h"
#include "report/about.h"
#include "report/changes/history_diff.h"
#include "report/changes/shorten.h"
#include "report/text/columns.h"
#include "report/text/patch_lines.h"

enum {
  MOST_STEPS = 20, /* of what is done differently when the images are built */
  HISTORY_INDENT = 4,
  GAP = 2,
  LEAST_COMMAND = 16, /* columns of a command that are worth being shown */
  MOST_COMMANDS = 64, /* that are told */
};

/* Select graphic rendition (ECMA-48, section 8.3.117). */
static const char *const mark_colours[] = {
  [CHANGE_ADDED] = "\x1b[32m",    [CHANGE_REMOVED] = "\x1b[31m", [CHANGE_CONTENT] = "\x1b[33m",
  [CHANGE_METADATA] = "\x1b[36m", [CHANGE_IMAGE] = "\x1b[35m",
};

struct lines {
  const struct summary *summary;
  size_t room;   /* columns for a name and its text; without a terminal as many as they need */
  size_t layout; /* columns by which lines are laid out, and by which commands are cut */
  size_t name_columns;             /* where the texts begin, if all of a line fits */
  const char *told[MOST_COMMANDS]; /* the commands that stand in lines before */
  size_t n_told;
};

/* What stands behind a name. */
struct line_text {
  struct buf words;
  struct buf layer;    /* "  layer 1"; may be empty */
  const char *command; /* that made this layer; NULL: it is not told */
  bool is_setting;     /* of the image: two values */
};

static void mark_write(const struct lines *lines, enum change_kind kind, char mark)
{
  const char text[] = { mark, '\0' };
  const struct summary *summary = lines->summary;

  columns_coloured(summary->writer, summary->listing->style.colour, mark_colours[kind], text);
  writer_putc(summary->writer, ' ');
}

void summary_fold_words(struct buf *out, const struct fold *fold, size_t told)
{
  const char *comma = told ? ": " : "";
  char text[AMOUNT_MAX];

  for (size_t kind = 0; kind < N_CHANGE_KINDS; kind++) {
    if (!fold->by_kind[kind])
      continue;
    if (told && fold->by_kind[kind] == told)
      buf_printf(out, " %s", change_kind_word((enum change_kind)kind));
    else
      buf_printf(out, "%s%" PRIu64 " %s", comma, fold->by_kind[kind],
                 change_kind_word((enum change_kind)kind));
    comma = ", ";
  }
  if (fold->bytes)
    buf_printf(out, ", %s", amount_change(fold->bytes, text));
}

static struct str fold_name(const struct fold *fold)
{
  if (fold->history)
    return STR("history");
  if (fold->n == 1)
    return str_of(fold->first->title);
  return fold->directory.len ? fold->directory : STR("./");
}

/* ---- the text of a line ---- */

/* Where a file stands; of one that only one side has, also what put it there. */
static void add_layer(struct line_text *text, const struct change *change)
{
  const int side = change->kind == CHANGE_REMOVED ? 0 : 1;
  const bool lone = change->kind == CHANGE_ADDED || change->kind == CHANGE_REMOVED;
  const int32_t layer = MAX_OF(change->layer[0], change->layer[1]);

  if (change->kind == CHANGE_IMAGE || layer < 0)
    return;
  text->command = lone ? change->created_by[side] : NULL;
  if (layer > 0 || text->command)
    buf_printf(&text->layer, "  layer %" PRId32, layer);
}

/* Whether the steps differ in their times alone. */
static bool only_times(const struct listing *listing)
{
  for (size_t i = 0; i < listing->shown; i++)
    if (change_is_history(&listing->changes.items[i]) &&
        !str_has_suffix(str_of(listing->changes.items[i].name), STR(".created")))
      return false;
  return true;
}

static void count_step(void *context, char mark, struct str step)
{
  (void)mark;
  (void)step;
  ++*(size_t *)context;
}

static size_t count_steps(const struct changes *changes)
{
  size_t n = 0;

  for (size_t i = 0; i < changes->n_histories; i++)
    history_diff(changes->histories[i].history, count_step, &n);
  return n;
}

static void history_words(const struct listing *listing, const struct fold *fold, struct buf *out)
{
  const char *plural = fold->n == 1 ? "" : "s";

  if (count_steps(&listing->changes) > 0)
    buf_puts(out, "the commands that made the image");
  else if (only_times(listing))
    buf_printf(out, "only the time%s of %zu step%s", plural, fold->n, plural);
  else
    buf_printf(out, "%zu field%s, but no command", fold->n, plural);
}

static void line_text_make(struct line_text *out, const struct listing *listing,
                           const struct fold *fold)
{
  struct explanation causes;
  struct explain_found own;

  *out = (struct line_text) { .words = BUF_INIT(INT_MAX), .layer = BUF_INIT(INT_MAX) };
  if (fold->history) {
    history_words(listing, fold, &out->words);
    return;
  }
  if (fold->n > 1) {
    summary_fold_words(&out->words, fold, 0);
    return;
  }
  out->is_setting = fold->first->kind == CHANGE_IMAGE;
  buf_puts(&out->words, fold->first->words);
  causes = listing_causes(listing, fold->first, &own);
  if (causes.n > 0) {
    buf_puts(&out->words, "  (");
    about_cause_ids(&out->words, &causes);
    buf_putc(&out->words, ')');
  }
  add_layer(out, fold->first);
}

static void line_text_release(struct line_text *text)
{
  buf_release(&text->words);
  buf_release(&text->layer);
}

/* ---- lines ---- */

static bool was_told(const struct lines *lines, const char *command)
{
  for (size_t i = 0; i < lines->n_told; i++)
    if (lines->told[i] == command || strcmp(lines->told[i], command) == 0)
      return true;
  return lines->n_told == MOST_COMMANDS;
}

/* Behind the number of a layer: the command, in the first line that has room for it. */
static void write_command(struct lines *lines, const struct line_text *text, size_t left)
{
  AUTO_BUF instruction = BUF_INIT(INT_MAX);
  AUTO_BUF command = BUF_INIT(INT_MAX);

  if (!text->command || was_told(lines, text->command))
    return;
  history_instruction(&instruction, text->command);
  escape_terminal(&command, buf_str(&instruction));
  if (!command.len || left < MIN_OF((size_t)LEAST_COMMAND, text_columns(buf_str(&command))) + GAP)
    return;
  writer_puts(lines->summary->writer, ": ");
  columns_beginning(lines->summary->writer, buf_str(&command), left - GAP);
  lines->told[lines->n_told++] = text->command;
}

/* left: columns. */
static void write_text(struct lines *lines, const struct line_text *text, size_t left)
{
  const size_t words = text_columns(buf_str(&text->words));

  if (words + text->layer.len > left || !text->layer.len) {
    if (text->is_setting)
      columns_values(lines->summary->writer, buf_str(&text->words), left);
    else
      columns_beginning(lines->summary->writer, buf_str(&text->words), left);
    return;
  }
  writer_str(lines->summary->writer, buf_str(&text->words));
  writer_str(lines->summary->writer, buf_str(&text->layer));
  left = lines->layout - MIN_OF(lines->layout, lines->room - left);
  write_command(lines, text, left - MIN_OF(left, words + text->layer.len));
}

static void write_line(struct lines *lines, enum change_kind kind, char mark, struct str name,
                       const struct line_text *text)
{
  struct writer *writer = lines->summary->writer;
  const size_t room = lines->room;
  const size_t words = text_columns(buf_str(&text->words));
  const size_t length = text_columns(name);
  size_t wanted = words + text->layer.len;
  size_t columns;

  /* The layer goes where the name stays whole without it. A name is cut only where the words need
   * the room, of which they have half at least. */
  if (length + words <= room && MAX_OF(length, lines->name_columns) + wanted > room)
    wanted = words;
  if (length + wanted > room)
    wanted = MIN_OF(wanted, MAX_OF(room / 2, room - MIN_OF(length, room)));
  mark_write(lines, kind, mark);
  columns = columns_path(writer, name, MIN_OF(length, room - wanted));
  while (columns < lines->name_columns && columns + wanted < room) {
    writer_putc(writer, ' ');
    columns++;
  }
  writer_pad(writer, GAP);
  write_text(lines, text, room - columns);
  writer_putc(writer, '\n');
}

struct history_steps {
  const struct lines *lines;
  size_t n;
};

static void write_step(void *context, char mark, struct str text)
{
  struct history_steps *steps = context;
  const struct summary *summary = steps->lines->summary;
  AUTO_BUF escaped = BUF_INIT(INT_MAX);

  if (steps->n++ >= MOST_STEPS)
    return;
  escape_terminal(&escaped, text);
  writer_pad(summary->writer, HISTORY_INDENT);
  mark_write(steps->lines, mark == '+' ? CHANGE_ADDED : CHANGE_REMOVED, mark);
  columns_beginning(summary->writer, buf_str(&escaped), summary->columns - HISTORY_INDENT - 2);
  writer_putc(summary->writer, '\n');
}

/* How the images were built differently, as a diff of commands. */
static void write_history(const struct lines *lines)
{
  const struct changes *changes = &lines->summary->listing->changes;

  for (size_t i = 0; i < changes->n_histories; i++) {
    struct history_steps steps = { lines, 0 };

    history_diff(changes->histories[i].history, write_step, &steps);
    if (steps.n <= MOST_STEPS)
      continue;
    writer_pad(lines->summary->writer, HISTORY_INDENT);
    writer_printf(lines->summary->writer, "and %zu more\n", steps.n - MOST_STEPS);
  }
}

/* "27 files and directories  only mtime differs" */
static void write_records(struct lines *lines, const struct folds_rest *rest)
{
  struct line_text text = { .words = BUF_INIT(INT_MAX), .layer = BUF_INIT(INT_MAX) };
  AUTO_BUF name = BUF_INIT(INT_MAX);

  if (!rest->records.n)
    return;
  buf_printf(&name, "%zu files and directories", rest->records.n);
  buf_puts(&text.words, "only ");
  for (size_t i = 0; i < rest->n_fields; i++)
    buf_printf(&text.words, "%s%s",
               i == 0                   ? ""
               : i + 1 < rest->n_fields ? ", "
                                        : " and ",
               rest->fields[i]);
  buf_puts(&text.words, rest->n_fields == 1 ? " differs" : " differ");
  write_line(lines, CHANGE_METADATA, 'm', buf_str(&name), &text);
  line_text_release(&text);
}

static int by_length(const void *a, const void *b)
{
  const size_t length_a = *(const size_t *)a;
  const size_t length_b = *(const size_t *)b;

  return length_a < length_b ? -1 : length_a > length_b;
}

/* As wide as the longest name, but for a few that are much longer than the others: these stand out.
 * All words have room beside it, if that leaves half of the columns. */
static size_t name_width(const struct lines *lines, const struct folds *folds)
{
  AUTO_FREE size_t *names = xcalloc(folds->n + 1, sizeof(*names));
  size_t texts = 0;
  size_t usual;

  if (!folds->n)
    return 0;
  for (size_t i = 0; i < folds->n; i++) {
    struct line_text text;

    line_text_make(&text, lines->summary->listing, &folds->items[i]);
    names[i] = text_columns(fold_name(&folds->items[i]));
    texts = MAX_OF(texts, text_columns(buf_str(&text.words)));
    line_text_release(&text);
  }
  qsort(names, folds->n, sizeof(*names), by_length);
  usual = MAX_OF(names[folds->n * 3 / 4], lines->layout * 2 / 5);
  usual = MIN_OF(usual, names[folds->n - 1]);
  return MIN_OF(usual, MAX_OF(lines->layout / 2, lines->layout - MIN_OF(texts, lines->layout)));
}

/* Where the last file stands that one side alone has. */
static size_t last_lone(const struct folds *folds)
{
  size_t last = 0;

  for (size_t i = 0; i < folds->n; i++)
    if (folds->items[i].first->kind == CHANGE_ADDED ||
        folds->items[i].first->kind == CHANGE_REMOVED)
      last = i;
  return last;
}

void summary_lines(const struct summary *summary, const struct folds *folds,
                   const struct folds_rest *rest)
{
  const size_t layout = summary->columns - GAP - GAP;
  struct lines lines = {
    .summary = summary,
    .room = summary->listing->style.columns ? layout : INT_MAX,
    .layout = layout,
  };
  const size_t last = last_lone(folds);

  lines.name_columns = name_width(&lines, folds);
  for (size_t i = 0; i < folds->n && !summary->writer->error; i++) {
    const struct fold *fold = &folds->items[i];
    const bool mixed = !fold->history && fold->by_kind[fold->first->kind] < fold->n;
    struct line_text text;

    line_text_make(&text, summary->listing, fold);
    write_line(&lines, fold->first->kind, (char)(mixed ? ' ' : change_mark(fold->first)),
               fold_name(fold), &text);
    line_text_release(&text);
    if (fold->n == 1 && !fold->history)
      patch_lines_write(summary->writer, summary->listing->report.about, fold->first->patch_number,
                        summary->listing->style.colour);
    if (fold->history)
      write_history(&lines);
    if (folds->implied && i == last)
      writer_printf(summary->writer, "  and %zu director%s that these lie in\n", folds->implied,
                    folds->implied == 1 ? "y" : "ies");
  }
  write_records(&lines, rest);
}
