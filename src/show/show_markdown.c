#include "show/show_markdown.h"

#include <limits.h>

#include "report/text/markdown.h"
#include "show/show_parts.h"

enum {
  CELL_MAX = 400,  /* bytes of a text that are shown */
  RESERVED = 2000, /* bytes for the titles of what stands behind, and for what ends a table */
};

struct show_markdown {
  struct show_teller teller; /* first */
  struct buf out;
  const struct show_part *part;
  size_t left_out; /* rows of this part */
};

static size_t count_columns(const struct show_part *part)
{
  size_t n = 0;

  while (part->columns[n])
    n++;
  return n;
}

/* A table begins behind an empty line (GFM 0.29, section 4.10). */
static void markdown_open(struct show_teller *teller, const struct show_part *part)
{
  struct show_markdown *page = (struct show_markdown *)teller;
  const size_t n = count_columns(part);

  page->part = part;
  page->left_out = 0;
  buf_printf(&page->out, part->is_long ? "<details><summary>%s</summary>\n\n" : "#### %s\n\n",
             part->title);
  for (size_t i = 0; i < n; i++)
    buf_printf(&page->out, "| %s ", part->columns[i] + (part->columns[i][0] == '#' && i > 0));
  buf_puts(&page->out, "|\n");
  for (size_t i = 0; i < n; i++)
    buf_puts(&page->out, part->columns[i][0] == '#' ? "| ---: " : "| --- ");
  buf_puts(&page->out, "|\n");
}

/* As code, in which a '|' would still end the cell (the same section); numbers and our own words as
 * they are. */
static void add_cell(struct buf *out, struct str text, bool ours)
{
  AUTO_BUF code = BUF_INIT(INT_MAX);
  size_t shown = MIN_OF(text.len, (size_t)CELL_MAX);

  while (shown < text.len && shown > 0 && ((unsigned char)text.ptr[shown] & 0xc0) == 0x80)
    shown--;
  buf_puts(out, "| ");
  if (ours)
    buf_add_str(&code, text);
  else if (text.len)
    markdown_code(&code, (struct str) { text.ptr, shown });
  for (size_t i = 0; i < code.len; i++) {
    if (code.ptr[i] == '|')
      buf_putc(out, '\\');
    buf_putc(out, code.ptr[i]);
  }
  buf_puts(out, shown < text.len ? "\xe2\x80\xa6 " : " ");
}

static void markdown_row(struct show_teller *teller, const struct str *cells)
{
  struct show_markdown *page = (struct show_markdown *)teller;
  const size_t n = count_columns(page->part);
  AUTO_BUF row = BUF_INIT(INT_MAX);

  for (size_t i = 0; i < n; i++)
    add_cell(&row, cells[i],
             page->part->columns[i][0] == '#' || (i == 0 && !page->part->columns[i][0]));
  buf_puts(&row, "|\n");
  if (page->out.len + row.len + RESERVED > MARKDOWN_MAX)
    page->left_out++;
  else
    buf_add_str(&page->out, buf_str(&row));
}

static void markdown_close(struct show_teller *teller)
{
  struct show_markdown *page = (struct show_markdown *)teller;

  if (page->left_out)
    buf_printf(&page->out, "\nand %zu more\n", page->left_out);
  buf_puts(&page->out, page->part->is_long ? "\n</details>\n\n" : "\n");
}

void show_markdown(const struct contents *contents, const char *name, struct writer *writer)
{
  struct show_markdown page = {
    .teller = { markdown_open, markdown_row, markdown_close },
    .out = BUF_INIT(INT_MAX),
  };

  show_parts(contents, name, &page.teller);
  writer_str(writer, buf_str(&page.out));
  buf_release(&page.out);
}
