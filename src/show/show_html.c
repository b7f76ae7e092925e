#include "show/show_html.h"

#include <limits.h>

#include "base/escape.h"
#include "report/html/html_plain.h"
#include "show/show_parts.h"

struct show_html {
  struct show_teller teller; /* first */
  struct writer *writer;
  const struct show_part *part;
};

static bool is_number(const char *column)
{
  return column[0] == '#';
}

static void write_head(struct writer *writer, const struct show_part *part)
{
  writer_puts(writer, "<thead><tr>");
  for (size_t i = 0; part->columns[i]; i++) {
    writer_puts(writer, is_number(part->columns[i]) ? "<th scope=\"col\" class=\"number\">"
                                                    : "<th scope=\"col\">");
    writer_puts(writer, part->columns[i] + (is_number(part->columns[i]) && i > 0));
    writer_puts(writer, "</th>");
  }
  writer_puts(writer, "</tr></thead>\n");
}

static void html_open(struct show_teller *teller, const struct show_part *part)
{
  struct show_html *page = (struct show_html *)teller;

  page->part = part;
  writer_puts(page->writer, "<section>\n");
  writer_puts(page->writer, part->is_long ? "<details><summary>" : "<h2>");
  html_text(page->writer, str_of(part->title));
  writer_puts(page->writer, part->is_long ? "</summary>\n<table>\n" : "</h2>\n<table>\n");
  if (part->columns[0][0])
    write_head(page->writer, part);
  writer_puts(page->writer, "<tbody>\n");
}

static void html_row(struct show_teller *teller, const struct str *cells)
{
  const struct show_html *page = (struct show_html *)teller;
  const bool named = page->part->columns[0][0] == '\0';

  writer_puts(page->writer, "<tr>");
  for (size_t i = 0; page->part->columns[i]; i++) {
    const bool head = named && i == 0;

    writer_puts(page->writer, head                                ? "<th scope=\"row\">"
                              : is_number(page->part->columns[i]) ? "<td class=\"number\">"
                                                                  : "<td>");
    if (head || is_number(page->part->columns[i]))
      html_text(page->writer, cells[i]);
    else
      html_image_text(page->writer, cells[i]);
    writer_puts(page->writer, head ? "</th>" : "</td>");
  }
  writer_puts(page->writer, "</tr>\n");
}

static void html_close(struct show_teller *teller)
{
  const struct show_html *page = (struct show_html *)teller;

  writer_puts(page->writer, page->part->is_long ? "</tbody></table></details>\n</section>\n"
                                                : "</tbody></table>\n</section>\n");
}

void show_html(const struct contents *contents, const char *name, struct writer *writer)
{
  struct show_html page = { .teller = { html_open, html_row, html_close }, .writer = writer };
  AUTO_BUF title = BUF_INIT(INT_MAX);

  escape_terminal(&title, str_of(name));
  html_plain_open(writer, buf_str(&title));
  show_parts(contents, name, &page.teller);
  html_plain_close(writer);
}
