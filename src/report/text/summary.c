#include "report/text/summary.h"

#include <inttypes.h>
#include <limits.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "diff/verdict/verdict.h"
#include "report/about.h"
#include "report/changes/folds.h"
#include "report/changes/listing.h"
#include "report/changes/totals.h"
#include "report/packages/about.h"
#include "report/text/columns.h"
#include "report/text/summary_lines.h"

enum {
  DEFAULT_COLUMNS = 100,
  LEAST_COLUMNS = 40,
  MOST_LINES = 40, /* of differences, where they can be folded */
  FEW_LINES = 5,   /* which say themselves what they add up to */
  MOST_CAUSES = 5,
  MOST_PACKAGES = 20,
  MOST_HINTS = 2,
  TOTALS_INDENT = 2, /* of what does not fit into their first line */
};

static void coloured(const struct summary *summary, const char *sgr, const char *text)
{
  columns_coloured(summary->writer, summary->listing->style.colour, sgr, text);
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
    buf_printf(&text, "; %zu file%s", files->n, totals_plural(files->n));
    summary_fold_words(&text, files, files->n);
  }
  coloured(summary, SGR_BOLD, text.ptr);
  writer_putc(summary->writer, '\n');
  buf_clear(&text);
  packages_lines(&text, about->packages, MOST_PACKAGES);
  writer_str(summary->writer, buf_str(&text));
}

/* How many of the changes, sorted by weight, decide what a container may do or runs: where packages
 * differ these stand before them, since a person reads the first lines. */
static size_t before_packages(const struct summary *summary, const struct folds_rest *rest)
{
  const struct report_about *about = summary->listing->report.about;
  size_t n = 0;

  if (!about || !about->packages || !about->packages->n ||
      summary->listing->style.order != CHANGE_ORDER_WEIGHT)
    return 0;
  while (n < rest->n && rest->items[n].weight >= WEIGHT_CONFIG)
    n++;
  return n;
}

static void write_lines(const struct summary *summary, const struct change *changes, size_t n,
                        bool fold, const struct folds_rest *records)
{
  struct folds folds;

  folds_make(&folds, changes, n, fold ? MOST_LINES : SIZE_MAX);
  summary_lines(summary, &folds, records);
  folds_release(&folds);
}

static void write_differences(const struct summary *summary)
{
  const struct listing *listing = summary->listing;
  const struct report_about *about = listing->report.about;
  const bool fold = listing->style.fold && listing->style.order == CHANGE_ORDER_WEIGHT;
  struct folds_rest rest;
  size_t first;

  folds_take_packages(&rest, listing->changes.items, listing->shown,
                      fold && about ? about->packages : NULL);
  if (fold)
    folds_take_records(&rest);
  first = before_packages(summary, &rest);
  if (first)
    write_lines(summary, rest.items, first, fold, &(struct folds_rest) { 0 });
  summary_write_packages(summary, &rest.packages);
  write_lines(summary, rest.items + first, rest.n - first, fold, &rest);
  folds_rest_release(&rest);
}

static void write_totals(const struct summary *summary)
{
  const struct report_about *about = summary->listing->report.about;
  AUTO_BUF text = BUF_INIT(INT_MAX);

  if (totals_sum(&summary->listing->changes.totals) > 0)
    writer_putc(summary->writer, '\n');
  totals_line(&text, &summary->listing->changes.totals, about ? about->policy : NULL);
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
  const char *between = "sizes: ";
  AUTO_BUF line = BUF_INIT(INT_MAX);
  size_t n = changes_directories(&summary->listing->changes, sizes, ARRAY_LEN(sizes));
  char text[AMOUNT_MAX];

  if (summary->listing->shown <= FEW_LINES || n < 2)
    return;
  for (size_t i = 0; i < n; i++, between = ", ")
    buf_printf(&line, "%s%.100s %s", between, sizes[i].name, amount_change(sizes[i].bytes, text));
  n = changes_layers(&summary->listing->changes, sizes, ARRAY_LEN(sizes));
  for (size_t i = 0; i < n; i++)
    buf_printf(&line, "%s%s %s", i ? ", " : "; ", sizes[i].name,
               amount_change(sizes[i].bytes, text));
  columns_wrapped(summary->writer, buf_str(&line), summary->columns, TOTALS_INDENT);
}

/* Whether it told of any. Who asks why and is told nothing must know that nothing is known. */
static bool summary_write_causes(const struct summary *summary)
{
  const struct report_about *about = summary->listing->report.about;
  AUTO_FREE struct explain_count *counts = xcalloc(causes_count(), sizeof(*counts));
  struct explain_totals totals;
  size_t told = 0, more = 0;
  size_t n;

  if (!about || !about->explain)
    return false;
  n = explain_counts(about->explain, counts, &totals);
  for (size_t i = 0; i < n; i++) {
    if (strcmp(cause_id(counts[i].cause), "consequence") == 0)
      continue;
    if (told == MOST_CAUSES) {
      more++;
      continue;
    }
    writer_printf(summary->writer, "%8" PRIu64 "  ", counts[i].differences);
    writer_puts(summary->writer, cause_id(counts[i].cause));
    writer_puts(summary->writer, ": ");
    writer_puts(summary->writer, cause_title(counts[i].cause));
    writer_putc(summary->writer, '\n');
    told++;
  }
  if (more)
    writer_printf(summary->writer, "          and %zu more cause%s\n", more, totals_plural(more));
  if (about->with_causes && !told && totals_sum(&summary->listing->changes.totals) > 0)
    writer_puts(summary->writer, "none of these has a known cause\n");
  return told > 0;
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

  about_failure(&text, about);
  if (text.len)
    columns_wrapped(summary->writer, buf_str(&text), summary->columns, TOTALS_INDENT);
  buf_clear(&text);
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
static void write_hints(const struct summary *summary, bool told_causes)
{
  const struct report_about *about = summary->listing->report.about;
  const struct change_totals *totals = &summary->listing->changes.totals;
  const bool records =
      !summary->listing->style.semantic && summary->listing->shown > 0 &&
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
    { about && about->with_causes && told_causes,
      "-o table, with --explain, says what to do about each cause" },
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
  bool told_causes;

  write_differences(&summary);
  write_totals(&summary);
  write_sizes(&summary);
  told_causes = summary_write_causes(&summary);
  summary_write_verdict(&summary);
  write_hints(&summary, told_causes);
}

struct report *report_summary_make(const char *path, const struct diff_options *options,
                                   const struct output_style *style)
{
  return listing_new(path, style, CHANGES_KEEP, options->limits->memory, write_summary);
}
