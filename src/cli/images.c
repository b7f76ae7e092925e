#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/sandbox.h"
#include "image/json.h"
#include "image/reference.h"
#include "store/name.h"
#include "store/platforms.h"

enum { COLUMNS = 5, COLUMN_GAP = 4, TABLE_MAX = 256 * 1024 * 1024 };

struct images_flags {
  enum toggle no_trunc, json, quiet;
  unsigned sandbox; /* enum sandbox_mode */
};

#define AT(field) .offset = offsetof(struct images_flags, field)

static const struct flag flags[] = {
  {
      .name = "no-trunc",
      .kind = FLAG_BOOL,
      .help = "print IDs in full",
      AT(no_trunc),
  },
  {
      .name = "quiet",
      .letter = 'q',
      .kind = FLAG_BOOL,
      .help = "print only IDs, each once",
      AT(quiet),
  },
  {
      .name = "json",
      .kind = FLAG_BOOL,
      .help = "print a JSON array with an object for each line",
      .detail = "Its members are repository, tag, id and platform, null where there is none, and "
                "size, in bytes.",
      AT(json),
  },
  SANDBOX_STORE_FLAG(offsetof(struct images_flags, sandbox)),
};

/* An image, and one of its platforms. */
struct row {
  char *repository, *tag; /* owned; NULL: it has no name */
  struct digest id;
  char platform[PLATFORM_MAX_TEXT]; /* "": what there is of it cannot be read */
  uint64_t bytes;
};

struct rows {
  struct row *items;
  size_t n, cap;
};

static struct row *add_row(struct rows *rows, const struct store_image *image)
{
  struct reference reference;
  struct error ignored;
  struct row *row;

  rows->items = xgrow(rows->items, rows->n, &rows->cap, sizeof(*rows->items));
  row = &rows->items[rows->n++];
  *row = (struct row) { .id = image->target.digest };
  if (!image->name)
    return row;
  if (reference_parse(&reference, str_of(image->name), &ignored) < 0) {
    row->repository = xstrdup(image->name);
    return row;
  }
  row->tag = steal_pointer(&reference.tag);
  reference.has_digest = false;
  row->repository = reference_familiar(&reference);
  reference_release(&reference);
  return row;
}

/* false: the store could not be read; that was said. */
static bool add_image(struct store *store, const struct store_image *image, struct rows *rows)
{
  AUTO_FREE struct store_platform *platforms = NULL;
  char digest[DIGEST_MAX_TEXT];
  struct error err;
  size_t n = 0;
  bool system_failed;

  if (store_platforms(store, &image->target, &platforms, &n, &err) < 0) {
    add_row(rows, image);
    error_wrap(&err, "%s",
               image->name ? image->name : digest_format(&image->target.digest, digest));
    system_failed = err.code == ERROR_IO || err.code == ERROR_PERMISSION;
    if (system_failed)
      cli_print_error(&err);
    else
      log_debug("%s", err.message);
    return !system_failed;
  }
  for (size_t i = 0; i < n; i++) {
    struct row *row = add_row(rows, image);

    platform_format(&platforms[i].platform, row->platform);
    row->bytes = platforms[i].bytes;
  }
  return true;
}

/* 0, EXIT_TROUBLE if some could not be read, or -1. */
static int add_images(struct store *store, struct rows *rows, struct error *err)
{
  struct store_images images;
  int status = 0;

  if (store_list(store, &images, err) < 0)
    return -1;
  for (size_t i = 0; i < images.n; i++)
    status = add_image(store, &images.items[i], rows) ? status : EXIT_TROUBLE;
  store_images_release(&images);
  return status;
}

/* "12.3 MB": powers of 1000, as docker images prints them. */
static void add_size(struct buf *out, uint64_t bytes)
{
  static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
  double value = (double)bytes;
  size_t unit = 0;

  while (value >= 999.5 && unit + 1 < ARRAY_LEN(units)) {
    value /= 1000;
    unit++;
  }
  buf_printf(out, "%.*f %s", unit && value < 99.95 ? 1 : 0, value, units[unit]);
}

static void add_id(struct buf *out, const struct digest *id, bool whole)
{
  char text[DIGEST_MAX_TEXT];

  digest_format(id, text);
  if (whole)
    buf_puts(out, text);
  else
    buf_printf(out, "%.*s", NAME_SHORT_ID, strchr(text, ':') + 1);
}

struct cells {
  char *text[COLUMNS]; /* owned; escaped for a terminal */
};

static char *images_escaped(const char *text)
{
  AUTO_BUF out = BUF_INIT(TABLE_MAX);

  escape_terminal(&out, str_of(text));
  return buf_detach(&out);
}

static void cells_of(struct cells *out, const struct row *row, bool whole)
{
  AUTO_BUF id = BUF_INIT(DIGEST_MAX_TEXT);
  AUTO_BUF size = BUF_INIT(64);

  add_id(&id, &row->id, whole);
  if (row->platform[0])
    add_size(&size, row->bytes);
  *out = (struct cells) { {
      images_escaped(row->repository ? row->repository : "<none>"),
      images_escaped(row->tag ? row->tag : "<none>"),
      buf_detach(&id),
      images_escaped(row->platform),
      xstrdup(size.ptr ? size.ptr : ""),
  } };
}

static void print_table(struct buf *out, const struct rows *rows, bool whole)
{
  static const char *const titles[COLUMNS] = { "REPOSITORY", "TAG", "IMAGE ID", "PLATFORM",
                                               "SIZE" };
  AUTO_FREE struct cells *cells = xcalloc(rows->n + 1, sizeof(*cells));
  int widths[COLUMNS] = { 0 };

  for (size_t i = 0; i < COLUMNS; i++)
    cells[0].text[i] = xstrdup(titles[i]);
  for (size_t r = 0; r < rows->n; r++)
    cells_of(&cells[r + 1], &rows->items[r], whole);
  for (size_t r = 0; r <= rows->n; r++)
    for (size_t i = 0; i + 1 < COLUMNS; i++)
      widths[i] = MAX_OF(widths[i], (int)strlen(cells[r].text[i]));
  for (size_t r = 0; r <= rows->n; r++) {
    for (size_t i = 0; i < COLUMNS; i++) {
      buf_printf(out, "%-*s", i + 1 < COLUMNS ? widths[i] + COLUMN_GAP : 0, cells[r].text[i]);
      free(cells[r].text[i]);
    }
    buf_putc(out, '\n');
  }
}

static void print_ids(struct buf *out, const struct rows *rows, bool whole)
{
  for (size_t r = 0; r < rows->n; r++) {
    bool again = false;

    for (size_t i = 0; i < r && !again; i++)
      again = digest_equal(&rows->items[i].id, &rows->items[r].id);
    if (again)
      continue;
    add_id(out, &rows->items[r].id, whole);
    buf_putc(out, '\n');
  }
}

static json_t *text_or_null(const char *text)
{
  json_t *json = text && *text ? json_string(text) : NULL;

  return json ? json : json_null();
}

static int print_json(struct buf *out, const struct rows *rows, struct error *err)
{
  AUTO_JSON array = json_array();
  AUTO_FREE char *text = NULL;
  char id[DIGEST_MAX_TEXT];

  for (size_t r = 0; r < rows->n; r++) {
    const struct row *row = &rows->items[r];
    json_t *object = json_object();

    if (json_object_set_new(object, "repository", text_or_null(row->repository)) < 0 ||
        json_object_set_new(object, "tag", text_or_null(row->tag)) < 0 ||
        json_object_set_new(object, "id", json_string(digest_format(&row->id, id))) < 0 ||
        json_object_set_new(object, "platform", text_or_null(row->platform)) < 0 ||
        json_object_set_new(object, "size", json_integer((json_int_t)row->bytes)) < 0 ||
        json_array_append_new(array, object) < 0)
      return error_set(err, ERROR_IO, "the list cannot be written as JSON");
  }
  text = json_dumps(array, JSON_INDENT(2));
  if (!text)
    return error_set(err, ERROR_IO, "the list cannot be written as JSON");
  escape_json(out, str_of(text));
  buf_putc(out, '\n');
  return 0;
}

static int images_print(const struct rows *rows, const struct images_flags *given,
                        struct error *err)
{
  const bool whole = given->no_trunc == TOGGLE_ON;
  AUTO_BUF text = BUF_INIT(TABLE_MAX);

  if (given->json == TOGGLE_ON) {
    if (print_json(&text, rows, err) < 0)
      return -1;
  } else if (given->quiet == TOGGLE_ON) {
    print_ids(&text, rows, whole);
  } else {
    print_table(&text, rows, whole);
  }
  return cli_write(&text, err);
}

static void rows_release(struct rows *rows)
{
  for (size_t r = 0; r < rows->n; r++) {
    free(rows->items[r].repository);
    free(rows->items[r].tag);
  }
  free(rows->items);
}

static int images_run(const struct invocation *call, struct error *err)
{
  const struct images_flags *given = call->options;
  struct rows rows = { 0 };
  struct store *stores[BACKEND_STORES_MAX];
  int n = backend_open_all(&call->globals.stores, STORE_READ, stores, err);
  int result = 0;

  if (n < 0 && (err->code != ERROR_NOT_FOUND || call->globals.stores.backend == BACKEND_CONTAINERD))
    return -1;
  if (n > 0)
    result = sandbox_keep((enum sandbox_mode)given->sandbox, stores, n, true, err);
  for (int i = 0; i < n; i++) {
    const int one = result < 0 ? result : add_images(stores[i], &rows, err);

    result = one ? one : result;
    store_close(stores[i]);
  }
  if (result >= 0 && images_print(&rows, given, err) < 0)
    result = -1;
  rows_release(&rows);
  return result;
}

const struct command command_images = {
  .name = "images",
  .aliases = "list|ls",
  .arguments = "",
  .summary = "List the images in the store",
  .detail =
      "One line for each image and each of its platforms that is there completely. IMAGE ID is "
      "the digest of the image's index or manifest, and a name for it, too, or its first 12 "
      "digits, "
      "which remove takes. SIZE is that of its blobs as they are stored.",
  .flags = flags,
  .n_flags = ARRAY_LEN(flags),
  .options_size = sizeof(struct images_flags),
  .run = images_run,
};
