#include "report/text/patch_lines.h"

#include "report/text/columns.h"

enum { INDENT = 4 };

struct patch_lines {
  struct writer *writer;
  bool colour;
};

static void write_line(void *context, enum patch_mark mark, struct str text)
{
  static const char *const colours[] = {
    [PATCH_SAYS] = SGR_DIM,       [PATCH_HUNK] = "\x1b[36m",  [PATCH_SAME] = NULL,
    [PATCH_REMOVED] = "\x1b[31m", [PATCH_ADDED] = "\x1b[32m",
  };
  const struct patch_lines *lines = context;
  const bool coloured = lines->colour && colours[mark];

  writer_pad(lines->writer, INDENT);
  if (coloured)
    writer_puts(lines->writer, colours[mark]);
  writer_str(lines->writer, text);
  if (coloured)
    writer_puts(lines->writer, SGR_RESET);
  writer_putc(lines->writer, '\n');
}

void patch_lines_write(struct writer *writer, const struct report_about *about, unsigned number,
                       bool colour)
{
  struct patch_lines lines = { writer, colour };

  if (about)
    patches_show(about->patches, writer, number, write_line, &lines);
}
