#include "base/confine/confine.h"
#include "base/escape.h"
#include "base/version.h"
#include "cli/commands.h"
#include "image/json.h"
#include "store/containerd/containerd.h"

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

static void print_containerd(struct buf *text, bool json, const char *version)
{
  AUTO_BUF clean = BUF_INIT(1024);

  if (json) {
    AUTO_JSON value = NULL;
    AUTO_FREE char *quoted = NULL;

    escape_utf8(&clean, str_of(version));
    value = json_stringn(clean.ptr ? clean.ptr : "", clean.len);
    quoted = json_dumps(value, JSON_ENCODE_ANY);
    buf_puts(text, "\"Name\":\"containerd\",\"Version\":");
    escape_json(text, str_of(quoted ? quoted : "\"\""));
  } else {
    escape_terminal(&clean, str_of(version));
    buf_printf(text, "Backend: containerd\nContainerd: %s\n", clean.ptr ? clean.ptr : "");
  }
}

/* What `diff` is confined by, and what this system lacks for it. */
static void print_sandbox(struct buf *text, bool json)
{
  struct confine_support support;
  char missing[CONFINE_MISSING_MAX];

  confine_look(&support);
  confine_describe(&support, missing, sizeof(missing));
  if (!json) {
    buf_printf(text, "Sandbox: Landlock ABI %d, seccomp %s; missing: %s\n", support.landlock_abi,
               support.seccomp ? "yes" : "no", missing);
    return;
  }
  buf_printf(text, "\"Sandbox\":{\"LandlockABI\":%d,\"Seccomp\":%s,\"Missing\":[",
             support.landlock_abi, support.seccomp ? "true" : "false");
  for (size_t i = 0; i < ARRAY_LEN(support.missing); i++)
    if (support.missing[i][0])
      buf_printf(text, "%s\"%s\"", i && support.missing[0][0] ? "," : "", support.missing[i]);
  buf_puts(text, "]},");
}

static int info_run(const struct invocation *call, struct error *err)
{
  const bool json = ((const struct info_options *)call->options)->json == TOGGLE_ON;
  AUTO_BUF text = BUF_INIT(4096);
  struct store *containerd = NULL;

  if (call->globals.stores.backend == BACKEND_CONTAINERD) {
    containerd = backend_open_containerd(&call->globals.stores, STORE_READ, err);
    if (!containerd)
      return -1;
  } else if (call->globals.stores.backend == BACKEND_AUTO) {
    containerd = backend_auto_containerd(&call->globals.stores, STORE_READ);
  }
  buf_puts(&text, json ? "{\"Backend\":{" : "");
  if (containerd)
    print_containerd(&text, json, store_containerd_version(containerd));
  else
    buf_puts(&text, json ? "\"Name\":\"local\"" : "Backend: local\n");
  if (json)
    buf_puts(&text, "},");
  print_sandbox(&text, json);
  buf_printf(&text, json ? "\"Version\":\"v%s\"}\n" : "Version: v%s\n", diffoci_version);
  store_close(containerd);
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
