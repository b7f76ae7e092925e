#include "report/text/text_out.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "report/outfile.h"

static int text_out_file(const char *path,
                         int (*write)(struct report *report, struct writer *writer,
                                      struct error *err),
                         struct report *report, struct error *err)
{
  struct outfile *file = outfile_open(path, err);

  if (file && write(report, &file->writer, err)) {
    outfile_abandon(file);
    return -1;
  }
  return file ? outfile_commit(file, err) : -1;
}

int text_out_write(const struct text_out *out, const char *what,
                   int (*write)(struct report *report, struct writer *writer, struct error *err),
                   struct report *report, struct error *err)
{
  AUTO_FREE struct writer *writer = xmalloc(sizeof(*writer));
  int error;

  if (!out->stream)
    return text_out_file(out->path, write, report, err);
  writer_to_file(writer, out->stream);
  if (write(report, writer, err))
    return -1;
  error = writer_flush(writer);
  return error ? error_sys(err, error, "cannot write %s", what) : 0;
}
