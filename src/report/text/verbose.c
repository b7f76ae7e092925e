#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "report/about.h"
#include "report/report.h"
#include "report/text/difftext.h"
#include "report/text/patch_lines.h"
#include "report/text/rows.h"
#include "report/text/text_out.h"
#include "report/writer.h"

struct verbose {
  struct report report;
  struct text_out out;
  bool colour; /* of what differs in files */
  struct rows rows;
  struct buf name, note, block; /* of the event being taken */
};

/* Where the entry of each side comes from, where layers were merged. */
static void add_origins(struct buf *block, const struct event_input inputs[2])
{
  char digest[DIGEST_MAX_TEXT];

  for (int side = 0; side < 2; side++) {
    const struct event_origin *origin = inputs[side].origin;

    if (!origin)
      continue;
    buf_printf(block, "  Input %d: layer %" PRIu32 ", %s", side, origin->number,
               digest_format(&origin->descriptor->digest, digest));
    if (origin->created_by) {
      buf_puts(block, ", made by: ");
      escape_terminal(block, str_of(origin->created_by));
    }
    buf_putc(block, '\n');
  }
}

/* The block as it is printed; the parts of the row are what it is sorted by, and it. */
static void verbose_event(struct report *report, const struct event *event)
{
  struct verbose *verbose = (struct verbose *)report;
  const struct tar_entry *entry =
      event->inputs[0].entry ? event->inputs[0].entry : event->inputs[1].entry;
  struct buf *block = &verbose->block;
  struct str parts[ROW_PARTS];

  buf_clear(&verbose->name);
  buf_clear(&verbose->note);
  buf_clear(block);
  if (entry)
    escape_terminal(&verbose->name, entry->name);
  escape_terminal(&verbose->note, str_of(event->note));
  buf_printf(block, "Event: \"%s\"", event_type_name(event->type));
  if (verbose->note.len > 0) {
    buf_puts(block, " (");
    buf_add_str(block, buf_str(&verbose->note));
    buf_putc(block, ')');
  }
  buf_puts(block, "\n  Context: ");
  escape_terminal(block, str_of(event->context));
  buf_putc(block, '\n');
  add_origins(block, event->inputs);
  difftext_add(block, event);
  parts[0] = buf_str(&verbose->name);
  parts[1] = buf_str(&verbose->note);
  parts[2] = buf_str(block);
  rows_add(&verbose->rows, event, parts);
}

static void write_found(struct writer *writer, const struct explain_found *found)
{
  AUTO_BUF text = BUF_INIT(ROW_MAX_TEXT);

  buf_printf(&text, "  Cause: %s (%s, %s, by its %s)\n", cause_title(found->cause),
             cause_id(found->cause), cause_strength_name(found->strength),
             explain_evidence_name(found->evidence));
  for (size_t i = 0; found->values && i < found->values->n; i++) {
    buf_puts(&text, "    Found: ");
    about_value(&text, &found->values->items[i]);
    buf_putc(&text, '\n');
  }
  buf_printf(&text, "  Fix: %s\n", cause_fix(found->cause));
  writer_str(writer, buf_str(&text));
}

static void verbose_write_causes(struct writer *writer, const struct report_about *about,
                                 unsigned number)
{
  struct explanation found;

  if (!about || !about->explain)
    return;
  found = explain_get(about->explain, number);
  for (size_t i = 0; i < found.n; i++)
    write_found(writer, &found.found[i]);
  if (found.n && *found.left) {
    AUTO_BUF left = BUF_INIT(ROW_MAX_TEXT);

    escape_terminal(&left, str_of(found.left));
    writer_printf(writer, "  Not accounted for: %s\n", left.ptr);
  }
}

static void write_section(struct writer *writer, struct str text, bool *any)
{
  if (!text.len)
    return;
  if (*any)
    writer_putc(writer, '\n');
  writer_str(writer, text);
  *any = true;
}

/* What rules left out, and what is explained. */
static void write_about(struct writer *writer, const struct report_about *about, bool any)
{
  AUTO_BUF rules = BUF_INIT(ROW_MAX_TEXT);
  AUTO_BUF causes = BUF_INIT(ROW_MAX_TEXT);

  if (!about)
    return;
  about_rules(&rules, about->policy, "");
  write_section(writer, buf_str(&rules), &any);
  if (about->explain && about->with_causes)
    about_causes(&causes, about->explain);
  write_section(writer, buf_str(&causes), &any);
}

static int verbose_write_blocks(struct verbose *verbose, struct writer *writer, struct error *err)
{
  bool any = false;
  struct row row;
  int result = rows_begin(&verbose->rows, err);

  if (result)
    return -1;
  while (!writer->error && (result = rows_next(&verbose->rows, &row, err)) > 0) {
    if (any)
      writer_putc(writer, '\n');
    any = true;
    writer_str(writer, row.parts[2]);
    verbose_write_causes(writer, verbose->report.about, row.explanation);
    patch_lines_write(writer, verbose->report.about, row.patch, verbose->colour);
  }
  return MIN_OF(result, 0);
}

static int verbose_write(struct report *report, struct writer *writer, struct error *err)
{
  struct verbose *verbose = (struct verbose *)report;

  if (verbose_write_blocks(verbose, writer, err))
    return -1;
  write_about(writer, verbose->report.about, rows_count(&verbose->rows) > 0);
  return 0;
}

static int verbose_finish(struct report *report, struct error *err)
{
  return text_out_write(&((struct verbose *)report)->out, "the differences", verbose_write, report,
                        err);
}

static void verbose_free(struct report *report)
{
  struct verbose *verbose = (struct verbose *)report;

  rows_release(&verbose->rows);
  buf_release(&verbose->name);
  buf_release(&verbose->note);
  buf_release(&verbose->block);
  free(verbose);
}

static const struct report_ops verbose_ops = {
  .event = verbose_event,
  .finish = verbose_finish,
  .free = verbose_free,
};

struct report *report_verbose_new(FILE *out, const char *path, bool colour, struct budget *memory)
{
  struct verbose *verbose = xmalloc(sizeof(*verbose));

  *verbose = (struct verbose) {
    .report = { .ops = &verbose_ops },
    .out = { out, path },
    .colour = colour,
    .name = BUF_INIT(ROW_MAX_TEXT),
    .note = BUF_INIT(ROW_MAX_TEXT),
    .block = BUF_INIT(ROW_MAX_TEXT),
  };
  rows_init(&verbose->rows, memory);
  return &verbose->report;
}
