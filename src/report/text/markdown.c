#include "report/text/markdown.h"

#include <inttypes.h>
#include <string.h>

#include "base/amount.h"
#include "base/escape.h"
#include "base/version.h"
#include "diff/verdict/verdict.h"
#include "report/about.h"
#include "report/changes/folds.h"
#include "report/changes/listing.h"
#include "report/changes/totals.h"
#include "report/explain/explain.h"
#include "report/packages/about.h"
#include "report/patches/patches.h"

enum {
  WEIGHTIEST = 10,      /* differences that are shown at once */
  NAME_MAX_BYTES = 400, /* of a name or text in one line */
  MOST_PACKAGES = 200,
  RESERVED = 2000, /* bytes for what stands behind the long list */
  LINE_EXTRA = 6,  /* of a line of the long list: the mark, what stands between, the line feed */
};

static size_t longest_run(struct str text, char c)
{
  size_t longest = 0;
  size_t run = 0;

  for (size_t i = 0; i < text.len; i++) {
    run = text.ptr[i] == c ? run + 1 : 0;
    longest = run > longest ? run : longest;
  }
  return longest;
}

static void fence(struct buf *out, size_t n)
{
  while (n-- > 0)
    buf_putc(out, '`');
}

void markdown_code(struct buf *out, struct str text)
{
  const size_t ticks = longest_run(text, '`') + 1;
  /* One space on each side is taken off again; it is needed beside a tick, and so that spaces of
   * the text stay. */
  const bool spaced =
      text.len == 0 || strchr("` ", text.ptr[0]) || strchr("` ", text.ptr[text.len - 1]);

  fence(out, ticks);
  buf_puts(out, spaced ? " " : "");
  buf_add_str(out, text);
  buf_puts(out, spaced ? " " : "");
  fence(out, ticks);
}

/* The beginning of a text, cut between characters. */
static struct str beginning(const char *text)
{
  struct str s = str_of(text);

  if (s.len <= NAME_MAX_BYTES)
    return s;
  s.len = NAME_MAX_BYTES;
  while (s.len > 0 && ((unsigned char)s.ptr[s.len] & 0xc0) == 0x80)
    s.len--;
  return s;
}

static void code_line(struct buf *out, const char *text)
{
  const struct str shown = beginning(text);

  markdown_code(out, shown);
  if (shown.len < strlen(text))
    buf_puts(out, "\xe2\x80\xa6");
}

static void add_head(struct buf *out, const struct listing *listing)
{
  const struct report_about *about = listing->report.about;
  const struct verdict *verdict = about ? about->verdict : NULL;
  char digest[DIGEST_MAX_TEXT];

  if (verdict) {
    AUTO_BUF text = BUF_INIT(MARKDOWN_MAX);

    buf_printf(out, "### Images: %s\n\n", verdict_name(verdict->level));
    verdict_describe(verdict, &text);
    code_line(out, text.ptr);
    buf_puts(out, "\n\n");
  }
  if (about && about->failure) {
    AUTO_BUF failure = BUF_INIT(MARKDOWN_MAX);

    about_failure(&failure, about);
    buf_puts(out, "> **Warning** ");
    code_line(out, failure.ptr);
    buf_puts(out, "\n\n");
  }
  for (int side = 0; about && about->run && side < 2; side++) {
    AUTO_BUF name = BUF_INIT(MARKDOWN_MAX);

    escape_terminal(&name, str_of(about->run->inputs[side]));
    buf_printf(out, "- input %d: ", side);
    code_line(out, name.ptr ? name.ptr : "");
    if (verdict && verdict->digests[side].algorithm != DIGEST_NONE)
      buf_printf(out, ", `%s`", digest_format(&verdict->digests[side], digest));
    buf_putc(out, '\n');
  }
}

static void add_weightiest(struct buf *out, const struct listing *listing,
                           const struct folds_rest *rest)
{
  const size_t n = MIN_OF(rest->n, (size_t)WEIGHTIEST);
  const struct report_about *about = listing->report.about;

  buf_puts(out, "\n**");
  totals_line(out, &listing->changes.totals, about ? about->policy : NULL);
  buf_puts(out, "**\n\n");
  for (size_t i = 0; i < n; i++) {
    const struct change *change = &rest->items[i];
    struct explain_found own;
    const struct explanation causes = listing_causes(listing, change, &own);

    buf_printf(out, "- %c ", change_mark(change));
    code_line(out, change->title);
    buf_puts(out, " ");
    code_line(out, change->words);
    if (causes.n > 0) {
      buf_puts(out, " (");
      about_cause_ids(out, &causes);
      buf_putc(out, ')');
    }
    buf_putc(out, '\n');
  }
}

static void add_sizes(struct buf *out, const struct listing *listing)
{
  struct change_size sizes[WEIGHTIEST];
  const size_t n = changes_directories(&listing->changes, sizes, WEIGHTIEST);
  char text[AMOUNT_MAX];

  if (n < 2)
    return;
  buf_puts(out, "\n<details><summary>Sizes by directory</summary>\n\n");
  for (size_t i = 0; i < n; i++) {
    buf_puts(out, "- ");
    code_line(out, sizes[i].name);
    buf_printf(out, " %s\n", amount_change(sizes[i].bytes, text));
  }
  buf_puts(out, "\n</details>\n");
}

/* The text of reports, in a block whose fence is longer than any in it. */
static void add_fenced(struct buf *out, const char *language, const struct buf *text)
{
  const size_t ticks = MAX_OF(longest_run(buf_str(text), '`') + 1, (size_t)3);

  fence(out, ticks);
  buf_printf(out, "%s\n", language);
  buf_add_str(out, buf_str(text));
  fence(out, ticks);
}

static void add_block(struct buf *out, const char *summary, const struct buf *text)
{
  if (text->len == 0 || out->len + text->len + RESERVED > MARKDOWN_MAX)
    return;
  buf_printf(out, "\n<details><summary>%s</summary>\n\n", summary);
  add_fenced(out, "text", text);
  buf_puts(out, "\n\n</details>\n");
}

/* The packages that differ, and how many of the files come with them. */
static void add_packages(struct buf *out, const struct listing *listing,
                         const struct folds_rest *rest)
{
  const struct report_about *about = listing->report.about;
  AUTO_BUF text = BUF_INIT(MARKDOWN_MAX);
  AUTO_BUF lines = BUF_INIT(MARKDOWN_MAX / 3);

  if (!about || !about->packages || !about->packages->n)
    return;
  packages_totals(&text, about->packages);
  buf_printf(out, "\n**%s**", text.ptr);
  if (rest->packages.n)
    buf_printf(out, " (%zu file%s)", rest->packages.n, totals_plural(rest->packages.n));
  buf_putc(out, '\n');
  packages_lines(&lines, about->packages, MOST_PACKAGES);
  add_block(out, "Packages", &lines);
}

/* What differs in files, the weightiest first, as far as there is room. */
static void add_patches(struct buf *out, const struct listing *listing,
                        const struct folds_rest *rest)
{
  struct patches *patches = listing->report.about ? listing->report.about->patches : NULL;
  size_t shown = 0;
  size_t more = 0;

  for (size_t i = 0; patches && i < rest->n; i++) {
    AUTO_BUF text = BUF_INIT(MARKDOWN_MAX);
    AUTO_BUF name = BUF_INIT(MARKDOWN_MAX);

    patches_text(patches, listing, rest->items[i].patch_number, &text);
    if (!text.len && !text.overflow)
      continue;
    code_line(&name, rest->items[i].name);
    if (text.overflow || out->len + text.len + name.len + RESERVED > MARKDOWN_MAX) {
      more++;
      continue;
    }
    if (!shown++)
      buf_puts(out, "\n<details><summary>What differs in files</summary>\n");
    buf_printf(out, "\n%s\n\n", name.ptr);
    add_fenced(out, "diff", &text);
    buf_putc(out, '\n');
  }
  if (shown)
    buf_puts(out, "\n</details>\n");
  if (more)
    buf_printf(out, "\nThere is no room for what differs in %zu%s file%s.\n", more,
               shown ? " more" : "", totals_plural(more));
}

static void markdown_add_all(struct buf *out, const struct listing *listing,
                             const struct folds_rest *rest)
{
  AUTO_BUF text = BUF_INIT(MARKDOWN_MAX);
  const uint64_t sum = totals_sum(&listing->changes.totals) - rest->packages.n;
  char summary[96];
  size_t i;

  for (i = 0; i < rest->n; i++) {
    const struct change *change = &rest->items[i];
    const struct str name = beginning(change->title);
    const struct str words = beginning(change->words);

    if (out->len + text.len + name.len + words.len + LINE_EXTRA + RESERVED > MARKDOWN_MAX)
      break;
    buf_printf(&text, "%c  %.*s  %.*s\n", change_mark(change), STR_ARGS(name), STR_ARGS(words));
  }
  if (i < sum)
    snprintf(summary, sizeof(summary), "The first %zu of %" PRIu64 " differences", i, sum);
  else
    snprintf(summary, sizeof(summary), "All differences");
  if (rest->n > WEIGHTIEST)
    add_block(out, summary, &text);
}

/* Lines that are no differences: that an engine cannot unpack an image, or how the two were
 * compared. */
static void add_notices(struct buf *out, const struct report_about *about)
{
  AUTO_BUF text = BUF_INIT(MARKDOWN_MAX / 3);

  for (size_t i = 0; i < about->n_notices; i++) {
    buf_puts(&text, about->notices[i].is_warning ? "warning: " : "");
    escape_terminal(&text, beginning(about->notices[i].text));
    buf_putc(&text, '\n');
  }
  add_block(out, "Notices", &text);
}

static void write_markdown(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  AUTO_BUF out = BUF_INIT(MARKDOWN_MAX);
  AUTO_BUF causes = BUF_INIT(INT32_MAX);
  AUTO_BUF rules = BUF_INIT(INT32_MAX);
  struct folds_rest rest;

  folds_take_packages(&rest, listing->changes.items, listing->shown,
                      listing->style.fold && about ? about->packages : NULL);
  add_head(&out, listing);
  add_weightiest(&out, listing, &rest);
  if (about)
    add_notices(&out, about);
  add_patches(&out, listing, &rest);
  add_packages(&out, listing, &rest);
  add_sizes(&out, listing);
  if (about && about->explain)
    about_causes(&causes, about->explain);
  if (about)
    about_rules(&rules, about->policy, "");
  add_block(&out, "Causes, and what to do about them", &causes);
  add_block(&out, "Left out by rules", &rules);
  markdown_add_all(&out, listing, &rest);
  folds_rest_release(&rest);
  buf_printf(&out, "\nMade by diffoci %s.\n", diffoci_version);
  writer_str(writer, buf_str(&out));
}

struct report *report_markdown_make(const char *path, const struct diff_options *options,
                                    const struct output_style *style)
{
  return listing_new(path, style, CHANGES_KEEP, options->limits->memory, write_markdown);
}
