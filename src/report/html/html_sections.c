#include "report/html/html_page.h"

#include <inttypes.h>
#include <limits.h>

#include "base/alloc.h"
#include "base/amount.h"
#include "base/escape.h"
#include "diff/inside/inside.h"
#include "report/about.h"
#include "report/changes/totals.h"
#include "report/packages/about.h"

enum {
  SIZES = 12,    /* directories and layers that are listed */
  PACKAGES = 20, /* that are shown at once; more have to be asked for */
};

static void html_sections_write_sizes(struct writer *writer, const char *title,
                                      const struct change_size *sizes, size_t n)
{
  char text[AMOUNT_MAX];

  writer_printf(writer, "<details><summary>By %s</summary>\n<table>\n", title);
  for (size_t i = 0; i < n; i++) {
    writer_puts(writer, "<tr><td>");
    html_image_text(writer, str_of(sizes[i].name));
    writer_printf(writer, "</td><td class=\"number\">%" PRIu64 " file%s</td>", sizes[i].files,
                  totals_plural(sizes[i].files));
    writer_printf(writer, "<td class=\"number\">%s</td></tr>\n",
                  amount_change(sizes[i].bytes, text));
  }
  writer_puts(writer, "</table></details>\n");
}

void html_sizes(const struct listing *listing, struct writer *writer)
{
  struct change_size sizes[SIZES];
  size_t n = changes_directories(&listing->changes, sizes, SIZES);

  if (n == 0) {
    writer_puts(writer, "<p class=\"muted\">No file changed in size.</p>");
    return;
  }
  html_sections_write_sizes(writer, "directory", sizes, n);
  n = changes_layers(&listing->changes, sizes, SIZES);
  if (n > 0) /* unknown where layers were merged */
    html_sections_write_sizes(writer, "layer", sizes, n);
}

/* ---- packages ---- */

static void write_package_version(struct writer *writer, struct str version)
{
  AUTO_BUF text = BUF_INIT(INT_MAX);

  escape_terminal(&text, version);
  writer_puts(writer, "</td><td>");
  html_image_text(writer, buf_str(&text));
}

static void write_package(struct writer *writer, const struct package_change *change, size_t number)
{
  const char mark = packages_mark(change);
  AUTO_BUF name = BUF_INIT(INT_MAX);
  AUTO_BUF architecture = BUF_INIT(INT_MAX);

  escape_terminal(&name, change->name);
  escape_terminal(&architecture, change->architecture);
  packages_place(&architecture, change);
  writer_printf(writer, "<tr><td><span class=\"mark %c\">%c</span></td><td>", mark, mark);
  writer_printf(writer, "<a href=\"#differences\" data-package=\"%zu\">", number);
  html_image_text(writer, buf_str(&name));
  writer_puts(writer, "</a>");
  write_package_version(writer, change->version[0]);
  write_package_version(writer, change->version[1]);
  writer_printf(writer, "</td><td class=\"muted\">%s ", change->type);
  html_image_text(writer, buf_str(&architecture));
  writer_puts(writer, "</td></tr>\n");
}

void html_packages(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  const struct package_changes *packages = about ? about->packages : NULL;
  AUTO_BUF totals = BUF_INIT(INT_MAX);

  if (!packages || !packages->n)
    return;
  packages_totals(&totals, packages);
  writer_puts(writer, "<section id=\"packages\" aria-labelledby=\"packages-title\">\n"
                      "<h2 id=\"packages-title\">Packages</h2>\n");
  writer_printf(writer, "<details%s><summary>", packages->n <= PACKAGES ? " open" : "");
  html_text(writer, buf_str(&totals));
  writer_puts(writer, "</summary>\n<table>\n<thead><tr><th></th><th scope=\"col\">Package</th>"
                      "<th scope=\"col\">In input 0</th><th scope=\"col\">In input 1</th>"
                      "<th scope=\"col\">Kind</th></tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < packages->n; i++)
    write_package(writer, &packages->items[i], i);
  writer_puts(writer, "</tbody></table></details></section>");
}

/* ---- causes ---- */

static void html_sections_write_cause(struct writer *writer, const struct explain_count *count,
                                      size_t number)
{
  const struct cause *cause = count->cause;

  writer_puts(writer, "<details><summary>");
  html_text(writer, str_of(cause_title(cause)));
  writer_printf(writer, " <span class=\"muted\">%" PRIu64 " difference%s</span>",
                count->differences, totals_plural(count->differences));
  if (count->by_strength[CAUSE_PROVEN] == count->differences && count->harmless)
    writer_puts(writer, " <span class=\"chip harmless\">proven harmless</span>");
  writer_puts(writer, "</summary><div>\n<p>");
  if (count->by_strength[CAUSE_LIKELY] == count->differences)
    writer_puts(writer, "Usually: "); /* none of them was looked into */
  html_text(writer, str_of(cause_text(cause)));
  writer_puts(writer, "</p>\n<p><b>Fix:</b> ");
  html_text(writer, str_of(cause_fix(cause)));
  writer_printf(writer, "</p>\n<p><a href=\"#differences\" data-cause=\"%zu\">", number);
  writer_puts(writer, "Show these differences</a>");
  for (const char *const *source = cause_sources(cause); *source; source++) {
    writer_puts(writer, " \xc2\xb7 <a rel=\"noreferrer\" href=\"");
    html_text(writer, str_of(*source));
    writer_puts(writer, "\">");
    html_text(writer, str_of(*source));
    writer_puts(writer, "</a>");
  }
  writer_puts(writer, "</p></div></details>\n");
}

void html_causes(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  AUTO_FREE struct explain_count *counts = NULL;
  struct explain_totals totals;
  size_t n;

  if (!about || !about->explain)
    return;
  counts = xcalloc(causes_count(), sizeof(*counts));
  n = explain_counts(about->explain, counts, &totals);
  if (n == 0)
    return;
  writer_puts(writer, "<section aria-labelledby=\"causes-title\">\n"
                      "<h2 id=\"causes-title\">Causes, and what to do about them</h2>\n");
  writer_printf(writer,
                "<p class=\"muted\">Differences with a known cause, consequences included: %" PRIu64
                "; without: %" PRIu64,
                totals.differences - totals.unexplained, totals.unexplained);
  if (totals.partly)
    writer_printf(writer, "; of those with one, %" PRIu64 " in part", totals.partly);
  if (totals.proven)
    writer_printf(writer, "; proven: %" PRIu64 ", of these harmless: %" PRIu64, totals.proven,
                  totals.harmless);
  writer_puts(writer, ".</p>\n");
  for (size_t i = 0; i < n; i++)
    html_sections_write_cause(writer, &counts[i], i);
  writer_puts(writer, "</section>");
}

/* ---- the table ---- */

void html_table(const struct listing *listing, struct writer *writer)
{
  const uint64_t sum = totals_sum(&listing->changes.totals);
  const size_t n = MIN_OF(listing->shown, (size_t)HTML_TABLE_ROWS);

  if (sum == 0) {
    writer_puts(writer, "<p class=\"muted\">No differences.</p>");
    return;
  }
  writer_puts(writer, "<div id=\"table\"><table>\n<caption>");
  if (n < sum)
    writer_printf(writer,
                  "The first %zu of %" PRIu64
                  " differences. To see all of them, allow this page its script.",
                  n, sum);
  else
    writer_printf(writer, "%" PRIu64 " difference%s", sum, totals_plural(sum));
  writer_puts(writer, "</caption>\n<thead><tr><th></th><th scope=\"col\">Where</th>"
                      "<th scope=\"col\">What</th></tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < n; i++) {
    const struct change *change = &listing->changes.items[i];
    const char mark = change_mark(change);

    writer_printf(writer, "<tr><td><span class=\"mark %c\">%c</span></td><td>", mark, mark);
    html_image_text(writer, str_of(change->title));
    writer_puts(writer, "</td><td>");
    html_image_text(writer, str_of(change->words));
    writer_puts(writer, "</td></tr>\n");
  }
  writer_puts(writer, "</tbody></table></div>");
}

/* ---- what is no difference ---- */

void html_rules(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  size_t n = 0;
  struct policy_rule *const *rules;

  if (!about || policy_is_empty(about->policy))
    return;
  rules = policy_rules(about->policy, &n);
  writer_puts(writer, "<section aria-labelledby=\"rules-title\">\n"
                      "<h2 id=\"rules-title\">Left out or accepted by rules</h2>\n<ul>\n");
  for (size_t i = 0; i < n; i++) {
    AUTO_BUF text = BUF_INIT(INT_MAX);

    about_rule(&text, rules[i]);
    writer_puts(writer, "<li>");
    html_image_text(writer, buf_str(&text));
    writer_puts(writer, "</li>\n");
  }
  writer_puts(writer, "</ul></section>");
}

static int compare_equals(const void *a, const void *b)
{
  const struct inside_equal *equal_a = *(const struct inside_equal *const *)a;
  const struct inside_equal *equal_b = *(const struct inside_equal *const *)b;
  const int order = str_compare(equal_a->path, equal_b->path);

  return order ? order : strcmp(equal_a->context, equal_b->context);
}

void html_inside(const struct listing *listing, struct writer *writer)
{
  const struct report_about *about = listing->report.about;
  size_t n = 0;
  const struct inside_equal *equals =
      about && about->inside ? inside_equals(about->inside, &n) : NULL;
  AUTO_FREE const struct inside_equal **sorted = xcalloc(n + 1, sizeof(*sorted));

  if (n == 0)
    return;
  for (size_t i = 0; i < n; i++)
    sorted[i] = &equals[i];
  qsort(sorted, n, sizeof(const struct inside_equal *), compare_equals);
  writer_puts(writer, "<section aria-labelledby=\"inside-title\">\n"
                      "<h2 id=\"inside-title\">Equal inside</h2>\n<details><summary>");
  writer_printf(writer, "%zu file%s: their bytes differ, but nothing in them that counts", n,
                totals_plural(n));
  writer_puts(writer,
              "</summary>\n<table>\n<thead><tr><th scope=\"col\">File</th>"
              "<th scope=\"col\">Opened as</th><th scope=\"col\">What differs means nothing "
              "by (docs/formats.md)</th></tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < n; i++) {
    AUTO_BUF path = BUF_INIT(INT_MAX);

    escape_terminal(&path, sorted[i]->path);
    writer_puts(writer, "<tr><td>");
    html_image_text(writer, buf_str(&path));
    writer_puts(writer, "</td><td>");
    html_text(writer, str_of(sorted[i]->formats));
    writer_puts(writer, "</td><td>");
    html_text(writer, str_of(sorted[i]->rules));
    writer_puts(writer, "</td></tr>\n");
  }
  writer_puts(writer, "</tbody></table></details></section>");
}
