#include <stdlib.h>

#include "cli/commands.h"
#include "cli/sandbox.h"

struct remove_flags {
  unsigned sandbox; /* enum sandbox_mode */
};

static const struct flag flags[] = {
  SANDBOX_STORE_FLAG(offsetof(struct remove_flags, sandbox)),
};

enum { NAMES_TEXT_MAX = 64 * 1024 * 1024 };

/* From the first store that has it. */
static int remove_one(struct store *const *stores, int n, const char *name, struct error *err)
{
  AUTO_BUF removed = BUF_INIT(NAMES_TEXT_MAX);
  struct error write_err;
  int result = -1;

  for (int i = 0; i < n && result < 0; i++) {
    result = store_remove(stores[i], name, &removed, err);
    if (result < 0 && err->code != ERROR_NOT_FOUND)
      break;
  }
  if (removed.len && cli_write(&removed, &write_err) < 0 && result == 0) {
    *err = write_err;
    result = -1;
  }
  return result;
}

static int remove_run(const struct invocation *call, struct error *err)
{
  const struct remove_flags *given = call->options;
  struct store *stores[BACKEND_STORES_MAX];
  int n = backend_open_all(&call->globals.stores, STORE_WRITE, stores, err);
  bool may;
  int result;

  if (n < 0)
    return -1;
  result = sandbox_keep((enum sandbox_mode)given->sandbox, stores, n, false, err);
  may = result == 0;
  for (size_t i = 0; may && i < call->n_arguments; i++) {
    struct error one;

    if (remove_one(stores, n, call->arguments[i], &one) == 0)
      continue;
    /* The others can go nevertheless; the last failure is left to the caller to print. */
    if (result < 0)
      cli_print_error(err);
    *err = one;
    result = -1;
  }
  for (int i = 0; i < n; i++)
    store_close(stores[i]);
  return result;
}

const struct command command_remove = {
  .name = "remove",
  .aliases = "rm|rmi",
  .elsewhere = "delete|del|prune",
  .arguments = "IMAGE...",
  .summary = "Remove images from the store",
  .detail =
      "Frees every blob that no other image uses, and prints the name of each image. An IMAGE is a "
      "name, sha256:DIGEST as images prints it (which removes all names of that image), or "
      "NAME@sha256:DIGEST. What another process is reading is freed when that ends. In a directory "
      "that is shared "
      "with the program of this name in Go (it holds diffoci.db), nothing is freed, since that "
      "program may need it.",
  .min_arguments = 1,
  .max_arguments = SIZE_MAX,
  .completion = COMPLETE_IMAGES,
  .argument_words = "stored",
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .options_size = sizeof(struct remove_flags),
  .run = remove_run,
};
