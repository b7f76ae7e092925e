#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "report/about.h"
#include "report/changes/shorten.h"
#include "report/packages/about.h"
#include "report/report.h"
#include "report/text/patch_lines.h"
#include "report/text/rows.h"
#include "report/writer.h"

enum {
  GAP = 4,             /* spaces between columns */
  VALUE_COLUMNS = 60,  /* a value that may be shortened */
  NAME_COLUMNS = 4096, /* one that scripts look for in full: no real one is longer */
  ALIGN_MAX = 160,     /* one longer cell does not widen the column of all rows */
};

struct table {
  struct report report;
  FILE *out;
  bool colour; /* of what is below the rows */
  struct rows rows;
  struct buf name, cell[2]; /* of the row being made */
  struct buf value[2];      /* for the cells */
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

static void context_name(struct table *table, const struct event *event)
{
  buf_puts(&table->name, "ctx:");
  escape_terminal(&table->name, str_of(event->context));
}

static void note_cell(struct table *table, const struct event *event)
{
  escape_terminal(&table->cell[0], str_of(event->note));
}

/* Which layer of its image the entry of a cell comes from, where layers were merged. */
static void origin_cell(struct buf *cell, const struct event_input *input)
{
  if (input->origin)
    buf_printf(cell, " (layer %" PRIu32 ")", input->origin->number);
}

/* Link names, users and the like are what scripts look for, so they are shown in full; the values
 * of xattrs and PAX records, and what JSON documents hold, are not. */
static size_t columns_of(const struct event *event, const struct event_field *field)
{
  static const char *const whole[] = { "", "Linkname ", "Uname ", "Gname ", "Inside " };

  if (event->type == EVENT_TARENTRY)
    for (size_t i = 0; i < ARRAY_LEN(whole); i++)
      if (strcmp(field->label, whole[i]) == 0)
        return NAME_COLUMNS;
  return VALUE_COLUMNS;
}

/* LABEL VALUE, where the label ends with its space or is empty. */
static void field_cells(struct table *table, const struct event *event,
                        const struct event_field *field, const char *label)
{
  struct buf *cells[2] = { &table->cell[0], &table->cell[1] };
  struct str texts[2];

  for (int i = 0; i < 2; i++) {
    buf_clear(&table->value[i]);
    if (!field->value[i].ptr)
      buf_puts(&table->value[i], "(absent)");
    else
      escape_terminal(&table->value[i], field->value[i]);
    texts[i] = buf_str(&table->value[i]);
    escape_terminal(cells[i], str_of(label));
  }
  shorten_pair(texts, columns_of(event, field), cells);
  for (int i = 0; i < 2; i++) {
    if (cells[i]->len == 0)
      buf_puts(cells[i], "\"\"");
    else if (texts[i].len == 0)
      cells[i]->ptr[--cells[i]->len] = '\0'; /* the space after the label */
  }
}

/* The first field that counts; *more: how many others do. NULL: none does. */
static const struct event_field *first_field(const struct event *event, size_t *more)
{
  const struct event_field *first = NULL;
  size_t n = 0;

  for (size_t i = 0; i < event->n_fields; i++) {
    if (event->fields[i].ignored)
      continue;
    first = first ? first : &event->fields[i];
    n++;
  }
  *more = n ? n - 1 : 0;
  return first;
}

static bool is_one_of(const struct event_field *field, const char *const *names)
{
  for (; *names; names++)
    if (strcmp(field->name, *names) == 0)
      return true;
  return false;
}

/* The field that the row of an entry shows: the first one that counts. Where that is only the order
 * or the format, a time that was left out stands there, as it does for the Go tool. */
static const struct event_field *entry_field(const struct event *event, size_t *more)
{
  static const char *const order[] = { "Index", "Format", NULL };
  static const char *const times[] = { "ModTime", "AccessTime", "ChangeTime", NULL };
  const struct event_field *first = first_field(event, more);

  for (size_t i = 0; first && is_one_of(first, order) && i < event->n_fields; i++)
    if (is_one_of(&event->fields[i], times))
      return &event->fields[i];
  return first;
}

static void more_cell(struct table *table, size_t more)
{
  if (more)
    buf_printf(&table->cell[1], " (+%zu more)", more);
}

static void first_field_cells(struct table *table, const struct event *event)
{
  size_t more;
  const struct event_field *field = first_field(event, &more);
  AUTO_FREE char *label = NULL;

  if (!field) {
    note_cell(table, event);
    return;
  }
  label = xasprintf("%s ", field->name);
  field_cells(table, event, field, label);
  more_cell(table, more);
}

static void digest_cell(struct buf *cell, const struct digest *digest)
{
  char text[DIGEST_MAX_TEXT];

  buf_puts(cell, digest->algorithm == DIGEST_SHA256 ? digest_hex(digest, text)
                                                    : digest_format(digest, text));
}

static void descriptor_row(struct table *table, const struct event *event)
{
  const struct descriptor *d0 = event->inputs[0].descriptor;
  const struct descriptor *d1 = event->inputs[1].descriptor;
  const char *type0 = d0 ? d0->media_type : "(absent)";
  const char *type1 = d1 ? d1->media_type : "(absent)";

  escape_terminal(&table->name, str_of(d0 ? type0 : d1 ? type1 : ""));
  if (table->name.len == 0)
    context_name(table, event);
  /* What the user wants left out must not be shown as if it counted. */
  if (event->left_out || (!event->digests_count && event->note[0])) {
    first_field_cells(table, event);
  } else if (strcmp(type0, type1) != 0) {
    escape_terminal(&table->cell[0], str_of(*type0 ? type0 : "\"\""));
    escape_terminal(&table->cell[1], str_of(*type1 ? type1 : "\"\""));
  } else if (!event->digests_count) {
    first_field_cells(table, event);
  } else if (d0 && d1 && !digest_equal(&d0->digest, &d1->digest)) {
    digest_cell(&table->cell[0], &d0->digest);
    digest_cell(&table->cell[1], &d1->digest);
  } else if (event->note[0]) {
    note_cell(table, event);
  } else {
    first_field_cells(table, event);
  }
}

/* Whether scripts that read the table know the field: then the row is worded as it always was. */
static bool is_worded(const struct event_field *field)
{
  static const char *const names[] = { "Linkname",   "Mode",  "Uid",    "Gid",     "Uname",
                                       "Gname",      "Dev",   "Digest", "ModTime", "AccessTime",
                                       "ChangeTime", "Index", "Format", NULL };

  return is_one_of(field, names);
}

static void entry_row(struct table *table, const struct event *event)
{
  size_t more;
  const struct event_field *field = entry_field(event, &more);
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;

  if (entry)
    escape_terminal(&table->name, event->name.len ? event->name : entry->name);
  if (table->name.len == 0)
    context_name(table, event);
  if (!field) {
    note_cell(table, event);
    return;
  }
  field_cells(table, event, field, field->label);
  if (!is_worded(field))
    more_cell(table, more);
  for (int i = 0; i < 2; i++)
    origin_cell(&table->cell[i], &event->inputs[i]);
}

static void table_event(struct report *report, const struct event *event)
{
  struct table *table = (struct table *)report;
  struct str parts[ROW_PARTS];

  buf_clear(&table->name);
  buf_clear(&table->cell[0]);
  buf_clear(&table->cell[1]);
  if (event->type == EVENT_DESCRIPTOR) {
    descriptor_row(table, event);
  } else if (event->type == EVENT_TARENTRY) {
    entry_row(table, event);
  } else {
    context_name(table, event);
    if (event->note[0]) {
      note_cell(table, event);
      for (int i = 0; i < 2; i++)
        origin_cell(&table->cell[0], &event->inputs[i]);
    } else {
      first_field_cells(table, event);
    }
  }
  parts[0] = buf_str(&table->name);
  parts[1] = buf_str(&table->cell[0]);
  parts[2] = buf_str(&table->cell[1]);
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

static int table_finish(struct report *report, struct error *err)
{
  struct table *table = (struct table *)report;
  AUTO_FREE struct writer *writer = xmalloc(sizeof(*writer));
  size_t widths[COLUMNS] = { 0 };
  AUTO_BUF causes = BUF_INIT(4096);
  int error;

  writer_to_file(writer, table->out);
  if (rows_count(&table->rows) > 0) {
    if (table_measure(table, widths, &causes, err) ||
        table_write_rows(table, writer, widths, &causes, err))
      return -1;
    table_write_causes(table, writer);
  }
  table_write_packages(table, writer);
  error = writer_flush(writer);
  return error ? error_sys(err, error, "cannot write the table") : 0;
}

static void table_free(struct report *report)
{
  struct table *table = (struct table *)report;

  rows_release(&table->rows);
  buf_release(&table->name);
  buf_release(&table->cell[0]);
  buf_release(&table->cell[1]);
  buf_release(&table->value[0]);
  buf_release(&table->value[1]);
  free(table);
}

static const struct report_ops table_ops = {
  .event = table_event,
  .finish = table_finish,
  .free = table_free,
};

struct report *report_table_new(FILE *out, bool colour, struct budget *memory)
{
  struct table *table = xmalloc(sizeof(*table));

  *table = (struct table) {
    .report = { .ops = &table_ops },
    .out = out,
    .colour = colour,
    .name = BUF_INIT(ROW_MAX_TEXT),
    .cell = { BUF_INIT(ROW_MAX_TEXT), BUF_INIT(ROW_MAX_TEXT) },
    .value = { BUF_INIT(ROW_MAX_TEXT), BUF_INIT(ROW_MAX_TEXT) },
  };
  rows_init(&table->rows, memory);
  return &table->report;
}
