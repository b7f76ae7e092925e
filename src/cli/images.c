#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/log.h"
#include "cli/backend.h"
#include "cli/commands.h"
#include "image/reference.h"
#include "store/platforms.h"

enum { COLUMNS = 4, COLUMN_GAP = 4, TABLE_MAX = 256 * 1024 * 1024 };

struct row {
  char *cells[COLUMNS]; /* owned */
};

struct table {
  struct row *rows;
  size_t n, cap;
};

static char *escaped(const char *text)
{
  AUTO_BUF out = BUF_INIT(TABLE_MAX);

  escape_terminal(&out, str_of(text));
  return buf_detach(&out);
}

static void add_row(struct table *table, const char *repository, const char *tag, const char *id,
                    const char *platform)
{
  const char *cells[COLUMNS] = { repository, tag, id, platform };

  table->rows = xgrow(table->rows, table->n, &table->cap, sizeof(*table->rows));
  for (size_t i = 0; i < COLUMNS; i++)
    table->rows[table->n].cells[i] = escaped(cells[i]);
  table->n++;
}

/* The short name without its tag and digest, and the tag. */
static void split_name(const char *name, char **repository, char **tag)
{
  struct reference reference;
  struct error ignored;

  if (!name || reference_parse(&reference, str_of(name), &ignored) < 0) {
    *repository = xstrdup(name ? name : "<none>");
    *tag = xstrdup("<none>");
    return;
  }
  *tag = xstrdup(reference.tag ? reference.tag : "<none>");
  free(reference.tag);
  reference.tag = NULL;
  reference.has_digest = false;
  *repository = reference_familiar(&reference);
  reference_release(&reference);
}

/* false: the store could not be read; that was said. */
static bool add_image(struct store *store, const struct store_image *image, struct table *table)
{
  AUTO_FREE char *repository = NULL;
  AUTO_FREE char *tag = NULL;
  AUTO_FREE struct platform *platforms = NULL;
  char digest[DIGEST_MAX_TEXT];
  char platform[PLATFORM_MAX_TEXT];
  struct error err;
  size_t n = 0;

  split_name(image->name, &repository, &tag);
  digest_format(&image->target.digest, digest);
  if (store_platforms(store, &image->target, &platforms, &n, &err) < 0) {
    add_row(table, repository, tag, digest, "");
    error_wrap(&err, "%s", image->name ? image->name : digest);
    if (err.code == ERROR_IO || err.code == ERROR_PERMISSION)
      cli_print_error(&err);
    else
      log_debug("%s", err.message);
    return err.code != ERROR_IO && err.code != ERROR_PERMISSION;
  }
  for (size_t i = 0; i < n; i++)
    add_row(table, repository, tag, digest, platform_format(&platforms[i], platform));
  return true;
}

static void print_row(struct buf *out, const struct row *row, const size_t widths[COLUMNS])
{
  for (size_t i = 0; i < COLUMNS; i++)
    buf_printf(out, "%-*s", i + 1 < COLUMNS ? (int)widths[i] + COLUMN_GAP : 0, row->cells[i]);
  buf_putc(out, '\n');
}

static void print_table(struct buf *out, const struct table *table)
{
  size_t widths[COLUMNS] = { 0 };

  for (size_t r = 0; r < table->n; r++) {
    for (size_t i = 0; i < COLUMNS; i++)
      widths[i] = MAX_OF(widths[i], strlen(table->rows[r].cells[i]));
  }
  for (size_t r = 0; r < table->n; r++)
    print_row(out, &table->rows[r], widths);
}

static void table_release(struct table *table)
{
  for (size_t r = 0; r < table->n; r++) {
    for (size_t i = 0; i < COLUMNS; i++)
      free(table->rows[r].cells[i]);
  }
  free(table->rows);
}

/* 0, EXIT_TROUBLE if some could not be read, or -1. */
static int add_images(struct store *store, struct table *table, struct error *err)
{
  struct store_images images;
  int status = 0;

  if (store_list(store, &images, err) < 0)
    return -1;
  for (size_t i = 0; i < images.n; i++)
    status = add_image(store, &images.items[i], table) ? status : EXIT_TROUBLE;
  store_images_release(&images);
  return status;
}

static int images_run(const struct invocation *call, struct error *err)
{
  AUTO_BUF text = BUF_INIT(TABLE_MAX);
  struct table table = { 0 };
  struct store *stores[CLI_STORES_MAX];
  int n = cli_open_stores(&call->globals, STORE_READ, stores, err);
  int result = 0;

  if (n < 0 && (err->code != ERROR_NOT_FOUND || call->globals.backend == BACKEND_CONTAINERD))
    return -1;
  add_row(&table, "REPOSITORY", "TAG", "IMAGE ID", "PLATFORM");
  for (int i = 0; i < n; i++) {
    const int one = result < 0 ? result : add_images(stores[i], &table, err);

    result = one ? one : result;
    store_close(stores[i]);
  }
  if (result >= 0) {
    print_table(&text, &table);
    if (cli_write(&text, err) < 0)
      result = -1;
  }
  table_release(&table);
  return result;
}

const struct command command_images = {
  .name = "images",
  .aliases = "list|ls",
  .arguments = "",
  .summary = "List the images in the store",
  .detail =
      "One line for each image and each of its platforms that is there completely. IMAGE ID is "
      "the digest of the image's index or manifest, and a name for it, too.",
  .run = images_run,
};
