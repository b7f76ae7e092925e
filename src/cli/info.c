#include "cli/commands.h"

struct info_options {
  enum toggle json;
};

static const struct flag info_flags[] = {
  {
      .name = "json",
      .kind = FLAG_BOOL,
      .help = "print one JSON object",
      .offset = offsetof(struct info_options, json),
  },
};

static int info_run(const struct invocation *call, struct error *err)
{
  static const char backend[] = "local";
  static const char version[] = "v" DIFFOCI_VERSION;
  const struct info_options *options = call->options;
  AUTO_BUF text = BUF_INIT(4096);

  if (backend_check(&call->globals, err) < 0)
    return -1;
  if (options->json == TOGGLE_ON)
    buf_printf(&text, "{\"Backend\":{\"Name\":\"%s\"},\"Version\":\"%s\"}\n", backend, version);
  else
    buf_printf(&text, "Backend: %s\nVersion: %s\n", backend, version);
  return cli_write(&text, err);
}

const struct command command_info = {
  .name = "info",
  .arguments = "",
  .summary = "Print the backend and the version",
  .flags = info_flags,
  .n_flags = ARRAY_LEN(info_flags),
  .options_size = sizeof(struct info_options),
  .run = info_run,
};
