#include "report/html/html.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "base/version.h"
#include "report/html/html_assets.h"
#include "report/html/html_page.h"

static void write_style_hash(const struct listing *listing, struct writer *writer)
{
  (void)listing;
  html_hash(writer, html_asset_style());
}

static void write_script_hash(const struct listing *listing, struct writer *writer)
{
  (void)listing;
  html_hash(writer, html_asset_script());
}

static void write_style(const struct listing *listing, struct writer *writer)
{
  (void)listing;
  writer_str(writer, html_asset_style());
}

static void write_script(const struct listing *listing, struct writer *writer)
{
  (void)listing;
  writer_str(writer, html_asset_script());
}

static void write_version(const struct listing *listing, struct writer *writer)
{
  (void)listing;
  html_text(writer, str_of(diffoci_version));
}

typedef void write_part(const struct listing *listing, struct writer *writer);

static write_part *part_named(struct str name)
{
  static const struct {
    const char *name;
    write_part *write;
  } parts[] = {
    { "style-hash", write_style_hash },
    { "script-hash", write_script_hash },
    { "version", write_version },
    { "title", html_title },
    { "style", write_style },
    { "verdict", html_verdict },
    { "inputs", html_inputs },
    { "notices", html_notices },
    { "totals", html_totals },
    { "weightiest", html_weightiest },
    { "sizes", html_sizes },
    { "packages", html_packages },
    { "causes", html_causes },
    { "table", html_table },
    { "rules", html_rules },
    { "inside", html_inside },
    { "footer", html_footer },
    { "data", html_data },
    { "script", write_script },
  };

  for (size_t i = 0; i < ARRAY_LEN(parts); i++)
    if (str_equal(name, str_of(parts[i].name)))
      return parts[i].write;
  return NULL;
}

/* The page with each "@name@" replaced. */
static void write_html(const struct listing *listing, struct writer *writer)
{
  struct str left = html_asset_page();

  while (left.len > 0) {
    const char *mark = memchr(left.ptr, '@', left.len);
    const size_t before = mark ? (size_t)(mark - left.ptr) : left.len;
    const char *end;
    write_part *write;

    writer_str(writer, (struct str) { left.ptr, before });
    left = str_skip(left, before + (mark != NULL));
    end = mark ? memchr(left.ptr, '@', left.len) : NULL;
    if (!end)
      continue;
    write = part_named((struct str) { left.ptr, (size_t)(end - left.ptr) });
    assert(write); /* the page is ours, and tests/outputs/page.py opens it */
    write(listing, writer);
    left = str_skip(left, (size_t)(end - left.ptr) + 1);
  }
}

struct report *report_html_make(const char *path, const struct diff_options *options,
                                const struct output_style *style)
{
  return listing_new(path, style, CHANGES_KEEP, options->limits->memory, write_html);
}
