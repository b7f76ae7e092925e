#include "report/html/html_page.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

#include "base/amount.h"
#include "base/escape.h"
#include "base/version.h"
#include "diff/diff.h"
#include "diff/verdict/verdict.h"
#include "report/about.h"
#include "report/changes/totals.h"

static const struct verdict *verdict_of(const struct listing *listing)
{
  const struct report_about *about = listing->report.about;

  return about ? about->verdict : NULL;
}

static const struct report_run *run_of(const struct listing *listing)
{
  const struct report_about *about = listing->report.about;

  return about ? about->run : NULL;
}

/* Text that nobody has escaped yet. */
static void raw_text(struct writer *writer, const char *text)
{
  AUTO_BUF escaped = BUF_INIT(INT_MAX);

  escape_terminal(&escaped, str_of(text));
  html_text(writer, buf_str(&escaped));
}

void html_title(const struct listing *listing, struct writer *writer)
{
  const struct verdict *verdict = verdict_of(listing);
  const struct report_run *run = run_of(listing);

  if (verdict)
    writer_printf(writer, "%s: ", verdict_name(verdict->level));
  if (run) {
    raw_text(writer, run->inputs[0]);
    writer_puts(writer, " \xe2\x86\x92 ");
    raw_text(writer, run->inputs[1]);
  } else {
    writer_puts(writer, "diffoci");
  }
}

/* How good it is, for its colour. */
static const char *tone_of(enum verdict_level level)
{
  switch (level) {
  case VERDICT_IDENTICAL:
  case VERDICT_SEMANTIC:
    return "same";
  case VERDICT_EFFECTIVE:
  case VERDICT_EQUIVALENT:
    return "alike";
  case VERDICT_DIFFERENT:
    return "different";
  default:
    return "unknown";
  }
}

void html_verdict(const struct listing *listing, struct writer *writer)
{
  const struct verdict *verdict = verdict_of(listing);
  AUTO_BUF text = BUF_INIT(INT_MAX);
  const char *words;

  if (!verdict) {
    writer_puts(writer, "<div class=\"verdict\"><h1>Comparison of images</h1></div>");
    return;
  }
  verdict_describe(verdict, &text);
  words = strchr(text.ptr, ':'); /* the word itself stands before it */
  writer_printf(writer, "<div class=\"verdict %s\"><h1>%s</h1><p>", tone_of(verdict->level),
                verdict_name(verdict->level));
  html_text(writer, str_of(words ? words + 1 + (words[1] == ' ') : text.ptr));
  writer_puts(writer, "</p></div>");
}

void html_inputs(const struct listing *listing, struct writer *writer)
{
  const struct verdict *verdict = verdict_of(listing);
  const struct report_run *run = run_of(listing);
  char digest[DIGEST_MAX_TEXT];

  if (!run)
    return;
  writer_puts(writer, "<dl class=\"inputs\">\n");
  for (int side = 0; side < 2; side++) {
    writer_printf(writer, "<dt>input %d</dt><dd><span class=\"text\">", side);
    raw_text(writer, run->inputs[side]);
    writer_puts(writer, "</span>");
    if (verdict && verdict->digests[side].algorithm != DIGEST_NONE)
      writer_printf(writer, " <span class=\"text digest\">%s</span>",
                    digest_format(&verdict->digests[side], digest));
    writer_puts(writer, "</dd>\n");
  }
  writer_puts(writer, "</dl>");
}

void html_notices(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;

  if (!about || (!about->n_notices && !about->failure))
    return;
  writer_puts(writer, "<ul class=\"notices\" aria-label=\"Notices\">\n");
  if (about->failure) {
    AUTO_BUF text = BUF_INIT(INT_MAX);

    about_failure(&text, about);
    writer_puts(writer, "<li class=\"warning\">");
    html_text(writer, buf_str(&text));
    writer_puts(writer, "</li>\n");
  }
  for (size_t i = 0; i < about->n_notices; i++) {
    writer_puts(writer, about->notices[i].is_warning ? "<li class=\"warning\">Warning: " : "<li>");
    raw_text(writer, about->notices[i].text);
    writer_puts(writer, "</li>\n");
  }
  writer_puts(writer, "</ul>");
}

/* ---- totals ---- */

static void write_tile(struct writer *writer, char mark, uint64_t n, const char *words)
{
  if (n == 0)
    writer_puts(writer, "<li><span class=\"tile none\">");
  else
    writer_printf(writer, "<li><a class=\"tile %c\" href=\"#differences\" data-kind=\"%c\">", mark,
                  mark);
  writer_printf(writer, "<b>%" PRIu64 "</b>%s", n, words);
  writer_puts(writer, n == 0 ? "</span></li>\n" : "</a></li>\n");
}

static void write_size_tile(struct writer *writer, const struct change_totals *totals)
{
  const int64_t sum = (int64_t)totals->bytes_added - (int64_t)totals->bytes_removed;
  char text[AMOUNT_MAX];

  writer_printf(writer, "<li><span class=\"tile%s\"><b>%s</b>in size", sum ? "" : " none",
                amount_change(sum, text));
  if (totals->bytes_added && totals->bytes_removed) {
    writer_printf(writer, ": %s", amount_change((int64_t)totals->bytes_added, text));
    writer_printf(writer, ", %s", amount_change(-(int64_t)totals->bytes_removed, text));
  }
  writer_puts(writer, "</span></li>\n");
}

void html_totals(const struct listing *listing, struct writer *writer)
{
  static const struct {
    enum change_kind kind;
    char mark;
    const char *words;
  } tiles[] = {
    { CHANGE_ADDED, 'A', "files added" },     { CHANGE_REMOVED, 'D', "files removed" },
    { CHANGE_CONTENT, 'M', "files changed" }, { CHANGE_METADATA, 'm', "with other metadata" },
    { CHANGE_IMAGE, 'C', "image settings" },
  };
  const struct change_totals *totals = &listing->changes.totals;
  const uint64_t sum = totals_sum(totals);

  writer_printf(writer, "<ul class=\"tiles\">\n<li><span class=\"tile%s\"><b>%" PRIu64 "</b>",
                sum ? "" : " none", sum);
  writer_printf(writer, "difference%s</span></li>\n", totals_plural(sum));
  for (size_t i = 0; i < ARRAY_LEN(tiles); i++)
    write_tile(writer, tiles[i].mark, totals->by_kind[tiles[i].kind], tiles[i].words);
  write_size_tile(writer, totals);
  writer_puts(writer, "</ul>");
}

/* ---- the weightiest ---- */

/* What weighs more, or else changed more in size. */
static bool comes_before(const struct change *a, const struct change *b)
{
  return a->weight != b->weight ? a->weight > b->weight
                                : llabs(change_bytes(a)) > llabs(change_bytes(b));
}

/* The items that come first, whatever order the list has. Returns how many. */
static size_t weightiest(const struct listing *listing, size_t out[HTML_WEIGHTIEST])
{
  const struct change *items = listing->changes.items;
  size_t n = 0;

  for (size_t i = 0; i < listing->shown; i++) {
    size_t at = n < HTML_WEIGHTIEST ? n++ : HTML_WEIGHTIEST;

    for (; at > 0 && comes_before(&items[i], &items[out[at - 1]]); at--)
      if (at < HTML_WEIGHTIEST)
        out[at] = out[at - 1];
    if (at < HTML_WEIGHTIEST)
      out[at] = i;
  }
  return n;
}

void html_weightiest(const struct listing *listing, struct writer *writer)
{
  size_t items[HTML_WEIGHTIEST];
  const size_t n = weightiest(listing, items);

  if (n == 0) {
    writer_puts(writer, "<p class=\"muted\">No differences.</p>");
    return;
  }
  writer_puts(writer, "<ol class=\"heavy\">\n");
  for (size_t i = 0; i < n; i++) {
    const struct change *change = &listing->changes.items[items[i]];

    writer_printf(writer, "<li><span class=\"mark %c\" title=\"%s\">%c</span><div>",
                  change_mark(change), change_kind_word(change->kind), change_mark(change));
    writer_printf(writer, "<a class=\"text\" href=\"#differences\" data-row=\"%zu\">", items[i]);
    html_text(writer, str_of(change->title));
    writer_puts(writer, "</a><span class=\"text muted\">");
    html_text(writer, str_of(change->words));
    writer_puts(writer, "</span></div></li>\n");
  }
  writer_puts(writer, "</ol>");
}

void html_footer(const struct listing *listing, struct writer *writer)
{
  const struct report_run *run = run_of(listing);

  writer_puts(writer, "Made by diffoci ");
  html_text(writer, str_of(diffoci_version));
  if (!run)
    return;
  writer_puts(writer, ": <span class=\"text\">diffoci");
  for (size_t i = 0; i < run->n_arguments; i++) {
    writer_putc(writer, ' ');
    raw_text(writer, run->arguments[i]);
  }
  writer_puts(writer, "</span>");
}
