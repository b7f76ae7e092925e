#include <stdlib.h>

#include "base/alloc.h"
#include "report/about.h"
#include "report/changes/shorten.h"
#include "report/packages/about.h"
#include "report/report.h"
#include "report/text/patch_lines.h"
#include "report/text/table_row.h"
#include "report/text/text_out.h"
#include "report/writer.h"

enum {
  GAP = 4,         /* spaces between columns */
  ALIGN_MAX = 160, /* one longer cell does not widen the column of all rows */
};

struct table {
  struct report report;
  struct text_out out;
  bool colour; /* of what is below the rows */
  struct rows rows;
  struct table_row row; /* that is being made */
};

static const char *short_type(enum event_type type)
{
  switch (type) {
  case EVENT_NONE:
    break;
  case EVENT_DESCRIPTOR:
    return "Desc";
  case EVENT_INDEX:
    return "Idx";
  case EVENT_MANIFEST:
    return "Mani";
  case EVENT_CONFIG:
    return "Cfg";
  case EVENT_LAYER:
    return "Layer";
  case EVENT_TARENTRY:
    return "File";
  }
  return "-";
}

static void table_event(struct report *report, const struct event *event)
{
  struct table *table = (struct table *)report;
  struct str parts[ROW_PARTS];

  table_row_make(&table->row, event, parts);
  rows_add(&table->rows, event, parts);
}

/* The cells of a row, the type first; with --explain a column behind the name says the cause. */
enum { COLUMNS = ROW_PARTS + 2, CAUSE_COLUMN = 2 };

static const struct explain *shown_causes(const struct table *table)
{
  const struct report_about *about = table->report.about;

  return about && about->with_causes ? about->explain : NULL;
}

static void move_cells(struct str cells[COLUMNS])
{
  for (size_t i = COLUMNS - 1; i > CAUSE_COLUMN; i--)
    cells[i] = cells[i - 1];
}

/* causes: what holds their text until the next row. */
static void row_cells(const struct table *table, const struct row *row, struct str cells[COLUMNS],
                      struct buf *causes)
{
  const struct explain *explain = shown_causes(table);

  cells[0] = str_of(short_type(row->type));
  cells[COLUMNS - 1] = STR("");
  memcpy(cells + 1, row->parts, sizeof(row->parts));
  if (explain) {
    const struct explanation found = explain_get(explain, row->explanation);

    buf_clear(causes);
    about_cause_ids(causes, &found);
    move_cells(cells);
    cells[CAUSE_COLUMN] = buf_str(causes);
  }
}

static void header_cells(const struct table *table, struct str cells[COLUMNS])
{
  static const struct str header[COLUMNS] = {
    { "TYPE", 4 }, { "NAME", 4 }, { "INPUT-0", 7 }, { "INPUT-1", 7 }, { "", 0 },
  };

  memcpy(cells, header, sizeof(header));
  if (shown_causes(table)) {
    move_cells(cells);
    cells[CAUSE_COLUMN] = STR("CAUSE");
  }
}

static void table_write_causes(const struct table *table, struct writer *writer)
{
  AUTO_BUF text = BUF_INIT(ROW_MAX_TEXT);

  if (!shown_causes(table))
    return;
  writer_putc(writer, '\n');
  about_causes(&text, shown_causes(table));
  writer_str(writer, buf_str(&text));
}

/* Below everything else, where that was asked for. */
static void table_write_packages(const struct table *table, struct writer *writer)
{
  const struct report_about *about = table->report.about;
  AUTO_BUF text = BUF_INIT(ROW_MAX_TEXT);

  if (!about || !about->with_packages || !about->packages)
    return;
  writer_puts(writer, rows_count(&table->rows) ? "\n" : "");
  packages_totals(&text, about->packages);
  buf_putc(&text, '\n');
  packages_lines(&text, about->packages, SIZE_MAX);
  writer_str(writer, buf_str(&text));
}

static void widen(size_t widths[COLUMNS], const struct str cells[COLUMNS])
{
  for (size_t i = 0; i + 1 < COLUMNS; i++) {
    size_t columns = text_columns(cells[i]);

    if (columns <= ALIGN_MAX && columns > widths[i] && cells[i + 1].len > 0)
      widths[i] = columns;
  }
}

static void write_line(struct writer *writer, const size_t widths[COLUMNS],
                       const struct str cells[COLUMNS])
{
  for (size_t i = 0; i < COLUMNS; i++) {
    size_t columns = text_columns(cells[i]);

    writer_str(writer, cells[i]);
    if (i + 1 == COLUMNS || cells[i + 1].len == 0)
      break;
    writer_pad(writer, (columns < widths[i] ? widths[i] - columns : 0) + GAP);
  }
  writer_putc(writer, '\n');
}

/* How wide the columns have to be for all rows. */
static int table_measure(struct table *table, size_t widths[COLUMNS], struct buf *causes,
                         struct error *err)
{
  struct str cells[COLUMNS];
  struct row row;
  int result = rows_begin(&table->rows, err);

  header_cells(table, cells);
  widen(widths, cells);
  if (result)
    return -1;
  while ((result = rows_next(&table->rows, &row, err)) > 0) {
    row_cells(table, &row, cells, causes);
    widen(widths, cells);
  }
  return result;
}

static int table_write_rows(struct table *table, struct writer *writer,
                            const size_t widths[COLUMNS], struct buf *causes, struct error *err)
{
  struct str cells[COLUMNS];
  struct row row;
  int result = rows_begin(&table->rows, err);

  if (result)
    return -1;
  header_cells(table, cells);
  write_line(writer, widths, cells);
  while (!writer->error && (result = rows_next(&table->rows, &row, err)) > 0) {
    row_cells(table, &row, cells, causes);
    write_line(writer, widths, cells);
    patch_lines_write(writer, table->report.about, row.patch, table->colour);
  }
  return MIN_OF(result, 0);
}

static int table_write(struct report *report, struct writer *writer, struct error *err)
{
  struct table *table = (struct table *)report;
  size_t widths[COLUMNS] = { 0 };
  AUTO_BUF causes = BUF_INIT(4096);

  if (rows_count(&table->rows) > 0) {
    if (table_measure(table, widths, &causes, err) ||
        table_write_rows(table, writer, widths, &causes, err))
      return -1;
    table_write_causes(table, writer);
  }
  table_write_packages(table, writer);
  return 0;
}

static int table_finish(struct report *report, struct error *err)
{
  return text_out_write(&((struct table *)report)->out, "the table", table_write, report, err);
}

static void table_free(struct report *report)
{
  struct table *table = (struct table *)report;

  rows_release(&table->rows);
  table_row_release(&table->row);
  free(table);
}

static const struct report_ops table_ops = {
  .event = table_event,
  .finish = table_finish,
  .free = table_free,
};

struct report *report_table_new(FILE *out, const char *path, bool colour, struct budget *memory)
{
  struct table *table = xmalloc(sizeof(*table));

  *table = (struct table) {
    .report = { .ops = &table_ops },
    .out = { out, path },
    .colour = colour,
  };
  table_row_init(&table->row);
  rows_init(&table->rows, memory);
  return &table->report;
}
