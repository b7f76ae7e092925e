#include "report/text/summary.h"

#include <inttypes.h>
#include <limits.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/escape.h"
#include "diff/verdict/verdict.h"
#include "image/history.h"
#include "report/about.h"
#include "report/changes/folds.h"
#include "report/changes/history_diff.h"
#include "report/changes/listing.h"
#include "report/changes/shorten.h"
#include "report/changes/totals.h"
#include "report/packages/about.h"
#include "report/text/columns.h"
#include "report/text/patch_lines.h"

enum {
  DEFAULT_COLUMNS = 100,
  LEAST_COLUMNS = 40,
  MOST_LINES = 40, /* of differences, where they can be folded */
  MOST_STEPS = 20, /* of what is done differently when the images are built */
  HISTORY_INDENT = 4,
  MOST_CAUSES = 5,
  MOST_PACKAGES = 20,
  MOST_HINTS = 2,
  GAP = 2,
  TOTALS_INDENT = 2, /* of what does not fit into their first line */
};

/* Select graphic rendition (ECMA-48, section 8.3.117). */
static const char *const mark_colours[] = {
  [CHANGE_ADDED] = "\x1b[32m",    [CHANGE_REMOVED] = "\x1b[31m", [CHANGE_CONTENT] = "\x1b[33m",
  [CHANGE_METADATA] = "\x1b[36m", [CHANGE_IMAGE] = "\x1b[35m",
};

struct summary {
  const struct listing *listing;
  struct writer *writer;
  size_t columns;
};

static void coloured(const struct summary *summary, const char *sgr, const char *text)
{
  columns_coloured(summary->writer, summary->listing->style.colour, sgr, text);
}

static void fold_words(struct buf *out, const struct fold *fold)
{
  const char *comma = "";
  char text[AMOUNT_MAX];

  for (size_t kind = 0; kind < N_CHANGE_KINDS; kind++) {
    if (!fold->by_kind[kind])
      continue;
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
    return str_of(fold->first->name);
  return fold->directory.len ? fold->directory : STR("./");
}

/* Where a file stands; of one that only one side has, also what put it there. */
static void summary_add_layer(struct buf *out, const struct change *change, bool with_command)
{
  const int side = change->kind == CHANGE_REMOVED ? 0 : 1;
  const bool lone = change->kind == CHANGE_ADDED || change->kind == CHANGE_REMOVED;
  const int32_t layer = MAX_OF(change->layer[0], change->layer[1]);
  AUTO_BUF command = BUF_INIT(INT_MAX);

  if (change->kind == CHANGE_IMAGE || layer < 0 || (layer == 0 && !lone))
    return;
  if (lone && change->created_by[side] && with_command)
    history_instruction(&command, change->created_by[side]);
  if (layer == 0 && !(lone && change->created_by[side]))
    return;
  buf_printf(out, "  layer %" PRId32, layer);
  if (command.len) {
    buf_puts(out, ": ");
    escape_terminal(out, buf_str(&command));
  }
}

/* with_command: also what made the layer, which is the first to be cut where there is no room. */
static void fold_text(const struct summary *summary, const struct fold *fold, bool with_command,
                      struct buf *out)
{
  const struct change *change = fold->first;
  struct explanation causes;

  if (fold->history) {
    buf_printf(out, "%zu field%s", fold->n, fold->n == 1 ? " differs" : "s differ");
    return;
  }
  if (fold->n > 1) {
    fold_words(out, fold);
    return;
  }
  buf_puts(out, change->words);
  causes = listing_causes(summary->listing, change);
  if (causes.n > 0) {
    buf_puts(out, "  (");
    about_cause_ids(out, &causes);
    buf_putc(out, ')');
  }
  summary_add_layer(out, change, with_command);
}

static void write_fold(const struct summary *summary, const struct fold *fold, size_t name_columns)
{
  const size_t left = summary->columns - GAP - name_columns - GAP;
  const bool several = fold->n > 1 && !fold->history;
  const char mark[] = { (char)(several ? ' ' : change_mark(fold->first)), '\0' };
  AUTO_BUF text = BUF_INIT(INT_MAX);
  size_t columns;

  coloured(summary, mark_colours[fold->first->kind], mark);
  writer_putc(summary->writer, ' ');
  columns = columns_path(summary->writer, fold_name(fold), name_columns);
  writer_pad(summary->writer, name_columns - columns + GAP);
  fold_text(summary, fold, true, &text);
  columns_beginning(summary->writer, buf_str(&text), left);
  writer_putc(summary->writer, '\n');
  if (fold->n == 1 && !fold->history)
    patch_lines_write(summary->writer, summary->listing->report.about, fold->first->patch_number,
                      summary->listing->style.colour);
}

struct history_lines {
  const struct summary *summary;
  size_t n;
};

static void history_line(void *context, char mark, struct str text)
{
  struct history_lines *lines = context;
  struct writer *writer = lines->summary->writer;
  const char marked[] = { mark, ' ', '\0' };
  AUTO_BUF escaped = BUF_INIT(INT_MAX);

  if (lines->n++ >= MOST_STEPS)
    return;
  escape_terminal(&escaped, text);
  writer_pad(writer, HISTORY_INDENT);
  coloured(lines->summary, mark_colours[mark == '+' ? CHANGE_ADDED : CHANGE_REMOVED], marked);
  columns_beginning(writer, buf_str(&escaped), lines->summary->columns - HISTORY_INDENT - 2);
  writer_putc(writer, '\n');
}

/* How the images were built differently, as a diff of commands. */
static void write_history(const struct summary *summary)
{
  const struct changes *changes = &summary->listing->changes;

  for (size_t i = 0; i < changes->n_histories; i++) {
    struct history_lines lines = { summary, 0 };

    history_diff(changes->histories[i].history, history_line, &lines);
    if (lines.n <= MOST_STEPS)
      continue;
    writer_pad(summary->writer, HISTORY_INDENT);
    writer_printf(summary->writer, "and %zu more\n", lines.n - MOST_STEPS);
  }
}

/* The names may have what the texts beside them leave, and half of the columns in any case. */
static size_t name_width(const struct summary *summary, const struct folds *folds)
{
  size_t names = 0;
  size_t texts = 0;

  for (size_t i = 0; i < folds->n; i++) {
    AUTO_BUF text = BUF_INIT(INT_MAX);

    fold_text(summary, &folds->items[i], false, &text);
    names = MAX_OF(names, text_columns(fold_name(&folds->items[i])));
    texts = MAX_OF(texts, text_columns(buf_str(&text)));
  }
  texts = MIN_OF(texts, summary->columns / 2 - 2 * GAP);
  return MIN_OF(names, summary->columns - texts - 2 * GAP);
}

/* "3 packages: 1 added, 2 changed; 147 files: 140 added, 7 changed, +1.2 MB", and which. */
static void summary_write_packages(const struct summary *summary, const struct fold *files)
{
  const struct report_about *about = summary->listing->report.about;
  AUTO_BUF text = BUF_INIT(INT_MAX);

  if (!about || !about->packages || !about->packages->n)
    return;
  packages_totals(&text, about->packages);
  if (files->n) {
    buf_printf(&text, "; %zu file%s: ", files->n, totals_plural(files->n));
    fold_words(&text, files);
  }
  coloured(summary, SGR_BOLD, text.ptr);
  writer_putc(summary->writer, '\n');
  buf_clear(&text);
  packages_lines(&text, about->packages, MOST_PACKAGES);
  writer_str(summary->writer, buf_str(&text));
}

static void write_differences(const struct summary *summary)
{
  const struct listing *listing = summary->listing;
  const struct report_about *about = listing->report.about;
  const bool fold = listing->style.fold && listing->style.order == CHANGE_ORDER_WEIGHT;
  struct folds_rest rest;
  struct folds folds;
  size_t width;

  folds_take_packages(&rest, listing->changes.items, listing->shown,
                      fold && about ? about->packages : NULL);
  summary_write_packages(summary, &rest.packages);
  folds_make(&folds, rest.items, rest.n, fold ? MOST_LINES : SIZE_MAX);
  width = name_width(summary, &folds);
  for (size_t i = 0; i < folds.n && !summary->writer->error; i++) {
    write_fold(summary, &folds.items[i], width);
    if (folds.items[i].history)
      write_history(summary);
  }
  if (folds.implied)
    writer_printf(summary->writer, "  and %zu director%s that these lie in\n", folds.implied,
                  folds.implied == 1 ? "y" : "ies");
  folds_release(&folds);
  folds_rest_release(&rest);
}

static void write_totals(const struct summary *summary)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  if (totals_sum(&summary->listing->changes.totals) > 0)
    writer_putc(summary->writer, '\n');
  totals_line(&text, &summary->listing->changes.totals);
  if (summary->listing->style.colour)
    writer_puts(summary->writer, SGR_BOLD);
  columns_wrapped(summary->writer, buf_str(&text), summary->columns, TOTALS_INDENT);
  if (summary->listing->style.colour)
    writer_puts(summary->writer, SGR_RESET);
  if (summary->listing->changes.dropped)
    writer_printf(summary->writer, "(the %zu weightiest are shown)\n", summary->listing->shown);
}

/* Which layers and directories grew or shrank, where that is more than the lines above say. */
static void write_sizes(const struct summary *summary)
{
  struct change_size sizes[3];
  size_t n = changes_directories(&summary->listing->changes, sizes, ARRAY_LEN(sizes));
  char text[AMOUNT_MAX];

  if (summary->listing->shown <= MOST_LINES || n == 0)
    return;
  writer_puts(summary->writer, "sizes:");
  for (size_t i = 0; i < n; i++)
    writer_printf(summary->writer, "%s %.100s %s", i ? "," : "", sizes[i].name,
                  amount_change(sizes[i].bytes, text));
  n = changes_layers(&summary->listing->changes, sizes, ARRAY_LEN(sizes));
  for (size_t i = 0; i < n; i++)
    writer_printf(summary->writer, "; %s %s", sizes[i].name, amount_change(sizes[i].bytes, text));
  writer_putc(summary->writer, '\n');
}

static void summary_write_causes(const struct summary *summary)
{
  const struct report_about *about = summary->listing->report.about;
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  size_t n;

  if (!about || !about->explain)
    return;
  n = explain_counts(about->explain, counts, &totals);
  for (size_t i = 0, told = 0; i < n && told < MOST_CAUSES; i++) {
    if (strcmp(cause_id(counts[i].cause), "consequence") == 0)
      continue;
    writer_printf(summary->writer, "%8" PRIu64 "  ", counts[i].differences);
    writer_puts(summary->writer, cause_id(counts[i].cause));
    writer_puts(summary->writer, ": ");
    writer_puts(summary->writer, cause_title(counts[i].cause));
    writer_putc(summary->writer, '\n');
    told++;
  }
}

static void summary_write_verdict(const struct summary *summary)
{
  static const char *const colours[] = {
    [VERDICT_UNKNOWN] = "\x1b[33m",
    [VERDICT_DIFFERENT] = "\x1b[31m",
  };
  const struct report_about *about = summary->listing->report.about;
  AUTO_BUF text = BUF_INIT(INT_MAX);
  const char *colour = "\x1b[32m";

  if (!about || !about->verdict)
    return;
  if (about->verdict->level <= VERDICT_DIFFERENT)
    colour = colours[about->verdict->level];
  buf_puts(&text, "verdict: ");
  verdict_describe(about->verdict, &text);
  coloured(summary, colour, text.ptr);
  writer_putc(summary->writer, '\n');
}

/* Whether a file is one that --inside most often can look into, by its name. */
static bool may_be_opened(const struct change *change)
{
  static const char *const suffixes[] = { ".jar", ".war", ".zip", ".whl", ".egg", ".gz",
                                          ".tgz", ".xz",  ".zst", ".bz2", ".tar", ".deb",
                                          ".apk", ".a",   ".pyc", ".mo",  ".png", ".lz4" };

  for (size_t i = 0; i < ARRAY_LEN(suffixes) && change->kind == CHANGE_CONTENT; i++)
    if (str_has_suffix(change->path, str_of(suffixes[i])))
      return true;
  return false;
}

static bool inside_helps(const struct listing *listing)
{
  const struct report_about *about = listing->report.about;

  for (size_t i = 0; about && !about->inside && i < listing->shown; i++)
    if (may_be_opened(&listing->changes.items[i]))
      return true;
  return false;
}

/* What would tell more, the most useful first. */
static void write_hints(const struct summary *summary)
{
  const struct report_about *about = summary->listing->report.about;
  const struct change_totals *totals = &summary->listing->changes.totals;
  const bool records =
      summary->listing->shown > 0 &&
      summary->listing->changes.items[summary->listing->shown - 1].weight == WEIGHT_RECORD;
  const struct {
    bool helps;
    const char *text;
  } hints[] = {
    { records, "--semantic leaves out times, order and history" },
    { inside_helps(summary->listing),
      "--inside compares what is in archives and compressed files" },
    { totals->by_kind[CHANGE_CONTENT] > 0 && about && !about->explain,
      "--explain says why, where that is known" },
    { totals->by_kind[CHANGE_CONTENT] > 0 && !(about && about->with_dir),
      "--report-dir=DIR writes both sides of what differs" },
  };
  size_t told = 0;

  for (size_t i = 0; i < ARRAY_LEN(hints) && told < MOST_HINTS; i++) {
    if (!hints[i].helps)
      continue;
    coloured(summary, SGR_DIM, hints[i].text);
    writer_putc(summary->writer, '\n');
    told++;
  }
}

static void write_summary(const struct listing *listing, struct writer *writer)
{
  const size_t columns = listing->style.columns ? listing->style.columns : DEFAULT_COLUMNS;
  const struct summary summary = {
    .listing = listing,
    .writer = writer,
    .columns = MAX_OF(columns, (size_t)LEAST_COLUMNS),
  };

  write_differences(&summary);
  write_totals(&summary);
  write_sizes(&summary);
  summary_write_causes(&summary);
  summary_write_verdict(&summary);
  write_hints(&summary);
}

struct report *report_summary_make(const char *path, const struct diff_options *options,
                                   const struct output_style *style)
{
  return listing_new(path, style, CHANGES_KEEP, options->limits->memory, write_summary);
}
