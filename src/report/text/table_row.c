#include "report/text/table_row.h"

#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "report/changes/shorten.h"

enum {
  VALUE_COLUMNS = 60,  /* a value that may be shortened */
  NAME_COLUMNS = 4096, /* one that scripts look for in full: no real one is longer */
};

void table_row_init(struct table_row *row)
{
  *row = (struct table_row) {
    .name = BUF_INIT(ROW_MAX_TEXT),
    .cell = { BUF_INIT(ROW_MAX_TEXT), BUF_INIT(ROW_MAX_TEXT) },
    .value = { BUF_INIT(ROW_MAX_TEXT), BUF_INIT(ROW_MAX_TEXT) },
  };
}

void table_row_release(struct table_row *row)
{
  buf_release(&row->name);
  for (int i = 0; i < 2; i++) {
    buf_release(&row->cell[i]);
    buf_release(&row->value[i]);
  }
}

static void context_name(struct table_row *row, const struct event *event)
{
  buf_puts(&row->name, "ctx:");
  escape_terminal(&row->name, str_of(event->context));
}

static void note_cell(struct table_row *row, const struct event *event)
{
  escape_terminal(&row->cell[0], str_of(event->note));
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
static void field_cells(struct table_row *row, const struct event *event,
                        const struct event_field *field, const char *label)
{
  struct buf *cells[2] = { &row->cell[0], &row->cell[1] };
  struct str texts[2];

  for (int i = 0; i < 2; i++) {
    buf_clear(&row->value[i]);
    if (!field->value[i].ptr)
      buf_puts(&row->value[i], "(absent)");
    else
      escape_terminal(&row->value[i], field->value[i]);
    texts[i] = buf_str(&row->value[i]);
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

static void more_cell(struct table_row *row, size_t more)
{
  if (more)
    buf_printf(&row->cell[1], " (+%zu more)", more);
}

static void first_field_cells(struct table_row *row, const struct event *event)
{
  size_t more;
  const struct event_field *field = first_field(event, &more);
  AUTO_FREE char *label = NULL;

  if (!field) {
    note_cell(row, event);
    return;
  }
  label = xasprintf("%s ", field->name);
  field_cells(row, event, field, label);
  more_cell(row, more);
}

static void digest_cell(struct buf *cell, const struct digest *digest)
{
  char text[DIGEST_MAX_TEXT];

  buf_puts(cell, digest->algorithm == DIGEST_SHA256 ? digest_hex(digest, text)
                                                    : digest_format(digest, text));
}

static void descriptor_cells(struct table_row *row, const struct event *event)
{
  const struct descriptor *d0 = event->inputs[0].descriptor;
  const struct descriptor *d1 = event->inputs[1].descriptor;
  const char *type0 = d0 ? d0->media_type : "(absent)";
  const char *type1 = d1 ? d1->media_type : "(absent)";

  escape_terminal(&row->name, str_of(d0 ? type0 : d1 ? type1 : ""));
  if (row->name.len == 0)
    context_name(row, event);
  /* What the user wants left out must not be shown as if it counted. */
  if (event->left_out || (!event->digests_count && event->note[0])) {
    first_field_cells(row, event);
  } else if (strcmp(type0, type1) != 0) {
    escape_terminal(&row->cell[0], str_of(*type0 ? type0 : "\"\""));
    escape_terminal(&row->cell[1], str_of(*type1 ? type1 : "\"\""));
  } else if (!event->digests_count) {
    first_field_cells(row, event);
  } else if (d0 && d1 && !digest_equal(&d0->digest, &d1->digest)) {
    digest_cell(&row->cell[0], &d0->digest);
    digest_cell(&row->cell[1], &d1->digest);
  } else if (event->note[0]) {
    note_cell(row, event);
  } else {
    first_field_cells(row, event);
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

static void entry_cells(struct table_row *row, const struct event *event)
{
  size_t more;
  const struct event_field *field = entry_field(event, &more);
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;

  if (entry)
    escape_terminal(&row->name, event->name.len ? event->name : entry->name);
  if (row->name.len == 0)
    context_name(row, event);
  if (!field) {
    note_cell(row, event);
    return;
  }
  field_cells(row, event, field, field->label);
  if (!is_worded(field))
    more_cell(row, more);
  for (int i = 0; i < 2; i++)
    origin_cell(&row->cell[i], &event->inputs[i]);
}

void table_row_make(struct table_row *row, const struct event *event, struct str parts[ROW_PARTS])
{
  buf_clear(&row->name);
  buf_clear(&row->cell[0]);
  buf_clear(&row->cell[1]);
  if (event->type == EVENT_DESCRIPTOR) {
    descriptor_cells(row, event);
  } else if (event->type == EVENT_TARENTRY) {
    entry_cells(row, event);
  } else {
    context_name(row, event);
    if (event->note[0]) {
      note_cell(row, event);
      for (int i = 0; i < 2; i++)
        origin_cell(&row->cell[0], &event->inputs[i]);
    } else {
      first_field_cells(row, event);
    }
  }
  parts[0] = buf_str(&row->name);
  parts[1] = buf_str(&row->cell[0]);
  parts[2] = buf_str(&row->cell[1]);
}
