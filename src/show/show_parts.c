#include "show/show_parts.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/amount.h"
#include "base/escape.h"
#include "image/history.h"

/* The cells of one row, in one buffer, since they are short. */
struct row {
  struct buf text;
  size_t ends[SHOW_COLUMNS_MAX];
  size_t n;
};

static void cell_end(struct row *row)
{
  row->ends[row->n++] = row->text.len;
}

/* Bytes as in the image. */
static void cell_raw(struct row *row, struct str text)
{
  escape_terminal(&row->text, text);
  cell_end(row);
}

static void cell_bytes(struct row *row, uint64_t bytes)
{
  char text[AMOUNT_MAX];

  buf_puts(&row->text, amount_bytes(bytes, text));
  cell_end(row);
}

PRINTF_LIKE(2, 3) static void cell(struct row *row, const char *fmt, ...)
{
  char text[DIGEST_MAX_TEXT + 64];
  va_list args;

  va_start(args, fmt);
  vsnprintf(text, sizeof(text), fmt, args);
  va_end(args);
  buf_puts(&row->text, text);
  cell_end(row);
}

static void row_tell(struct row *row, struct show_teller *teller)
{
  struct str cells[SHOW_COLUMNS_MAX];
  size_t start = 0;

  for (size_t i = 0; i < row->n; i++) {
    cells[i] = (struct str) { row->text.ptr + start, row->ends[i] - start };
    start = row->ends[i];
  }
  teller->row(teller, cells);
  buf_clear(&row->text);
  row->n = 0;
}

static void tell_pair(struct row *row, struct show_teller *teller, const char *name,
                      struct str value)
{
  cell(row, "%s", name);
  cell_raw(row, value);
  row_tell(row, teller);
}

/* ---- the documents ---- */

static void tell_identity(const struct contents *contents, const char *name, struct row *row,
                          struct show_teller *teller)
{
  static const struct show_part part = { .title = "image", .columns = { "", "" } };
  const json_t *created = json_object_get(contents->config.json, "created");
  char digest[DIGEST_MAX_TEXT];
  char platform[PLATFORM_MAX_TEXT];
  char amount[AMOUNT_MAX];

  teller->open(teller, &part);
  tell_pair(row, teller, "name", str_of(name));
  if (contents->has_index)
    tell_pair(row, teller, "index", str_of(digest_format(&contents->root.digest, digest)));
  tell_pair(row, teller, "digest", str_of(digest_format(&contents->descriptor.digest, digest)));
  if (contents->has_config)
    tell_pair(row, teller, "platform",
              str_of(platform_format(&contents->config.platform, platform)));
  if (json_is_string(created))
    tell_pair(row, teller, "created", str_of(json_string_value(created)));
  tell_pair(row, teller, "stored", str_of(amount_bytes(contents->stored_bytes, amount)));
  if (contents->has_files) {
    cell(row, "files");
    cell(row,
         "%s in %" PRIu64 " file%s; %" PRIu64 " %s, %" PRIu64 " symbolic link%s, %" PRIu64
         " other%s",
         amount_bytes(contents->bytes, amount), contents->files, contents->files == 1 ? "" : "s",
         contents->directories, contents->directories == 1 ? "directory" : "directories",
         contents->links, contents->links == 1 ? "" : "s", contents->others,
         contents->others == 1 ? "" : "s");
    row_tell(row, teller);
  }
  if (contents->refused)
    tell_pair(row, teller, "not unpacked", str_of(contents->refused));
  teller->close(teller);
}

static bool says_something(const json_t *value)
{
  return json_is_string(value) ? json_string_length(value) > 0
                               : json_array_size(value) + json_object_size(value) > 0;
}

static void tell_member(struct row *row, struct show_teller *teller, const char *name,
                        const json_t *value)
{
  AUTO_FREE char *text = NULL;
  const char *key;
  json_t *item;
  size_t i;

  if (json_is_string(value)) {
    tell_pair(row, teller, name, str_of(json_string_value(value)));
  } else if (json_is_array(value) && (!strcmp(name, "Env") || !strcmp(name, "OnBuild"))) {
    json_array_foreach((json_t *)value, i, item)
        tell_pair(row, teller, name, str_of(json_is_string(item) ? json_string_value(item) : ""));
  } else if (json_is_object(value) && strcmp(name, "Healthcheck") != 0) {
    json_object_foreach((json_t *)value, key, item)
    {
      AUTO_BUF line = BUF_INIT(INT_MAX);

      buf_puts(&line, key);
      if (json_is_string(item))
        buf_printf(&line, "=%s", json_string_value(item));
      tell_pair(row, teller, name, buf_str(&line));
    }
  } else {
    text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    tell_pair(row, teller, name, str_of(text ? text : ""));
  }
}

static void tell_config(const struct contents *contents, struct row *row,
                        struct show_teller *teller)
{
  static const struct show_part part = { .title = "config", .columns = { "", "" } };
  static const char *const members[] = { "Entrypoint",   "Cmd",     "Env",        "WorkingDir",
                                         "ExposedPorts", "Volumes", "StopSignal", "Healthcheck",
                                         "Shell",        "OnBuild", "Labels" };
  const json_t *config = json_object_get(contents->config.json, "config");
  const char *user = json_string_value(json_object_get(config, "User"));

  if (!contents->has_config)
    return;
  teller->open(teller, &part);
  tell_pair(row, teller, "User", str_of(user && *user ? user : "root (none is set)"));
  for (size_t i = 0; i < ARRAY_LEN(members); i++)
    if (says_something(json_object_get(config, members[i])))
      tell_member(row, teller, members[i], json_object_get(config, members[i]));
  teller->close(teller);
}

/* ---- layers ---- */

static void layer_made_by(const struct contents *contents, const struct contents_layer *layer,
                          struct row *row)
{
  const char *command = history_created_by(layer->history);
  const char *title = descriptor_annotation(layer->descriptor, "org.opencontainers.image.title");
  AUTO_BUF line = BUF_INIT(INT_MAX);

  if (command)
    history_instruction(&line, command);
  else if (!contents->has_config)
    buf_puts(&line, title ? title : layer->descriptor->media_type);
  cell_raw(row, buf_str(&line));
}

static void tell_layers(const struct contents *contents, struct row *row,
                        struct show_teller *teller)
{
  static const struct show_part with_files = {
    .title = "layers", .columns = { "#", "digest", "#stored", "#unpacked", "#entries", "made by" }
  };
  static const struct show_part without = { .title = "layers",
                                            .columns = { "#", "digest", "#stored", "made by" } };
  static const struct show_part blobs = { .title = "blobs",
                                          .columns = { "#", "digest", "#stored", "what" } };
  char digest[DIGEST_MAX_TEXT];

  teller->open(teller, contents->has_files    ? &with_files
                       : contents->has_config ? &without
                                              : &blobs);
  for (size_t i = 0; i < contents->manifest.n_layers; i++) {
    const struct contents_layer *layer = &contents->layers[i];

    cell(row, "%zu", i);
    cell(row, "%s", digest_format(&layer->descriptor->digest, digest));
    cell_bytes(row, (uint64_t)layer->descriptor->size);
    if (contents->has_files) {
      cell_bytes(row, layer->bytes);
      cell(row, "%" PRIu64, layer->entries);
    }
    layer_made_by(contents, layer, row);
    row_tell(row, teller);
  }
  teller->close(teller);
}

/* ---- files ---- */

static void tell_directories(const struct contents *contents, struct row *row,
                             struct show_teller *teller)
{
  static const struct show_part part = { .title = "largest directories",
                                         .columns = { "directory", "#size", "#files" } };

  if (!contents->n_largest)
    return;
  teller->open(teller, &part);
  for (size_t i = 0; i < contents->n_largest; i++) {
    cell_raw(row, contents->largest[i].path);
    cell_bytes(row, contents->largest[i].bytes);
    cell(row, "%" PRIu64, contents->largest[i].files);
    row_tell(row, teller);
  }
  teller->close(teller);
}

static void tell_privileged(const struct contents *contents, struct row *row,
                            struct show_teller *teller)
{
  static const struct show_part part = { .title = "files with setuid, setgid or capabilities",
                                         .columns = { "file", "mode", "owner", "capabilities",
                                                      "#layer" } };

  if (!contents->n_privileged)
    return;
  teller->open(teller, &part);
  for (size_t i = 0; i < contents->n_privileged; i++) {
    const struct contents_privileged *file = &contents->privileged[i];

    cell_raw(row, file->path);
    cell(row, "0%04o", file->mode);
    cell(row, "%" PRId64 ":%" PRId64, file->uid, file->gid);
    cell(row, "%s", file->capabilities ? "yes" : "");
    cell(row, "%" PRIu32, file->layer);
    row_tell(row, teller);
  }
  teller->close(teller);
}

static void tell_hidden(const struct contents *contents, struct row *row,
                        struct show_teller *teller)
{
  char amount[AMOUNT_MAX];
  char title[128];
  const struct show_part part = { .title = title, .columns = { "file", "#size", "#layer" } };

  if (!contents->hidden_bytes)
    return;
  snprintf(title, sizeof(title),
           "hidden: %s in %" PRIu64 " file%s that later layers replace or remove",
           amount_bytes(contents->hidden_bytes, amount), contents->hidden_files,
           contents->hidden_files == 1 ? "" : "s");
  teller->open(teller, &part);
  for (size_t i = 0; i < contents->n_hidden; i++) {
    cell_raw(row, contents->hidden[i].path);
    cell_bytes(row, contents->hidden[i].bytes);
    cell(row, "%" PRIu32, contents->hidden[i].layer);
    row_tell(row, teller);
  }
  teller->close(teller);
}

static void tell_packages(const struct contents *contents, struct row *row,
                          struct show_teller *teller)
{
  const struct package_list *packages = &contents->packages;
  char title[64];
  const struct show_part part = { .title = title,
                                  .columns = { "package", "version", "architecture", "kind" },
                                  .is_long = true };

  if (!packages->n)
    return;
  snprintf(title, sizeof(title), "%zu%s package%s", packages->n, packages->cut ? " and more" : "",
           packages->n == 1 ? "" : "s");
  teller->open(teller, &part);
  for (size_t i = 0; i < packages->n; i++) {
    cell_raw(row, packages->items[i].name);
    cell_raw(row, packages->items[i].version);
    cell_raw(row, packages->items[i].architecture);
    if (packages->items[i].n_places > 1)
      cell(row, "%s, in %zu places", packages->items[i].type, packages->items[i].n_places);
    else
      cell(row, "%s", packages->items[i].type);
    row_tell(row, teller);
  }
  teller->close(teller);
}

void show_parts(const struct contents *contents, const char *name, struct show_teller *teller)
{
  struct row row = { .text = BUF_INIT(INT_MAX) };

  tell_identity(contents, name, &row, teller);
  tell_config(contents, &row, teller);
  tell_layers(contents, &row, teller);
  if (contents->has_files) {
    tell_directories(contents, &row, teller);
    tell_privileged(contents, &row, teller);
    tell_hidden(contents, &row, teller);
    tell_packages(contents, &row, teller);
  }
  buf_release(&row.text);
}
