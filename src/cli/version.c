#include "cli/version.h"

#include "base/version.h"
#include "cli/commands.h"

int version_print(struct error *err)
{
  AUTO_BUF text = BUF_INIT(4096);

  buf_printf(&text, "diffoci version v%s", diffoci_version);
  if (*diffoci_commit)
    buf_printf(&text, " (commit %s)", diffoci_commit);
  buf_putc(&text, '\n');
  return cli_write(&text, err);
}

static int version_run(const struct invocation *call, struct error *err)
{
  (void)call;
  return version_print(err);
}

const struct command command_version = {
  .name = "version",
  .arguments = "",
  .summary = "Print the version and the commit it was built from",
  .run = version_run,
};
